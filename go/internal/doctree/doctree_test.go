package doctree

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/fuzzcost"
)

// dump shows a tree with the place of each value.
func dump(n *Node) string {
	if n == nil {
		return "absent"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d:%d ", n.At.Line, n.At.Column)
	switch n.Kind {
	case List:
		b.WriteString("[ ")
		for _, item := range n.Items {
			b.WriteString(dump(item) + " ")
		}
		b.WriteString("]")
	case Map:
		b.WriteString("{ ")
		for _, key := range n.Keys {
			b.WriteString(key + "=" + dump(n.Get(key)) + " ")
		}
		b.WriteString("}")
	default:
		fmt.Fprintf(&b, "%s:%s", n.Kind, n.Text)
	}
	return b.String()
}

func TestFormats(t *testing.T) {
	for _, c := range []struct {
		name string
		read func([]byte, string) (*Node, error)
		text string
		want string
	}{
		{"JSON with comments", JSON, "{ // one\n  \"a\": [1, /* two */ \"x, }\",],\n  \"b\": {\"c\": null,},\n}\n",
			`1:1 { a=2:8 [ 2:9 number:1 2:22 string:x, } ] b=3:8 { c=3:14 null: } }`},
		{"JSON with a name twice", JSON, `{"a": 1, "a": true}`, `1:1 { a=1:15 boolean:true }`},
		{"TOML", TOML, "a.b = 1_000\n[[c]]\nd = ['x', \"y\"]\n[[c]]\nd = 1979-05-27\n[c.e]\nf = { g = 1.50, h = true }\n",
			`1:1 { a=1:1 { b=1:3 number:1000 } c=2:3 [ 2:3 { d=3:1 [ 3:1 string:x 3:1 string:y ] } 4:3 { d=5:1 string:1979-05-27 e=6:4 { f=7:1 { g=7:7 number:1.5 h=7:17 boolean:true } } } ] }`},
		{"YAML", YAML, "a: 1\nb: [x, \"y\"]\nc:\n  - d: yes\n    e: >-\n      one\n      two\nf: |\n  z\n",
			"1:2 { a=1:1 number:1 b=2:1 [ 2:5 string:x 2:8 string:y ] c=3:1 [ 4:6 { d=4:5 string:yes e=5:5 string:one two } ] f=8:1 string:z\n }"},
	} {
		n, err := c.read([]byte(c.text), "f")
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := dump(n); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestPathsReadAsPeopleWriteThem(t *testing.T) {
	n, err := JSON([]byte(`{"mcpServers": {"x": {"args": ["a", "b"]}}}`), "f")
	if err != nil {
		t.Fatal(err)
	}
	if got := n.In("mcpServers", "x", "args").Items[1].Path; got != "mcpServers.x.args[1]" {
		t.Errorf("got %s", got)
	}
}

func TestMarkdown(t *testing.T) {
	for _, c := range []struct{ text, front, body, repaired string }{
		{"---\nname: x\n---\n\nText\n", "2:5 { name=2:1 string:x }", "Text\n", ""},
		{"---\r\nname: x\r\n---\r\nText", "2:5 { name=2:1 string:x }", "Text", ""},
		{"\ufeff---\nname: x\n---\n", "2:5 { name=2:1 string:x }", "", ""},
		{"---\nname: x\ndescription: Use it: for tests\nallowed-tools: Bash(git:*), Read\n---\nText", "2:5 { name=2:1 string:x description=3:1 string:Use it: for tests allowed-tools=4:1 string:Bash(git:*), Read }", "Text", "description allowed-tools"},
		{"---\n---\nText", "2:1 { }", "Text", ""},
		{"Text\n---\nmore", "absent", "Text\n---\nmore", ""},
		{"---\nnever closed", "absent", "---\nnever closed", ""},
		{"", "absent", "", ""},
	} {
		doc, err := Markdown([]byte(c.text), "f")
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
			continue
		}
		if got := dump(doc.Front); got != c.front || doc.Body != c.body || strings.Join(doc.Repaired, " ") != c.repaired {
			t.Errorf("%q: %s, %q, %v", c.text, got, doc.Body, doc.Repaired)
		}
	}
}

// No message quotes the file.
func TestRefused(t *testing.T) {
	for _, c := range []struct {
		read func([]byte, string) (*Node, error)
		text string
	}{
		{JSON, `{"a": canary}`}, {JSON, `{"a": "canary`}, {JSON, `{} canary`}, {JSON, `["canary",,]`}, {JSON, "{\"a\": \"\xff\"}"}, {JSON, ""},
		{JSON, strings.Repeat("[", 100) + strings.Repeat("]", 100)},
		{TOML, "a = canary"}, {TOML, "a = 1\na = 2"}, {TOML, "[a]\nb = 1\n[a]\n"},
		{YAML, "a: &x canary\nb: *x"}, {YAML, "a: !!binary canary"}, {YAML, "a: [canary"}, {YAML, "a: 1\n---\nb: 2"}, {YAML, "a: 1\na: 2"}, {YAML, "<<: {a: 1}"},
		{YAML, "? [canary]\n: 1"}, {YAML, strings.Repeat("[", 100)}, {YAML, strings.Repeat("- ", 200) + "x"},
	} {
		_, err := c.read([]byte(c.text), "f")
		if err == nil {
			t.Errorf("%.40q was read", c.text)
		} else if strings.Contains(err.Error(), "canary") {
			t.Errorf("%.40q: %v", c.text, err)
		}
	}
}

func TestHostileSizes(t *testing.T) {
	const size = 64 << 10
	fill := func(piece string) string { return strings.Repeat(piece, size/len(piece)) }
	for _, piece := range []string{"a: ", "- ", "{", "[", "\"", "'", "|\n", "a: |\n ", "# x\n", "a\n", " ", "\n", "k: v\n", "- - a\n", "a: [x,\n", "x: \"\\\n", "&a ", "*a ", "!!x ", "? a\n", "{a: ", "a:\n b:\n", "\t", ": ", "%x\n", "---\n", "...\n", ">\n", "a: 'x\n", "a: x\n y\n"} {
		text := fill(piece)
		for name, read := range map[string]func([]byte, string) (*Node, error){"YAML": YAML, "JSON": JSON, "TOML": TOML} {
			begin := time.Now()
			read([]byte(text), "f")
			if took := time.Since(begin); took > 10*time.Second {
				t.Errorf("%s of %q: %s", name, piece, took)
			}
		}
	}
}

func FuzzCostDoctree(f *testing.F) {
	for _, seed := range []string{"{\"a\": [1, \"x\",],} // c", "a = [1, {b = 2}]\n[[c.d]]\n", "---\na: [x, {y: z}]\nb: |\n text\n---\nbody", "- a\n- b: c"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzzcost.Bound(t, data, func(data []byte) {
			JSON(data, "f")
			TOML(data, "f")
			YAML(data[:min(len(data), 16<<10)], "f")
			Markdown(data, "f")
		})
	})
}
