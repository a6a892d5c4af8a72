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
	{"storePath", 1, needsNix("storePath", "reads the Nix store")},
	{"fetchurl", 1, needsNix("fetchurl", "downloads")},
	{"fetchTarball", 1, needsNix("fetchTarball", "downloads")},
	{"fetchGit", 1, needsNix("fetchGit", "downloads")},
	{"fetchMercurial", 1, needsNix("fetchMercurial", "downloads")},
	{"fetchTree", 1, needsNix("fetchTree", "downloads")},
	{"getFlake", 1, needsNix("getFlake", "downloads")},
	{"parseFlakeRef", 1, needsNix("parseFlakeRef", "reads references")},
	{"flakeRefToString", 1, needsNix("flakeRefToString", "reads references")},
}

// needsNix says what a builtin would do and that it is refused.
func needsNix(name, does string) func(*Evaluator, []Value, syntax.Pos) Value {
	return func(ev *Evaluator, args []Value, pos syntax.Pos) Value {
		ev.fail(NeedsNix, pos, "builtins.%s %s, which the embedded evaluator does not do", name, does)
		return nil
	}
}
