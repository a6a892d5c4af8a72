package eval

import (
	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// storeLib are the builtins that compute names of store paths, without writing to a store.
var storeLib = []definition{
	{"path", 1, (*Evaluator).libPath},
	{"filterSource", 2, (*Evaluator).libFilterSource},
	{"toFile", 2, (*Evaluator).libToFile},
	{"derivationStrict", 1, (*Evaluator).libDerivationStrict},
	{"storePath", 1, (*Evaluator).libStorePath},
}

// needsNix returns a builtin that refuses to run and names what it would do.
func needsNix(name, does string, kind Kind) func(*Evaluator, []Value, syntax.Pos) Value {
	return func(ev *Evaluator, args []Value, pos syntax.Pos) Value {
		ev.raise(&Error{Kind: kind, Name: name, pos: pos,
			Msg: "builtins." + name + " " + does + ", which the embedded evaluator does not do"})
		return nil
	}
}
