package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// badInputs are contents of manifest files that are malicious or mistaken. Each is
// created by replacing `old` in a valid manifest by `new`; `text` stands for the whole
// file instead. code is the code of one problem, at is its place, and nothing in hidden
// is ever shown.
var badInputs = []struct {
	name, old, new, text string
	code, at             string
	hidden               string
}{
	{name: "a duplicate key", old: `"maxTurns":`, new: `"maxTurns":7,"maxTurns":`, code: "duplicate-key", at: "limits.maxTurns"},
	{name: "an unknown field", old: `"maxTurns":`, new: `"maxTurn":7,"maxTurns":`, code: "unknown-field", at: "limits.maxTurn"},
	{name: "a field in the wrong case", old: `"maxTurns":`, new: `"MaxTurns":`, code: "unknown-field", at: "limits.MaxTurns"},
	{name: "invalid UTF-8", old: `"description":"`, new: "\"description\":\"\xff", code: "invalid-utf8", at: "profile.description"},
	{name: "a lone surrogate", old: `"description":"`, new: `"description":"\ud800`, code: "lone-surrogate", at: "profile.description"},
	{name: "nan", old: `"maxTurns":200`, new: `"maxTurns":NaN`, code: "syntax"},
	{name: "infinity", old: `"maxTurns":200`, new: `"maxTurns":1e999`, code: "type", at: "limits.maxTurns"},
	{name: "an integer beyond its bound", old: `"maxTurns":200`, new: `"maxTurns":100001`, code: "maximum", at: "limits.maxTurns"},
	{name: "2^63", old: `"maxTurns":200`, new: `"maxTurns":9223372036854775808`, code: "maximum", at: "limits.maxTurns"},
	{name: "a fraction", old: `"maxTurns":200`, new: `"maxTurns":7.5`, code: "type", at: "limits.maxTurns"},
	{name: "nesting beyond 64", old: `"hooks":[]`, new: `"hooks":` + strings.Repeat("[", 70) + strings.Repeat("]", 70), code: "too-deep"},
	{name: "more than the cap", old: `"description":"`, new: overCap, code: "max-bytes"},
	{name: "null alone", text: "null", code: "type"},
	{name: "nothing", text: " ", code: "empty"},
	{name: "a byte order mark", text: "\ufeff{}", code: "byte-order-mark"},
	{name: "NUL in a name", old: `"name":"`, new: `"name":"\u0000`, code: "pattern", at: "profile.name"},
	{name: "a line break in a header", old: `"mcpServers":{}`, new: serverWith(`"url":"https://x.example","headers":{"A":{"value":"a\r\nB: c"}}`), code: "rule-header-value", at: "mcpServers.x.headers.A.value"},
	{name: "an escape in an address", old: `"mcpServers":{}`, new: serverWith(`"url":"https://x.example/\u001b[2J","headers":{}`), code: "pattern", at: "mcpServers.x.url"},
	{name: "a credential in an address", old: `"mcpServers":{}`, new: serverWith(`"url":"https://ada:hunter2@x.example","headers":{}`), code: "pattern", at: "mcpServers.x.url"},
	{name: "a path out of the workspace", old: `"writableRoots":[]`, new: `"writableRoots":["../x"]`, code: "rule-path", at: "sandbox.writableRoots[0]"},
	{name: "the root of the file system", old: `"writableRoots":[]`, new: `"writableRoots":["/"]`, code: "rule-path", at: "sandbox.writableRoots[0]"},
	{name: "a secret's name with two dots", old: `"auth":null`, new: secretNamed("a..b"), code: "pattern", at: "model.auth.name"},
	{name: "a secret's name with a slash", old: `"auth":null`, new: secretNamed("../x"), code: "pattern", at: "model.auth.name"},
	{name: "a secret's name in capitals", old: `"auth":null`, new: secretNamed("Brave"), code: "pattern", at: "model.auth.name"},
	{name: "a secret without a name", old: `"auth":null`, new: secretNamed(""), code: "pattern", at: "model.auth.name"},
	{name: "a secret with a long name", old: `"auth":null`, new: secretNamed(strings.Repeat("a", 64)), code: "pattern", at: "model.auth.name"},
	{name: "a secret with a name beyond ASCII", old: `"auth":null`, new: secretNamed("größe"), code: "pattern", at: "model.auth.name"},
	{name: "a literal in a secret slot", old: `"auth":null`, new: `"auth":"canary-hunter2"`, code: "secret-literal", at: "model.auth", hidden: "canary-hunter2"},
	{name: "a literal beside a reference", old: `"auth":null`, new: `"auth":{"_type":"insomnia.secret-ref/v1","name":"a.b","value":"canary-hunter2"}`, code: "unknown-field", at: "model.auth.value", hidden: "canary-hunter2"},
	{name: "a literal where nothing can be read", old: `"auth":null`, new: `"auth":"canary-hunter2",,`, code: "syntax", hidden: "canary-hunter2"},
	{name: "a derivation", old: `"hooks":[]`, new: `"hooks":[{"outPath":"/nix/store/x","type":"derivation"}]`, code: "unknown-field", at: "hooks[0].outPath"},
	{name: "a set that becomes a text", old: `"description":""`, new: `"description":{"__toString":"x"}`, code: "type", at: "profile.description"},
	{name: "a newer schema", old: `insomnia.pod/v1`, new: `insomnia.pod/v2`, code: "const", at: "schema"},
	{name: "a file that was cut off", old: `}`, new: ``, code: "syntax"},
}

