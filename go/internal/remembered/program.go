package remembered

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/userdir"
)

// levels is how far above a script the package.json of its package may be.
const levels = 4

// Program identifies a program by its file: a native one, or a script of a package with
// that package. ok is false for any other, such as a wrapper or a shim, whose file stays
// the same while what it runs changes.
func Program(path string) (id string, ok bool) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil || !ownName(path, real) {
		return "", false
	}
	if id, ok = File(real); !ok {
		return "", false
	}
	start, err := beginning(real)
	if err != nil {
		return "", false
	}
	if bytes.Equal(start, []byte("\x7fELF")) {
		return path + " " + id, true
	}
	dir := filepath.Dir(real)
	for range levels {
		if pack := filepath.Join(dir, "package.json"); exists(pack) {
			of, ok := File(pack)
			return path + " " + id + " " + of, ok
		}
		dir = filepath.Dir(dir)
	}
	return "", false
}

// ownName reports whether a file is a program of that name, and not one with many
// names: its path ends in the name, below the home directory.
func ownName(path, real string) bool {
	if home, err := userdir.Home(); err == nil {
		real = strings.TrimPrefix(real, home)
	}
	parts := strings.Split(real, string(filepath.Separator))
	end := strings.Join(parts[max(0, len(parts)-4):], "/")
	return strings.Contains(end, strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)))
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// beginning are the first bytes of a file.
func beginning(path string) ([]byte, error) {
	f, _, err := bounded.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	start := make([]byte, 4)
	_, err = io.ReadFull(f, start)
	return start, err
}
