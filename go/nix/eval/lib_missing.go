package eval

import (
	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// missingLib are the builtins that need Nix, and those that compute names of
// store paths without writing to the store.
var missingLib = []definition{
	{"path", 1, (*Evaluator).libPath},
	{"filterSource", 2, (*Evaluator).libFilterSource},
	{"toFile", 2, (*Evaluator).libToFile},
	{"derivationStrict", 1, (*Evaluator).libDerivationStrict},
	{"storePath", 1, (*Evaluator).libStorePath},
	{"fetchurl", 1, needsNix("fetchurl", "downloads", Fetches)},
	{"fetchTarball", 1, needsNix("fetchTarball", "downloads", Fetches)},
	{"fetchGit", 1, needsNix("fetchGit", "downloads", Fetches)},
	{"fetchMercurial", 1, needsNix("fetchMercurial", "downloads", Fetches)},
	{"fetchTree", 1, needsNix("fetchTree", "downloads", Fetches)},
	{"getFlake", 1, needsNix("getFlake", "downloads", Fetches)},
	{"parseFlakeRef", 1, (*Evaluator).libParseFlakeRef},
	{"flakeRefToString", 1, (*Evaluator).libFlakeRefToString},
}

// needsNix says what a builtin would do and that it is refused.
func needsNix(name, does string, kind Kind) func(*Evaluator, []Value, syntax.Pos) Value {
	return func(ev *Evaluator, args []Value, pos syntax.Pos) Value {
		ev.raise(&Error{Kind: kind, Name: name, pos: pos,
			Msg: "builtins." + name + " " + does + ", which the embedded evaluator does not do"})
		return nil
	}
}
