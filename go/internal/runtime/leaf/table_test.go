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

// source reads the lines of a file.
func source(t *testing.T, name string) []string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.SplitAfter(string(data), "\n")
}

// without returns the file without each leaf in turn, and with each pair of neighbors
// swapped.
func without(lines []string, do func(at string, changed []string)) (leaves int) {
	before := -1
	for i, line := range lines {
		words := strings.TrimSpace(line)
		if !slices.ContainsFunc([]string{"EnforcedBy(", "ApproximatedBy(", "Told(", "Lacking("}, func(f string) bool { return strings.Contains(words, f) }) {
			continue
		}
		leaves++
		do(words, slices.Delete(slices.Clone(lines), i, i+1))
		if before >= 0 {
			swapped := slices.Clone(lines)
			swapped[i], swapped[before] = lines[before], lines[i]
			do(words, swapped)
		}
		before = i
	}
	return leaves
}

// A declaration that lacks a leaf or swaps two leaves does not compile.
func TestTableIsWholeOrDoesNotCompile(t *testing.T) {
	files := token.NewFileSet()
	found := imports{standard: importer.ForCompiler(files, "source", nil)}
	parse := func(name string, lines []string) *ast.File {
		parsed, err := parser.ParseFile(files, name, strings.Join(lines, ""), 0)
		if err != nil {
			t.Fatal(err)
		}
		return parsed
	}
	var rest []*ast.File
	for _, name := range []string{"leaf.go", "asks.go", "table.go"} {
		rest = append(rest, parse(name, source(t, name)))
	}
	own, declared := source(t, "own.go"), source(t, "../claudecode/declare.go")
	compileOwn := func(lines []string) (*types.Package, error) {
		return (&types.Config{Importer: found}).Check("leaf", files, append(slices.Clone(rest), parse("own.go", lines)), nil)
	}
	compile := func(lines []string) error {
		_, err := (&types.Config{Importer: found}).Check("claudecode", files, []*ast.File{parse("declare.go", lines)}, nil)
		return err
	}
	var err error
	if found.leaf, err = compileOwn(own); err != nil {
		t.Fatal(err)
	}
	if err := compile(declared); err != nil {
		t.Fatal(err)
	}
	leaves := without(declared, func(at string, changed []string) {
		if compile(changed) == nil {
			t.Errorf("compiles without it, or with it in another place: %s", at)
		}
	})
	leaves += without(own, func(at string, changed []string) {
		if _, err := compileOwn(changed); err == nil {
			t.Errorf("compiles without it, or with it in another place: %s", at)
		}
	})
	if leaves != len(fields) {
		t.Fatalf("%d lines declare %d leaves", leaves, len(fields))
	}
	for _, group := range []string{"leaf.OwnSandbox(),", "leaf.OwnLimits(),"} {
		i := slices.IndexFunc(declared, func(line string) bool { return strings.TrimSpace(line) == group })
		if i < 0 || compile(slices.Delete(slices.Clone(declared), i, i+1)) == nil {
			t.Errorf("compiles without %s", group)
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
