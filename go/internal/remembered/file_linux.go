package remembered

import (
	"fmt"
	"os"
	"syscall"
	"time"
)

// granular is how coarse the times of files may be: a file that has just been changed may
// be changed again and look the same.
const granular = 50 * time.Millisecond

// File identifies the content of a file by its metadata in the file system; ok is false
// if it could change without a trace. A missing file is identified as such.
func File(path string) (id string, ok bool) {
	info, err := os.Stat(path)
	if os.IsNotExist(err) {
		return path + " -", true
	}
	if err != nil {
		return "", false
	}
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok || time.Since(time.Unix(s.Ctim.Unix())) < granular {
		return "", false
	}
	return fmt.Sprintf("%s %d %d %d %d %d", path, s.Dev, s.Ino, s.Size, s.Mtim.Nano(), s.Ctim.Nano()), true
}
