package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// hostileProfiles are profiles by what they exhaust, several of each kind. They are made
// when asked for: every process of a script would begin with them.
func hostileProfiles() map[string][]string {
	return map[string][]string{
		"nesting": {
			strings.Repeat("[", 500_000),
			"{ a" + strings.Repeat(".a", 2_000_000) + " = 1; }",
			strings.Repeat("-", 2_000_000) + "1",
			strings.Repeat(`"${`, 1_000_000),
			"{ insomnia }: " + strings.Repeat("(x: let y = x; in with y; ", 400_000) + "1" + strings.Repeat(")", 400_000),
			"{ insomnia }: " + strings.Repeat("(1 + ", 400_000) + "1" + strings.Repeat(")", 400_000),
		},
		"nested data": {
			`{ insomnia }: builtins.fromJSON (builtins.concatStringsSep "" (builtins.genList (_: "[") 3000000))`,
			`{ insomnia }: builtins.fromTOML "a = ${builtins.concatStringsSep "" (builtins.genList (_: "[") 1000000)}"`,
			`{ insomnia }: builtins.deepSeq (builtins.foldl' (a: _: { a = a; }) { } (builtins.genList (x: x) 3000000)) 1`,
			`{ insomnia }: builtins.match (builtins.concatStringsSep "" (builtins.genList (_: "(") 1000000)) "a"`,
		},
		"memory": {
			`{ insomnia }: let f = s: n: if n == 0 then s else f (s + s) (n - 1); in f "aaaaaaaa" 40`,
			`{ insomnia }: builtins.deepSeq (builtins.genList (x: x) 1000000000) 1`,
			`{ insomnia }: let f = n: if n == 0 then [ ] else [ (builtins.genList (x: x) 100000) (f (n - 1)) ]; in builtins.deepSeq (f 9000) 1`,
			`{ insomnia }: let s = builtins.concatStringsSep "" (builtins.genList (_: "0123456789abcdef") 65536); in builtins.stringLength (builtins.toXML (builtins.genList (_: s) 20000))`,
			`{ insomnia }: let a = builtins.foldl' (a: _: [ a a ]) [ ] (builtins.genList (x: x) 30); in builtins.stringLength (builtins.toJSON a)`,
		},
		"time": {
			`{ insomnia }: let l = builtins.genList (x: x) 1000000; in builtins.length (builtins.filter (x: builtins.elem (-1) l) (builtins.genList (x: x) 100000))`,
			`{ insomnia }: let f = x: builtins.foldl' (a: _: { l = a; r = a; }) { inherit x; } (builtins.genList (x: x) 60); in f 1 == f 1`,
			`{ insomnia }: builtins.foldl' (a: x: a + builtins.length (builtins.genList (y: y) 1000)) 0 (builtins.genList (x: x) 100000000)`,
			`{ insomnia }: let s = builtins.concatStringsSep "" (builtins.genList (_: "a") 1000000); f = n: builtins.stringLength (builtins.hashString "sha512" (s + toString n)); in builtins.foldl' (a: n: a + f n) 0 (builtins.genList (x: x) 1000000)`,
			`{ insomnia }: let s = builtins.concatStringsSep "" (builtins.genList (_: "a") 200000); in builtins.foldl' (a: n: a + builtins.length (builtins.split "a(.*${toString n})?" s)) 0 (builtins.genList (x: x) 10000)`,
		},
		"recursion": {
			`{ insomnia }: let f = x: f (x + 1); in f 0`,
			`{ insomnia }: let x = x; in x`,
			`{ insomnia }: let f = n: { a = f (n + 1); }; in builtins.toJSON (f 0)`,
			`{ insomnia }: let f = x: { __toString = _: "${f x}"; }; in "${f 1}"`,
		},
		"output": {
			`{ insomnia }: abort (builtins.concatStringsSep "" (builtins.genList (_: "0123456789abcdef") 1000000))`,
			`{ insomnia }: builtins.trace (builtins.concatStringsSep "" (builtins.genList (_: "0123456789abcdef") 1000000)) (throw "enough")`,
			`{ insomnia }: throw (builtins.concatStringsSep "" (builtins.genList (_: "0123456789abcdef") 1000000))`,
		},
	}
}

// A hostile profile ends with a typed error, and costs a list no row but its own,
// in the flake of a project too.
func TestHostileProfiles(t *testing.T) {
	t.Parallel()
	scripts := t.TempDir()
	for kind, profiles := range hostileProfiles() {
		var script, files, attrs strings.Builder
		command := func(format string, args ...any) { fmt.Fprintf(&script, format+"\n", args...) }
		for i := range 9 {
			fmt.Fprintf(&files, "-- p/.insomnia/profiles/good%d.nix --\n{ insomnia }:\ninsomnia.lib.mkProfile {\n  name = \"good%d\";\n  model.ref = \"anthropic/claude-sonnet-4-5\";\n}\n", i, i)
			fmt.Fprintf(&attrs, "      good%d = import ./.insomnia/profiles/good%d.nix { inherit insomnia; };\n", i, i)
		}
		for i, text := range profiles {
			// Too long for the script itself.
			name := fmt.Sprintf("%s-%d.nix", strings.ReplaceAll(kind, " ", "-"), i)
			if err := os.WriteFile(filepath.Join(scripts, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			command("cp %s p/.insomnia/profiles/hostile%d.nix", filepath.Join(scripts, name), i)
			command("exits 5 resolve ./p/.insomnia/profiles/hostile%d.nix --timeout 1s --memory 256M", i)
			command("! stdout .")
			fmt.Fprintf(&attrs, "      hostile%d = import ./.insomnia/profiles/hostile%d.nix { inherit insomnia; };\n", i, i)
		}
		command("cd p\nexits 0 profile list --timeout 1s --memory 256M")
		shown := func(verdict string) {
			for i := range 9 {
				command("grep '^[ *]*good%d +%s' $WORK/out", i, verdict)
			}
		}
		shown("project:good")
		for i := range profiles {
			command("grep '^  hostile%d .* broken: ' $WORK/out", i)
		}
		command("exits 0 profile list --json --timeout 1s --memory 256M\ncanonical $WORK/out")
		command("exec cp -r $REPO/lib $REPO/profiles .\ncp flake flake.nix\nrepository .\nexits 1 verify . --timeout 1s --memory 256M")
		shown("ok")
		for i := range profiles {
			command("grep '^ *hostile%d +broken ' $WORK/out", i)
		}
		flake := "-- p/flake --\n{\n  outputs = { self }: let insomnia = { lib = import ./lib; insomniaProfiles = import ./profiles { inherit insomnia; }; }; in {\n    insomniaProfiles = {\n" + attrs.String() + "    };\n  };\n}\n"
		if err := os.WriteFile(filepath.Join(scripts, strings.ReplaceAll(kind, " ", "-")+".txtar"), []byte(script.String()+files.String()+flake), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	runScripts(t, scripts, "")
}
