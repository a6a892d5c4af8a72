package source

import (
	"os"
	"strings"
	"sync"
	"syscall"
)

// direct reads files of one directory by its descriptor. It takes none but
// regular files whose names are a single step and no links, so that it leads
// nowhere else than the Root does; everything else is left to that.
type direct struct {
	mu  sync.RWMutex
	dir *os.File
	fd  int
}

func newOpenDir(root *os.Root) *openDir {
	d := &openDir{Root: root}
	if dir, err := root.Open("."); err == nil {
		d.dir, d.fd = dir, int(dir.Fd())
	}
	return d
}

func (d *direct) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dir != nil {
		d.dir.Close()
		d.dir = nil
	}
}

// read reads a file; ok is false where anything is out of the ordinary.
func (d *direct) read(name string) (data []byte, ok bool) {
	if strings.IndexByte(name, '/') >= 0 || name == "." || name == ".." {
		return nil, false
	}
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.dir == nil {
		return nil, false
	}
	fd, err := syscall.Openat(d.fd, name, syscall.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if err != nil {
		return nil, false
	}
	defer syscall.Close(fd)
	var st syscall.Stat_t
	if syscall.Fstat(fd, &st) != nil || st.Mode&syscall.S_IFMT != syscall.S_IFREG || st.Size > MaxFile {
		return nil, false
	}
	data = make([]byte, st.Size+1)
	n, err := syscall.Read(fd, data)
	// A regular file returns less than requested only at its end.
	if err != nil || n < 0 || int64(n) > st.Size {
		return nil, false
	}
	if int64(n) < st.Size {
		if more, err := syscall.Read(fd, data[n:]); err != nil || more != 0 {
			return nil, false
		}
	}
	return data[:n:n], true
}
