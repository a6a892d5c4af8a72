package diag

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func render(t *testing.T, dir string, e *Error) string {
	t.Helper()
	var b bytes.Buffer
	if err := (&Text{Dir: dir}).Write(&b, e); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestText(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "profile.nix")
	text := "{\n  web.search.provder = \"brave\";\n\tauth = \"sk-ant-api03-SECRET0123456789\"; effort = 3;\n  " +
		strings.Repeat("x", 150) + " = 1;\n  größe = 1;\n}\n"
	source := NewSource(text)
	for _, test := range []struct {
		name string
		in   Diagnostic
		want string
	}{
		{"whole", Diagnostic{Severity: SeverityError, Code: "unknown-field", Path: "web.search.provder", Message: "unknown field `provder`",
			Expected: "one of: mode, provider", Hint: "did you mean `provider`?", Positions: []Position{{Source: source, File: file, Line: 2, Column: 14, Note: "set here"}}},
			"error: web.search.provder: unknown field `provder`\n" +
				"  profile.nix:2:14 (set here)\n" +
				"    2 |   web.search.provder = \"brave\";\n" +
				"      |              ^\n" +
				"  expected: one of: mode, provider\n" +
				"hint: did you mean `provider`?\n"},
		{"secret", Diagnostic{Severity: SeverityError, Code: "secret-literal", Path: "model.auth", Message: "must be a secret reference, got a literal",
			Positions: []Position{{Source: source, File: file, Line: 3, Column: 2}}},
			"error: model.auth: must be a secret reference, got a literal\n  profile.nix:3:2\n"},
		{"a key nearby is masked", Diagnostic{Severity: SeverityError, Code: "type", Message: "is a number", Positions: []Position{{Source: source, File: file, Line: 3, Column: 42}}},
			"error: is a number\n  profile.nix:3:42\n    3 |  auth = \"*****************************\"; effort = 3;\n      |                                          ^\n"},
		{"long line", Diagnostic{Severity: SeverityWarning, Code: "x", Message: "m", Positions: []Position{{Source: source, File: file, Line: 4, Column: 154}}},
			"warning: m\n  profile.nix:4:154\n    4 | …" + strings.Repeat("x", 49) + " = 1;\n      | " + strings.Repeat(" ", 51) + "^\n"},
		{"not ASCII", Diagnostic{Severity: SeverityError, Code: "x", Message: "m", Positions: []Position{{Source: source, File: file, Line: 5, Column: 3}}},
			"error: m\n  profile.nix:5:3\n    5 |   größe = 1;\n      |   ^\n"},
		{"escapes", Diagnostic{Severity: SeverityError, Code: "x", Path: "a\x1bb", Message: "one\x07\u202e\ntwo\xff", Positions: []Position{{File: "/no\nwhere"}}},
			"error: a\\x1bb: one\\x07\\u{202e}\n  two\\xff\n  `/no\\nwhere`\n"},
		{"no such line", Diagnostic{Severity: SeverityError, Code: "x", Message: "m", Positions: []Position{{Source: source, File: file, Line: 99, Column: 1}}},
			"error: m\n  profile.nix:99:1\n"},
		{"column beyond the line", Diagnostic{Severity: SeverityError, Code: "x", Message: "m", Positions: []Position{{Source: source, File: file, Line: 1, Column: 70}}},
			"error: m\n  profile.nix:1:70\n    1 | {\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := render(t, dir, &Error{Exit: ExitInvalid, Diagnostics: []Diagnostic{test.in}})
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A line with a secret is quoted by no problem of the report, and a line only once.
func TestQuotedLines(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "p.nix")
	source := NewSource("{ auth = \"hunter2\"; effrt = 1; }\n{ b = 1; }\n")
	at := func(line, column int) []Position {
		return []Position{{Source: source, File: file, Line: line, Column: column}}
	}
	got := render(t, dir, &Error{Exit: ExitInvalid, Diagnostics: []Diagnostic{
		{Severity: SeverityError, Code: "unknown-field", Path: "effrt", Message: "unknown", Positions: at(1, 21)},
		{Severity: SeverityError, Code: "secret-literal", Path: "auth", Message: "a literal", Positions: at(1, 3)},
		{Severity: SeverityError, Code: "type", Path: "b", Message: "first", Positions: at(2, 3)},
		{Severity: SeverityError, Code: "type", Path: "b", Message: "second", Positions: at(2, 3)},
	}})
	if strings.Contains(got, "hunter2") {
		t.Errorf("the secret is shown:\n%s", got)
	}
	if strings.Count(got, "{ b = 1; }") != 1 {
		t.Errorf("not quoted once:\n%s", got)
	}
}

func TestJSON(t *testing.T) {
	var b bytes.Buffer
	if err := WriteJSON(&b, Errorf(ExitNotFound, "profile-not-found", "no <profile> %s", "x").Hintf("look")); err != nil {
		t.Fatal(err)
	}
	want := `{"schema":"insomnia.diagnostics/v1","exit":4,"meaning":"not found or ambiguous","diagnostics":[` +
		`{"severity":"error","code":"profile-not-found","message":"no <profile> x","hint":"look","positions":[]}]}` + "\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
	var back Report
	if err := json.Unmarshal(b.Bytes(), &back); err != nil || back.Exit != ExitNotFound {
		t.Errorf("%v %+v", err, back)
	}
}

func TestFrom(t *testing.T) {
	ours := Errorf(ExitRefused, "x", "m")
	for _, test := range []struct {
		in   error
		exit Exit
	}{
		{fmt.Errorf("wrapped: %w", ours), ExitRefused},
		{fmt.Errorf("wrapped: %w", context.Canceled), ExitInterrupted},
		{errors.New("anything"), ExitInternal},
	} {
		if got := From(test.in).Exit; got != test.exit {
			t.Errorf("%v: exit %d", test.in, got)
		}
	}
}

func TestExitCodes(t *testing.T) {
	seen := map[Exit]bool{}
	for i, row := range ExitCodes {
		if seen[row.Code] || row.Meaning == "" || row.Example == "" || i > 0 && row.Code <= ExitCodes[i-1].Code {
			t.Errorf("row %+v", row)
		}
		seen[row.Code] = true
	}
}

// In an excerpt, what is assigned to a name of a secret is masked, and so are keys of
// known forms; everything else is shown, since the mistake is there.
func TestVeil(t *testing.T) {
	key := "gh" + "p_0123456789abcdefghijABCDEFGHIJ012345"
	stars := strings.Repeat("*", len(key))
	for in, want := range map[string]string{
		`  model.ref = "openrouter/anthropic/claude-sonnet-4-5[1m]";`:             `  model.ref = "openrouter/anthropic/claude-sonnet-4-5[1m]";`,
		`  context.compaction.thresholdTokens = "120000k";`:                       `  context.compaction.thresholdTokens = "120000k";`,
		`rev = "3b18e512dba79e4c8300dd08aeb37f8e728b8dad";`:                       `rev = "3b18e512dba79e4c8300dd08aeb37f8e728b8dad";`,
		`  args = [ "--api-key" "` + key + `" ];`:                                 `  args = [ "--api-key" "` + stars + `" ];`,
		`# a comment with ` + key:                                                 `# a comment with ` + stars,
		`  model.auth = "hunter2" // { };`:                                        `  model.auth = "*******" // { };`,
		`m = { ref = "a/b"; auth = "hunter2"; id = "b"; };`:                       `m = { ref = "a/b"; auth = "*******"; id = "b"; };`,
		`auth = secrets.ref "brave.search"; mode = "liv";`:                        `auth = secrets.ref "brave.search"; mode = "liv";`,
		`mcpServers.a = { command = "x"; env.A = { value = "b"; }; cwd = "c"; };`: `mcpServers.a = { command = "x"; env.A = { value = "*"; }; cwd = "c"; };`,
		`env = { A.value = "b"; B = "c"; }; args = [ "d" ];`:                      `env = { A.value = "*"; B = "*"; }; args = [ "d" ];`,
		`headers."X-Api" = ''it's''; url = "u";`:                                  `headers."X-Api" = ''****''; url = "u";`,
		`{"url": "u", "headers": {"X": {"value": "b, \"c"}}, "type": "http"}`:     `{"url": "u", "headers": {"X": {"value": "******"}}, "type": "http"}`,
		`"env": ["a", "b"], "args": ["c", "d"]`:                                   `"env": ["*", "*"], "args": ["c", "d"]`,
		`GITHUB_TOKEN = "b"`:                                                      `GITHUB_TOKEN = "*"`,
		`my-api-key = "not closed`:                                                `my-api-key = "**********`,
		`}; } ] "a" = : ; ,`:                                                      `}; } ] "a" = : ; ,`,
	} {
		if got := veil(in); got != want {
			t.Errorf("%s\nbecame\n%s\nnot\n%s", in, got, want)
		}
	}
}

// No report has a key in it: not in a message, a path, a hint or a note, neither as
// text nor as JSON; and what a line masks, its message masks.
func TestReportsHoldNoKeys(t *testing.T) {
	key := "gh" + "p_0123456789abcdefghijABCDEFGHIJ012345"
	line := NewSource(`model.auth = "hunter2" // { }; url = "` + key + `";`)
	e := &Error{Exit: ExitInvalid, Summary: key, Diagnostics: []Diagnostic{{Severity: SeverityError, Code: "x", Profile: key, Path: key, Pointer: key,
		Message: "expected a set but found a string: \"hunter2\"", Expected: key, Hint: key,
		Positions: []Position{{File: "/a/" + key, Line: 1, Column: 1, Note: key, Source: line}}}}}
	var asJSON bytes.Buffer
	if err := WriteJSON(&asJSON, e); err != nil {
		t.Fatal(err)
	}
	alone, err := json.Marshal(e.Diagnostics)
	if err != nil {
		t.Fatal(err)
	}
	for _, got := range []string{render(t, "/", e), asJSON.String(), string(alone)} {
		if strings.Contains(got, key) || strings.Contains(got, "hunter2") || !strings.Contains(got, `found a string: `) {
			t.Errorf("got %s", got)
		}
	}
	if e.Diagnostics[0].Hint != key || e.Diagnostics[0].Positions[0].Note != key {
		t.Error("the error itself was changed")
	}
}

// What a position says of its file opens nothing: a line is quoted from the text
// that whoever read the file gave to the position, or not at all.
func TestNothingIsOpened(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "secret")
	if err := os.WriteFile(file, []byte("CANARY\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	reads := 0
	lazy := LazySource(func() (string, bool) { reads++; return "quoted\nonce\n", true })
	var positions []Position
	for _, source := range []*Source{nil, LazySource(func() (string, bool) { return "", false }), NewSource(strings.Repeat("x", maxSourceSize+1)), lazy, lazy} {
		positions = append(positions, Position{File: file, Line: len(positions) + 1, Column: 1, Source: source})
	}
	positions[3].Line, positions[4].Line = 1, 2
	got := ""
	for _, p := range positions {
		got += render(t, dir, Errorf(ExitInvalid, "x", "m").At(p))
	}
	if strings.Contains(got, "CANARY") || !strings.Contains(got, "1 | quoted") || !strings.Contains(got, "2 | once") || reads != 1 {
		t.Errorf("%d reads of the lazy source:\n%s", reads, got)
	}
}

// A profile's hint cannot pass for the program's: ours alone begins a line.
func TestProfileHint(t *testing.T) {
	got := render(t, "", &Error{Exit: ExitInvalid, Diagnostics: []Diagnostic{{Severity: SeverityError, Code: "x", By: ByProfile,
		Path: "a\nhint: one", Message: "m\nhint: two", Expected: "e\nhint: three", Hint: "run this\nhint: four",
		Positions: []Position{{File: "/f\nhint: five", Note: "n\nhint: six"}}}}})
	for line := range strings.Lines(got) {
		if strings.HasPrefix(line, "hint:") {
			t.Errorf("the profile speaks as the program:\n%s", got)
		}
	}
	if !strings.Contains(got, "\nprofile hint: run this\n") {
		t.Errorf("got\n%s", got)
	}
}

func TestShell(t *testing.T) {
	for word, want := range map[string]string{
		"/srv/team-1/a.nix": "/srv/team-1/a.nix", "": "''", "-rf": "'-rf'", "~/x": "'~/x'",
		"/srv/a b": "'/srv/a b'", "/srv/a;curl x|sh": "'/srv/a;curl x|sh'", "it's": `'it'\''s'`, "größe": "'größe'",
	} {
		if got := Shell(word); got != want {
			t.Errorf("%s became %s, not %s", word, got, want)
		}
	}
}
