package gitrepo

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
)

// Limits of files with patterns. Where a limit is passed, or a file cannot be
// read, what it would have decided counts as ignored.
const (
	maxPatternFile = 1 << 20
	maxPatterns    = 20_000
	maxPattern     = 4096       // a longer one matches nothing
	maxSteps       = 50_000_000 // of comparing patterns with paths, for one Repo
)

// ignores remembers what is known of the directories of a work tree.
type ignores struct {
	mu     sync.Mutex
	once   bool
	user   ignoreFile            // the user's own file, weakest
	info   ignoreFile            // .git/info/exclude
	dirs   map[string]*ignoreDir // by path, "." for the top
	budget int
}

type ignoreDir struct {
	above   *ignoreDir
	ignored bool // the directory, and so all below it
	file    ignoreFile
}

// ignoreFile is one file of patterns.
type ignoreFile struct {
	base     string // the directory it is in, "" for the top
	patterns []ignorePattern
	all      bool // the file cannot be read, or has too many patterns
}

type ignorePattern struct {
	negated   bool
	directory bool   // only directories match
	anywhere  bool   // compared with the last step of a path
	text      string // for anywhere
	glob      glob   // else
}

// Visible reports whether a path is part of the work tree as its author means
// it: tracked, or not ignored. Never visible are `.git`, wherever it is, and
// names outside of the work tree. rel is slash-separated and relative to the root; "." is
// visible. A directory is visible where a tracked file is below it.
func (r *Repo) Visible(rel string) bool {
	if rel == "." {
		return true
	}
	if !validName(rel) {
		return false
	}
	if tracked, err := r.IsTracked(rel); err != nil || tracked {
		return err == nil
	}
	return !r.Ignored(rel)
}

// Ignored reports whether git would leave out an untracked file: .gitignore files on
// the way, .git/info/exclude, and the user's own excludes. The repository's
// configuration is not used. Files that cannot be decided count as ignored.
func (r *Repo) Ignored(rel string) bool {
	rel = path.Clean(rel)
	if rel == "." {
		return false
	}
	if !validName(rel) {
		return true
	}
	in := &r.ignores
	in.mu.Lock()
	defer in.mu.Unlock()
	r.prepareIgnores()
	dir := r.ignoreDir(path.Dir(rel))
	return dir.ignored || in.decide(dir, rel, func() bool { return r.isDir(rel) }, r.format.ignoreCase)
}

func (r *Repo) isDir(rel string) bool {
	work, err := r.work()
	if err != nil {
		return false
	}
	info, err := work.Lstat(filepath.FromSlash(rel))
	return err == nil && info.IsDir()
}

func (r *Repo) prepareIgnores() {
	in := &r.ignores
	if in.once {
		return
	}
	in.once, in.budget = true, maxSteps
	in.dirs = make(map[string]*ignoreDir)
	if file := userFormat().excludesFile; file != "" {
		in.user = readIgnoreFile(bounded.ReadFile, file, "", r.format.ignoreCase)
	}
	in.info = readIgnoreFile(r.readCommon, filepath.Join(r.common, "info", "exclude"), "", r.format.ignoreCase)
}

// ignoreDir is a directory with the patterns in it, found from the top down.
func (r *Repo) ignoreDir(name string) *ignoreDir {
	in := &r.ignores
	if d := in.dirs[name]; d != nil {
		return d
	}
	d := &ignoreDir{}
	base := ""
	if name != "." {
		d.above = r.ignoreDir(path.Dir(name))
		d.ignored = d.above.ignored || in.decide(d.above, name, func() bool { return true }, r.format.ignoreCase)
		base = name
	}
	if !d.ignored {
		d.file = readIgnoreFile(r.readWorkTreeFile, path.Join(name, ".gitignore"), base, r.format.ignoreCase)
	}
	if len(in.dirs) < 1<<16 {
		in.dirs[name] = d
	}
	return d
}

