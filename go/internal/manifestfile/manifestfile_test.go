package manifestfile

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

const tomlManifest = `schema = "insomnia.pod/v1"

[profile]
name = "coder"

[model]
ref = "anthropic/claude-sonnet-4-5"
effort = "medium"
temperature = 0.7
auth = { _type = "insomnia.secret-ref/v1", name = "anthropic.api.default" }
contextWindowTokens = 200_000

[[hooks]]
event = "PreToolUse"
command = ["echo", "hi"]

[[hooks]]
event = "SessionStart"
command = [
  "date",
]
`

func TestTOMLPlaces(t *testing.T) {
	places := tomlPlaces([]byte(tomlManifest), "/m.toml")
	for pointer, want := range map[string]string{
		"/schema": "1:1", "/profile": "3:2", "/profile/name": "4:1", "/model/ref": "7:1", "/model/auth": "10:1",
		"/model/auth/_type": "10:10", "/hooks/0": "13:3", "/hooks/0/event": "14:1", "/hooks/0/command/1": "15:20",
		"/hooks/1": "17:3", "/hooks/1/command": "19:1", "/hooks/1/command/0": "20:3",
		"/model/effort/deeper": "8:1", "/nowhere": "",
	} {
		got := ""
		if p, ok := sourceMap(places).at(pointer); ok {
			got = fmt.Sprintf("%d:%d", p.Line, p.Column)
		}
		if got != want {
			t.Errorf("%s at %q, not %q", pointer, got, want)
		}
	}
}

func TestJSONPlaces(t *testing.T) {
	text := "{\n  \"a\": [1, {\"b\\\"c\": true}],\n  \"d/e\": null, \"ü\": \"x\"\n}"
	places := jsonPlaces([]byte(text), "/m.json")
	for pointer, want := range map[string]string{
		"": "1:1", "/a": "2:3", "/a/0": "2:9", "/a/1": "2:12", "/a/1/b\"c": "2:13", "/d~1e": "3:3", "/ü": "3:16",
	} {
		p, ok := places[pointer]
		if got := fmt.Sprintf("%d:%d", p.Line, p.Column); !ok || got != want {
			t.Errorf("%s at %s, not %s", pointer, got, want)
		}
	}
	if p := jsonPlaces([]byte("{\"a\": 1,\n oops}"), "/m.json")[""]; p.Line != 2 {
		t.Errorf("the syntax error is at %+v", p)
	}
}

func TestManifestFileProblems(t *testing.T) {
	const canary = "sk-ant-CANARY0123456789"
	dir := t.TempDir()
	r := &Reader{Dir: dir}
	for _, test := range []struct {
		name, file, content string
		exit                diag.Exit
		says                string
		line                int
	}{
		{"nan", "m.toml", "schema = \"insomnia.pod/v1\"\n[model]\ntemperature = nan\n", diag.ExitInvalid, "nan and infinity", 3},
		{"infinity", "m.toml", "[model]\ntemperature = [1, -inf]\n", diag.ExitInvalid, "nan and infinity", 2},
		{"date", "m.toml", "\n\nx = 1979-05-27\n", diag.ExitInvalid, "date or time", 3},
		{"syntax with a key", "m.toml", "[model]\nauth = \"" + canary + "\" oops\n", diag.ExitInvalid, "not readable as TOML", 2},
		{"key given twice", "m.toml", "a = \"" + canary + "\"\na = \"" + canary + "\"\n", diag.ExitInvalid, "not readable as TOML", 0},
		{"literal key", "m.toml", "[model]\nref = \"a/b\"\nauth = \"" + canary + "\"\n", diag.ExitInvalid, "secret", 3},
		{"JSON literal key", "m.json", "{\"model\":\n{\"auth\": \"" + canary + "\"}}", diag.ExitInvalid, "secret", 2},
		{"JSON syntax", "m.json", "{\"model\": {\n  \"auth\": \"" + canary + "\"x }}", diag.ExitInvalid, "", 2},
		{"JSON duplicate", "m.json", "{\"schema\": 1,\n\"schema\": \"" + canary + "\"}", diag.ExitInvalid, "", 0},
		{"empty", "m.json", "", diag.ExitInvalid, "", 0},
		{"not UTF-8", "m.toml", "a = \"\xff\"", diag.ExitInvalid, "", 1},
		{"other format", "m.yaml", "a: 1", diag.ExitUsage, ".json or .toml", 0},
		{"a profile", "m.nix", "{ }", diag.ExitUsage, "is a profile", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := os.WriteFile(filepath.Join(dir, test.file), []byte(test.content), 0o600); err != nil {
				t.Fatal(err)
			}
			result, err := r.Read(t.Context(), test.file)
			if err == nil {
				t.Fatalf("accepted: %s", result.Manifest)
			}
			e := diag.From(err)
			var b strings.Builder
			if err := diag.NewText().Write(&b, e); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(b.String(), "CANARY") || strings.Contains(fmt.Sprintf("%+v", e.Diagnostics), "CANARY") {
				t.Errorf("the key is shown:\n%s", b.String())
			}
			if e.Exit != test.exit || !strings.Contains(b.String(), test.says) {
				t.Errorf("exit %d:\n%s", e.Exit, b.String())
			}
			found := test.line == 0
			for _, d := range e.Diagnostics {
				for _, p := range d.Positions {
					found = found || p.Line == test.line && p.File == filepath.Join(dir, test.file)
				}
			}
			if !found {
				t.Errorf("not placed at line %d: %+v", test.line, e.Diagnostics)
			}
		})
	}
}

// The same manifest in TOML and as its own canonical JSON gives the same bytes.
func TestManifestFile(t *testing.T) {
	dir := t.TempDir()
	r := &Reader{Dir: dir}
	source := strings.Replace(tomlManifest, "[model]\n", "[prompts]\nsystem = \"You code.\"\n\n[model]\nprovider = \"anthropic\"\nid = \"claude-sonnet-4-5\"\nwireApi = \"anthropic\"\nmaxOutputTokens = 64000\n", 1) +
		"\n[context.compaction]\nthresholdTokens = 90000\nrequestThresholdTokens = 100000\nretainedTokens = 20000\nreservedTokens = 40000\nsummaryMaxTokens = 4000\n"
	if err := os.WriteFile(filepath.Join(dir, "m.toml"), []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	first, err := r.Read(t.Context(), "m.toml")
	if err != nil {
		var b strings.Builder
		diag.NewText().Write(&b, diag.From(err))
		t.Fatal(b.String())
	}
	if err := os.WriteFile(filepath.Join(dir, "m.json"), first.Manifest, 0o600); err != nil {
		t.Fatal(err)
	}
	second, err := r.Read(t.Context(), "m.json")
	if err != nil {
		t.Fatal(err)
	}
	if string(first.Manifest) != string(second.Manifest) || first.Digest != second.Digest {
		t.Error("the bytes differ")
	}
	if first.Name != "coder" || first.Kind != Plain {
		t.Errorf("%s, %s", first.Name, first.Kind)
	}
}
