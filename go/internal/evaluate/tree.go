package evaluate

import (
	"bytes"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/locate"
	"github.com/insomnia-pods/insomnia/go/internal/pattern"
	"github.com/insomnia-pods/insomnia/go/nix/flake"
)

// StorePathPattern matches a store path: the name of its source, and the file below.
const StorePathPattern = `/nix/store/([0-9a-z]{32}-[^/'"\s«»:]+)(/[^'"\s«»:]*)?`

var storeFile = pattern.Lazy{Text: StorePathPattern}

// Tree maps places in the store copy of a source to the folder it was copied
// from. A store path is taken for a copy when one of its files has the same
// content as the file of that name in the folder.
type Tree struct {
	Root   string                   // the folder that was copied; empty when it is not local
	inputs func() map[string]string // store path name of a locked input: the input's name
	copies map[string]bool          // store path name: is it a copy of root
	misses int                      // how often a store path was none
	// library is the embedded library: a flake may hold a copy of it.
	library fs.FS
	Quoter
	// Store is set if sources are copies in the Nix store, which positions name.
	Store bool
}

// NewTree makes the Tree of a flake. lock reads its lock, when that is wanted.
func NewTree(root string, lock func() *flake.Lock, library fs.FS) *Tree {
	inputs := sync.OnceValue(func() map[string]string { return locate.StoreNames(lock()) })
	return &Tree{Root: root, inputs: inputs, copies: map[string]bool{}, library: library}
}

func (t *Tree) Place(p Position) (diag.Position, bool) {
	if !strings.HasPrefix(p.File, "/") && !strings.HasPrefix(p.File, "«") {
		return diag.Position{}, false
	}
	file := t.File(t.origin(p.File))
	at := diag.Position{File: file, Line: p.Line, Column: p.Column, Note: p.Note}
	switch {
	case strings.HasPrefix(file, "input:"):
		return at, true
	case t.Root != "" && locate.Within(t.Root, file):
		at.Source = t.Quote(file)
		return at, true
	case t.Store && locate.Within(locate.StoreDir, file):
		return at, true
	}
	// A folder that replaces an input, or a downloaded source.
	at.Source = t.Quote(file)
	return at, at.Source != nil
}

// IsInput reports whether a store path is that of a locked input.
func (t *Tree) IsInput(name string) bool {
	_, ok := t.inputs()[name]
	return ok
}

// File maps one file name.
func (t *Tree) File(name string) string {
	m := storeFile.Get().FindStringSubmatch(name)
	if m == nil || !strings.HasPrefix(name, "/nix/store/") {
		// Newer versions show the flake instead: «git+file:///src»/flake.nix.
		if rest, ok := strings.CutPrefix(name, "«"); ok && t.Root != "" {
			if _, rel, ok := strings.Cut(rest, "»/"); ok && filepath.IsLocal(rel) && locate.Exists(filepath.Join(t.Root, rel)) {
				return filepath.Join(t.Root, rel)
			}
		}
		return name
	}
	rel := strings.TrimPrefix(name, "/nix/store/"+m[1])
	if input, ok := t.inputs()[m[1]]; ok {
		return "input:" + input + rel
	}
	if t.isCopy(m[1], rel) {
		return filepath.Join(t.Root, rel)
	}
	return name
}

func (t *Tree) isCopy(name, rel string) bool {
	if t.Root == "" || t.inputs()[name] != "" {
		return false
	}
	if t.copies[name] {
		return true
	}
	if t.misses > mostMisses {
		return false // a message may name any number of store paths
	}
	if t.sameFile(name, rel) || t.sameFile(name, "/flake.nix") {
		t.copies[name] = true
		return true
	}
	t.misses++
	return false
}

const mostMisses = 100

// sameFile compares a file of a store path with the folder's. A profile may have
// written both names, so neither may escape its directory.
func (t *Tree) sameFile(name, rel string) bool {
	rel = strings.TrimPrefix(rel, "/")
	if rel == "" {
		return false
	}
	stored, ok1 := locate.ReadBelow(filepath.Join(locate.StoreDir, name), rel, locate.MaxQuoted)
	local, ok2 := locate.ReadBelow(t.Root, rel, locate.MaxQuoted)
	return ok1 && ok2 && bytes.Equal(stored, local)
}

// Text maps the file names inside a message.
func (t *Tree) Text(message string) string {
	if !strings.Contains(message, "/nix/store/") {
		return message
	}
	return storeFile.Get().ReplaceAllStringFunc(message, t.File)
}

// Own reports whether a mapped file is the author's, and not the library's.
func (t *Tree) Own(file string) bool {
	if t.Root == "" {
		return strings.HasPrefix(file, "/")
	}
	rel, err := filepath.Rel(t.Root, file)
	if err != nil || !filepath.IsLocal(rel) {
		return false
	}
	rel = filepath.ToSlash(rel)
	if !strings.HasPrefix(rel, "lib/") || t.library == nil {
		return true
	}
	_, err = fs.Stat(t.library, rel)
	return err != nil
}
