package source

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
)

// Dir is a directory of the host, read through an os.Root. It may be used from
// several goroutines.
type Dir struct {
	root *openDir
	mu   sync.Mutex
	// below keeps directories open, since a Root walks a name from its own each time.
	below map[string]*openDir
}

// openDir is a directory that is kept open.
type openDir struct {
	*os.Root
	direct // for files that are read faster than through a Root
}

// maxBelow bounds how many directories are kept open.
const maxBelow = 64

// OpenDir opens a directory. Close it when the evaluation is done.
func OpenDir(name string) (*Dir, error) {
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	return &Dir{root: newOpenDir(root), below: make(map[string]*openDir)}, nil
}

// Open implements fs.FS. What is opened is a regular file or a directory.
func (d *Dir) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	root, rest := d.parent(name)
	f, err := root.OpenFile(rest, os.O_RDONLY|nonBlocking, 0)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.IsDir() && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: name, Err: notRegular(info)}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// Close closes the directory. What is being read from it then fails.
func (d *Dir) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, r := range d.below {
		r.close()
		r.Close()
	}
	d.below = nil
	d.root.close()
	return d.root.Close()
}

// parent returns a Root near a name, and the rest of the name there.
func (d *Dir) parent(name string) (*openDir, string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.parentOf(name)
}

func (d *Dir) parentOf(name string) (*openDir, string) {
	i := strings.LastIndexByte(name, '/')
	if i < 0 {
		return d.root, name
	}
	dir, base := name[:i], name[i+1:]
	if r := d.below[dir]; r != nil {
		return r, base
	}
	if d.below == nil || len(d.below) >= maxBelow {
		return d.root, name
	}
	above, rest := d.parentOf(dir)
	r, err := above.OpenRoot(rest)
	if err != nil {
		return d.root, name
	}
	d.below[dir] = newOpenDir(r)
	return d.below[dir], base
}

func (d *Dir) Lstat(name string) (fs.FileInfo, error) {
	root, rest := d.parent(name)
	return root.Lstat(rest)
}

func (d *Dir) Readlink(name string) (string, error) {
	root, rest := d.parent(name)
	return root.Readlink(rest)
}

// ReadFile reads regular files only: a pipe would block the evaluation.
func (d *Dir) ReadFile(name string) ([]byte, error) {
	root, rest := d.parent(name)
	if data, ok := root.read(rest); ok {
		return data, nil
	}
	f, err := root.OpenFile(rest, os.O_RDONLY|nonBlocking, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "open", Path: name, Err: notRegular(info)}
	}
	if info.Size() > MaxFile {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errTooLarge}
	}
	data := make([]byte, 0, info.Size()+1)
	for {
		n, err := f.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		if err == io.EOF {
			return data, nil
		}
		if err != nil {
			return nil, err
		}
		if len(data) > MaxFile {
			return nil, &fs.PathError{Op: "open", Path: name, Err: errTooLarge}
		}
		if len(data) == cap(data) {
			data = slices.Grow(data, len(data)+512)
		}
	}
}

func (d *Dir) ReadDir(name string) ([]fs.DirEntry, error) {
	root, rest := d.parent(name)
	f, err := root.OpenFile(rest, os.O_RDONLY|nonBlocking, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return bounded.ReadOpenDir(f, name, maxEntries)
}

// maxEntries is how many entries a directory may have.
const maxEntries = 1 << 20

// MaxFile is the largest file that is read, in bytes.
const MaxFile = 64 << 20

var errTooLarge = errors.New("the file is larger than 64 MiB")

func notRegular(info fs.FileInfo) error {
	if info.IsDir() {
		return errors.New("is a directory")
	}
	return errors.New("is not a regular file")
}

// Embedded is a tree of files that are part of the program. It has no links.
type Embedded struct{ FS fs.FS }

func (e Embedded) Lstat(name string) (fs.FileInfo, error)     { return fs.Stat(e.FS, name) }
func (e Embedded) ReadFile(name string) ([]byte, error)       { return fs.ReadFile(e.FS, name) }
func (e Embedded) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(e.FS, name) }
func (e Embedded) Readlink(name string) (string, error) {
	return "", &fs.PathError{Op: "readlink", Path: name, Err: fs.ErrInvalid}
}

