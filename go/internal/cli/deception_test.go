package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/unseen"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// What a hostile profile says in every string that it is free to choose.
const (
	trick = "x` y\u3164\u3164\u3164\u3164\u3164 \u202ez\u200b\u0336\U000e0041  g\u0456t\u2800"
	lines = trick + "\n! injected\x1b[2K\n\n  ! injected"
)

// tricky contains what the grammar still permits of this in a pattern, and the rules in
// the name of a context file.
var tricky = map[string]string{"AGENTS.md": "x` y g\u0456t.md", "a": "x\\` y g\u0456t", "./b": "./x` y g\u0456t"}

// freeProfile fills every part of a manifest that may contain arbitrary text.
const freeProfile = `{ insomnia }:
let secret = insomnia.lib.secrets.ref "a.b"; in
insomnia.lib.mkProfile {
  name = "free";
  description = "d";
  role = "coder";
  model.ref = "anthropic/claude-sonnet-4-5";
  prompts = { system = "s"; append = [ "a" "b" ]; initial = "i"; contextFiles = [ "AGENTS.md" ]; };
  permissions.rules = [
    { tool = "bash"; pattern = "a"; action = "allow"; reason = "r"; }
    { tool = "read"; pattern = "./b"; action = "deny"; reason = "r"; }
    { tool = "mcp__s__x"; pattern = "*"; action = "ask"; }
  ];
  mcpServers.s = { command = "c"; args = [ "a" "b" ]; env.LITERAL.value = "v"; env.SECRET = secret; };
  mcpServers.h = { type = "http"; url = "https://h.example/"; headers.X-Literal.value = "v"; headers.Authorization = secret; };
  hooks = [ { event = "PreToolUse"; matcher = "bash"; command = [ "h" "i" ]; timeoutSeconds = 5; } ];
  skills.s = { description = "d"; files."SKILL.md" = "t"; allowedTools = [ "grep" ]; };
  workflows.w = { description = "d"; prompt = "p"; inputs = [ { name = "i"; type = "choice"; choices = [ "a" "b" ]; } { name = "j"; type = "string"; default = "a"; } ]; };
  subagents.d = {
    description = "d";
    prompts.system = "s";
    prompts.append = [ "a" ];
    permissions.rules = [ { tool = "bash"; pattern = "a"; action = "deny"; reason = "r"; } ];
  };
}`

// taint puts the tricks into every string whose form is free; it gives their number.
func taint(v reflect.Value, seen map[string]bool) int {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			return taint(v.Elem(), seen)
		}
	case reflect.Struct:
		n := 0
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				n += taint(v.Field(i), seen)
			}
		}
		return n
	case reflect.Slice:
		n := 0
		for i := range v.Len() {
			n += taint(v.Index(i), seen)
		}
		return n
	case reflect.Map:
		n := 0
		for _, key := range v.MapKeys() {
			member := reflect.New(v.Type().Elem()).Elem()
			member.Set(v.MapIndex(key))
			n += taint(member, seen)
			v.SetMapIndex(key, member)
		}
		return n
	case reflect.String:
		if v.Type() == reflect.TypeFor[manifest.Template]() && v.Len() == 0 {
			return 0 // there is none
		}
		if v.Type() == reflect.TypeFor[manifest.Pattern]() || v.Type() == reflect.TypeFor[manifest.ContextFile]() {
			if text, known := tricky[v.String()]; known {
				v.SetString(text)
				return 1
			}
			return 0
		}
		free, ok := v.Interface().(interface{ Constraint() manifest.Constraint })
		if !ok {
			return 0
		}
		c := free.Constraint()
		if c.Pattern != "" || c.Enum != nil {
			return 0
		}
		text := lines
		if c.SingleLine {
			text = trick
		}
		// The elements of sets differ.
		for seen[v.Type().Name()+text] && c.SingleLine {
			text += "x"
		}
		seen[v.Type().Name()+text] = true
		v.SetString(text)
		return 1
	}
	return 0
}

// Nothing of the tricks reaches the terminal raw, by whichever command.
func TestNothingDeceives(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, variable := range []string{"HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"} {
		t.Setenv(variable, t.TempDir())
	}
	insomnia := func(args ...string) (stdout, stderr string, code int) {
		var out, words bytes.Buffer
		p := &program{stdout: &out, stderr: &words}
		code = p.run(context.Background(), append([]string{"insomnia"}, args...))
		return out.String(), words.String(), code
	}
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("free.nix", freeProfile)
	resolved, said, code := insomnia("resolve", "./free.nix")
	if code != 0 {
		t.Fatal(said)
	}
	m, problems := manifest.Decode([]byte(strings.TrimSpace(resolved)))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	const least = 25 // strings that are free
	if n := taint(reflect.ValueOf(m), map[string]bool{}); n < least {
		t.Fatalf("%d strings are free, less than %d", n, least)
	}
	data, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	write("m.json", string(data))
	if _, said, code := insomnia("manifest", "validate", "m.json"); code != 0 {
		t.Fatal(said)
	}
	write("p.nix", "_: builtins.fromJSON (builtins.readFile ./m.json)")
	write("flake.nix", `{ outputs = _: { insomniaProfiles.free = builtins.fromJSON (builtins.readFile ./m.json); }; }`)
	if _, said, code := insomnia("pod", "new", "./free.nix", "--name", "before", "--no-start"); code != 0 {
		t.Fatal(said)
	}
	if _, said, code := insomnia("pod", "new", "./p.nix", "--name", "tricky", "--no-start"); code != 0 {
		t.Fatal(said)
	}
	write("free.nix", "_: builtins.fromJSON (builtins.readFile ./m.json)")
	for _, command := range []string{
		"trust show ./p.nix", "trust show ./p.nix --full", "trust show m.json", "trust grant ./p.nix", "trust show --pod tricky",
		"profile show ./p.nix", "profile explain ./p.nix", "profile explain ./p.nix permissions.rules", "profile explain ./p.nix prompts.system",
		"profile diff builtin:coder ./p.nix", "profile diff ./p.nix builtin:coder", "profile list",
		"pod list", "pod show tricky", "pod show before", "pod reload before --dry-run", "pod resume tricky --print",
		"secret check ./p.nix", "secret list", "verify path:.", "doctor", "manifest validate m.json",
	} {
		stdout, stderr, code := insomnia(strings.Fields(command)...)
		if stdout+stderr == "" || code == 2 || code == 70 {
			t.Errorf("%s: exit code %d\n%s", command, code, stderr)
		}
		for _, out := range []string{stdout, stderr} {
			for line := range strings.Lines(out) {
				line = strings.TrimSuffix(line, "\n")
				if strings.ContainsFunc(line, unseen.Hidden) || strings.ContainsRune(line, '\u0336') {
					t.Errorf("%s: something hidden in %q", command, line)
				}
				if strings.HasPrefix(strings.TrimLeft(line, " "), "! injected") {
					t.Errorf("%s: a line that is not ours: %q", command, line)
				}
				if strings.Contains(line, "  g\u0456t") && !strings.Contains(line, "│") { // a text has its spaces
					t.Errorf("%s: two columns: %q", command, line)
				}
				if strings.Contains(line, "`x` y") {
					t.Errorf("%s: a quotation is closed: %q", command, line)
				}
			}
		}
	}
}
