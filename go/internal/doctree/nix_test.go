package doctree

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia"
	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// nixNode is the result of lib/agent/yaml.nix for a value.
type nixNode struct {
	Kind   string
	Value  json.RawMessage
	Line   int
	Column int
	Keys   []string
	Faults []nixNode
}

// readInNix reads frontmatters as Markdown layers are read.
func readInNix(t testing.TB, texts []string) []nixNode {
	t.Helper()
	data, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	sources := &source.FS{}
	sources.Mount("/insomnia", source.Embedded{FS: insomnia.Library})
	ev := eval.New(eval.Options{Sources: sources})
	v, err := ev.EvalExpr(`map (text: (import /insomnia/lib/agent/yaml.nix).read 2 (builtins.filter builtins.isString (builtins.split "\n" text))) (builtins.fromJSON "`+
		strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`).Replace(string(data))+`")`, "test", "/insomnia")
	if err != nil {
		t.Fatal(err)
	}
	out, err := ev.ToJSON(v)
	var all []nixNode
	if err != nil || json.Unmarshal(out, &all) != nil || len(all) != len(texts) {
		t.Fatalf("%v: %.300s", err, out)
	}
	return all
}

// plainNix is a value of the Nix reader as text that can be compared; ok is false where it
// has a fault.
func plainNix(t testing.TB, n nixNode) (text string, ok bool) {
	switch n.Kind {
	case "fault":
		return "", false
	case "list":
		var items []nixNode
		if err := json.Unmarshal(n.Value, &items); err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, item := range items {
			text, ok := plainNix(t, item)
			if !ok {
				return "", false
			}
			b.WriteString(text + ",")
		}
		return "[" + b.String() + "]", true
	case "map":
		if len(n.Faults) > 0 {
			return "", false
		}
		var fields map[string]nixNode
		if err := json.Unmarshal(n.Value, &fields); err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, key := range n.Keys {
			text, ok := plainNix(t, fields[key])
			if !ok {
				return "", false
			}
			fmt.Fprintf(&b, "%q@%d: %s,", key, fields[key].Line, text)
		}
		return "{" + b.String() + "}", true
	case "text":
		var s string
		if err := json.Unmarshal(n.Value, &s); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("%q", s), true
	}
	if number, err := strconv.ParseFloat(string(n.Value), 64); err == nil {
		return fmt.Sprint(number), true
	}
	return string(n.Value), true
}

func plainGo(n *Node) string {
	var b strings.Builder
	switch n.Kind {
	case List:
		for _, item := range n.Items {
			b.WriteString(plainGo(item) + ",")
		}
		return "[" + b.String() + "]"
	case Map:
		for _, key := range n.Keys {
			fmt.Fprintf(&b, "%q@%d: %s,", key, n.Get(key).At.Line, plainGo(n.Get(key)))
		}
		return "{" + b.String() + "}"
	case Text:
		return fmt.Sprintf("%q", n.Text)
	case Null:
		return "null"
	case Number:
		if number, err := strconv.ParseFloat(n.Text, 64); err == nil {
			return fmt.Sprint(number)
		}
	}
	return n.Text
}

// loose is a text with a colon that is not in quotes.
var loose = regexp.MustCompile(`(?m)^[^ \n].*: .*: `)

// same fails where the Nix reader takes a frontmatter for something else than the YAML
// library does. It may refuse more.
func same(t testing.TB, text string, n nixNode) (read bool) {
	t.Helper()
	ours, ok := plainNix(t, n)
	if !ok {
		return false
	}
	doc, err := Markdown([]byte("---\n"+text+"\n---\n"), "f.md")
	if err != nil && loose.MatchString(text) {
		return true // only a text that is a line alone is repaired
	}
	if err != nil {
		t.Errorf("%q\nis read in Nix as %s\nand refused: %v", text, ours, err)
		return true
	}
	if len(doc.Repaired) > 0 && strings.Contains(text, "#") {
		return true // what is repaired keeps its comments
	}
	if theirs := plainGo(doc.Front); ours != theirs {
		t.Errorf("%q\nis read in Nix as %s\nand elsewhere as  %s", text, ours, theirs)
	}
	return true
}

// usual are frontmatters that both must read.
var usual = []string{
	"name: reviewer\ndescription: Reviews code",
	"name: \"code-reviewer\"\ndescription: 'It''s strict'",
	"# a comment\nname: a # and another\n\ndescription: b",
	"tools: Read, Grep, Bash(git diff:*)",
	"tools: [Read, 'Grep', \"Bash\"]",
	"tools:\n  - Read\n  - Grep # c\n  - \"Bash(git:*)\"",
	"tools:\n- Read\n- Grep\nmodel: opus",
	"tools: [\n  Read,\n  Grep,\n]",
	"permission:\n  edit: deny\n  bash:\n    \"*\": ask\n    \"git diff *\": allow\n    git log*: allow\n  webfetch: deny",
	"permission: { edit: deny, bash: { \"*\": ask, 'git *': allow } }",
	"tools:\n  write: false\n  bash: true",
	"description: |\n  One.\n\n    Two.\nname: a",
	"description: >-\n  One\n  two.\n\n  Three.\nname: a",
	"description: >\n  One\n  two.\nname: a",
	"description: |-\n  One.\n  Two.",
	"description: \"Use it: \\\"now\\\"\\nand then \\u00e9\\t.\"",
	"description: One\n  two\n  three\nname: a",
	"description: Use this when: tests fail",
	"temperature: 0.1\nmaxTurns: 12\nhidden: false\nmodel: ~\ncolor:\nx: -3",
	"mcpServers:\n  - github\n  - local:\n      command: npx\n      args: [\"-y\", \"x\"]\n    more: 1",
	"a:\n  b:\n    c:\n    - d\n    - e: f\n      g: h\n  i: j",
	"description: \"one\n  two\"\nname: b",
	"color: \"#ff8800\"\nname: ä-ö\ndescription: naïve — text… ✓",
	"model: anthropic/claude-opus-5-5\nurl: https://example.org/a#b",
	"list: []\nmap: {}\ntext: \"\"\nother: ''",
}

func TestNixReadsTheSame(t *testing.T) {
	for i, n := range readInNix(t, usual) {
		if !same(t, usual[i], n) {
			t.Errorf("%q is refused: %+v", usual[i], n)
		}
	}
}

// parts are combined into frontmatters.
var parts = []string{
	"name: a", "b: c # d", "e: \"f\"", "g: 'h'", "i:", "- j", "  - k", "  l: m", "    n: o", "p: [q, r]", "s: {t: u}", "v: |", "w: >-", "  x", "   y", "", " ", "# z",
	"aa: [", "]", "}", "bb: {", "  cc: dd,", "  'ee', ff", "gg: \"hh", "ii\"", "  jj: kk", "- ll: mm", "  nn: oo", "-", "- - pp", "qq: rr: ss", "tt: &a uu", "*a", "vv: !x y", "? ww",
	"xx: 1", "yy: 1.50", "zz: 0x1", "ab: 007", "ac: 1e3", "ad: true", "ae: yes", "af: null", "ag: ~", "ah: .5", "ai: 2024-01-01", "aj: 1.2.3", "ak: -0", "al: 0.0", "am: \"\\x41\"", "an: \"\\\\\"", "ao: 'a''b'",
	"ap: a #b", "aq: a#b", "ar: [a #b]", "as: @a", "at: `a`", "au: %a", "av: a, b", "aw: [a: b]", "ax: {a}", "ay: ,", "az: \"a\" b", "\tba: c", "bb : c", "\"bc\": d", "'bd' : e", "be: - f", "bf: -", "bg: a\tb", "---x", "...", "<<: a", "bh: <<", "bi: [[a], {b: [c]}]", "bj: '", "bk: [a,, b]", "bl: [,]", "bm: {a: }", "bn: {\"a\":b}", "bo: [a]x", "bp: |2", "bq: >+", "br: \"a\\", "bs: ä", "ä: b", "true: a", "1: a", "bt: [a\n  b]", "bu: é: ü", "bv: a:", "bw: :a", "bx: ::", "by: =", "name: a",
}

func TestNixReadsNothingElse(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var texts []string
	for range 3000 {
		var lines []string
		for range 1 + r.IntN(6) {
			lines = append(lines, parts[r.IntN(len(parts))])
		}
		texts = append(texts, strings.Join(lines, "\n"))
	}
	read := 0
	for i, n := range readInNix(t, texts) {
		if same(t, texts[i], n) {
			read++
		}
	}
	if read < 300 {
		t.Errorf("only %d of %d are read", read, len(texts))
	}
	t.Logf("%d of %d are read", read, len(texts))
}