// Visible shows only some files of a tree, and the directories that contain existing
// ones.
type Visible struct {
	tree  Tree
	files []string // sorted

	mu   sync.Mutex
	dirs map[string]bool // directories: whether they contain a file
	gone map[string]bool // of the named files: those that were not found
}

// NewVisible hides everything but the named files, which are sorted by their bytes.
func NewVisible(tree Tree, files []string) *Visible {
	return &Visible{tree: tree, files: files, dirs: map[string]bool{".": true}}
}

// inDir returns the files below a directory.
func (v *Visible) inDir(name string) []string {
	if name == "." {
		return v.files
	}
	// '0' is the byte after '/'.
	from, _ := slices.BinarySearch(v.files, name+"/")
	to, _ := slices.BinarySearch(v.files, name+"0")
	return v.files[from:to]
}

func (v *Visible) visible(name string) bool {
	if _, ok := slices.BinarySearch(v.files, name); ok {
		return true
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.leads(name)
}

// leads reports whether one of the files below a directory is there. As in Nix,
// a directory of which all files were deleted is not part of the source, even if
// it is there with files of other names.
func (v *Visible) leads(name string) bool {
	if known, ok := v.dirs[name]; ok {
		return known
	}
	found := false
	for files := v.inDir(name); len(files) > 0 && !found; {
		if v.gone[files[0]] {
			files = files[1:]
			continue
		}
		var broken string
		if found, broken = v.present(files[0]); broken != "" {
			next, _ := slices.BinarySearch(files, broken+"0")
			files = files[max(next, 1):]
		} else if !found {
			if v.gone == nil {
				v.gone = make(map[string]bool)
			}
			v.gone[files[0]] = true
		}
	}
	if len(v.dirs) < 1<<16 {
		v.dirs[name] = found
	}
	return found
}

// present reports whether a file exists itself, and not through a link; broken is a
// directory above it that does not exist or is not a directory.
func (v *Visible) present(name string) (ok bool, broken string) {
	for i := range len(name) {
		if name[i] != '/' {
			continue
		}
		if info, err := v.tree.Lstat(name[:i]); err != nil || !info.IsDir() {
			return false, name[:i]
		}
	}
	_, err := v.tree.Lstat(name)
	return err == nil, ""
}

// ErrHidden is wrapped by errors for files that exist but are not visible.
var ErrHidden = errors.New("exists but is not tracked by Git; `git add` it to make it part of the source")

func (v *Visible) check(op, name string) error {
	if v.visible(name) {
		return nil
	}
	err := error(fs.ErrNotExist)
	if _, statErr := v.tree.Lstat(name); statErr == nil {
		err = hidden{}
	}
	return &fs.PathError{Op: op, Path: name, Err: err}
}

// hidden is fs.ErrNotExist with a better message.
type hidden struct{}

func (hidden) Error() string        { return ErrHidden.Error() }
func (hidden) Is(target error) bool { return target == fs.ErrNotExist || target == ErrHidden }

func (v *Visible) Lstat(name string) (fs.FileInfo, error) {
	if err := v.check("stat", name); err != nil {
		return nil, err
	}
	return v.tree.Lstat(name)
}

func (v *Visible) ReadFile(name string) ([]byte, error) {
	if err := v.check("open", name); err != nil {
		return nil, err
	}
	return v.tree.ReadFile(name)
}

func (v *Visible) Readlink(name string) (string, error) {
	if err := v.check("readlink", name); err != nil {
		return "", err
	}
	return v.tree.Readlink(name)
}

func (v *Visible) ReadDir(name string) ([]fs.DirEntry, error) {
	if err := v.check("open", name); err != nil {
		return nil, err
	}
	entries, err := v.tree.ReadDir(name)
	if err != nil {
		return nil, err
	}
	prefix := ""
	if name != "." {
		prefix = name + "/"
	}
	files := v.inDir(name)
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool {
		path := prefix + e.Name()
		_, named := slices.BinarySearch(files, path)
		return !named && !v.visible(path)
	}), nil
}
