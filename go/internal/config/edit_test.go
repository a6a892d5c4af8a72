package config

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
)

// Each edit changes its own key, in the form that the file has for it.
func TestEdit(t *testing.T) {
	q := "\"\"\""
	for _, test := range []struct {
		name, before string
		path         string
		value        any
		after        string
	}{
		{"CRLF", "# a\r\ndefault = 'x' # b\r\n\r\n[aliases]\r\nq = 'y'", "default", "z", "# a\r\ndefault = \"z\" # b\r\n\r\n[aliases]\r\nq = 'y'"},
		{"CRLF, new key", "# a\r\n[aliases]\r\nq = 'y'", "default", "z", "default = \"z\"\r\n# a\r\n[aliases]\r\nq = 'y'"},
		{"CRLF, new table", "a = 1\r\n", "sources b", "z", "a = 1\r\n\r\n[sources]\r\nb = \"z\"\r\n"},
		{"CRLF, removed", "a = 1\r\ndefault = 'x' # b\r\nc = 1\r\n", "default", nil, "a = 1\r\nc = 1\r\n"},
		{"CRLF, removed with its table", "a = 1\r\n\r\n[s.x]\r\nb = 1\r\n# b\r\n\r\n[s.y]\r\n", "s x", nil, "a = 1\r\n\r\n# b\r\n\r\n[s.y]\r\n"},
		{"CRLF comment at the top", "# a\r\n# b\r\n\r\n[x]\r\n", "default", "z", "# a\r\n# b\r\ndefault = \"z\"\r\n\r\n[x]\r\n"},
		{"mixed line ends", "default = 'x'\n[aliases]\r\nq = 'y'\r\n", "default", "z", "default = \"z\"\n[aliases]\r\nq = 'y'\r\n"},
		{"no newline at the end", "[aliases]\nq = 'y'", "aliases r", "z", "[aliases]\nq = 'y'\nr = \"z\"\n"},
		{"a table inside a string", "a = " + q + "\n[aliases]\nq = 'no'\n" + q + "\n[aliases]\nq = 'y'\n", "aliases q", "z", "a = " + q + "\n[aliases]\nq = 'no'\n" + q + "\n[aliases]\nq = \"z\"\n"},
		{"quotes at the end of a string", "default = " + q + "x\"" + q + "\nb = ''''x''''' # c\n", "default", "z", "default = \"z\"\nb = ''''x''''' # c\n"},
		{"brackets in comments and strings", "a = [ # ]\n ']', \"\\\"]\", # default = 1\n]\ndefault = 'x'\n", "default", "z", "a = [ # ]\n ']', \"\\\"]\", # default = 1\n]\ndefault = \"z\"\n"},
		{"quoted key", "'default' = 'x'\n", "default", "z", "'default' = \"z\"\n"},
		{"escaped key", "[\"ali\\u0061ses\"]\n\"\\u0071\" = 'x'\n", "aliases q", "z", "[\"ali\\u0061ses\"]\n\"\\u0071\" = \"z\"\n"},
		{"spaces", " [ aliases ] # a\n\tq\t=\t'x'\t# b\n", "aliases q", "z", " [ aliases ] # a\n\tq\t=\t\"z\"\t# b\n"},
		{"dotted", "aliases . q = 'x'\naliases.r = 'y'\n", "aliases q", "z", "aliases . q = \"z\"\naliases.r = 'y'\n"},
		{"dotted, new", "aliases.q = 'x'\nb = 1\n", "aliases r", "z", "aliases.q = 'x'\naliases.r = \"z\"\nb = 1\n"},
		{"dotted, removed", "aliases.q = 'x'\nb = 1\n", "aliases q", nil, "b = 1\n"},
		{"dotted in a table", "[s]\n'a.b'.uri = 'x'\n[t]\n", "s a.b hosts", []string{"h"}, "[s]\n'a.b'.uri = 'x'\n\"a.b\".hosts = [\"h\"]\n[t]\n"},
		{"inline", "aliases = { q = 'x', r = 'y' } # a\n", "aliases q", "z", "aliases = { q = \"z\", r = 'y' } # a\n"},
		{"inline, new", "aliases = { q = 'x' }\n", "aliases r", "z", "aliases = { q = 'x', r = \"z\" }\n"},
		{"inline, empty", "aliases = {}\n", "aliases r", "z", "aliases = { r = \"z\" }\n"},
		{"inline, first removed", "aliases = { q = 'x', r = 'y' }\n", "aliases q", nil, "aliases = { r = 'y' }\n"},
		{"inline, last removed", "aliases = { q = 'x', r = 'y' }\n", "aliases r", nil, "aliases = { q = 'x' }\n"},
		{"inline, all removed", "aliases = { q.a = 'x', q.b = 'y' }\n", "aliases q", nil, "aliases = {  }\n"},
		{"inline in inline", "s = { t = { a = 1 }, u = { b = 'x' } }\n", "s u c", "z", "s = { t = { a = 1 }, u = { b = 'x', c = \"z\" } }\n"},
		{"sub-tables before their table", "[a.b]\nx = 1\n[a]\ny = 1\n", "a z", "z", "[a.b]\nx = 1\n[a]\ny = 1\nz = \"z\"\n"},
		{"the same name elsewhere", "[x]\ndefault = 1\n[[y]]\ndefault = 2\n[[y]]\ndefault = 3\n", "default", "z", "default = \"z\"\n[x]\ndefault = 1\n[[y]]\ndefault = 2\n[[y]]\ndefault = 3\n"},
		{"list over several lines", "s.a.hosts = [\n  'x', # a\n]\ns.a.uri = 'y'\n", "s a hosts", []string{"h"}, "s.a.hosts = [\"h\"]\ns.a.uri = 'y'\n"},
		{"date with a space", "d = 1979-05-27 07:32:00 # a\ndefault = 'x'\n", "default", "z", "d = 1979-05-27 07:32:00 # a\ndefault = \"z\"\n"},
		{"a table in parts", "s.a.uri = 'x'\n[s.a.sub]\ny = 1\n[t]\n", "s a", nil, "[t]\n"},
		{"only a comment, no newline", "# a", "default", "z", "# a\ndefault = \"z\"\n"},
		{"nothing", "", "sources b", "z", "[sources]\nb = \"z\"\n"},
		{"said already, in another form", "s.a.hosts = [ # a\n  'x',\n]\n", "s a hosts", []string{"x"}, "s.a.hosts = [ # a\n  'x',\n]\n"},
		{"nothing to remove", "a = 1\r\n", "sources b", nil, "a = 1\r\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := edit{strings.Fields(test.path), test.value}.apply([]byte(test.before))
			if err != nil || string(got) != test.after {
				t.Errorf("%v\n got %q\nwant %q", err, got, test.after)
			}
		})
	}
}

