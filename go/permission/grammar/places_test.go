package grammar

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/insomnia-pods/insomnia"
	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// judgedPlaces are texts of each kind, and a part of the hint where one is refused.
var judgedPlaces = []struct{ kind, text, hint string }{
	{"directory", ".", ""}, {"directory", "~", ""}, {"directory", "/", ""}, {"directory", "src", ""}, {"directory", ".cache", ""}, {"directory", "...", ""},
	{"directory", "~/.cache", ""}, {"directory", "~/go/pkg", ""}, {"directory", "/srv/data", ""}, {"directory", "My Documents/a b", ""}, {"directory", "gehälter/ドキュメント", ""},
	{"directory", "packages/@acme/c++", ""}, {"directory", "a$b", ""}, {"directory", "a~", ""}, {"directory", "-x", ""},
	{"directory", "", "remove the entry"}, {"directory", "./src", "leave it out"}, {"directory", "src/", "none at the end"}, {"directory", "a//b", "one slash"}, {"directory", "//a", "one slash"},
	{"directory", "a/./b", "leave it out"}, {"directory", "..", "from `~/`"}, {"directory", "a/../b", "from `~/`"}, {"directory", "~/../b", "from `~/`"}, {"directory", "~ada", "write `~/`"},
	{"directory", "$HOME/.cache", "write `~/`"}, {"directory", "a*", "by its name"}, {"directory", "a/[id]", "by its name"}, {"directory", "{a,b}", "by its name"}, {"directory", `C:\x`, "by its name"},
	{"directory", " a", "remove the space"}, {"directory", "a ", "remove the space"}, {"directory", "a\u200bb", "remove the character"}, {"directory", "a\u202eb", "remove the character"},
	{"directory", "a\x00b", "remove the character"}, {"directory", strings.Repeat("a", 513), "shorter"},

	{"glob", ".env", ""}, {"glob", "**", ""}, {"glob", "**/.env", ""}, {"glob", "~/.ssh/**", ""}, {"glob", "/etc/shadow", ""}, {"glob", "My Secrets/**", ""}, {"glob", "**/*.{pem,key}", ""},
	{"glob", "gehälter/**", ""}, {"glob", ".env.[a-z]*", ""}, {"glob", "a@b/**", ""}, {"glob", "c++/**", ""}, {"glob", ".env{,.local}", ""}, {"glob", "{a,b/c}/{d,e}", ""}, {"glob", `app/\[id\]/**`, ""},
	{"glob", `a\{b`, ""}, {"glob", "[!a-z]*", ""}, {"glob", "[^.]*", ""}, {"glob", "id_[a-z0-9_-]*", ""}, {"glob", "[-a]", ""}, {"glob", "[a-]", ""}, {"glob", "./a", ""}, {"glob", "a,b", ""},
	{"glob", "(draft)/**", ""}, {"glob", "*(x)", ""}, {"glob", "{~,.}/a", ""}, {"glob", "[]a]", "write"}, {"glob", "a]", "write"}, {"glob", "[", "for the character itself"},
	{"glob", "..", "from `~/`"}, {"glob", "a/../b", "from `~/`"}, {"glob", "{..,a}/b", "from `~/`"}, {"glob", "a**b", "between slashes"}, {"glob", "**.pem", "between slashes"}, {"glob", "a/***", "between slashes"},
	{"glob", "{*,a}x*", ""}, {"glob", "$HOME/.aws", "write `~/`"}, {"glob", "$HOME", "write `~/`"}, {"glob", "~ada/x", "write `~/`"}, {"glob", "~ada", "write `~/`"}, {"glob", "src/", "src/**"},
	{"glob", "{a,b", "itself"}, {"glob", "a}b", "itself"}, {"glob", "{a}", "choices"}, {"glob", "{}", "choices"}, {"glob", "{a,{b,c}}", "one glob for each"}, {"glob", "{1..3}", "choices"},
	{"glob", "{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}", "32"}, {"glob", "[z-a]", "lower end first"}, {"glob", "[]", "write the characters"}, {"glob", "[!]", "write the characters"}, {"glob", "[ä]", "ASCII"},
	{"glob", "[a/b]", "itself"}, {"glob", "[[:alpha:]]", "ASCII"}, {"glob", "!a", "remove it"}, {"glob", "Read(./.env)", "write `./.env`"}, {"glob", "", "remove the entry"}, {"glob", `a\`, "remove it"},
	{"glob", `a\b`, "remove it"}, {"glob", "a\u00adb", "remove the character"}, {"glob", " a", "remove the space"}, {"glob", "//a", "write one"}, {"glob", "a/./b", "leave it out"}, {"glob", `{a\,b,c}`, "remove it"},

	{"domain", "example.org", ""}, {"domain", "*.example.org", ""}, {"domain", "GitHub.com", ""}, {"domain", "localhost:8080", ""}, {"domain", "::1", ""}, {"domain", "[::1]", ""}, {"domain", "[::1]:443", ""},
	{"domain", "my_host", ""}, {"domain", "10.0.0.1", ""}, {"domain", "10.0.0.1:80", ""}, {"domain", "*.example.org:8443", ""}, {"domain", "@packages", ""}, {"domain", "@git-remotes", ""}, {"domain", "a:65535", ""},
	{"domain", "xn--bcher-kva.example", ""}, {"domain", "::ffff:1.2.3.4", ""}, {"domain", "2001:DB8::1", ""},
	{"domain", "*", `network = "full"`}, {"domain", "https://a.org", "write the host alone: `a.org`"}, {"domain", "a.org/x", "write the host alone: `a.org`"}, {"domain", "bücher.example", "xn--"}, {"domain", "a:0", "65535"},
	{"domain", "a:65536", "65535"}, {"domain", "a:080", "65535"}, {"domain", "a:", "65535"}, {"domain", ":80", "write a host"}, {"domain", "a.org.", "write `a.org`"}, {"domain", "a*.org", "subdomains"}, {"domain", "*.*.org", "subdomains"},
	{"domain", "*.10.0.0.1", "each address"}, {"domain", "*.[::1]", "each address"}, {"domain", "0x7f.1", "four decimal"}, {"domain", "127.1", "four decimal"}, {"domain", "@npm", "@packages"}, {"domain", "@Packages", "@packages"},
	{"domain", "", "remove the entry"}, {"domain", "-a.org", "such as"}, {"domain", "a b", "such as"}, {"domain", "user@a.org", "such as"}, {"domain", "a..b", "such as"}, {"domain", "fe80::1%eth0", "[::1]"}, {"domain", "[::1", "[::1]"},
	{"domain", "a.org\u200b", "xn--"},

	{"search", "example.org", ""}, {"search", "*.Example.org", ""}, {"search", "a_b.org", ""}, {"search", "a.org:80", "write `a.org`"}, {"search", "@packages", "such as"}, {"search", "*", "leave the list empty"},
}

func (q judgedPlace) inGo() error {
	switch q.Kind {
	case "directory":
		return CheckDirectory(q.Text)
	case "glob":
		_, err := ParseFileGlob(q.Text)
		return err
	case "domain":
		return CheckDomain(q.Text)
	}
	return CheckSearchDomain(q.Text)
}

type judgedPlace struct{ Kind, Text string }

func TestPlaces(t *testing.T) {
	for _, c := range judgedPlaces {
		err := judgedPlace{c.kind, c.text}.inGo()
		var problem *Problem
		switch errors.As(err, &problem); {
		case (err == nil) != (c.hint == ""):
			t.Errorf("%s %q: %v", c.kind, c.text, err)
		case err != nil && (!strings.Contains(problem.Hint, c.hint) || !printable(problem.Message+problem.Hint)):
			t.Errorf("%s %q: %s; %s", c.kind, c.text, problem.Message, problem.Hint)
		}
	}
}

// The Nix library gives the same verdict on the table and on what is drawn.
func TestNixJudgesPlaces(t *testing.T) {
	var asked []judgedPlace
	for _, c := range judgedPlaces {
		if !strings.Contains(c.text, "\x00") { // no string of Nix
			asked = append(asked, judgedPlace{c.kind, c.text})
		}
	}
	random := rand.New(rand.NewPCG(9, 4))
	parts := map[string][]string{
		"directory": {"a", "b", ".", "/", "~", "~/", "./", "$", "*", "[", "{", `\`, " ", "ä", "\u200b", "@", "+", ".."},
		"glob":      {"a", "b", ".", "/", "~/", "*", "**", "?", "[", "]", "[a-z]", "[!a]", "{", "}", ",", "{a,b}", `\`, "!", "-", " ", "ä", "\u200b", "^", "$", "(", ")"},
		"domain":    {"a", "b", ".", "*.", ":", "::", "1", "80", "[", "]", "[::1]", "_", "-", "@", "@packages", "/", "A", "ä", "10.0.0.1", "0x1", "%"},
	}
	parts["search"] = parts["domain"]
	for kind, some := range parts {
		for range 3000 {
			var b strings.Builder
			for range 1 + random.IntN(6) {
				b.WriteString(some[random.IntN(len(some))])
			}
			asked = append(asked, judgedPlace{kind, b.String()})
		}
	}
	data, err := json.Marshal(asked)
	if err != nil {
		t.Fatal(err)
	}
	sources := &source.FS{}
	sources.Mount("/insomnia", source.Embedded{FS: insomnia.Library})
	ev := eval.New(eval.Options{Sources: sources})
	// Judged as a manifest, so that the quick tests are judged with them.
	v, err := ev.EvalExpr(`let
		places = import /insomnia/lib/rules/places.nix;
		judge = q: {
			directory = places.server [ ] { cwd = q.Text; };
			glob = places.manifest { sandbox.denyRead = [ q.Text ]; };
			domain = places.manifest { sandbox.allowedDomains = [ q.Text ]; };
			search = places.manifest { web.search.allowedDomains = [ q.Text ]; };
		}.${q.Kind};
		first = problems: if problems == [ ] then { message = ""; hint = ""; } else { inherit (builtins.head problems) message hint; };
	in map (q: first (judge q)) (builtins.fromJSON "`+strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`).Replace(string(data))+`")`, "test", "/insomnia")
	if err != nil {
		t.Fatal(err)
	}
	out, err := ev.ToJSON(v)
	var answers []answer
	if err != nil || json.Unmarshal(out, &answers) != nil || len(answers) != len(asked) {
		t.Fatalf("%v: %.300s", err, out)
	}
	accepted := map[string]int{}
	for i, q := range asked {
		err := q.inGo()
		if err == nil {
			accepted[q.Kind]++
		}
		// The schema refuses what is too long before the rule does.
		if len(q.Text) <= MaxPlace && (err == nil) != (answers[i].Message == "") {
			t.Errorf("%s %q: %v here, and in Nix: %q", q.Kind, q.Text, err, answers[i].Message)
		}
		if answers[i].Message != "" && (answers[i].Hint == "" || !printable(answers[i].Message+answers[i].Hint)) {
			t.Errorf("%s %q: in Nix: %q, %q", q.Kind, q.Text, answers[i].Message, answers[i].Hint)
		}
	}
	t.Logf("accepted: %v of %d", accepted, len(asked))
}

// matches are globs, paths below /srv/app, and whether the sandbox keeps the one by the other.
func TestFileGlobs(t *testing.T) {
	at, err := NewPlaces("/srv/app", "/home/ada", false)
	if err != nil {
		t.Fatal(err)
	}
	folded := at
	folded.foldCase = true
	for _, c := range []struct {
		glob, path   string
		want, folded bool
	}{
		{"**/*.{pem,key}", "/srv/app/a/b.pem", true, true}, {"**/*.{pem,key}", "/srv/app/b.key", true, true}, {"**/*.{pem,key}", "/srv/app/b.crt", false, false},
		{"**/*.{pem,key}", "/srv/app/b.PEM", false, true}, {".env{,.local}", "/srv/app/.env", true, true}, {".env{,.local}", "/srv/app/.env.local", true, true},
		{".env{,.local}", "/srv/app/a/.env", false, false}, {".env.[a-z]*", "/srv/app/.env.prod", true, true}, {".env.[a-z]*", "/srv/app/.env.Prod", false, true},
		{".env.[a-z]*", "/srv/app/.env.1", false, false}, {".env.[!a-z]*", "/srv/app/.env.1", true, true}, {".env.[!a-z]*", "/srv/app/.env.x", false, true},
		{".env.[!a-z]*", "/srv/app/.env.ü", true, true}, {"[!a]", "/srv/app/\xff", true, true}, {"[A-z]", "/srv/app/_", false, false}, {"gehälter/**", "/srv/app/gehälter/x", true, true},
		{"gehälter/**", "/srv/app/geha\u0308lter/x", false, true}, {"My Secrets/**", "/srv/app/My Secrets/a/b", true, true}, {`app/\[id\]/*`, "/srv/app/app/[id]/x", true, true},
		{"~/.config/[gh]*", "/home/ada/.config/gcloud", true, true}, {"/etc/{shadow,passwd}", "/etc/shadow", true, true}, {"*[a-c]*[x-z]", "/srv/app/--b--a-z", true, true},
	} {
		glob, err := ParseFileGlob(c.glob)
		if c.glob == "[A-z]" { // holds a bracket and a backslash, which no file name of the range has
			if err != nil {
				t.Errorf("%q: %v", c.glob, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", c.glob, err)
			continue
		}
		path, err := ParsePath(c.path)
		if err != nil {
			t.Fatal(err)
		}
		if got := glob.MatchPath(path, at); got != c.want {
			t.Errorf("%q, %q: %v", c.glob, c.path, got)
		}
		if got := glob.MatchPath(path, folded); got != c.folded {
			t.Errorf("%q, %q, case ignored: %v", c.glob, c.path, got)
		}
	}
}

// Brackets match what their characters say, in any place of a glob, and cover what
// they match.
func TestClassesMatchAsTheReference(t *testing.T) {
	piece := rapid.SampledFrom([]string{"a", "b", "*", "?", "[ab]", "[!a]", "[b-c]"})
	matches := func(pieces []string, value string) bool { return false }
	matches = func(pieces []string, value string) bool {
		if len(pieces) == 0 {
			return value == ""
		}
		rest := pieces[1:]
		if pieces[0] == "*" {
			return matches(rest, value) || value != "" && matches(pieces, value[1:])
		}
		if value == "" {
			return false
		}
		is := map[string]string{"a": "a", "b": "b", "?": "abc", "[ab]": "ab", "[!a]": "bc", "[b-c]": "bc"}[pieces[0]]
		return strings.Contains(is, value[:1]) && matches(rest, value[1:])
	}
	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string) ([]string, FileGlob) {
			for {
				pieces := rapid.SliceOfN(piece, 1, 5).Draw(t, label)
				if glob, err := ParseFileGlob(strings.Join(pieces, "")); err == nil && !strings.Contains(strings.Join(pieces, ""), "**") {
					return pieces, glob
				}
			}
		}
		pieces, glob := draw("glob")
		_, narrow := draw("narrow")
		value := rapid.StringMatching(`[abc]{1,6}`).Draw(t, "value")
		path, _ := ParsePath("/" + value)
		if got, want := glob.MatchPath(path, Places{}), matches(pieces, value); got != want {
			t.Errorf("%q, %q: %v", glob, value, got)
		}
		if glob.Covers(narrow.patterns[0]) && narrow.MatchPath(path, Places{}) && !glob.MatchPath(path, Places{}) {
			t.Errorf("%q covers %q, but does not match %q", glob, narrow, value)
		}
	})
}
