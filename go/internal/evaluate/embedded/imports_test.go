package embedded

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// What others embed is what this program embeds: it evaluates through package nix. The exceptions
// are packages with a job of their own, which return what is of package nix.
func TestImports(t *testing.T) {
	const module = "github.com/insomnia-pods/insomnia/go/"
	exceptions := map[string]string{
		module + "nix/flake": "opens flakes and their locked inputs",
		module + "nix/fetch": "downloads and keeps sources",
	}
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) < 5 {
		t.Fatal(files, err)
	}
	used := map[string]bool{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, imported := range parsed.Imports {
			path, _ := strconv.Unquote(imported.Path.Value)
			used[path] = true
			if strings.HasPrefix(path, module+"nix/") && exceptions[path] == "" {
				t.Errorf("%s imports %s: extend package nix", file, path)
			}
		}
	}
	for path := range exceptions {
		if !used[path] {
			t.Errorf("%s is no longer imported", path)
		}
	}
}
