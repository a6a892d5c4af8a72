package config

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestSetBindingKeepsTheRest(t *testing.T) {
	env := Binding{URI: "env:B"}
	hosts := Binding{URI: "env:B", Hosts: []Host{"example.org", "http://localhost:8080"}, Commands: []Command{`mcp "a b"`}}
	const full = "uri = \"env:B\"\nhosts = [\"example.org\", \"http://localhost:8080\"]\ncommands = [\"mcp \\\"a b\\\"\"]\n"
	for _, test := range []struct {
		before  string
		binding *Binding
		after   string
	}{
		{"", &env, "[secrets.\"a.b\"]\nuri = \"env:B\"\n"},
		{"# mine\n[ui]\nsummaries = false\n", &hosts, "# mine\n[ui]\nsummaries = false\n\n[secrets.\"a.b\"]\n" + full},
		{"[secrets.\"a.b\"] # why\nuri = \"env:A\" # old\n\n[ui]\n", &hosts, "[secrets.\"a.b\"] # why\n" +
			"uri = \"env:B\" # old\nhosts = [\"example.org\", \"http://localhost:8080\"]\ncommands = [\"mcp \\\"a b\\\"\"]\n\n[ui]\n"},
		{"[secrets.\"a.b\"]\nhosts = [\n  \"x.org\",\n  # y\n]\nuri = \"env:A\"\n[ui]\n", &env, "[secrets.\"a.b\"]\nuri = \"env:B\"\n[ui]\n"},
		{"[secrets]\n\"a.b\" = { uri = \"env:A\" } # mine\nc = { uri = \"env:C\" }\n", &hosts,
			"[secrets]\n\"a.b\" = { uri = \"env:B\", hosts = [\"example.org\", \"http://localhost:8080\"], commands = [\"mcp \\\"a b\\\"\"] } # mine\nc = { uri = \"env:C\" }\n"},
		{"secrets.\"a.b\" = { uri = \"env:A\" }\n", &env, "secrets.\"a.b\" = { uri = \"env:B\" }\n"},
		{"[secrets.x]\nuri = \"env:X\"", &env, "[secrets.x]\nuri = \"env:X\"\n\n[secrets.\"a.b\"]\nuri = \"env:B\"\n"},
		{"[secrets.x]\nuri = \"env:X\"\n\n[secrets.\"a.b\"]\nuri = \"env:A\"\nhosts = [\"x\"]\n\n[ui]\n", nil, "[secrets.x]\nuri = \"env:X\"\n\n[ui]\n"},
		{"[secrets.\"a.b\"]\nuri = \"env:A\"", nil, ""},
		{"[secrets]\n\"a.b\" = { uri = \"env:A\" }\nc = { uri = \"env:C\" }\n", nil, "[secrets]\nc = { uri = \"env:C\" }\n"},
		{"[ui]\n", nil, "[ui]\n"},
		{"secrets = { \"c\" = { uri = \"env:A\" } }\n", &env, "secrets = { \"c\" = { uri = \"env:A\" }, \"a.b\" = { uri = \"env:B\" } }\n"},
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, LocalName)
		os.WriteFile(path, []byte(test.before), 0o644)
		err := SetBinding(dir, "a.b", test.binding)
		got, _ := os.ReadFile(path)
		if err != nil || string(got) != test.after {
			t.Errorf("%q: %v\n%s", test.before, err, cmp.Diff(test.after, string(got)))
		}
	}
}

// What was written is read again, and what stood there before is left alone.
func TestSetBindingRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "config")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		want := map[string]Binding{}
		name := rapid.SampledFrom([]string{"a", "a.b", "a.b.c", "x-1", "uri", "hosts", "secrets"})
		for range rapid.IntRange(1, 4).Draw(t, "steps") {
			n := name.Draw(t, "name")
			if rapid.IntRange(0, 3).Draw(t, "remove") == 0 {
				delete(want, n)
				if err := SetBinding(dir, n, nil); err != nil {
					t.Fatal(err)
				}
				continue
			}
			b := Binding{
				URI:      BindingURI("exec:" + rapid.StringMatching(`[ -~é]{1,20}`).Draw(t, "uri")),
				Hosts:    rapid.SliceOfN(rapid.Map(rapid.StringMatching(`(http://)?[a-z][a-z0-9]{0,5}(:[0-9]{1,5})?`), func(s string) Host { return Host(s) }), 0, 3).Draw(t, "hosts"),
				Commands: rapid.SliceOfN(rapid.Map(rapid.StringMatching(`[!-~][ -~]{0,9}`), func(s string) Command { return Command(s) }), 0, 2).Draw(t, "commands"),
			}
			if len(b.Hosts) == 0 {
				b.Hosts = nil
			}
			if len(b.Commands) == 0 {
				b.Commands = nil
			}
			want[n] = b
			if err := SetBinding(dir, n, &b); err != nil {
				t.Fatal(err)
			}
		}
		c, problems := Load(dir, User)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		got := map[string]Binding{}
		for n, b := range c.Secrets {
			got[n] = b.Binding
			if b.At.Line == 0 || b.At.File == "" {
				t.Fatalf("%s has no place", n)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestCheckBinding(t *testing.T) {
	if err := CheckBinding("a.b", Binding{URI: "sk-CANARY"}); err == nil {
		t.Error("a key passes as the place of a secret")
	}
	if err := CheckBinding("A", Binding{URI: "env:B"}); err == nil {
		t.Error("a name passes that is none")
	}
	if err := CheckBinding("a", Binding{URI: "env:B", Hosts: []Host{"a", "http://b:1"}}); err != nil {
		t.Error(err)
	}
}

// No writer loses what another one wrote at the same time.
func TestManyWriters(t *testing.T) {
	dir := t.TempDir()
	os.WriteFile(filepath.Join(dir, ".local.toml.X.tmp"), []byte("left over"), 0o600)
	var group sync.WaitGroup
	for i := range 16 {
		group.Go(func() {
			if err := SetBinding(dir, fmt.Sprintf("n%d", i), &Binding{URI: "env:X"}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	c, problems := Load(dir, User)
	if len(problems) > 0 || len(c.Secrets) != 16 {
		t.Errorf("%d bindings, %v", len(c.Secrets), problems)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*.tmp")); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
}
