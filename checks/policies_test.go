package checks

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/source"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// fromLibrary evaluates a function with `lib`, a path, and an argument, and decodes
// its result.
func fromLibrary(t testing.TB, function string, argument, result any) {
	t.Helper()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	dir, err := source.OpenDir(root)
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	sources := &source.FS{}
	sources.Mount("/repository", dir)
	ev := eval.New(eval.Options{Sources: sources})
	text, err := json.Marshal(argument)
	if err != nil {
		t.Fatal(err)
	}
	v, err := ev.EvalExpr("text: ("+function+") /repository/lib (builtins.fromJSON text)", "«test»", "/")
	if err == nil {
		v, err = ev.Call(v, eval.Str(string(text)))
	}
	var out []byte
	if err == nil {
		out, err = ev.ToJSON(v)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out, result); err != nil {
		t.Fatal(err)
	}
}

// The policies of the library know the tools that the grammar knows, and no other.
func TestPoliciesKnowTheVocabulary(t *testing.T) {
	var tools []string
	fromLibrary(t, `lib: _: import (lib + "/policy/tools.nix")`, nil, &tools)
	if !slices.Equal(tools, grammar.Tools()) {
		t.Errorf("lib/policy/tools.nix has %q, the grammar %q", tools, grammar.Tools())
	}

	servers := []string{"linear", "my-docs", "a_b", "a"}
	names := append(slices.Clone(tools), "", "*", "**", "mcp__*", "mcp__", "mcp____", "mcp__a", "mcp__a__", "mcp__a__b", "mcp__a__*",
		"mcp__a__b*", "mcp__a__b*c", "mcp__a__*b*", "mcp__a*__b", "mcp__*__b", "mcp__b__c", "mcp__a_b__c", "mcp__a_b___c", "mcp__a__b__c",
		"mcp__my-docs__x.y", "mcp__linear__b c", "mcp__linear__b/c", "mcp__linear__ä", "mcp__linear__b\n", "MCP__linear__b", "mcp__Linear__b",
		"mcp__linear__search\\*", "bash*", "Bash", "bash ", " bash", "bash\n", "edit,write",
		"mcp__a__"+strings.Repeat("b", 120), "mcp__a__"+strings.Repeat("b", 121))
	names = append(names, foreignTools(t)...)
	var known []bool
	fromLibrary(t, `lib: { servers, names }: map (import (lib + "/policy/vocabulary.nix") {
		mcpServers = builtins.listToAttrs (map (name: { inherit name; value = { }; }) servers);
	}).known names`, map[string]any{"servers": servers, "names": names}, &known)
	for i, name := range names {
		if want := name != grammar.ToolAny && grammar.CheckTool(name, servers) == nil; known[i] != want {
			t.Errorf("known %q is %v in the library, %v in the grammar", name, known[i], want)
		}
	}
}

// foreignTools are the names in lib/tests/foreign-tools.json.
func foreignTools(t *testing.T) (names []string) {
	t.Helper()
	data, err := os.ReadFile("../lib/tests/foreign-tools.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &names); err != nil {
		t.Fatal(err)
	}
	return names
}

// The policies are tried with every name of the table in docs/permissions.md.
func TestPoliciesAreTriedWithForeignTools(t *testing.T) {
	data, err := os.ReadFile("../docs/permissions.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, ok := strings.Cut(string(data), "| name elsewhere | here |\n|---|---|\n")
	if !ok {
		t.Fatal("docs/permissions.md has no table of names elsewhere")
	}
	table, _, _ = strings.Cut(table, "\n\n")
	var want []string
	for line := range strings.Lines(table) {
		for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(strings.Split(line, "|")[1], -1) {
			want = append(want, m[1])
		}
	}
	if got := foreignTools(t); !slices.Equal(got, want) {
		t.Errorf("lib/tests/foreign-tools.json has %q, the page %q", got, want)
	}
}
