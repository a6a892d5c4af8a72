package main

import (
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/nix/eval"
)

func TestOddArguments(t *testing.T) {
	list := calls()
	want, err := read(table)
	if err != nil {
		t.Fatal(err)
	}
	same, differences := compare(list, want)
	if float64(same) < share*float64(len(list)) {
		t.Errorf("%d of %d calls have the answer of Nix:\n%s", same, len(list), strings.Join(differences, ""))
	}
}

// TestAllBuiltins makes sure that each builtin with arguments is called, unless it downloads.
func TestAllBuiltins(t *testing.T) {
	left := map[string]bool{"fetchurl": true, "fetchTarball": true, "fetchGit": true, "fetchMercurial": true, "fetchTree": true,
		"getFlake": true, "parseFlakeRef": true, "flakeRefToString": true, "outputOf": true, "fetchClosure": true}
	for _, name := range eval.Builtins() {
		if _, ok := usual[name]; ok || left[name] {
			continue
		}
		if answer("builtins.isFunction builtins."+name) == "true" {
			t.Errorf("builtins.%s is not called", name)
		}
	}
}
