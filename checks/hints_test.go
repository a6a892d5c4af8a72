package checks

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
)

var (
	// tableHeader is a header of a config, and assignment a key with a value.
	tableHeader = regexp.MustCompile(`\[\[?(aliases|sources|discovery|ui|secrets)\b[^\]]*\]`)
	assignment  = regexp.MustCompile(`(^|[\s:(])[A-Za-z][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+|\."[^"]*")* = ("[^"]*"|'[^']*'|\[[^\]]*\]|\{[^}]*\}|%q|true|false|[0-9]+)`)
	inlineTable = regexp.MustCompile(`\{ [a-z_]+ = [^}]*\}`)
	verb        = regexp.MustCompile(`%[-+# 0-9.*]*[a-z]`)
)

// tomlIn returns the pieces of TOML in a text for people: from the header of a
// table to the end of its lines, else each key with its value, and inline tables.
// Nix, which separates with semicolons, is left out.
func tomlIn(text string) (pieces []string) {
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		if strings.Contains(line, ";") {
			continue
		}
		if at := tableHeader.FindStringIndex(line); at != nil && strings.Contains(strings.Join(lines[i:], "\n")[at[0]:], " = ") {
			piece := line[at[0]:]
			for ; i+1 < len(lines) && assignment.MatchString(lines[i+1]); i++ {
				piece += "\n" + strings.TrimSpace(lines[i+1])
			}
			pieces = append(pieces, piece)
			continue
		}
		for _, table := range inlineTable.FindAllString(line, -1) {
			pieces = append(pieces, "table = "+table)
			line = strings.Replace(line, table, "", 1)
		}
		for _, found := range assignment.FindAllString(line, -1) {
			pieces = append(pieces, strings.TrimLeft(found, " \t:("))
		}
	}
	return pieces
}

// isTOML reports whether a piece is valid; the verbs of a format stand for a text.
func isTOML(piece string) error {
	piece = verb.ReplaceAllStringFunc(piece, func(v string) string {
		if strings.HasSuffix(v, "q") {
			return `"x"`
		}
		return "x"
	})
	var into map[string]any
	return toml.Unmarshal([]byte(piece), &into)
}

func TestPiecesOfTOMLAreFound(t *testing.T) {
	for text, valid := range map[string][]bool{
		"or settle it: [aliases] coder = \"builtin:coder\"":        {false},
		"or settle it:\n[aliases]\ncoder = \"builtin:coder\"":      {true},
		"write:\n  [secrets.\"a.b\"]\n  uri = \"env:A\"":           {true},
		"[secrets.a b]\nuri = %q":                                  {false},
		"[aliases] NAME = \"%s#PROFILE\"":                          {false},
		"write it there by hand: aliases.x = %q":                   {true},
		"name it, such as env = \"KEY\"":                           {true},
		"a table such as { kind = \"api_key\", env = \"KEY\" }":    {true},
		"a table such as { kind = \"api_key\", env = \"\\q\" }":    {false},
		"such as a = \"\\q\" and b = true":                         {false, true},
		"usage: insomnia resolve [flags] [REF]":                    nil,
		"insomniaProfiles.NAME = insomnia.lib.mkProfile { … };":    nil,
		"{ value = \"…\"; }":                                       nil,
		"a source of [sources] is pinned":                          nil,
		"insomnia alias set coder builtin:coder --project":         nil,
		"expected: --override-input NAME REF, or x == y, or a=\"b": nil,
	} {
		pieces := tomlIn(text)
		if len(pieces) != len(valid) {
			t.Errorf("%q: found %q", text, pieces)
			continue
		}
		for i, piece := range pieces {
			if err := isTOML(piece); (err == nil) != valid[i] {
				t.Errorf("%q: %q: %v", text, piece, err)
			}
		}
	}
}

// TOML that the program or its documentation shows can be pasted into a file: it
// is valid as it stands.
func TestShownTOMLIsValid(t *testing.T) {
	found := map[string]int{}
	check := func(kind, where, text string) {
		for _, piece := range tomlIn(text) {
			found[kind]++
			if err := isTOML(piece); err != nil {
				t.Errorf("%s: not valid TOML: %v\n%s", where, err, piece)
			}
		}
	}
	walk(t, "../go", ".go", func(path string, data []byte) {
		if strings.HasSuffix(path, "_test.go") {
			return
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, data, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if text, err := strconv.Unquote(lit.Value); err == nil && strings.ContainsAny(text, " \n") {
					check("source", files.Position(lit.Pos()).String(), text)
				}
			}
			return true
		})
	})
	walk(t, "../go/internal/cli/testdata/script", ".txtar", func(path string, data []byte) {
		lines := strings.Split(string(data), "\n")
		for i := 0; i < len(lines); i++ {
			for _, begins := range []string{"hint: ", "  expected: "} {
				if text, ok := strings.CutPrefix(lines[i], begins); ok {
					for ; i+1 < len(lines) && strings.HasPrefix(lines[i+1], "  "); i++ {
						text += "\n" + strings.TrimSpace(lines[i+1])
					}
					check("golden", path+":"+strconv.Itoa(i+1), text)
				}
			}
		}
	})
	fence := regexp.MustCompile("(?s)```toml\n(.*?)```")
	pages := func(path string, data []byte) {
		for _, block := range fence.FindAllStringSubmatch(string(data), -1) {
			found["page"]++
			if err := isTOML(block[1]); err != nil {
				t.Errorf("%s: not valid TOML: %v\n%s", path, err, block[1])
			}
		}
	}
	walk(t, "../docs", ".md", pages)
	walk(t, "..", "README.md", pages)
	for kind, least := range map[string]int{"source": 3, "golden": 1, "page": 2} {
		if found[kind] < least {
			t.Errorf("only %d pieces of TOML found of kind %s", found[kind], kind)
		}
	}
}

// walk calls do with each file below a directory whose name has a suffix.
func walk(t *testing.T, root, suffix string, do func(path string, data []byte)) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, suffix) || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if err == nil {
			do(path, data)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
