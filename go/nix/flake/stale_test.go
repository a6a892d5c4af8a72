package flake

import (
	"encoding/json"
	"strings"
	"testing"
)

// A lock is held against flake.nix input by input. The lock is what Nix 2.34
// writes for the first text.
func TestStale(t *testing.T) {
	const lock = `{ "version": 7, "root": "root", "nodes": {
		"root": { "inputs": { "a": "a", "b": "b", "same": [ "b" ] } },
		"a": { "inputs": { "c": [ "b" ], "d": "d", "own": [ "a", "d" ] },
			"locked": { "type": "github", "owner": "o", "repo": "a", "rev": "0123456789abcdef0123456789abcdef01234567", "narHash": "sha256-x" },
			"original": { "type": "github", "owner": "o", "repo": "a", "ref": "main" } },
		"b": { "locked": { "type": "path", "path": "/b", "narHash": "sha256-x" }, "original": { "type": "path", "path": "/b" } },
		"d": { "locked": { "type": "path", "path": "/d", "narHash": "sha256-x" }, "original": { "type": "path", "path": "/d" } } } }`
	const written = `{
		inputs.a.url = "github:o/a/main";
		inputs.a.inputs.c.follows = "b";
		inputs.b.url = "path:/b";
		inputs.same.follows = "b";
		outputs = { self, a, b, ... }: { };
	}`
	for _, test := range []struct{ name, old, new, fault string }{
		{"up to date", "", "", ""},
		{"the same, as attributes", `inputs.b.url = "path:/b"`, `inputs.b = { type = "path"; path = "/b"; }`, ""},
		{"the same, with ?ref=", `github:o/a/main`, `github:o/a?ref=main`, ""},
		{"not a flake any more", `inputs.b.url`, `inputs.b.flake = false; inputs.b.url`, ""},
		{"an input that evaluation may not need", `outputs`, `inputs.new.url = "path:/new"; outputs`, ""},
		{"address", `path:/b`, `path:/other`, "`b`: flake.nix and flake.lock have different addresses"},
		{"branch", `a/main`, `a/dev`, "`a`: flake.nix and flake.lock have different addresses"},
		{"branch dropped", `a/main`, `a`, "`a`: flake.nix and flake.lock have different addresses"},
		{"commit", `a/main`, `a/0123456789abcdef0123456789abcdef01234567`, "`a`: flake.nix"},
		{"directory", `path:/b`, `path:/b?dir=x`, "`b`: flake.nix"},
		{"another host", `a/main`, `a/main?host=h.example`, "`a`: flake.nix"},
		{"follows added below", `inputs.a.inputs.c`, `inputs.a.inputs.d.follows = "b"; inputs.a.inputs.c`, "`a`: its input `d`: flake.nix has it follow `b`"},
		{"follows dropped below", `inputs.a.inputs.c.follows = "b";`, ``, "`a`: its input `c` follows `b` in flake.lock"},
		{"follows changed below", `c.follows = "b"`, `c.follows = "same"`, "it follows `same` in flake.nix and `b` in flake.lock"},
		{"follows instead of an address", `inputs.b.url = "path:/b"`, `inputs.b.follows = "a"`, "`b`: flake.nix has it follow `a`"},
		{"an address instead of follows", `inputs.same.follows = "b"`, `inputs.same.url = "path:/b"`, "`same`: it follows `b` in flake.lock"},
		{"address below", `inputs.a.inputs.c`, `inputs.a.inputs.d.url = "path:/e"; inputs.a.inputs.c`, "`a`: its input `d`: flake.nix and flake.lock have different addresses"},
		{"removed", `inputs.same.follows = "b";`, ``, "`same`: flake.nix no longer has it"},
	} {
		t.Run(test.name, func(t *testing.T) {
			text := strings.Replace(written, test.old, test.new, 1)
			if test.old != "" && text == written {
				t.Fatal("the text is not changed")
			}
			w, err := ReadWritten(text, "flake.nix")
			if err != nil {
				t.Fatal(err)
			}
			var l Lock
			if err := json.Unmarshal([]byte(lock), &l); err != nil {
				t.Fatal(err)
			}
			got := (&Flake{Ref: Ref{Dir: "/flake"}, Lock: &l}).stale(w)
			if (got == nil) != (test.fault == "") || got != nil && !strings.Contains(got.Error(), test.fault) {
				t.Errorf("got %v", got)
			}
		})
	}
}