// What has no place in the file is refused, and so is an edit that goes wrong.
func TestEditRefuses(t *testing.T) {
	for _, test := range []struct{ name, before, path string }{
		{"elements of a list", "[[sources]]\na = 'x'\n", "sources b"},
		{"a string in the way", "sources = 'x'\n", "sources b"},
		{"a table in the way", "[default]\na = 1\n", "default"},
		{"nan, which equals nothing", "x = nan\n", "default"},
		{"not TOML", "x = \n", "default"},
	} {
		if got, err := (edit{strings.Fields(test.path), "z"}).apply([]byte(test.before)); !errors.Is(err, errUnlike) {
			t.Errorf("%s: %q, %v", test.name, got, err)
		}
	}
	before := []byte("default = 'x'\n[aliases]\nq = 'y'\n")
	for _, after := range []string{
		"default = \"z\"\n", "default = \"z\"\n[aliases]\nq = 'z'\n", "default = \"y\"\n[aliases]\nq = 'y'\n",
		"default = \"z\"\n[aliases]\nq = 'y'\nr = 'y'\n", "default = \"z\"\n[aliases]\nq = 1\n", "default = \"z",
	} {
		if (edit{[]string{"default"}, "z"}).only(before, []byte(after)) {
			t.Errorf("%q passes", after)
		}
	}
}

