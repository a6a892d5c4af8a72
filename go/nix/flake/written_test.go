package flake

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// The forms that Nix refuses are refused, and what it takes is read. Each was
// tried on Nix 2.34.
func TestReadWritten(t *testing.T) {
	for _, test := range []struct{ text, fault string }{
		{`{ outputs = { self }: { }; }`, ""},
		{`rec { outputs = self: { }; }`, ""},
		{`{ description = ''a''; outputs = args@{ self, ... }: { }; }`, ""},
		{`{ inputs = { }; nixConfig.a = [ "b" 1 true ]; outputs = { self }: { }; }`, ""},
		{`{ inputs.self.submodules = false; inputs.self.lfs = false; outputs = { self }: { }; }`, ""},
		{`let a = 1; in { outputs = { self }: { }; }`, "must be an attribute set, got `let`"},
		{`with { }; { outputs = { self }: { }; }`, "must be an attribute set, got `with`"},
		{`(a: { }) 1`, "got a function call"},
		{`{ description = "a" + "b"; }`, "`description` must be a literal string"},
		{`{ description = "a${"b"}"; }`, "got a string with interpolation"},
		{`{ description = 1; }`, "got a number"},
		{`{ bogus = 1; }`, "unknown attribute `bogus`"},
		{`{ ${x} = 1; }`, "computed attribute names"},
		{`{ outputs = import ./o.nix; }`, "`outputs` must be a function"},
		{`{ outputs = let a = 1; in { self }: { }; }`, "`outputs` must be a function, got `let`"},
		{`{ inputs = import ./i.nix; }`, "`inputs` must be an attribute set"},
		{`{ inputs.a = b; }`, "`inputs.a` must be an attribute set, got a variable"},
		{`{ inputs.a.url = "x" + "y"; }`, "`inputs.a.url` must be a literal string"},
		{`{ inputs.a.inputs.b.follows = c; }`, "`inputs.a.inputs.b.follows` must be a literal string"},
		{`{ inputs.a.flake = 1; }`, "`inputs.a.flake` must be true or false"},
		{`{ inputs.a.owner = [ ]; }`, "`inputs.a.owner` must be a literal"},
		{`{ inputs.self.bogus = true; }`, "unknown attribute `inputs.self.bogus`"},
		{`{ nixConfig = 1; }`, "`nixConfig` must be an attribute set"},
		{`{ nixConfig.a = "b" + "c"; }`, "`nixConfig.a` must be literal"},
		{`{ nixConfig.a = [ "b" ("c" + "d") ]; }`, "`nixConfig.a` must be literal"},
	} {
		_, err := ReadWritten(test.text, "/f/flake.nix")
		if test.fault == "" && err != nil || test.fault != "" && (err == nil || !strings.Contains(err.Error(), test.fault)) {
			t.Errorf("%s: %v", test.text, err)
		}
	}
}

func TestWrittenInputs(t *testing.T) {
	got, err := ReadWritten(`{
		inputs.a.url = "github:o/r";
		inputs.b = { type = "github"; owner = "o"; repo = "r"; flake = false; };
		inputs.c.follows = "a/x";
		inputs.d.inputs.e.follows = "";
		inputs.self.submodules = true;
		outputs = { self, a, f, ... }: { };
	}`, "flake.nix")
	if err != nil {
		t.Fatal(err)
	}
	want := &Written{Submodules: true, Outputs: true, Inputs: map[string]*Input{
		"a": {URL: "github:o/r", Flake: true},
		"b": {Attrs: map[string]any{"type": "github", "owner": "o", "repo": "r"}},
		"c": {Flake: true, Follows: []string{"a", "x"}},
		"d": {Flake: true, Inputs: map[string]*Input{"e": {Flake: true, Follows: []string{}}}},
		"f": {Flake: true, URL: "flake:f"},
	}}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreTypes(syntax.Position{}), cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
	if got.Inputs["d"].Inputs["e"].Follows == nil {
		t.Error("an empty follows is none")
	}
}