// overCap stands for text beyond the cap of a manifest. It is written out where it is used:
// the scripts run the test binary as insomnia, and each start of it would make the text.
const overCap = "17 MiB of text"

func serverWith(fields string) string {
	return `"mcpServers":{"x":{"type":"http","args":[],"env":{},"enabledTools":[],"disabledTools":[],"startupTimeoutSeconds":1,"toolTimeoutSeconds":1,"required":false,` + fields + `}}`
}

func secretNamed(name string) string {
	return `"auth":{"_type":"insomnia.secret-ref/v1","name":"` + name + `"}`
}

// Every bad input is refused by every command that reads such a file, with a
// place, without the value of a secret, and without a Pod.
func TestBadInputs(t *testing.T) {
	base, err := os.ReadFile("../../../checks/conformance/bases/minimal.json")
	if err != nil {
		t.Fatal(err)
	}
	valid, problems := manifest.Check(base)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for _, variable := range []string{"HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"} {
		t.Setenv(variable, t.TempDir())
	}
	t.Chdir(t.TempDir())
	for i, bad := range badInputs {
		t.Run(bad.name, func(t *testing.T) {
			text := bad.text
			if bad.new == overCap {
				bad.new = bad.old + strings.Repeat("x", 17<<20)
			}
			if text == "" {
				if text = strings.Replace(string(valid), bad.old, bad.new, 1); bad.name == "a file that was cut off" {
					text = string(valid[:len(valid)/2])
				}
				if text == string(valid) {
					t.Fatalf("%q is not in the manifest", bad.old)
				}
			}
			file, resolved := fmt.Sprintf("m%d.json", i), fmt.Sprintf("e%d.json", i)
			write(t, file, text)
			write(t, resolved, `{"digest":"`+manifest.Digest([]byte(text))+`","inputs":{},"manifest":`+text+
				`,"profile":{"name":"x","ref":"x","source":"x"},"provenance":{"dirty":false,"evaluator":"none","program":"x"},"schema":"insomnia.resolved/v1"}`)
			for _, args := range [][]string{
				{"manifest", "validate", file}, {"resolve", "--manifest", file}, {"pod", "new", "--no-start", "--manifest", file},
				{"manifest", "validate", resolved}, {"pod", "new", "--no-start", "--from-resolved", resolved},
			} {
				d := refused(t, args, bad.hidden)
				if file := args[len(args)-1]; file != resolved && !hasProblem(d, bad.code, bad.at) {
					t.Errorf("%v: no problem %s at %q in %+v", args, bad.code, bad.at, d)
				}
			}
			if left, _ := filepath.Glob(os.Getenv("XDG_STATE_HOME") + "/insomnia/pods/*"); len(left) > 0 {
				t.Fatalf("there is a Pod: %v", left)
			}
		})
	}

	// An envelope with a changed byte and a newer envelope are rejected, too.
	e := &manifest.Envelope{Schema: manifest.EnvelopeSchema, Profile: manifest.Identity{Name: "coder", Source: "builtin", Ref: "builtin:coder"},
		Provenance: &manifest.Provenance{Program: "x", Evaluator: "none"}, Manifest: valid, Digest: manifest.Digest(valid)}
	data, err := manifest.EncodeEnvelope(e)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, old, new, code string }{
		{"tampered", `"maxTurns":200`, `"maxTurns":201`, "digest"},
		{"a newer schema", "insomnia.resolved/v1", "insomnia.resolved/v2", "schema-version"},
		{"a startup input that there is not", `"inputs":{`, `"inputs":{"model":"x"`, "type"},
		{"cut off", `}`, ``, "syntax"},
	} {
		t.Run("envelope/"+c.name, func(t *testing.T) {
			text := strings.Replace(string(data), c.old, c.new, 1)
			if c.name == "cut off" {
				text = string(data[:len(data)/2])
			}
			write(t, "envelope.json", text)
			if d := refused(t, []string{"pod", "new", "--no-start", "--from-resolved", "envelope.json"}, ""); !hasProblem(d, c.code, "") {
				t.Errorf("no problem %s in %+v", c.code, d)
			}
		})
	}

	// 2^53+1 is kept unchanged, and rejected input has left nothing behind.
	write(t, "large.json", strings.Replace(string(valid), `"maxTurns":200`, `"maxTurns":99991`, 1))
	write(t, "envelope.json", string(data))
	for _, args := range [][]string{{"manifest", "validate", "large.json"}, {"pod", "new", "--no-start", "--manifest", "large.json"}, {"pod", "new", "--no-start", "--from-resolved", "envelope.json"}} {
		if exit, _, stderr := runCommand(args); exit != 0 {
			t.Errorf("%v: exit %d, %s", args, exit, stderr)
		}
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func runCommand(args []string) (exit int, stdout, stderr string) {
	var out, errs bytes.Buffer
	p := &program{stdout: &out, stderr: &errs}
	exit = p.run(context.Background(), append([]string{"insomnia"}, args...))
	return exit, out.String(), errs.String()
}

// refused runs a command that must fail, in words and in JSON.
func refused(t *testing.T, args []string, hidden string) []diag.Diagnostic {
	t.Helper()
	var report diag.Report
	for _, args := range [][]string{args, append([]string{"--json"}, args...)} {
		exit, stdout, stderr := runCommand(args)
		if exit != int(diag.ExitInvalid) || stdout != "" {
			t.Errorf("%v: exit %d, %q\n%s", args, exit, stdout, stderr)
		}
		if hidden != "" && strings.Contains(stderr, hidden) {
			t.Errorf("%v shows the secret:\n%s", args, stderr)
		}
		if strings.ContainsFunc(stderr, func(r rune) bool { return r < 0x20 && r != '\n' }) {
			t.Errorf("%v: a control character in %q", args, stderr)
		}
		if args[0] == "--json" {
			if err := json.Unmarshal([]byte(stderr), &report); err != nil {
				t.Errorf("%v: %v\n%s", args, err, stderr)
			}
		}
	}
	return report.Diagnostics
}

func hasProblem(list []diag.Diagnostic, code, path string) bool {
	for _, d := range list {
		if d.Code == code && (path == "" || d.Path == path) && len(d.Positions) > 0 {
			return true
		}
	}
	return false
}
