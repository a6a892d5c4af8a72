package eval

import (
	"context"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"unsafe"

	"github.com/insomnia-pods/insomnia/go/nix/resolver"
	"github.com/insomnia-pods/insomnia/go/nix/source"
	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// Files that a text names by a path literal, `.nix` and `.json`, are read and
// parsed ahead, on another processor, while the text is evaluated. Nothing of that can be seen
// in a result: a file counts as read when evaluation imports it, its names are
// numbered then, and whatever goes wrong ahead is forgotten and done again.
const (
	aheadFile  = 256 << 10 // larger files are not read ahead
	aheadTotal = 16 << 20  // how much is read ahead in all
)

// ahead is the parsing that is ahead of an evaluation.
type ahead struct {
	parser
	sources *source.FS

	mu      sync.Mutex
	ctx     context.Context
	jobs    map[string]*job
	queue   []*job // the next one last
	left    int    // bytes that may still be read
	workers int
	most    int // workers at a time
	active  int // evaluations that go on, one inside the other
}

// job is a file to parse.
type job struct {
	path  string // as in the path literal
	state jobState

	file string // what importing the path reads
	real string // the same with all links followed
	text string
	tree *syntax.Tree
	json *jsonTree // instead of a tree
}

type jobState uint8

const (
	waiting jobState = iota
	working
	finished // with a tree, or without one when something is wrong
	taken    // by the evaluation, which does not wait for a worker
)

// parser is what a text is parsed with.
type parser struct {
	files   *syntax.FileSet
	globals map[string]int
	home    string
}

// parse reads an expression and resolves its variables. scope, if not nil, are
// the names of one more scope.
func (p *parser) parse(text, name, dir string, scope []string) (*syntax.Tree, error) {
	t, err := syntax.Parse(text, syntax.Options{Files: p.files, Name: name, Dir: dir, Home: p.home})
	if err != nil {
		return nil, err
	}
	err = resolver.Resolve(t, resolver.Options{Files: p.files, Globals: p.globals, Outer: scope})
	t.Seal()
	return t, err
}

func newAhead(p parser, sources *source.FS) *ahead {
	return &ahead{
		parser: p, sources: sources, jobs: make(map[string]*job), left: aheadTotal,
		most: min(runtime.GOMAXPROCS(0)-1, 3), // one processor is the evaluation's
	}
}

// begin says that an evaluation goes on from here; end that it does not. In
// between nothing is parsed ahead.
func (a *ahead) begin(ctx context.Context) {
	a.mu.Lock()
	a.active++
	a.ctx = ctx
	a.start()
	a.mu.Unlock()
}

func (a *ahead) end() {
	a.mu.Lock()
	a.active--
	a.mu.Unlock()
}

// want puts files at the head of the queue, the first of them foremost.
func (a *ahead) want(paths, more []string) {
	if len(paths)+len(more) == 0 || a.most < 1 {
		return
	}
	a.mu.Lock()
	for _, list := range [...][]string{more, paths} {
		for _, p := range slices.Backward(list) {
			a.queue = append(a.queue, a.job(p))
		}
	}
	a.start()
	a.mu.Unlock()
}

func (a *ahead) job(p string) *job {
	j := a.jobs[p]
	if j == nil {
		j = &job{path: p}
		a.jobs[p] = j
	}
	return j
}

// start adds workers. The caller holds the lock.
func (a *ahead) start() {
	for n := min(len(a.queue), a.most); a.active > 0 && a.workers < n; a.workers++ {
		go a.work()
	}
}

func (a *ahead) work() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for a.active > 0 && len(a.queue) > 0 && a.left > 0 && a.ctx.Err() == nil {
		j := a.queue[len(a.queue)-1]
		a.queue = a.queue[:len(a.queue)-1]
		if j.state != waiting {
			continue
		}
		j.state = working
		a.mu.Unlock()
		parsed := a.parseFile(j.path)
		a.mu.Lock()
		a.left -= len(parsed.text)
		if j.state == taken {
			continue
		}
		parsed.state = finished
		*j = parsed
		if j.tree != nil {
			// What is not known to be needed comes last.
			var later []*job
			for _, p := range slices.Backward(j.tree.Paths) {
				if a.jobs[p] == nil {
					later = append(later, a.job(p))
				}
			}
			a.queue = append(later, a.queue...)
		}
	}
	a.workers--
}

// parseFile does a job as far as nothing is wrong with it.
func (a *ahead) parseFile(p string) job {
	j := job{path: p}
	file := p
	json := strings.HasSuffix(file, ".json")
	if !json {
		var err error
		if file, err = importFile(a.sources, p); err != nil {
			return j
		}
	}
	real, err := a.sources.Resolve(file)
	if err != nil {
		return j
	}
	if info, err := a.sources.Lstat(real); err != nil || !info.Mode().IsRegular() || info.Size() > aheadFile {
		return j
	}
	data, err := a.sources.ReadFile(real)
	if err != nil {
		return j
	}
	text := asString(data)
	if json {
		if tree := parseJSONTree(text); tree != nil {
			j.file, j.real, j.text, j.json = file, real, text, tree
		}
		return j
	}
	tree, err := a.parse(text, file, path.Dir(file), nil)
	if err != nil {
		return j
	}
	j.file, j.real, j.text, j.tree = file, real, text, tree
	return j
}

// take gives a file that was parsed ahead, or nil; nobody else gets it then.
func (a *ahead) take(p, file string) *job {
	a.mu.Lock()
	defer a.mu.Unlock()
	j := a.jobs[p]
	if j == nil {
		return nil
	}
	ready := j.state == finished && (j.tree != nil || j.json != nil) && j.file == file
	j.state = taken
	if !ready {
		return nil
	}
	return j
}

// asString takes over bytes that nobody else has.
func asString(data []byte) string { return unsafe.String(unsafe.SliceData(data), len(data)) }

// importFile is the file that importing a path reads: links of the last step
// are followed, so that relative paths in the file start from where it was
// imported from, and a directory stands for its default.nix. With an error comes
// the path that it is about.
func importFile(sources *source.FS, p string) (string, error) {
	for range maxImportLinks {
		info, err := sources.Lstat(p)
		if err != nil {
			return p, err
		}
		if info.Mode()&fs.ModeSymlink != 0 {
			target, err := sources.Readlink(p)
			if err != nil {
				return p, err
			}
			if !path.IsAbs(target) {
				target = path.Join(path.Dir(p), target)
			}
			p = path.Clean(target)
			continue
		}
		if info.IsDir() {
			return strings.TrimSuffix(p, "/") + "/default.nix", nil
		}
		return p, nil
	}
	return p, &fs.PathError{Op: "import", Path: p, Err: errManyLinks}
}
