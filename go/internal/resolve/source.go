package resolve

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/nixcli"
	"github.com/insomnia-pods/insomnia/go/internal/pattern"
)

var storeFile = pattern.Lazy{Text: `/nix/store/([0-9a-z]{32}-[^/'"\s«»:]+)(/[^'"\s«»:]*)?`}

// tree maps places in the store copy of a source to the folder it was copied
// from. A store path is taken for a copy when one of its files has the same
// content as the file of that name in the folder.
type tree struct {
	root   string                   // the folder that was copied; empty when it is not local
	inputs func() map[string]string // store path name of a locked input: the input's name
	copies map[string]bool          // store path name: is it a copy of root
	// library is the embedded library: a flake may hold a copy of it.
	library fs.FS
}

func newTree(root string, lock func() *lockFile, library fs.FS) *tree {
	inputs := sync.OnceValue(func() map[string]string { return lock().storeNames() })
	return &tree{root: root, inputs: inputs, copies: map[string]bool{}, library: library}
}

func (t *tree) place(p position) diag.Position {
	return diag.Position{File: t.file(p.File), Line: p.Line, Column: p.Column, Note: p.Note}
}

// file maps one file name.
func (t *tree) file(name string) string {
	m := storeFile.Get().FindStringSubmatch(name)
	if m == nil || !strings.HasPrefix(name, "/nix/store/") {
		// Newer versions show the flake instead: «git+file:///src»/flake.nix.
		if rest, ok := strings.CutPrefix(name, "«"); ok && t.root != "" {
			if _, rel, ok := strings.Cut(rest, "»/"); ok && exists(filepath.Join(t.root, rel)) {
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
	for _, candidate := range []string{rel, "/flake.nix"} {
		if candidate == "" || candidate == "/" {
			continue
		}
		stored, err1 := os.ReadFile("/nix/store/" + name + candidate)
		local, err2 := os.ReadFile(filepath.Join(t.root, candidate))
		if err1 == nil && err2 == nil && bytes.Equal(stored, local) {
			t.copies[name] = true
			return true
		}
	}
	return false
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
func places(frames []nixcli.Frame, in sources, own func(string) bool) []diag.Position {
	var mine, layers, others []diag.Position
	seen := map[string]bool{}
	add := func(p diag.Position) {
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
			add(in.place(position{File: m[1], Line: line, Column: column}))
			continue
		}
		if layer, ok := strings.CutPrefix(frame.Message, "insomnia-layer="); ok {
			p := in.place(position{File: layer})
			p.Note = "in this layer"
			layers = append(layers, p)
			continue
		}
		if !strings.HasPrefix(frame.File, "/") && !strings.HasPrefix(frame.File, "«") || frame.File == "«string»" {
			continue
		}
		// What Nix was doing there differs between versions and says little.
		add(in.place(position{File: frame.File, Line: frame.Line, Column: frame.Column}))
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

// readLock reads the flake.lock of a folder; nil when there is none to read.
func readLock(dir string) *lockFile {
	data, err := os.ReadFile(filepath.Join(dir, lockName))
	if err != nil {
		return nil
	}
	var l lockFile
	if json.Unmarshal(data, &l) != nil {
		return nil
	}
	return &l
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
