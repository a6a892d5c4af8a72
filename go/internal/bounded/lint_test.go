package bounded_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// direct are the functions that wait for a FIFO, follow any link or read without
// end, by package.
var direct = map[string][]string{
	"os":       {"ReadFile", "Open", "ReadDir", "DirFS", "OpenRoot"},
	"filepath": {"Walk", "WalkDir"},
	"ioutil":   {"ReadFile", "ReadDir", "ReadAll"},
}

// exceptions are the files that may use them, with the reason. Each is needed: an
// entry without such a call fails.
var exceptions = map[string]string{
	"internal/app/add.go":                             "removes below the directory of layers",
	"internal/app/import.go":                          "writes below the directory of profiles",
	"internal/app/setup.go":                           "writes below the project",
	"internal/bounded/bounded.go":                     "is the reader",
	"internal/bounded/open_other.go":                  "is the reader",
	"internal/bounded/stream.go":                      "is the reader",
	"internal/crash/report.go":                        "writes below a directory of its own",
	"internal/durable/fs.go":                          "opens folders of its own state to sync them",
	"internal/secret/file.go":                         "judges owner and mode of the open file, with the same flags and a limit",
	"internal/cli/secretexec_unix.go":                 "opens the terminal",
	"internal/cli/terminal.go":                        "opens the terminal",
	"internal/locate/flake.go":                        "looks at names and modes of at most 5000 files; opens none",
	"internal/runtime/render/render.go":               "writes below a root of its own",
	"internal/runtime/runtimetest/run.go":             "compares directories of tests",
	"internal/runtime/supervise/server/files_unix.go": "writes below roots of its own",
	"nix/source/trees.go":                             "is the reader of evaluations: below a root, without waiting, with a limit",
	"nix/fetch/git.go":                                "looks at sizes; opens none",
	"nix/internal/archive/place.go":                   "writes below a root of its own",
	"nix/flake/input.go":                              "looks at the times of files; opens none",
}

// Files of the program are read through this package. Only so every reader has a
// limit and none of them waits, whatever another user has put in a file's place.
func TestEveryFileIsReadThroughThisPackage(t *testing.T) {
	used := map[string]bool{}
	files := token.NewFileSet()
	top := filepath.Join("..", "..")
	err := filepath.WalkDir(top, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(top, path)
		rel = filepath.ToSlash(rel)
		if entry.IsDir() && (entry.Name() == "testdata" || rel == "internal/pod/crash") {
			return filepath.SkipDir // the crash test is a program of its own
		}
		if entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, at := range directReads(file) {
			used[rel] = true
			if exceptions[rel] == "" {
				t.Errorf("%s: read files through package bounded", files.Position(at))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range exceptions {
		if !used[name] {
			t.Errorf("the exception for %s is not needed", name)
		}
	}
}

// directReads finds uses of the functions, called or not, and os.OpenFile for
// anything but creating and writing.
func directReads(file *ast.File) (found []token.Pos) {
	names := map[string]string{} // of packages, as the file calls them
	for _, spec := range file.Imports {
		path := strings.Trim(spec.Path.Value, `"`)
		name := path[strings.LastIndexByte(path, '/')+1:]
		as := name
		if spec.Name != nil {
			as = spec.Name.Name
		}
		if path == "os" || path == "path/filepath" || path == "io/ioutil" {
			names[as] = name
		}
	}
	of := func(n ast.Node) (pkg, name string) {
		selector, ok := n.(*ast.SelectorExpr)
		if !ok {
			return "", ""
		}
		if x, ok := selector.X.(*ast.Ident); ok {
			return names[x.Name], selector.Sel.Name
		}
		return "", ""
	}
	writes := map[ast.Node]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && len(call.Args) == 3 {
			if pkg, name := of(call.Fun); pkg == "os" && name == "OpenFile" {
				ast.Inspect(call.Args[1], func(flag ast.Node) bool {
					if pkg, name := of(flag); pkg == "os" && (name == "O_CREATE" || name == "O_WRONLY") {
						writes[call.Fun] = true
					}
					return true
				})
			}
		}
		pkg, name := of(n)
		for _, known := range direct[pkg] {
			if name == known {
				found = append(found, n.Pos())
			}
		}
		if pkg == "os" && name == "OpenFile" && !writes[n] {
			found = append(found, n.Pos())
		}
		return true
	})
	return found
}

// The lint finds what it should: a lint that finds nothing always passes.
func TestDirectReads(t *testing.T) {
	for text, want := range map[string]int{
		`import "os"; var _, _ = os.ReadFile("x")`:                                       1,
		`import system "os"; var read = system.ReadFile`:                                 1,
		`import "os"; var _, _ = os.OpenFile("x", os.O_RDONLY, 0)`:                       1,
		`import "os"; var _, _ = os.OpenFile("x", flags(), 0)`:                           1,
		`import "os"; var _, _ = os.OpenFile("x", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0)`: 0,
		`import "path/filepath"; var _ = filepath.WalkDir("x", nil)`:                     1,
		`import os "example.org/other"; var _, _ = os.ReadFile("x")`:                     0,
		`import "os"; var _ = os.Getenv("x")`:                                            0,
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x\n"+strings.ReplaceAll(text, "; ", "\n"), 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(directReads(file)); got != want {
			t.Errorf("%d found, not %d: %s", got, want, text)
		}
	}
}
