//go:build unix

package cli

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// nastyFlag is the approximate size of each input: go test -run Nasty -nasty 1048576 -v
var nastyFlag = flag.Int("nasty", 1<<14, "size in bytes of the inputs of TestNastyInputs")

// filled repeats a text up to the size.
func filled(text string) string { return strings.Repeat(text, max(1, (*nastyFlag)/len(text))) }

// counting repeats a format with numbers up to the size.
func counting(format string) string {
	var b strings.Builder
	for i := 0; b.Len() < (*nastyFlag); i++ {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// nastyTOML are files that are large in one way each.
func nastyTOML() map[string]string {
	return map[string]string{
		"many keys":              counting("a%d=1\n"),
		"one key often":          filled("a=1\n"),
		"dotted keys":            filled("a.") + "a=1\n",
		"many dotted keys":       counting(strings.Repeat("a.", 60) + "b%d=1\n"),
		"many tables":            counting("[a%d]\n"),
		"deep table":             "[" + filled("a.") + "a]\n",
		"arrays of tables":       filled("[[a]]\n"),
		"arrays of arrays":       counting("[[a%d]]\n[[a%[1]d.b]]\n"),
		"fields of tables":       counting("[[a]]\nb%d=1\n"),
		"lists":                  "a=" + filled("["),
		"closed lists":           "a=" + strings.Repeat("[", (*nastyFlag)/2) + strings.Repeat("]", (*nastyFlag)/2) + "\n",
		"long list":              "a=[" + filled("1,") + "]\n",
		"list of texts":          "a=[" + filled(`"x",`) + "]\n",
		"inline tables":          "a=" + filled("{a="),
		"one inline table":       "a={" + counting("a%d=1,") + "z=1}\n",
		"list of inline tables":  "a=[" + filled("{b=1},") + "]\n",
		"long key":               filled("a") + "=1\n",
		"long quoted key":        `"` + filled(`\u00e9`) + "\"=1\n",
		"long text":              `a="` + filled("x") + "\"\n",
		"long lines of text":     "a=\"\"\"\n" + filled("x\n") + "\"\"\"\n",
		"empty lines of text":    "a='''\n" + filled("\n") + "'''\n",
		"escapes":                `a="` + filled(`\n`) + "\"\n",
		"open text":              `a="` + filled("x"),
		"open lines of text":     `a="""` + filled("x\n"),
		"open quotes":            filled(`"`),
		"digits":                 "a=" + filled("1") + "\n",
		"fraction":               "a=0." + filled("1") + "\n",
		"exponent":               "a=1e" + filled("1") + "\n",
		"underscores":            "a=" + filled("1_") + "1\n",
		"comments":               filled("#x\n"),
		"one comment":            "#" + filled("x"),
		"empty lines":            filled("\n"),
		"unicode":                `a="` + filled("é🙂") + "\"\n",
		"bidi":                   counting("\"\u202e%d\"=1\n"),
		"bytes":                  filled("\xff\xfe"),
		"NUL":                    filled("\x00"),
		"carriage returns":       filled("\r"),
		"many unknown sections":  counting("[aliases]\n"),
		"bad aliases":            "[aliases]\n" + counting("A%d=1\n"),
		"good aliases":           "[aliases]\n" + counting("a%d=\"builtin:coder\"\n"),
		"aliases of aliases":     "[aliases]\na0=\"builtin:coder\"\n" + strings.Join(chain(4000), ""),
		"bad sources":            "[sources]\n" + counting("a%d=1\n"),
		"bad secrets":            counting("[secrets.\"a.b%d\"]\nx=1\n"),
		"older manifest":         "[pod]\nname=\"x\"\n[worker]\n" + counting("a%d=1\n"),
		"older manifest, texts":  "[pod]\nname=\"" + filled("x") + "\"\n[worker]\nmodel=\"" + filled("y") + "\"\n",
		"manifest, unknown keys": "schema=\"insomnia.pod/v1\"\n" + counting("a%d=1\n"),
	}
}

func chain(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("a%d=\"a%d\"\n", i+1, i)
	}
	return out
}

// nastyJSON returns the same inputs for JSON; one of them replaces `%s` in each kind of
// file.
func nastyJSON() map[string]string {
	return map[string]string{
		"many keys":       "{" + counting(`"a%d":1,`) + `"z":1}`,
		"one key often":   "{" + filled(`"a":1,`) + `"a":1}`,
		"deep one often":  `{"` + strings.Repeat("k", (*nastyFlag)/2) + `":{` + strings.Repeat(`"a":1,`, (*nastyFlag)/12) + `"a":1}}`,
		"lists":           filled("["),
		"closed lists":    strings.Repeat("[", (*nastyFlag)/2) + strings.Repeat("]", (*nastyFlag)/2),
		"objects":         filled(`{"a":`),
		"closed objects":  strings.Repeat(`{"a":`, (*nastyFlag)/6) + "1" + strings.Repeat("}", (*nastyFlag)/6),
		"long list":       "[" + filled("1,") + "1]",
		"list of objects": "[" + filled("{},") + "{}]",
		"long text":       `"` + filled("x") + `"`,
		"long key":        `{"` + filled("x") + `":1}`,
		"open text":       `"` + filled("x"),
		"escapes":         `"` + filled(`\n`) + `"`,
		"surrogates":      `"` + filled(`\ud800`) + `"`,
		"many surrogates": `[` + filled(`"\ud800",`) + `1]`,
		"digits":          filled("1"),
		"fraction":        "0." + filled("1"),
		"exponent":        "1e" + filled("1"),
		"blanks":          filled(" "),
		"lines":           filled("\n"),
		"comments":        filled("//\n"),
		"unicode":         `"` + filled("é🙂") + `"`,
		"bytes":           filled("\xff"),
		"NUL":             filled("\x00"),
		"many unknown":    `{"schema":"insomnia.pod/v1",` + counting(`"a%d":1,`) + `"z":1}`,
		"many models":     `{"schema":"insomnia.pod/v1","model":{` + counting(`"a%d":1,`) + `"z":1}}`,
		"many tools":      `{"schema":"insomnia.pod/v1","tools":[` + filled(`"x",`) + `"x"]}`,
		"long name":       `{"schema":"insomnia.pod/v1","profile":{"name":"` + filled("x") + `"}}`,
	}
}

// nastyNix are profiles.
func nastyNix() map[string]string {
	return map[string]string{
		"a sum":             "_: 1" + filled("+1"),
		"lists":             "_: " + filled("["),
		"negations":         "_: " + filled("-") + "1",
		"an attribute path": "_: {a" + filled(".a") + "=1;}",
		"unknown fields":    "{ insomnia }: insomnia.lib.mkProfile {" + counting("a%d=1;") + "}",
		"a long field":      "{ insomnia }: insomnia.lib.mkProfile {" + filled("a") + "=1;}",
		"a long throw":      `_: throw "` + filled("x") + `"`,
		"lines of a throw":  "_: throw ''" + filled("x\n") + "''",
		"a long trace":      `_: builtins.trace "` + filled("x") + `" 1`,
		"many traces":       `_: builtins.foldl' (a: b: builtins.trace "` + strings.Repeat("x", 1000) + `" 1) 1 (builtins.genList (x: x) 20000)`,
		"many warnings":     `_: builtins.foldl' (a: b: builtins.warn "x" 1) 1 (builtins.genList (x: x) 100000)`,
		"contexts":          `_: builtins.foldl' (a: b: builtins.addErrorContext "` + strings.Repeat("x", 1000) + `" a) (throw "x") (builtins.genList (x: x) 5000)`,
		"comments":          filled("#\n"),
		"open text":         `_: "` + filled("x"),
	}
}

// nastySettings are files of other programs that are imported: the program, the file, and
// its text.
func nastySettings() map[string][3]string {
	rules := func(list string) [3]string {
		return [3]string{"claude", ".claude/settings.json", `{"permissions":{"allow":[` + list + `"x"],"deny":[` + list + `"x"]}}`}
	}
	opencode := func(text string) [3]string { return [3]string{"opencode", "opencode.json", text} }
	agent := func(text string) [3]string { return [3]string{"claude", ".claude/agents/a.md", text} }
	codex := func(text string) [3]string { return [3]string{"codex", ".codex/rules/a.rules", text} }
	return map[string][3]string{
		"many rules":              rules(counting(`"Bash(a%d:*)",`)),
		"many paths":              rules(counting(`"Read(a%d/**/*.b)",`)),
		"stars of a path":         rules(`"Read(` + filled("**/") + `a)",`),
		"stars of a command":      rules(`"Bash(` + filled("* ") + `a)",`),
		"braces":                  rules(`"Read(` + filled("{a,b}") + `)",`),
		"parentheses":             rules(`"` + filled("Bash(") + `",`),
		"a long rule":             rules(`"Bash(` + filled("x") + `)",`),
		"servers":                 {"mcp", ".mcp.json", `{"mcpServers":{` + counting(`"a%d":{"command":"a","env":{"A_KEY":"${B}"}},`) + `"z":{}}}`},
		"arguments of a server":   {"mcp", ".mcp.json", `{"mcpServers":{"a":{"command":"a","args":[` + counting(`"--key=%d",`) + `"z"]}}}`},
		"variables in an address": {"mcp", ".mcp.json", `{"mcpServers":{"a":{"url":"https://a.example/?` + filled("k=${A:-b}&") + `"}}}`},
		"patterns of opencode":    opencode(`{"permission":{"bash":{` + counting(`"a%d *":"allow","b%[1]d *":"deny",`) + `"*":"ask"}}}`),
		"tools of opencode":       opencode(`{"permission":{` + counting(`"a%d_*":"deny",`) + `"*":"ask"}}`),
		"agents of opencode":      opencode(`{"agent":{` + counting(`"a%d":{"prompt":"x","permission":{"bash":{"*":"deny"}}},`) + `"z":{}}}`),
		"commands of opencode":    opencode(`{"command":{` + counting(`"a%d":{"template":"$1 $2"},`) + `"z":{}}}`),
		"fields of an agent":      agent("---\n" + counting("a%d: b\n") + "---\nx"),
		"tools of an agent":       agent("---\nname: a\ntools: " + filled("Read, ") + "Bash\n---\nx"),
		"an open frontmatter":     agent("---\n" + filled("a: [\n")),
		"a prompt of dollars":     {"claude", ".claude/commands/a.md", filled("${x} $1 '' ")},
		"rules of Codex":          codex(counting("prefix_rule(pattern = [\"a%d\", [\"b\", \"c\"]], decision = \"prompt\")\n")),
		"choices of Codex":        codex("prefix_rule(pattern = [" + filled(`["a", "b"],`) + `"c"], decision = "allow")`),
		"lists of Codex":          codex("prefix_rule(pattern = " + filled("[")),
		"ignored files":           {"rulesync", ".rulesyncignore", counting("a%d/**/b\n")},
		"hooks":                   {"claude", ".claude/settings.json", `{"hooks":{"Stop":[` + counting(`{"hooks":[{"command":"a %d --key=b"}]},`) + `{}]}}`},
	}
}

// nastyMarkdown are skills and agents.
func nastyMarkdown() map[string]string {
	front := func(fields, body string) string { return "---\nname: x\ndescription: y\n" + fields + "---\n" + body }
	return map[string]string{
		"many fields":     front(counting("a%d: 1\n"), "x"),
		"one field often": front(filled("a: 1\n"), "x"),
		"lists":           front("a: "+filled("[")+"\n", "x"),
		"maps":            front("a: "+filled("{b: ")+"\n", "x"),
		"deep lines": front(func() (s string) {
			for i := range min(1000, *nastyFlag/100) {
				s += strings.Repeat(" ", i) + "a:\n"
			}
			return
		}(), "x"),
		"aliases":            front("a: &a [1]\n"+counting("b%d: *a\n"), "x"),
		"aliases of aliases": front("a0: &a0 [1]\n"+counting("b%d: &b%[1]d [*a0, *a0]\n"), "x"),
		"long tools":         front("tools: "+filled("Read, ")+"\n", "x"),
		"open tools":         front("allowed-tools: "+filled("Bash(")+"\n", "x"),
		"long description":   front("", "x") + filled("x"),
		"frontmatter open":   "---\n" + filled("a: b\n"),
		"lines of hyphens":   filled("---\n"),
		"hidden":             front("", filled("a\u200b\u202e\U000e0041")),
		"one run of hidden":  front("", filled("\u200b")),
		"tags":               front("", filled("\U000e0041")),
		"marks":              front("", "a"+filled("\u0301")),
		"keys":               front("", filled("ghp_abcdefghijklmnopqrstuvwxyz0123456789 ")),
		"one long key":       front("", "ghp_"+filled("a")),
		"assignments":        front("", filled("token=")),
		"store paths":        front("", filled("/nix/store/0123456789abcdfghijklmnpqrsvwxyz")),
		"one line":           front("", filled("x")),
		"lines":              front("", filled("\n")),
		"carriage returns":   front("", filled("\r")),
		"braces":             front("", filled("${")),
		"NUL":                front("", filled("\x00")),
		"bytes":              front("", filled("\xff")),
	}
}

// Each input of a megabyte ends within a moment on the commands that read it,
// and says little. The bound of the test is wide, for the race detector; what
// takes over a second is logged. With -nasty 1048576 each input goes to all commands.
func TestNastyInputs(t *testing.T) {
	type try struct {
		kind, name, text string
		files            []string // that have the text
		args             [][]string
	}
	var tries []try
	for name, text := range nastyTOML() {
		tries = append(tries,
			try{"config.toml", name, text, []string{".insomnia/config.toml"}, [][]string{{"profile", "list", "--timeout", "2s"}, {"resolve", "coder"}}},
			try{"local.toml of the user", name, text, []string{".home/.config/insomnia/local.toml"}, [][]string{{"secret", "list"}, {"profile", "default", "builtin:coder"}}},
			try{"a manifest in TOML", name, text, []string{"x.toml"}, [][]string{{"manifest", "validate", "x.toml"}, {"resolve", "--manifest", "x.toml"}}})
	}
	for name, text := range nastyJSON() {
		tries = append(tries,
			try{"a manifest in JSON", name, text, []string{"x.json"}, [][]string{{"manifest", "validate", "x.json"}, {"resolve", "--manifest", "x.json"}}},
			try{"an envelope", name, `{"schema":"insomnia.resolved/v1","manifest":` + text + "}", []string{"x.json"}, [][]string{
				{"resolve", "--from-resolved", "x.json"}, {"pod", "new", "--from-resolved", "x.json", "--no-start"}, {"manifest", "validate", "x.json"}}},
			try{"sources.lock", name, `{"schema":"insomnia.sources/v1","sources":` + text + "}", []string{".insomnia/sources.lock"}, [][]string{{"source", "list"}}},
			try{"flake.lock", name, `{"version":7,"root":"root","nodes":{"root":{},"x":` + text + "}}", []string{"flake/flake.lock"}, [][]string{
				{"resolve", "./flake#a"}, {"verify", "./flake"}}},
			try{"flake.lock alone", name, text, []string{"flake/flake.lock"}, [][]string{{"resolve", "./flake#a"}}},
			try{"pod.json", name, text, []string{".home/state/insomnia/pods/01a21e26-af00-74f0-b771-660c720e2ecc/pod.json"}, [][]string{{"pod", "list"}}})
	}
	for name, text := range nastyTOML() {
		tries = append(tries, try{"settings of Codex", name, text, []string{".codex/config.toml"}, [][]string{{"import", "codex", ".", "--dry-run"}}})
	}
	for name, text := range nastyJSON() {
		tries = append(tries,
			try{"settings of Claude Code", name, text, []string{".claude/settings.json", ".mcp.json"}, [][]string{{"import", "claude", ".", "--dry-run"}}},
			try{"settings of opencode", name, text, []string{"opencode.json"}, [][]string{{"import", "opencode", ".", "--dry-run"}}})
	}
	for name, c := range nastySettings() {
		tries = append(tries, try{"settings", name, c[2], []string{c[1]}, [][]string{{"import", c[0], ".", "--dry-run"}}})
	}
	for name, text := range nastyNix() {
		tries = append(tries, try{"a profile", name, text, []string{"profile.nix", ".insomnia/profiles/x.nix"}, [][]string{
			{"resolve", "./profile.nix"}, {"profile", "list"}}})
	}
	for name, text := range nastyJSON() {
		servers := `{"mcpServers":` + text + "}"
		tries = append(tries,
			try{"servers to import", name, servers, []string{"kit/.mcp.json"}, [][]string{{"import", "mcp", "kit/.mcp.json", "--out", "out"}}},
			try{"servers to add", name, servers, []string{"kit/.mcp.json"}, [][]string{{"add", "./kit", "--yes"}, {"add", "./kit/.mcp.json", "--yes"}}},
			try{"a server to add", name, `{"mcpServers":{"x":{"command":"x","args":` + text + `,"env":` + text + "}}}", []string{"kit/.mcp.json"}, [][]string{{"add", "./kit", "--yes"}}},
			try{"added.lock", name, `{"schema":"insomnia.added/v1","added":` + text + "}", []string{".insomnia/added.lock"}, [][]string{{"add", "--list"}, {"add", "--outdated"}}})
	}
	for name, text := range nastyMarkdown() {
		tries = append(tries,
			try{"a skill to add", name, text, []string{"kit/SKILL.md"}, [][]string{{"add", "./kit", "--name", "x", "--yes"}, {"add", "./kit", "--name", "x", "--dry-run", "--json"}}},
			try{"an agent to add", name, text, []string{"kit/x.md"}, [][]string{{"add", "./kit/x.md", "--yes"}, {"add", "./kit", "--yes"}}},
			try{"an agent to import", name, text, []string{"kit/.claude/agents/x.md"}, [][]string{{"import", "claude", "kit", "--out", "out"}}})
	}
	base := t.TempDir()
	for i, c := range tries {
		t.Run(c.kind+"/"+c.name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(base, fmt.Sprint(i))
			writeText(t, filepath.Join(dir, "flake/flake.nix"), "{ outputs = _: { insomniaProfiles.a = 1; }; }")
			writeText(t, filepath.Join(dir, ".insomnia/config.toml"), "[sources]\nx = \"github:owner/repo\"\n")
			for _, file := range c.files {
				writeText(t, filepath.Join(dir, file), c.text)
			}
			if out, err := exec.Command("git", "init", "-q", dir).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			commands := c.args
			if *nastyFlag < 1<<20 {
				commands = commands[:1] // the usual run of all tests has no time for all
			}
			for _, args := range commands {
				code, took, data, words := ran(t, dir, args...)
				if took > 10*time.Second || code < 0 || code == 70 || code == 2 && strings.Contains(words, "goroutine ") {
					t.Errorf("%v ended with %d after %s:\n%.1000s", args, code, took, words)
				} else if took > time.Second {
					t.Logf("%v took %s", args, took.Round(time.Millisecond))
				}
				if len(words) > 3<<20 || len(data) > 3<<20 {
					t.Errorf("%v printed %d and %d bytes", args, len(data), len(words))
				}
			}
			os.RemoveAll(dir)
		})
	}
}
