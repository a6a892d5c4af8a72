package source

import (
	"io/fs"
	"path"
	"slices"
	"strings"
)

// object is an entry that an evaluation put into the store. Nothing is copied: a copied
// tree is read at its source, and a text stays in the memory of its writer.
type object struct {
	// root is the copied file or directory: a path of a mounted tree, links followed.
	root string
	// kept are the names that a filter let in, relative to where the filter began,
	// which is above root by the step base; nil for all.
	kept Names
	base string
	// flat marks a file that is copied without its permissions.
	flat bool
	// text is the content of a file that is in no mounted tree.
	text func() string
}

// Names are names in a tree, as in io/fs.
type Names map[string]struct{}

// below joins two names in the manner of io/fs.
func below(dir, name string) string {
	switch {
	case dir == ".":
		return name
	case name == ".":
		return dir
	}
	return dir + "/" + name
}

// PutCopy makes a file or directory readable at a path directly in the store. from
// has its links followed. With kept it holds only these names below from, from itself
// being "."; with flat it is a file that is not executable.
func (f *FS) PutCopy(at, from string, kept Names, flat bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	o := &object{root: from, kept: kept, base: ".", flat: flat}
	if source, name := f.object(from); source != nil {
		// A copy of a copy is one of the same files.
		if o.text = source.text; o.text == nil {
			o.root = joinName(source.root, name)
		}
		o.flat = flat || source.flat
		if kept == nil && source.kept != nil {
			o.kept, o.base = source.kept, below(source.base, name)
		}
	}
	f.put(at, o)
}

// PutFile makes a text readable as a file directly in the store.
func (f *FS) PutFile(at string, text func() string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.put(at, &object{text: text, flat: true})
}

// put keeps the first object of a name: all of one name have the same content.
func (f *FS) put(at string, o *object) {
	if f.objects == nil {
		f.objects, f.store = make(map[string]*object), path.Dir(at)
	}
	if f.objects[at] == nil {
		f.objects[at] = o
	}
}

// object finds the object that p is, or is in, and the name of p in it.
func (f *FS) object(p string) (*object, string) {
	if f.objects == nil || !strings.HasPrefix(p, f.store) || len(p) <= len(f.store) || p[len(f.store)] != '/' {
		return nil, ""
	}
	name := "."
	if i := strings.IndexByte(p[len(f.store)+1:], '/'); i >= 0 {
		i += len(f.store) + 1
		p, name = p[:i], p[i+1:]
	}
	return f.objects[p], name
}

// joinName is the path of a name in the tree that is at a path.
func joinName(at, name string) string {
	if name == "." {
		return at
	}
	return join(at, name)
}

// findIn is find for a path in an object.
func (f *FS) findIn(o *object, op, p, name string) (Tree, string, error) {
	if o.text != nil {
		return textFile{o.text}, name, nil
	}
	inner := below(o.base, name)
	if o.kept != nil {
		if _, ok := o.kept[inner]; !ok {
			return nil, "", &fs.PathError{Op: op, Path: p, Err: fs.ErrNotExist}
		}
	}
	tree, real, err := f.findMounted(op, joinName(o.root, name))
	if err != nil {
		return nil, "", err
	}
	if o.kept != nil || o.flat {
		tree = picked{tree, o, inner}
	}
	return tree, real, nil
}

// Origin returns the path in a mounted tree that p was copied from, or p itself if it
// is not a copy. All links in p have been followed. ok is false for a text that is in
// no tree.
func (f *FS) Origin(p string) (origin string, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch o, name := f.object(p); {
	case o == nil:
		return p, true
	case o.text != nil:
		return p, false
	default:
		return joinName(o.root, name), true
	}
}

// picked is the tree behind one path of an object that does not show all of it.
type picked struct {
	Tree
	o    *object
	name string // of the path, from where the filter began
}

func (t picked) Lstat(name string) (fs.FileInfo, error) {
	info, err := t.Tree.Lstat(name)
	if err == nil && t.o.flat && info.Mode().IsRegular() {
		info = bareInfo{info.Name(), plainFile}
	}
	return info, err
}

func (t picked) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := t.Tree.ReadDir(name)
	if t.o.kept != nil {
		entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool {
			_, ok := t.o.kept[below(t.name, e.Name())]
			return !ok
		})
	}
	return entries, err
}

// textFile is a tree that is one file.
type textFile struct{ text func() string }

func (t textFile) Lstat(name string) (fs.FileInfo, error) {
	if name != "." {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
	}
	return bareInfo{name, plainFile}, nil
}

func (t textFile) ReadFile(name string) ([]byte, error) {
	if name != "." {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return []byte(t.text()), nil
}

func (t textFile) ReadDir(name string) ([]fs.DirEntry, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
}

func (t textFile) Readlink(name string) (string, error) {
	return "", &fs.PathError{Op: "readlink", Path: name, Err: fs.ErrInvalid}
}

const plainFile = fs.FileMode(0o444)
