package resolve

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate/nix"
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

func newTree(root string, lock func() *lockFile, library fs.FS) *tree {
	inputs := sync.OnceValue(func() map[string]string { return lock().storeNames() })
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
	case t.root != "" && within(t.root, file):
		at.Source = t.quote(file)
		return at, true
	case t.store && within(storeDir, file):
		return at, true
	}
	// A folder that replaces an input, or a downloaded source.
	at.Source = t.quote(file)
	return at, at.Source != nil
}

const storeDir = "/nix/store"

// within reports whether a clean absolute path is that of a folder or of something in it.
func within(folder, path string) bool {
	if !filepath.IsAbs(path) || filepath.Clean(path) != path {
		return false
	}
	rel, err := filepath.Rel(folder, path)
	return err == nil && filepath.IsLocal(rel)
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
			if _, rel, ok := strings.Cut(rest, "»/"); ok && filepath.IsLocal(rel) && exists(filepath.Join(t.root, rel)) {
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
	stored, ok1 := readBelow(filepath.Join(storeDir, name), rel, maxQuoted)
	local, ok2 := readBelow(t.root, rel, maxQuoted)
	return ok1 && ok2 && bytes.Equal(stored, local)
}

// readBelow reads a file of a folder; no link and no name leads out of it.
func readBelow(folder, rel string, limit int64) ([]byte, bool) {
	root, err := bounded.OpenRoot(folder)
	if err != nil {
		return nil, false
	}
	defer root.Close()
	data, err := root.ReadFile(filepath.FromSlash(rel), limit)
	return data, err == nil
}

// maxQuoted is the largest file that is read to be quoted or compared.
const maxQuoted = 1 << 20

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

// lockFile is what we read of a flake.lock.
type lockFile struct {
	Root  string              `json:"root"`
	Nodes map[string]lockNode `json:"nodes"`
}

type lockNode struct {
	Inputs map[string]json.RawMessage `json:"inputs"`
	Locked *lockedRef                 `json:"locked"`
}

type lockedRef struct {
	Type    string `json:"type"`
	Owner   string `json:"owner"`
	Repo    string `json:"repo"`
	Rev     string `json:"rev"`
	Ref     string `json:"ref"`
	URL     string `json:"url"`
	Path    string `json:"path"`
	Host    string `json:"host"`
	NarHash string `json:"narHash"`
}

const lockName = "flake.lock"

// maxLock is the largest flake.lock that is read.
const maxLock = 16 << 20

// readLock reads the flake.lock of a folder in a source tree; nil when there is
// none to read. No link leads out of the tree.
func readLock(tree, dir string) *lockFile {
	data, ok := readLockFile(tree, dir)
	if !ok {
		return nil
	}
	var l lockFile
	if json.Unmarshal(data, &l) != nil {
		return nil
	}
	return &l
}

func readLockFile(tree, dir string) ([]byte, bool) {
	rel, err := filepath.Rel(tree, dir)
	if err != nil {
		return nil, false
	}
	return readBelow(tree, filepath.Join(rel, lockName), maxLock)
}

// inputNames are the flake's own inputs.
func (l *lockFile) inputNames() []string {
	if l == nil {
		return nil
	}
	return sortedKeys(l.Nodes[l.Root].Inputs)
}

// storeNames are the names of the store paths that the locked inputs have.
func (l *lockFile) storeNames() map[string]string {
	names := map[string]string{}
	if l == nil {
		return names
	}
	for name, node := range l.Nodes {
		if node.Locked == nil {
			continue
		}
		if path, err := sourceStoreName(node.Locked.NarHash); err == nil {
			names[path] = name
		}
	}
	return names
}

// fetchURL is the flake reference that downloads exactly this node.
func (l *lockedRef) fetchURL() string {
	query := func(url string) string {
		sep := "?"
		if strings.Contains(url, "?") {
			sep = "&"
		}
		if l.Ref != "" {
			url += sep + "ref=" + l.Ref
			sep = "&"
		}
		if l.Rev != "" {
			url += sep + "rev=" + l.Rev
		}
		return url
	}
	switch l.Type {
	case "github", "gitlab", "sourcehut":
		url := l.Type + ":" + l.Owner + "/" + l.Repo + "/" + l.Rev
		if l.Host != "" {
			url += "?host=" + l.Host
		}
		return url
	case "git":
		return query("git+" + l.URL)
	case "hg":
		return query("hg+" + l.URL)
	case "tarball":
		// Old versions know archives by their names alone.
		if path, _, _ := strings.Cut(l.URL, "?"); archiveName.Get().MatchString(path) {
			return l.URL
		}
		return "tarball+" + l.URL
	case "file":
		return "file+" + l.URL
	}
	return ""
}

var archiveName = pattern.Lazy{Text: `\.(zip|tar|tgz|tar\.(gz|xz|bz2|zst))$`}

// locks finds the node that a message of Nix means by this input.
func (l *lockFile) find(printed string) *lockedRef {
	if l == nil {
		return nil
	}
	for _, name := range sortedKeys(l.Nodes) {
		locked := l.Nodes[name].Locked
		if locked == nil || locked.fetchURL() == "" {
			continue
		}
		if sameInput(printed, locked.fetchURL()) {
			return locked
		}
	}
	return nil
}

// sameInput compares two references but for narHash and the prefix that
// tarballs may go without.
func sameInput(a, b string) bool {
	normal := func(s string) string {
		base, query, _ := strings.Cut(s, "?")
		base = strings.TrimPrefix(strings.TrimPrefix(base, "tarball+"), "file+")
		var kept []string
		for _, p := range strings.Split(query, "&") {
			if strings.HasPrefix(p, "rev=") || strings.HasPrefix(p, "host=") {
				kept = append(kept, p)
			}
		}
		return base + "?" + strings.Join(kept, "&")
	}
	return normal(a) == normal(b)
}
