package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// The texts in other languages that programs hold: JSON, TOML and regular
// expressions, as Nix strings. A few of them are not valid.

func (g *generator) pick(choices ...string) string { return choices[g.r.IntN(len(choices))] }

// text returns the text for a capital letter in a rule.
func (g *generator) text(letter byte) string {
	switch letter {
	case 'J':
		return syntax.Quote(g.damage(g.json(3)))
	case 'T':
		return syntax.Quote(g.damage(g.toml()))
	case 'R':
		return syntax.Quote(g.pattern(2))
	case 'V':
		return syntax.Quote(g.version())
	case 'P':
		return g.pick("/a", "/a/b", "/.", `"/a"`, `"/"`, `"a"`, `"/a/b"`, `"a/b/"`, `""`)
	case 'F':
		return g.pick("f", "f", "(a: a)", "builtins.add", "1")
	case 'C':
		return g.class()
	case 'A':
		return syntax.Quote(characters)
	case 'S':
		var b strings.Builder
		if g.r.IntN(4) == 0 {
			for range 1 + g.r.IntN(3) {
				b.WriteByte(characters[g.r.IntN(len(characters))])
			}
			return syntax.Quote(b.String())
		}
		for range g.r.IntN(6) {
			b.WriteString(g.pick("a", "a", "a", "b", "b", "c"))
		}
		return syntax.Quote(b.String())
	}
	panic("rule: no text " + string(letter))
}

// characters are those that a class of a regular expression can distinguish.
const characters = "\t\n !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"

// class returns a bracket expression.
func (g *generator) class() string {
	var b strings.Builder
	b.WriteString(g.pick("[", "[", "[^"))
	for range 1 + g.r.IntN(2) {
		b.WriteString(g.pick("[:alpha:]", "[:punct:]", "[:punct:]", "[:space:]", "[:digit:]", "[:alnum:]", "[:upper:]", "[:lower:]",
			"[:blank:]", "[:cntrl:]", "[:graph:]", "[:print:]", "[:xdigit:]", "a-c", "b", "_", "A-F0", "+-."))
	}
	return b.String() + "]"
}

// damage leaves out or doubles a byte of one text in ten.
func (g *generator) damage(s string) string {
	if s == "" || g.r.IntN(10) > 0 {
		return s
	}
	i := g.r.IntN(len(s))
	if s[i] >= 0x80 {
		return s
	}
	if g.r.IntN(2) == 0 {
		return s[:i] + s[i+1:]
	}
	return s[:i+1] + s[i:]
}

func (g *generator) jsonString() string {
	var b strings.Builder
	b.WriteByte('"')
	for range g.r.IntN(4) {
		b.WriteString(g.pick("a", "b c", `\n`, `\t`, `\"`, `\\`, `\/`, `\b`, `\f`, `\r`, `\u00e9`, `\u0001`, `\u001f`, `\u007f`, `\u2028`, `\ud83d\ude00`, "é", "😀", "$", "${"))
	}
	return b.String() + `"`
}

func (g *generator) json(depth int) string {
	kind := g.r.IntN(9)
	if depth == 0 {
		kind = g.r.IntN(6)
	}
	switch kind {
	case 0, 1:
		return g.jsonString()
	case 2:
		return g.pick("true", "false", "null")
	case 3:
		return g.pick("0", "-1", "42", "9223372036854775807", "-9223372036854775808", "1e3", "-0.5", "0.1", "1.5E-7", "569.361739", "-0", "123456789.125")
	case 4, 5:
		return strconv.Itoa(g.r.IntN(1000))
	}
	var parts []string
	for range g.r.IntN(3) {
		v := g.json(depth - 1)
		if kind == 8 {
			v = g.jsonString() + g.pick(":", ": ") + v
		}
		parts = append(parts, v)
	}
	if kind == 8 {
		return "{" + strings.Join(parts, g.pick(",", ", ")) + "}"
	}
	return "[" + strings.Join(parts, g.pick(",", " , ")) + "]"
}

func (g *generator) toml() string {
	var b strings.Builder
	for i := range 1 + g.r.IntN(4) {
		if g.r.IntN(4) == 0 {
			fmt.Fprintf(&b, g.pick("[t%d]\n", "[t%d.u]\n", "[[l%d]]\n", "[t%d.\"a b\"]\n"), i)
		}
		key := fmt.Sprintf(g.pick("k%d", "k%d", "d.k%d", `"q\t%d"`, "'l %d'"), i)
		b.WriteString(key + g.pick(" = ", "=") + g.tomlValue(2) + g.pick("", " # c", " ") + "\n")
	}
	return b.String()
}

func (g *generator) tomlValue(depth int) string {
	kind := g.r.IntN(8)
	if depth == 0 {
		kind = g.r.IntN(5)
	}
	switch kind {
	case 0:
		return g.pick("1", "-17", "+5", "0x1F", "0o17", "0b101", "1_000", "9223372036854775807")
	case 1:
		return g.pick("1.5", "-0.01", "5e+22", "6.626e-34", "1e06", "224_617.445", "569.361739")
	case 2:
		return g.pick("true", "false")
	case 3:
		return g.pick(`"a"`, `"b\tc"`, `"\u00e9\\"`, `'a\b'`, `""`, `"#"`)
	case 4:
		return g.pick("\"\"\"\na\\\n   b\"\"\"", "'''a\n'b'''", "\"\"\"a\"b\"\"\"", `"\e"`, `"\x41"`, `"}"`)
	}
	var parts []string
	for i := range g.r.IntN(3) {
		v := g.tomlValue(depth - 1)
		if kind == 7 {
			v = fmt.Sprintf("%s%d = %s", g.pick("x", "y."), i, v)
		}
		parts = append(parts, v)
	}
	if kind == 7 {
		return "{ " + strings.Join(parts, ", ") + g.pick(" }", " }", ", }", "\n}")
	}
	return "[" + strings.Join(parts, g.pick(", ", ",\n ")) + g.pick("]", "]", ",]", "\n]")
}

// pattern returns an expression with groups and repetitions, some of which can
// match nothing. They are small, as Nix tries all the ways.
func (g *generator) pattern(depth int) string {
	var b strings.Builder
	for i := range 1 + g.r.IntN(2) {
		if i > 0 {
			b.WriteByte('|')
		}
		for range g.r.IntN(3) {
			if depth > 0 && g.r.IntN(2) == 0 {
				b.WriteString("(" + g.pattern(depth-1) + ")")
			} else {
				b.WriteString(g.pick("a", "b", "c", ".", "[ab]", "[^a]", g.class()))
			}
			b.WriteString(g.pick("", "", "*", "+", "?", "{0,2}", "{2}", "{1,}"))
		}
		if g.r.IntN(20) == 0 {
			b.WriteString(g.pick("$", "^", "("))
		}
	}
	return b.String()
}

// version returns the name of a package or a version of one.
func (g *generator) version() string {
	var b strings.Builder
	for range 1 + g.r.IntN(5) {
		b.WriteString(g.pick("1", "2", "10", "01", "pre", "pre", "a", "B", "rc", ".", ".", "-", "-", "foo", "_"))
	}
	return b.String()
}
