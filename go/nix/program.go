package nix

import (
	"context"

	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// Program is a parsed expression that any number of evaluators run, in any number of
// goroutines.
type Program struct {
	text, name string
	programs   eval.Programs
}

// Parse parses an expression. name is what positions in it print; "" means «string». The
// error is a *SyntaxError. A variable that is not defined is an error of Run, since it depends
// on what an evaluator has predeclared.
func Parse(name, expr string) (*Program, error) {
	if name == "" {
		name = textName
	}
	t, err := syntax.Parse(expr, syntax.Options{Files: &syntax.FileSet{}, Name: name, Dir: "/"})
	if err != nil {
		return nil, err
	}
	t.Seal()
	return &Program{text: expr, name: name, programs: eval.Programs{Max: len(expr) * maxVariants}}, nil
}

// maxVariants bounds the sets of predeclared names that a Program is kept for.
const maxVariants = 16

// Run evaluates a program. Relative paths in it start from "/".
func (e *Evaluator) Run(ctx context.Context, p *Program) (Value, error) {
	e.begin(ctx)
	return e.value(e.ev.EvalProgram(&p.programs, p.text, p.name, "/"))
}

// Cache keeps parsed files for several evaluators, up to 64 MiB of text. A file is known by its
// path and its content, so one that changes is parsed again. The zero value is ready.
type Cache struct{ programs eval.Programs }
