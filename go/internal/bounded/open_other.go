//go:build !unix

package bounded

import (
	"io/fs"
	"os"
)

const (
	noFollow    = 1 // judged by name here: there is no such flag
	nonBlocking = 0
)

func readFile(path string, flags int, limit int64) ([]byte, error) {
	if flags&noFollow != 0 {
		if info, err := os.Lstat(path); err == nil && info.Mode()&fs.ModeSymlink != 0 {
			return nil, &fs.PathError{Op: "open", Path: path, Err: ErrNotRegular}
		}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return read(f, path, limit)
}