// What flake.nix says is compared with what Nix 2.34 wrote into locks.
func TestOriginal(t *testing.T) {
	for _, test := range []struct {
		in   Input
		want map[string]any
	}{
		{Input{URL: "github:NixOS/nixpkgs/nixos-unstable", Flake: true}, map[string]any{"type": "github", "owner": "NixOS", "repo": "nixpkgs", "ref": "nixos-unstable"}},
		{Input{URL: "github:o/r/0123456789abcdef0123456789abcdef01234567?dir=d", Flake: true},
			map[string]any{"type": "github", "owner": "o", "repo": "r", "rev": "0123456789abcdef0123456789abcdef01234567", "dir": "d"}},
		{Input{URL: "gitlab:g%2Fs/r?host=h.example", Flake: true}, map[string]any{"type": "gitlab", "owner": "g/s", "repo": "r", "host": "h.example"}},
		{Input{URL: "nixpkgs", Flake: true}, map[string]any{"type": "indirect", "id": "nixpkgs"}},
		{Input{URL: "flake:nixpkgs/unstable", Flake: true}, map[string]any{"type": "indirect", "id": "nixpkgs", "ref": "unstable"}},
		{Input{URL: "git+https://h.example/r?ref=main", Flake: true}, map[string]any{"type": "git", "url": "https://h.example/r", "ref": "main"}},
		{Input{URL: "git+ssh://git@h.example/r", Flake: true}, map[string]any{"type": "git", "url": "ssh://git@h.example/r"}},
		{Input{URL: "git+file:///some/where", Flake: true}, map[string]any{"type": "git", "url": "file:///some/where"}},
		{Input{URL: "https://h.example/x.tar.gz", Flake: true}, map[string]any{"type": "tarball", "url": "https://h.example/x.tar.gz"}},
		{Input{URL: "https://h.example/x", Flake: false}, map[string]any{"type": "file", "url": "https://h.example/x"}},
		{Input{URL: "path:./sub", Flake: true}, map[string]any{"type": "path", "path": "./sub"}},
		{Input{URL: "path:/abs?dir=d", Flake: true}, map[string]any{"type": "path", "path": "/abs", "dir": "d"}},
		{Input{Attrs: map[string]any{"type": "path", "path": "/x"}}, map[string]any{"type": "path", "path": "/x"}},
	} {
		got, err := test.in.OriginalAttrs("x")
		if err != nil {
			t.Errorf("%s: %v", test.in.URL, err)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", test.in.URL, diff)
		}
	}
}

// What this program reads of a lock is what Nix reads: a name in other letters is
// another name, and one that stands twice is refused.
func TestLockNames(t *testing.T) {
	const lock = `{ "version": 7, "root": "root", "nodes": { "root": { "inputs": { "x": "x" } }, "x": {
		"locked": { "type": "path", "path": "/etc", "narHash": "sha256-x", "lastModified": 1 }, "original": { "type": "path", "path": "/etc" } ADD } } }`
	for add, fault := range map[string]string{
		``: "",
		`, "Locked": { "type": "path", "path": "/safe" }`:         "",
		`, "LOCKED": { "type": 1 }`:                               "",
		`, "locked": { "type": "path", "path": "/safe" }`:         "duplicate",
		`, "info": { "narHash": 1 }`:                              "must be a string",
		`, "info": { "lastModified": 1.5 }`:                       "whole number",
		`, "info": { "x": [ ] }`:                                  "must be a string, a whole number or a boolean",
		`, "flake": 1`:                                            "flake",
		`}, "y": { "inputs": { }`:                                 "not locked",
		`}, "x": { "locked": { "type": "path", "path": "/safe" }`: "duplicate",
	} {
		l, err := ParseLock([]byte(strings.Replace(lock, "ADD", add, 1)))
		switch {
		case fault != "" && (err == nil || !strings.Contains(err.Error(), fault)):
			t.Errorf("%s: %v", add, err)
		case fault == "" && (err != nil || l.Nodes["x"].Locked.Path != "/etc" || l.Nodes["x"].Attrs["lastModified"] != int64(1)):
			t.Errorf("%s: %v %v", add, l, err)
		}
	}
}
