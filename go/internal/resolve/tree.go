package resolve

import (
	"bytes"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate/nix"
	"github.com/insomnia-pods/insomnia/go/internal/locate"
	"github.com/insomnia-pods/insomnia/go/internal/pattern"
	"github.com/insomnia-pods/insomnia/go/nix/eval"
)

var storeFile = pattern.Lazy{Text: `/nix/store/([0-9a-z]{32}-[^/'"\s«»:]+)(/[^'"\s«»:]*)?`}

// tree maps places in the store copy of a source to the folder it was copied
// from. A store path is taken for a copy when one of its files has the same
// content as the file of that name in the folder.
type tree struct {
	root   string                   // the folder that was copied; empty when it is not local
	inputs func() map[string]string // store path name of a locked input: the input's name
	copies map[string]bool          // store path name: is it a copy of root
	misses int                      // how often a store path was none
	// library is the embedded library: a flake may hold a copy of it.
	library fs.FS
	quoter
	// store says that sources are copies in the Nix store, which positions name.
	store bool
}

func newTree(root string, lock func() *locate.Lock, library fs.FS) *tree {
	inputs := sync.OnceValue(func() map[string]string { return lock().StoreNames() })
	return &tree{root: root, inputs: inputs, copies: map[string]bool{}, library: library}
}

func (t *tree) place(p position) (diag.Position, bool) {
	if !strings.HasPrefix(p.File, "/") && !strings.HasPrefix(p.File, "«") {
		return diag.Position{}, false
	}
	file := t.file(p.File)
	at := diag.Position{File: file, Line: p.Line, Column: p.Column, Note: p.Note}
	switch {
	case strings.HasPrefix(file, "input:"):
		return at, true
	case t.root != "" && locate.Within(t.root, file):
		at.Source = t.quote(file)
		return at, true
	case t.store && locate.Within(locate.StoreDir, file):
		return at, true
	}
	// A folder that replaces an input, or a downloaded source.
	at.Source = t.quote(file)
	return at, at.Source != nil
}

// quoter finds the texts that a report quotes lines of, and keeps them, so that
// a file is read once for all of a report.
type quoter struct {
	// find returns the source of a file, or nil for one that the evaluation did
	// not read or may not read; nil where nothing is quoted.
	find  func(file string) *diag.Source
	known map[string]*diag.Source
}

func (q *quoter) quote(file string) *diag.Source {
	if q.find == nil {
		return nil
	}
	source, ok := q.known[file]
	if !ok {
		if q.known == nil {
			q.known = map[string]*diag.Source{}
		}
		source = q.find(file)
		q.known[file] = source
	}
	return source
}

// readBy quotes the files that an evaluation has read, from its memory.
func readBy(ev *eval.Evaluator) func(file string) *diag.Source {
	return func(file string) *diag.Source {
		if text, ok := ev.Text(filepath.ToSlash(file)); ok {
			return diag.NewSource(text)
		}
		return nil
	}
}

// file maps one file name.
func (t *tree) file(name string) string {
	m := storeFile.Get().FindStringSubmatch(name)
	if m == nil || !strings.HasPrefix(name, "/nix/store/") {
		// Newer versions show the flake instead: «git+file:///src»/flake.nix.
		if rest, ok := strings.CutPrefix(name, "«"); ok && t.root != "" {
			if _, rel, ok := strings.Cut(rest, "»/"); ok && filepath.IsLocal(rel) && locate.Exists(filepath.Join(t.root, rel)) {
				return filepath.Join(t.root, rel)
			}
		}
		return name
	}
	rel := strings.TrimPrefix(name, "/nix/store/"+m[1])
	if input, ok := t.inputs()[m[1]]; ok {
		return "input:" + input + rel
	}
	if t.isCopy(m[1], rel) {
		return filepath.Join(t.root, rel)
	}
	return name
}

func (t *tree) isCopy(name, rel string) bool {
	if t.root == "" || t.inputs()[name] != "" {
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

// sameFile compares a file of a store path with the folder's. Both names may be
// what a profile wrote, so neither leads out of its folder.
func (t *tree) sameFile(name, rel string) bool {
	rel = strings.TrimPrefix(rel, "/")
	if rel == "" {
		return false
	}
	stored, ok1 := locate.ReadBelow(filepath.Join(locate.StoreDir, name), rel, locate.MaxQuoted)
	local, ok2 := locate.ReadBelow(t.root, rel, locate.MaxQuoted)
	return ok1 && ok2 && bytes.Equal(stored, local)
}

// text maps the file names inside a message.
func (t *tree) text(message string) string {
	if !strings.Contains(message, "/nix/store/") {
		return message
	}
	return storeFile.Get().ReplaceAllStringFunc(message, t.file)
}

// own tells whether a mapped file is the author's, and not the library's.
func (t *tree) own(file string) bool {
	if t.root == "" {
		return strings.HasPrefix(file, "/")
	}
	rel, err := filepath.Rel(t.root, file)
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

const maxPlaces = 4

// places finds where an evaluation failed, innermost first: the author's own
// files, or else whatever there is. The library marks what it evaluates of the
// author's with contexts: `insomnia-at=FILE:LINE:COLUMN` around a definition,
// `insomnia-layer=FILE` around a layer.
func places(frames []nix.Frame, in sources, own func(string) bool) []diag.Position {
	var mine, layers, others []diag.Position
	seen := map[string]bool{}
	add := func(named position) {
		p, ok := in.place(named)
		if !ok {
			return
		}
		key := p.File + ":" + strconv.Itoa(p.Line)
		if seen[key] {
			return
		}
		seen[key] = true
		if own(p.File) {
			mine = append(mine, p)
		} else {
			others = append(others, p)
		}
	}
	for _, frame := range frames {
		if m := definitionContext.Get().FindStringSubmatch(frame.Message); m != nil {
			line, _ := strconv.Atoi(m[2])
			column, _ := strconv.Atoi(m[3])
			add(position{File: m[1], Line: line, Column: column})
			continue
		}
		if layer, ok := strings.CutPrefix(frame.Message, "insomnia-layer="); ok {
			layers = append(layers, placesOf(in, position{File: layer, Note: "in this layer"})...)
			continue
		}
		if !strings.HasPrefix(frame.File, "/") && !strings.HasPrefix(frame.File, "«") || frame.File == "«string»" {
			continue
		}
		// What Nix was doing there differs between versions and says little.
		add(position{File: frame.File, Line: frame.Line, Column: frame.Column})
	}
	for _, list := range [][]diag.Position{mine, layers, others} {
		if len(list) > 0 {
			return list[:min(len(list), maxPlaces)]
		}
	}
	return nil
}

var definitionContext = pattern.Lazy{Text: `^insomnia-at=(.+):(\d+):(\d+)$`}
