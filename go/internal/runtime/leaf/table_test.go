package leaf

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"slices"
	"strings"
	"testing"
)

// imports finds this package as it was checked, and the standard library by its source.
type imports struct {
	standard types.Importer
	leaf     *types.Package
}

func (i imports) Import(path string) (*types.Package, error) {
	if strings.HasSuffix(path, "/runtime/leaf") {
		return i.leaf, nil
	}
	return i.standard.Import(path)
}

func checked(t *testing.T) (*token.FileSet, imports) {
	t.Helper()
	files := token.NewFileSet()
	found := imports{standard: importer.ForCompiler(files, "source", nil)}
	var sources []*ast.File
	for _, name := range []string{"leaf.go", "asks.go", "table.go"} {
		source, err := parser.ParseFile(files, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, source)
	}
	var err error
	if found.leaf, err = (&types.Config{Importer: found}).Check("leaf", files, sources, nil); err != nil {
		t.Fatal(err)
	}
	return files, found
}

// A declaration that lacks a leaf does not compile, and neither does one that has two
// leaves in each other's place.
func TestTableIsWholeOrDoesNotCompile(t *testing.T) {
	files, found := checked(t)
	data, err := os.ReadFile("../claudecode/declare.go")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(data), "\n")
	compile := func(lines []string) error {
		source, err := parser.ParseFile(files, "declare.go", strings.Join(lines, ""), 0)
		if err != nil {
			t.Fatal(err)
		}
		_, err = (&types.Config{Importer: found}).Check("claudecode", files, []*ast.File{source}, nil)
		return err
	}
	if err := compile(lines); err != nil {
		t.Fatal(err)
	}
	var leaves []int
	for i, line := range lines {
		if strings.HasPrefix(strings.TrimSpace(line), "leaf.") && !strings.Contains(line, "leaf.New") {
			leaves = append(leaves, i)
		}
	}
	if len(leaves) != len(fields) {
		t.Fatalf("%d lines declare %d leaves", len(leaves), len(fields))
	}
	for at, i := range leaves {
		without := slices.Delete(slices.Clone(lines), i, i+1)
		if compile(without) == nil {
			t.Errorf("compiles without %s", fields[at].Path)
		}
		if at == 0 {
			continue
		}
		swapped := slices.Clone(lines)
		swapped[i], swapped[leaves[at-1]] = lines[leaves[at-1]], lines[i]
		if compile(swapped) == nil {
			t.Errorf("compiles with %s and %s in each other's place", fields[at-1].Path, fields[at].Path)
		}
	}
}

func TestFieldsThatProtectExist(t *testing.T) {
	known := func(path string) bool {
		return slices.ContainsFunc(fields, func(f Field) bool { return f.Path == path })
	}
	for _, path := range protecting {
		if !known(path) {
			t.Errorf("%s protects and is no leaf", path)
		}
	}
	for _, w := range widest {
		if !known(w.path) || !slices.Contains(protecting[:], w.path) {
			t.Errorf("%s has a widest value and does not protect", w.path)
		}
	}
}

func TestAsks(t *testing.T) {
	for _, c := range []struct {
		path  string
		value any
		asks  bool
	}{
		{"tools.default", "deny", true},
		{"tools.default", "allow", false},
		{"tools.deny", []any{}, false},
		{"tools.deny", []any{"bash"}, true},
		{"tools.maxOutputBytes", 65536.0, false}, // the default
		{"tools.maxOutputBytes", 4096.0, true},
		{"permissions.mode", "ask", true}, // the default, and it protects
		{"permissions.mode", "bypass", false},
		{"sandbox.network", "none", true},
		{"sandbox.readableRoots", []any{}, true}, // nothing may be read; absent: everything
		{"sandbox.writableRoots", []any{}, false},
		{"sandbox.nix", false, false},
		{"sandbox.nix", true, true},
		{"limits.maxTurns", nil, false},
		{"limits.maxTurns", 200.0, true},
		{"limits.maxSubagents", 0.0, true},
		{"model.temperature", 0.0, true},
		{"prompts.system", "", false},
		{"mcpServers.*.env", map[string]any{}, false},
		{"runtimes.codex.goals", false, true},
	} {
		i := slices.IndexFunc(fields, func(f Field) bool { return f.Path == c.path })
		if got := fields[i].Asks(c.value); got != c.asks {
			t.Errorf("%s = %v asks for something: %v", c.path, c.value, got)
		}
	}
}