// Files in every form, each with one edit: nothing else changes. More cases:
//
//	INSOMNIA_EDIT_CASES=100000 go test -run TestEditKeepsTheRest ./go/internal/config
func TestEditKeepsTheRest(t *testing.T) {
	cases := 500
	if text := os.Getenv("INSOMNIA_EDIT_CASES"); text != "" {
		var err error
		if cases, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	edits := 0
	for seed := range cases {
		g := &generator{Rand: rand.New(rand.NewPCG(uint64(seed), 1))}
		before, lines := g.file()
		if err := toml.Unmarshal(before, new(map[string]any)); err != nil {
			t.Fatalf("seed %d: the generator writes no TOML: %v\n%s", seed, err, before)
		}
		for _, e := range g.edits() {
			after, err := e.apply(bytes.Clone(before))
			if err != nil {
				t.Fatalf("seed %d: %v: refused\n%s", seed, e, before)
			}
			if why := lost(before, after, e); why != "" {
				t.Fatalf("seed %d: %v: %s\n--- before\n%q\n--- after\n%q", seed, e, why, before, after)
			}
			if why := lostLine(lines, after, e); why != "" {
				t.Fatalf("seed %d: %v: %s\n--- before\n%q\n--- after\n%q", seed, e, why, before, after)
			}
			edits++
		}
	}
	t.Logf("%d files, %d edits", cases, edits)
}

func FuzzEdit(f *testing.F) {
	f.Add([]byte("default = 'x'\r\n[aliases]\r\nq = 'y'"), uint8(0))
	f.Add([]byte("default=\"\"default=[]"), uint8(1))
	f.Add([]byte("aliases = { q = 'x', r = 'y' }\nsecrets.\"a.b\".uri = 'x'\n"), uint8(5))
	for seed := range 40 {
		g := &generator{Rand: rand.New(rand.NewPCG(uint64(seed), 2))}
		text, _ := g.file()
		f.Add(text, uint8(seed))
	}
	f.Fuzz(func(t *testing.T, before []byte, which uint8) {
		all := (&generator{Rand: rand.New(rand.NewPCG(uint64(which/8), 3))}).edits()
		e := all[int(which)%len(all)]
		after, err := e.apply(bytes.Clone(before))
		if err != nil {
			return
		}
		if why := lost(before, after, e); why != "" {
			t.Fatalf("%v: %s\n--- before\n%q\n--- after\n%q", e, why, before, after)
		}
	})
}

// lost compares what two files decode to, apart from the edited value, which
// must be as the edit says. It shares no code with the check of the edit itself.
func lost(before, after []byte, e edit) string {
	var old, now map[string]any
	if err := toml.Unmarshal(before, &old); err != nil {
		return "" // refused elsewhere
	}
	if err := toml.Unmarshal(after, &now); err != nil {
		return "no TOML any longer: " + err.Error()
	}
	edits := map[string]any{"\x00" + strings.Join(e.path, "\x00"): e.value}
	if fields, ok := e.value.(table); ok {
		edits = map[string]any{}
		for _, f := range fields {
			edits["\x00"+strings.Join(append(slices.Clone(e.path), f.key), "\x00")] = f.value
		}
	}
	flatOld, flatNow := map[string]string{}, map[string]string{}
	flatten(old, "", flatOld)
	flatten(now, "", flatNow)
	for path, value := range edits {
		for key := range flatOld {
			if key == path || strings.HasPrefix(key, path+"\x00") {
				delete(flatOld, key)
			}
		}
		for key := range flatNow {
			if strings.HasPrefix(key, path+"\x00") || key == path && value == nil {
				return fmt.Sprintf("%q is still there", key)
			}
		}
		if value == nil {
			continue
		}
		if want := fmt.Sprintf("%#v", decoded(value)); flatNow[path] != want {
			return fmt.Sprintf("%q is %s, not %s", path, flatNow[path], want)
		}
		delete(flatNow, path)
	}
	if !reflect.DeepEqual(flatOld, flatNow) {
		return fmt.Sprintf("something else changed:\n%v\n%v", flatOld, flatNow)
	}
	return ""
}

func flatten(v any, at string, out map[string]string) {
	values, ok := v.(map[string]any)
	if !ok {
		out[at] = fmt.Sprintf("%#v", v)
		return
	}
	for key, value := range values {
		flatten(value, at+"\x00"+key, out)
	}
}

// sourceLine is a line of a generated file, with the path of the value that it
// belongs to; nil for those that no edit may touch.
type sourceLine struct {
	text    string
	owner   []string
	comment string // behind a value on one line
}

// lostLine looks for every line that does not belong to the edited value, in
// their order and byte for byte, and for the comment of the value itself.
func lostLine(before []sourceLine, after []byte, e edit) string {
	lines := strings.SplitAfter(string(after), "\n")
	at := 0
	for i, line := range before {
		if line.owner != nil && (hasPrefix(line.owner, e.path) || hasPrefix(e.path, line.owner)) {
			if line.comment != "" && e.value != nil && len(e.path) == 1 && !bytes.Contains(after, []byte(line.comment)) {
				return "the comment is gone: " + line.comment
			}
			continue
		}
		last := i == len(before)-1
		for at < len(lines) && lines[at] != line.text && !(last && strings.TrimRight(lines[at], "\r\n") == line.text) {
			at++
		}
		if at == len(lines) {
			return fmt.Sprintf("the line %q is gone", line.text)
		}
		at++
	}
	if n := strings.Count(string(after), "\r\r"); n > 0 {
		return "broken line ends"
	}
	return ""
}

// generator writes TOML files in every form there is, with known lines.
type generator struct {
	*rand.Rand
	lines    []sourceLine
	comments int
	style    int // of line ends: LF, CRLF, both
}

func (g *generator) oneOf(words ...string) string { return words[g.IntN(len(words))] }

func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

func (g *generator) newline() string {
	if g.style == 1 || g.style == 2 && g.chance(50) {
		return "\r\n"
	}
	return "\n"
}

func (g *generator) comment() string {
	g.comments++
	return fmt.Sprintf("# %d %s", g.comments, g.oneOf("why", "[aliases]", "default = 'no'", "\"", "'''", "é ✓", "{ ["))
}

// emit writes a statement, which may have line breaks as \n, with what is between statements.
func (g *generator) emit(owner []string, text string) {
	for g.chance(20) {
		if between := g.oneOf("", " ", g.comment(), "\t"+g.comment()); between != "" || owner == nil {
			g.line(nil, between)
		}
	}
	text = g.oneOf("", "", "", " ", "\t") + text
	comment := ""
	if g.chance(30) {
		comment = g.comment()
		text += g.oneOf(" ", "  ", "\t", "") + comment
	}
	parts := strings.Split(text, "\n")
	for _, part := range parts {
		g.line(owner, part)
	}
	g.lines[len(g.lines)-1].comment = comment
}

func (g *generator) line(owner []string, text string) {
	g.lines = append(g.lines, sourceLine{text: text + g.newline(), owner: owner})
}

func (g *generator) key(names ...string) string {
	parts := make([]string, len(names))
	for i, name := range names {
		parts[i] = keys([]string{name})
		switch {
		case g.chance(10) && name[0] < 0x80:
			parts[i] = "'" + name + "'"
		case g.chance(10) && name[0] < 0x80:
			parts[i] = fmt.Sprintf("\"\\u%04x%s\"", name[0], name[1:])
		}
	}
	return strings.Join(parts, g.oneOf(".", ".", ".", " . "))
}

func (g *generator) text() string {
	const q = "\"\"\""
	word := g.oneOf("x", "builtin:coder", "a # b", "é", "[aliases]", "a = 1", "{ }, [")
	switch g.IntN(8) {
	case 0:
		return "'" + word + "'"
	case 1:
		return q + "\n[aliases]\n" + word + " = 'x' # no comment\n[secrets.\"a.b\"]\n" + q
	case 2:
		return "'''\ndefault = \"\"\"\n" + word + "\n''''"
	case 3:
		return q + word + "\\\n   \"\" \\" + q + " \"" + q
	case 4:
		return "\"" + word + "\\\\\""
	case 5:
		return g.oneOf("''", `""`, "''''''", q+q)
	}
	return strconv.Quote(word)
}

func (g *generator) value(depth int) string {
	if depth > 2 {
		return g.text()
	}
	switch g.IntN(12) {
	case 0:
		return g.oneOf("1", "-1_000", "0xff", "1.5e3", "inf", "true", "false")
	case 1:
		return g.oneOf("1979-05-27", "07:32:00", "1979-05-27 07:32:00", "1979-05-27T07:32:00Z", "1979-05-27 07:32:00.5-07:00")
	case 2, 3:
		items := "["
		for range g.IntN(4) {
			items += g.oneOf("", " ", "\n  ", "\n# ] }\n") + g.value(depth+1) + g.oneOf("", " ", "\n") + ","
			if g.chance(20) {
				items += " " + g.comment() + "\n"
			}
		}
		return items + g.oneOf("", "\n") + "]"
	case 4:
		var fields []string
		for i := range g.IntN(3) {
			fields = append(fields, g.key(g.oneOf("default", "q", "uri"), strconv.Itoa(i))+g.oneOf("=", " = ")+g.inlineValue())
		}
		return "{" + g.oneOf("", " ") + strings.Join(fields, g.oneOf(",", " , ")) + g.oneOf("", " ") + "}"
	}
	return g.text()
}

// inlineValue stays on its line, as an inline table asks for.
func (g *generator) inlineValue() string {
	for {
		if v := g.value(2); !strings.Contains(v, "\n") {
			return v
		}
	}
}

var editedNames = []string{"q", "a.b", "x-1", "default", "uri"}

// file writes a whole file: what no table holds, then tables in any order.
func (g *generator) file() ([]byte, []sourceLine) {
	g.style = g.IntN(3)
	if g.chance(40) {
		g.line(nil, g.comment())
		if g.chance(50) {
			g.line([]string{"secrets"}, "") // may go with the table behind it
		}
	}
	set := func(path []string, key string, value string) { g.emit(path, key+g.oneOf(" = ", "=", "\t=  ")+value) }
	if g.chance(60) {
		set([]string{"default"}, g.key("default"), g.text())
	}
	for i := range g.IntN(3) {
		set(nil, g.key(g.oneOf("defaults", "evaluator", "é")+strconv.Itoa(i)), g.value(0))
	}
	var tables []func()
	for _, group := range []string{"aliases", "sources", "secrets"} {
		var names []string
		for _, name := range editedNames {
			if g.chance(35) {
				names = append(names, name)
			}
		}
		g.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		style := g.IntN(5)
		var entries []string
		for _, name := range names {
			path := []string{group, name}
			switch style {
			case 0: // with dots, at the top
				if group == "secrets" {
					for _, f := range g.fields() {
						set(append(slices.Clone(path), f), g.key(group, name, f), g.value(1))
					}
				} else {
					set(path, g.key(group, name), g.text())
				}
			case 1: // inline
				if group == "secrets" {
					entries = append(entries, g.key(name)+" = "+g.inlineTable())
				} else {
					entries = append(entries, g.key(name)+" = "+g.inlineValue())
				}
			}
		}
		if style == 1 && (len(names) > 0 || g.chance(30)) {
			set([]string{group}, g.key(group), "{ "+strings.Join(entries, ", ")+" }")
		}
		if style == 2 {
			tables = append(tables, func() {
				g.emit(nil, "["+g.oneOf("", " ")+g.key(group)+"]")
				for _, name := range names {
					path := []string{group, name}
					if g.chance(50) || group != "secrets" {
						set(path, g.key(name), g.inlineTable())
						continue
					}
					for _, f := range g.fields() {
						set(append(slices.Clone(path), f), g.key(name, f), g.value(1))
					}
				}
			})
		}
		if style == 3 && group == "secrets" {
			for _, name := range names {
				tables = append(tables, func() { g.section(group, name) })
			}
		}
	}
	for i := range g.IntN(3) {
		tables = append(tables, func() { g.foreign(i) })
	}
	g.Shuffle(len(tables), func(i, j int) { tables[i], tables[j] = tables[j], tables[i] })
	for _, write := range tables {
		if g.chance(50) {
			g.line([]string{"secrets"}, "")
		}
		write()
	}
	var out []byte
	if n := len(g.lines); n > 0 && g.chance(30) {
		g.lines[n-1].text = strings.TrimRight(g.lines[n-1].text, "\r\n")
	}
	for _, line := range g.lines {
		out = append(out, line.text...)
	}
	return out, g.lines
}

// section writes a binding under its own header: all of it goes with it.
func (g *generator) section(group, name string) {
	from := len(g.lines)
	g.emit([]string{group, name}, "["+g.key(group, name)+"]")
	for _, f := range g.fields() {
		g.emit([]string{group, name, f}, g.key(f)+" = "+g.value(1))
	}
	for i := range g.lines[from:] { // what is written before the header stays, what is inside does not
		line := &g.lines[from+i]
		if line.owner == nil && i > 0 {
			line.owner = []string{group, name}
		}
	}
}

func (g *generator) foreign(i int) {
	name := "t" + strconv.Itoa(i)
	switch g.IntN(3) {
	case 0:
		g.emit(nil, "["+g.key(name, g.oneOf("aliases", "sub"))+"]")
		g.emit(nil, g.key("default")+" = "+g.value(0))
		g.emit(nil, "["+g.key(name)+"]")
	case 1:
		for range 1 + g.IntN(3) {
			g.emit(nil, "[[ "+g.key(name)+" ]]")
			g.emit(nil, g.key("default")+" = "+g.value(0))
			if g.chance(40) {
				g.emit(nil, "["+g.key(name, "secrets")+"]")
			}
		}
		return
	default:
		g.emit(nil, "["+g.key(name)+"]")
	}
	for _, key := range []string{"default", "q", "a.b"} {
		if g.chance(50) {
			g.emit(nil, g.key(key)+" = "+g.value(0))
		}
	}
}

func (g *generator) fields() []string {
	all := []string{"uri", "hosts", "commands"}
	g.Shuffle(3, func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all[:1+g.IntN(3)]
}

func (g *generator) inlineTable() string {
	var fields []string
	for _, f := range g.fields() {
		fields = append(fields, g.key(f)+" = "+g.inlineValue())
	}
	return "{ " + strings.Join(fields, ", ") + " }"
}

// edits are some of those that commands make.
func (g *generator) edits() (all []edit) {
	name := editedNames[g.IntN(len(editedNames))]
	for _, path := range [][]string{{"default"}, {"aliases", name}, {"sources", name}} {
		all = append(all, edit{path, "user:new"}, edit{path, nil})
	}
	binding := Binding{URI: "env:NEW"}
	if g.chance(50) {
		binding.Hosts = []Host{"h.example", "i.example"}
	}
	if g.chance(30) {
		binding.Commands = []Command{`mcp "a b"`}
	}
	return append(all, bindingEdit(name, &binding), bindingEdit(name, nil))
}
