package sandbox

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// Limits on the search for the files of denyRead and maskedFiles. They are variables for
// tests.
var (
	maxLooked  = 500_000          // directory entries
	maxSearch  = 10 * time.Second // for the whole search
	maxDenied  = 1000             // files and directories; each is a mount
	maxEntries = 200_000          // of one directory
)

// denial is a file or directory that may not be read.
type denial struct {
	path string // real
	dir  bool
	// masked is set if only its values may not be read.
	masked bool
}

// denials returns the files and directories that denyRead and maskedFiles match now. They
// are sorted by path, and none is below another. A link that matches denies its target.
// Other names of a matching file (hard links) are found where the agent may write.
// problem explains why the list is incomplete; it is empty if it is complete.
func (s *Spec) denials() (found []denial, problem string) {
	at, err := grammar.NewPlaces(s.Workspace, s.Home, false)
	if err != nil {
		return nil, err.Error()
	}
	w := search{spec: s, at: at, found: map[string]bool{}, links: map[file]bool{}, deadline: time.Now().Add(maxSearch)}
	globs := map[string][]grammar.FileGlob{}
	for _, text := range s.Manifest.Sandbox.DenyRead {
		glob, err := grammar.ParseFileGlob(string(text))
		if err != nil {
			return nil, err.Error()
		}
		for _, start := range glob.Starts(s.Workspace, s.Home) {
			globs[start] = append(globs[start], glob)
		}
	}
	starts := make([]string, 0, len(globs))
	for start := range globs {
		starts = append(starts, start)
	}
	slices.Sort(starts)
	for _, start := range starts {
		w.start(start, globs[start])
	}
	denied := maps.Clone(w.found)
	for _, masked := range s.Manifest.Sandbox.MaskedFiles {
		w.deny(s.place(string(masked)))
	}
	masked := maps.Clone(w.found)
	w.otherNames()
	paths := make([]string, 0, len(w.found))
	for path := range w.found {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	for _, path := range paths {
		if above := filepath.Dir(path); !w.below(above) {
			_, before := denied[path]
			dir, named := masked[path]
			found = append(found, denial{path, w.found[path], named && !before && !dir})
		}
	}
	if len(found) > maxDenied && w.problem == "" {
		w.problem = fmt.Sprintf("it matches %d files, and at most %d can be kept from being read", len(found), maxDenied)
	}
	return found[:min(len(found), maxDenied)], w.problem
}

// file identifies a file by other means than its names.
type file struct{ device, inode uint64 }

type search struct {
	spec     *Spec
	at       grammar.Places
	looked   int
	deadline time.Time
	found    map[string]bool // real path -> whether it is a directory
	links    map[file]bool   // files with several names
	problem  string
}

func (w *search) start(path string, globs []grammar.FileGlob) {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		w.walk(path, real, globs)
	}
}

// walk searches a directory for matches of globs. written is its path as the globs see
// it, real is its actual path.
func (w *search) walk(written, real string, globs []grammar.FileGlob) {
	path, err := grammar.ParsePath(written)
	if err != nil || w.problem != "" || w.system(real) {
		return
	}
	if slices.ContainsFunc(globs, func(g grammar.FileGlob) bool { return g.MatchPath(path, w.at) }) {
		w.deny(real)
		return
	}
	var below []grammar.FileGlob
	for _, g := range globs {
		if g.MatchBelow(path, w.at) {
			below = append(below, g)
		}
	}
	if len(below) == 0 {
		return
	}
	for _, entry := range w.entries(real) {
		name := strings.TrimSuffix(written, "/") + "/" + entry.Name()
		if entry.IsDir() {
			w.walk(name, filepath.Join(real, entry.Name()), below)
			continue
		}
		if !slices.ContainsFunc(below, func(g grammar.FileGlob) bool { return g.MatchName(entry.Name()) }) {
			continue
		}
		path, err := grammar.ParsePath(name)
		if err == nil && slices.ContainsFunc(below, func(g grammar.FileGlob) bool { return g.MatchPath(path, w.at) }) {
			w.deny(filepath.Join(real, entry.Name()))
		}
	}
}

// system reports whether a directory has no files of the user, or is hidden anyway.
func (w *search) system(real string) bool {
	for _, dir := range []string{"/proc", "/sys", "/dev"} {
		if contains(dir, real) {
			return true
		}
	}
	return slices.ContainsFunc(w.spec.Hidden, func(dir string) bool { return contains(dir, real) })
}

// entries lists a directory; it returns nothing if the directory is unreadable or a limit
// is reached.
func (w *search) entries(dir string) []fs.DirEntry {
	if w.problem != "" {
		return nil
	}
	list, err := bounded.ReadDir(dir, maxEntries)
	if err != nil && bounded.Reason(err) == bounded.ErrTooLarge {
		w.problem = fmt.Sprintf("`%s` has too many entries to look at", dir)
	}
	w.looked += len(list)
	if w.looked > maxLooked || time.Now().After(w.deadline) {
		w.problem = fmt.Sprintf("there is too much to look at (`%s` was the last directory)", dir)
		return nil
	}
	return list
}

// deny denies reading a file, a directory, or the target of a link.
func (w *search) deny(path string) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return
	}
	info, err := os.Lstat(real)
	if err != nil || w.system(real) || real == "/" {
		return
	}
	// A link could lead to a directory that everything needs.
	if real != path && (contains(real, w.spec.Workspace) || contains(real, w.spec.Home)) {
		return
	}
	w.found[real] = info.IsDir()
	w.named(info)
	if info.IsDir() {
		w.inside(real)
	}
}

// inside records the files with several names in a directory that is denied as a whole.
func (w *search) inside(dir string) {
	for _, entry := range w.entries(dir) {
		if entry.IsDir() {
			w.inside(filepath.Join(dir, entry.Name()))
		} else if info, err := entry.Info(); err == nil {
			w.named(info)
		}
	}
}

func (w *search) named(info fs.FileInfo) {
	if id, several := identity(info); several {
		w.links[id] = true
	}
}

// otherNames finds other names of denied files where the agent may write.
func (w *search) otherNames() {
	if len(w.links) == 0 {
		return
	}
	dirs, _ := w.spec.writable()
	for _, dir := range append(dirs, w.spec.Workspace) {
		if dir != "/" {
			w.names(dir)
		}
	}
}

func (w *search) names(dir string) {
	if w.below(dir) || w.system(dir) {
		return
	}
	for _, entry := range w.entries(dir) {
		path := filepath.Join(dir, entry.Name())
		if entry.IsDir() {
			w.names(path)
		} else if entry.Type().IsRegular() {
			if info, err := entry.Info(); err == nil {
				if id, several := identity(info); several && w.links[id] {
					w.found[path] = false
				}
			}
		}
	}
}

// below reports whether a path is a denied directory or in one.
func (w *search) below(path string) bool {
	for ; path != "/"; path = filepath.Dir(path) {
		if w.found[path] {
			return true
		}
	}
	return false
}
