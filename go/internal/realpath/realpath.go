// Package realpath resolves paths to files, for rules about paths: it follows every
// link, applies `..` after the link in front of it, and keeps the names of files that
// do not exist yet. It reads directories and links and writes nothing.
//
// The result holds for the present only; links created later are not considered. A hard
// link is another name of the same file and cannot be told from it.
package realpath

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
)

// Bounds of one path.
const (
	// MaxPath bounds a path, and what links make of it, in bytes.
	MaxPath = 4096
	// maxLinks bounds the links on the way, as Linux does.
	maxLinks = 40
)

// Reasons for which it cannot be told where a path leads.
var (
	ErrNotAbsolute = errors.New("the path is not absolute")
	ErrTooLong     = errors.New("the path is too long")
	ErrLinks       = errors.New("the path goes through too many links")
	// ErrProcess reports a link to a file that a process has open: only that process can
	// resolve it.
	ErrProcess = errors.New("the path goes through a link of a process")
)

// Finder finds real paths for a process that runs in a directory.
type Finder struct {
	// Directory is the real path of the working directory of the process: where
	// /proc/self/cwd leads.
	Directory string

	files files
}

// files is a file system; nil means that of this machine.
type files interface {
	Lstat(path string) (fs.FileInfo, error)
	Stat(path string) (fs.FileInfo, error)
	Readlink(path string) (string, error)
	ReadDir(path string, limit int) ([]fs.DirEntry, error)
	Same(a, b fs.FileInfo) bool
}

type machine struct{}

func (machine) Lstat(path string) (fs.FileInfo, error) { return os.Lstat(path) }
func (machine) Stat(path string) (fs.FileInfo, error)  { return os.Stat(path) }
func (machine) Readlink(path string) (string, error)   { return os.Readlink(path) }
func (machine) Same(a, b fs.FileInfo) bool             { return os.SameFile(a, b) }
func (machine) ReadDir(path string, limit int) ([]fs.DirEntry, error) {
	return bounded.ReadDir(path, limit)
}

func (f Finder) system() files {
	if f.files != nil {
		return f.files
	}
	return machine{}
}

// Real returns the real path of an absolute one: what exists of it with every link
// followed, the rest as it is written. The error is why that cannot be told.
func (f Finder) Real(name string) (string, error) {
	if !path.IsAbs(name) {
		return "", ErrNotAbsolute
	}
	files := f.system()
	real, rest, links := "/", name, 0
	exists := true
	for {
		if len(real)+len(rest) > MaxPath {
			return "", ErrTooLong
		}
		var next string
		rest = strings.TrimLeft(rest, "/")
		if rest == "" {
			return real, nil
		}
		next, rest, _ = strings.Cut(rest, "/")
		switch next {
		case ".":
			continue
		case "..":
			real = path.Dir(real)
			// What does not exist has no other parent than the one it reads.
			exists = exists || f.found(real)
			continue
		}
		here := path.Join(real, next)
		if !exists {
			real = here
			continue
		}
		if target, ok, err := f.process(real, next, rest); err != nil {
			return "", err
		} else if ok {
			real, rest = "/", target
			continue
		}
		info, err := files.Lstat(here)
		switch {
		case missing(err):
			real, exists = here, false
			continue
		case err != nil:
			return "", err
		case info.Mode()&fs.ModeSymlink == 0:
			real = here
			continue
		}
		if links++; links > maxLinks {
			return "", ErrLinks
		}
		target, err := f.follow(real, here)
		if err != nil {
			return "", err
		}
		if path.IsAbs(target) {
			real = "/"
		}
		rest = target + "/" + rest
	}
}

// missing reports whether an error means that no file has the name.
func missing(err error) bool { return errors.Is(err, fs.ErrNotExist) || notDirectory(err) }

func (f Finder) found(name string) bool {
	_, err := f.system().Lstat(name)
	return err == nil
}

// follow reads a link. Its text must be the target: the kernel's own links, such as
// those in /proc for each process, may refer to a different file system.
func (f Finder) follow(dir, link string) (string, error) {
	files := f.system()
	target, err := files.Readlink(link)
	if err != nil {
		return "", err
	}
	if !strings.HasPrefix(dir, "/proc/") {
		return target, nil
	}
	behind, err := files.Stat(link)
	if err != nil {
		return "", ErrProcess
	}
	named, err := files.Stat(at(dir, target))
	if err != nil || !files.Same(behind, named) {
		return "", ErrProcess
	}
	return target, nil
}

// at is the path of a name in a directory. `..` stays, since it may be behind a link.
func at(dir, name string) string {
	if path.IsAbs(name) {
		return name
	}
	return dir + "/" + name
}

// process knows what is behind /proc/self for the process that a path is for. The
// result is the whole path from the root.
func (f Finder) process(dir, name, rest string) (string, bool, error) {
	if dir != "/proc" || name != "self" && name != "thread-self" {
		return "", false, nil
	}
	entry, rest, _ := strings.Cut(strings.TrimLeft(rest, "/"), "/")
	switch entry {
	case "root":
		return "/" + rest, true, nil
	case "cwd":
		if f.Directory == "" {
			return "", false, ErrProcess
		}
		return f.Directory + "/" + rest, true, nil
	case "exe", "fd", "map_files", "task", "ns":
		return "", false, ErrProcess
	}
	return "", false, nil
}

// Readings returns the real paths that an absolute path may mean: some programs remove
// `..` before they open a file, while the file system resolves the link in front of it
// first. If both agree, there is one.
func (f Finder) Readings(name string) ([]string, error) {
	real, err := f.Real(name)
	if err != nil {
		return nil, err
	}
	lexical, err := f.Real(path.Clean(name))
	if err != nil {
		return nil, err
	}
	if lexical == real {
		return []string{real}, nil
	}
	return []string{real, lexical}, nil
}

// IsFile reports whether a real path is something that has nothing below it.
func (f Finder) IsFile(name string) bool {
	info, err := f.system().Lstat(name)
	return err == nil && !info.IsDir()
}

// Existing returns the nearest directory of a real path that exists.
func (f Finder) Existing(name string) string {
	for name != "/" {
		if info, err := f.system().Lstat(name); err == nil && info.IsDir() {
			break
		}
		name = path.Dir(name)
	}
	return name
}
