package secret

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

var someNames = []string{
	"a", "a.b", "brave.search.default", "0", "a-b", "a--b", "a.b.c.d.e.f.g.h", strings.Repeat("a", 63), strings.Repeat("a.", 7) + "a",
	strings.Repeat(strings.Repeat("a", 49)+".", 3) + strings.Repeat("a", 50), strings.Repeat(strings.Repeat("a", 49)+".", 3) + strings.Repeat("a", 51),
	"", ".", "..", "../a", "/a", "a/b", "a..b", ".a", "a.", "a.b.c.d.e.f.g.h.i", "-a", "a-", "a.-b", "a-.b", "A", "a.B", "a_b", "a b", " a", "a\n", "a\x00b",
	"é", "a\u0301", "ａ", strings.Repeat("a", 64), strings.Repeat("a.", 101), "a\\b", "a:b", "a%2fb", "con", "nul.age", "a.age", "sk-ant-api03-AbC_0",
}

// The library judges a name as the program does, with either evaluator: the form
// of names is written down once, in the types of the manifest.
func TestNamesInNix(t *testing.T) {
	repository, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	names := slices.DeleteFunc(slices.Clone(someNames), func(name string) bool { return strings.ContainsRune(name, 0) }) // no text in Nix
	text, err := json.Marshal(names)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "names.nix")
	quoted := "''" + strings.ReplaceAll(string(text), "''", "'''") + "''"
	os.WriteFile(file, []byte(`
let
  lib = import `+repository+`/lib;
  judge = name: (lib.mkProfile {
    name = "coder";
    model.ref = "anthropic/claude-sonnet-4-5";
    web.search = { mode = "live"; provider = "brave"; auth = lib.secrets.ref name; };
  }).problems;
in map (name: map (p: p.pointer) (judge name)) (builtins.fromJSON `+quoted+`)
`), 0o600)

	judged := map[string][]byte{}
	root, err := source.OpenDir("/")
	if err != nil {
		t.Fatal(err)
	}
	options := eval.Options{Sources: &source.FS{}}
	options.Sources.Mount("/", root)
	ev := eval.New(options)
	v, err := ev.EvalFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if judged["embedded"], err = ev.ToJSON(v); err != nil {
		t.Fatal(err)
	}
	if _, err := exec.LookPath("nix-instantiate"); err == nil {
		cmd := exec.Command("nix-instantiate", "--eval", "--json", "--strict", file)
		cmd.Stderr = os.Stderr
		if judged["nix"], err = cmd.Output(); err != nil {
			t.Fatal(err)
		}
	} else if os.Getenv("CI") == "true" {
		t.Fatal("nix is not installed, and in CI it must be")
	}
	for evaluator, data := range judged {
		var problems [][]string
		if err := json.Unmarshal(data, &problems); err != nil || len(problems) != len(names) {
			t.Fatalf("%v: %s", err, data)
		}
		for i, name := range names {
			if len(problems[i]) == 0 != manifest.SecretName(name).Valid() {
				t.Errorf("%s: %q has %q", evaluator, name, problems[i])
			}
			for _, pointer := range problems[i] {
				if pointer != "/web/search/auth/name" {
					t.Errorf("%s: %q has a problem at %s", evaluator, name, pointer)
				}
			}
		}
	}
}

// Whatever is given as a name, nothing outside of the store is read, written or
// removed; and what is a name here is one for the schema.
func FuzzNames(f *testing.F) {
	for _, name := range someNames {
		f.Add(name)
		f.Add("../" + name)
		f.Add(name + "/../../outside")
	}
	dir := f.TempDir()
	s := storeIn(dir)
	if _, err := s.Set(f.Context(), "a", []byte("inside"), nil); err != nil {
		f.Fatal(err)
	}
	outside := filepath.Join(dir, "outside.age")
	if err := os.WriteFile(outside, []byte(canary), 0o600); err != nil {
		f.Fatal(err)
	}
	schema := manifest.SecretName("").Constraint()
	pattern := regexp.MustCompile(schema.Pattern)
	known := []string{"identity", "outside.age", "secrets"}
	f.Fuzz(func(t *testing.T, name string) {
		path, err := s.path(name)
		valid := manifest.SecretName(name).Valid()
		if (err == nil) != valid || CheckName(name) == nil != valid {
			t.Fatalf("%q: %v", name, err)
		}
		if (pattern.MatchString(name) && len(name) <= schema.MaxLength) != valid {
			t.Fatalf("%q: the schema does not agree", name)
		}
		b := &Bindings{Store: s, all: map[string]Binding{"a": {Name: "a", URI: "age:" + name}, name: {Name: name, URI: "age:a"}}}
		for _, entry := range []string{"a", name} {
			v, err := b.Named(t.Context(), entry)
			if err != nil {
				if strings.Contains(report(err), canary) {
					t.Fatal(report(err))
				}
				continue
			}
			v.Use(func(value []byte) error {
				if string(value) != "inside" {
					t.Fatalf("%q gives %q", name, value)
				}
				return nil
			})
		}
		if !valid {
			if _, err := s.Set(t.Context(), name, []byte("x"), nil); err == nil {
				t.Fatalf("%q was set", name)
			}
			if _, err := s.Remove(t.Context(), name); err == nil {
				t.Fatalf("%q was removed", name)
			}
		} else if filepath.Dir(path) != s.Dir || filepath.Base(path) != name+suffix {
			t.Fatalf("%q leads to %s", name, path)
		} else if name != "a" {
			if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}
		files, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		var now []string
		for _, f := range files {
			now = append(now, f.Name())
		}
		if data, err := os.ReadFile(outside); err != nil || string(data) != canary || !slices.Equal(now, known) {
			t.Fatalf("%q reached outside of the store: %v %q %v", name, now, data, err)
		}
	})
}
