package eval

import (
	"strings"
	"sync"

	"github.com/insomnia-pods/insomnia/go/nix/resolver"
	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// Programs keeps parsed texts, so that a text that many Evaluators read is
// parsed once; each takes a copy of the tree, and no value goes from one to another. It
// may be used from several goroutines. The zero value keeps 64 MiB of texts.
type Programs struct {
	// Max is how many bytes of texts are kept; what comes later is parsed each time.
	// 0 means 64 MiB.
	Max int

	mu    sync.Mutex
	known map[programKey]*syntax.Program
	size  int
}

// programKey is all that decides what a text means before it is evaluated.
type programKey struct {
	text, name, dir, home, globals string
	pipes                          bool
}

// get returns the Program of a text, or nil and the error that prevents one.
func (p *Programs) get(k programKey, globals map[string]int, work func(int)) (*syntax.Program, error) {
	p.mu.Lock()
	known := p.known[k]
	p.mu.Unlock()
	if known != nil {
		return known, nil
	}
	files := &syntax.FileSet{}
	t, err := syntax.Parse(k.text, syntax.Options{Files: files, Name: k.name, Dir: k.dir, Home: k.home, Pipes: k.pipes, Work: work})
	if err != nil {
		return nil, err
	}
	if err := resolver.Resolve(t, resolver.Options{Files: files, Globals: globals}); err != nil {
		return nil, err
	}
	made := t.Freeze(files)
	p.mu.Lock()
	defer p.mu.Unlock()
	limit := p.Max
	if limit == 0 {
		limit = 64 << 20
	}
	if p.size+len(k.text) <= limit {
		if p.known == nil {
			p.known = make(map[programKey]*syntax.Program)
		}
		p.known[k] = made
		p.size += len(k.text)
	}
	return made, nil
}

// EvalProgram is EvalExpr of a text that some Programs keep.
func (ev *Evaluator) EvalProgram(programs *Programs, text, name, dir string) (v Value, err error) {
	err = ev.run(func() {
		expr, err := ev.shared(programs, text, name, dir)
		if err != nil {
			ev.raiseSyntax(err)
		}
		v = ev.eval(expr, nil)
	})
	return v, err
}

// shared returns the tree of a text that some Programs keep.
func (ev *Evaluator) shared(programs *Programs, text, name, dir string) (syntax.Expr, error) {
	k := programKey{text, name, dir, ev.options.Home, ev.globalNames(), ev.options.PipeOperators}
	p, err := programs.get(k, ev.globals, ev.parsing)
	if err != nil {
		return nil, err
	}
	return p.Copy(ev.files, ev.symbols), nil
}

// globalNames are the variables of the base scope, by number.
func (ev *Evaluator) globalNames() string {
	if ev.globalKey == "" {
		names := make([]string, len(ev.base))
		for name, i := range ev.globals {
			names[i] = name
		}
		ev.globalKey = strings.Join(names, " ")
	}
	return ev.globalKey
}