// decide finds the last pattern that matches, from the innermost file on.
func (in *ignores) decide(dir *ignoreDir, rel string, isDir func() bool, fold bool) bool {
	asked, directory := false, false
	is := func() bool {
		if !asked {
			asked, directory = true, isDir()
		}
		return directory
	}
	try := func(f *ignoreFile) (ignored, decided bool) {
		if ignored, decided = f.decide(rel, is, fold, &in.budget); f.all || in.budget < 0 {
			return true, true
		}
		return ignored, decided
	}
	for d := dir; d != nil; d = d.above {
		if ignored, decided := try(&d.file); decided {
			return ignored
		}
	}
	if ignored, decided := try(&in.info); decided {
		return ignored
	}
	ignored, _ := try(&in.user)
	return ignored
}

func (f *ignoreFile) decide(rel string, isDir func() bool, fold bool, budget *int) (ignored, decided bool) {
	name := path.Base(rel)
	below := rel
	if f.base != "" {
		below = strings.TrimPrefix(rel, f.base+"/")
	}
	for i := len(f.patterns) - 1; i >= 0; i-- {
		p := &f.patterns[i]
		matches := false
		if p.anywhere {
			matches = matchStep(p.text, name, fold, budget)
		} else {
			matches = p.glob.match(below, fold, budget)
		}
		if matches && (!p.directory || isDir()) {
			return !p.negated, true
		}
	}
	return false, false
}

func readIgnoreFile(read func(string, int64) ([]byte, error), file, base string, fold bool) ignoreFile {
	out := ignoreFile{base: base}
	data, err := read(file, maxPatternFile)
	if err != nil {
		out.all = !absent(err) && !isDirectory(file)
		return out
	}
	out.patterns, out.all = parseIgnores(string(data), fold)
	return out
}

// readWorkTreeFile reads a file that git reads of the work tree. As there, a
// link counts as absent, and so does a directory.
func (r *Repo) readWorkTreeFile(name string, limit int64) ([]byte, error) {
	work, err := r.work()
	if err != nil {
		return nil, err
	}
	name = filepath.FromSlash(name)
	info, err := work.Lstat(name)
	if err == nil && (info.IsDir() || info.Mode()&fs.ModeSymlink != 0) {
		err = &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	if err != nil {
		return nil, err
	}
	return work.ReadFile(name, limit)
}

// absent reports whether an error means that a file does not exist, or that its
// directory is not a directory.
func absent(err error) bool { return errors.Is(err, fs.ErrNotExist) || errors.Is(err, errNotDir) }

func isDirectory(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.IsDir()
}

// parseIgnores reads the lines of a .gitignore; tooMany is true past the limit.
func parseIgnores(text string, fold bool) (patterns []ignorePattern, tooMany bool) {
	text = strings.TrimPrefix(text, "\uFEFF")
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		if strings.HasPrefix(line, "#") {
			continue
		}
		if i := strings.IndexByte(line, 0); i >= 0 {
			line = line[:i]
		}
		line = trimBlanks(line)
		p := ignorePattern{}
		if p.negated = strings.HasPrefix(line, "!"); p.negated {
			line = line[1:]
		}
		line, p.directory = strings.CutSuffix(line, "/")
		if line == "" || len(line) > maxPattern {
			continue
		}
		if p.anywhere = !strings.Contains(line, "/"); p.anywhere {
			p.text = line
			if g := parseGlob(line, fold); g.never {
				continue
			}
		} else {
			p.glob = parseGlob(strings.TrimPrefix(line, "/"), fold)
		}
		if len(patterns) == maxPatterns {
			return nil, true
		}
		patterns = append(patterns, p)
	}
	return patterns, false
}

// trimBlanks removes spaces at the end, unless a backslash is before them.
func trimBlanks(line string) string {
	keep := 0
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case ' ':
		case '\\':
			i++
			keep = min(i+1, len(line))
		default:
			keep = i + 1
		}
	}
	return line[:keep]
}
