package grammar

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// reference matches a glob with a value by trying every run for a star.
func reference(glob, value []rune) bool {
	switch {
	case len(glob) == 0:
		return len(value) == 0
	case glob[0] == anyRun:
		return reference(glob[1:], value) || len(value) > 0 && reference(glob, value[1:])
	case len(value) == 0 || glob[0] != anyRune && glob[0] != value[0]:
		return false
	}
	return reference(glob[1:], value[1:])
}

// referenceSegments is the same for segments and **.
func referenceSegments(pattern, value []string) bool {
	switch {
	case len(pattern) == 0:
		return len(value) == 0
	case pattern[0] == "**":
		return referenceSegments(pattern[1:], value) || len(value) > 0 && referenceSegments(pattern, value[1:])
	case len(value) == 0:
		return false
	}
	glob, problem := pathSyntax.parse(pattern[0], pattern[0])
	return problem == nil && reference(glob, []rune(value[0])) && referenceSegments(pattern[1:], value[1:])
}

func drawGlob(t *rapid.T, label string) []rune {
	glob := rapid.SliceOfN(rapid.SampledFrom([]rune{'a', 'b', anyRun, anyRune}), 0, 8).Draw(t, label)
	return slices.CompactFunc(glob, func(a, b rune) bool { return a == b && a == anyRun })
}

func TestGlobsMatchAsTheReference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		glob := drawGlob(t, "glob")
		value := []rune(rapid.StringMatching(`[ab]{0,10}`).Draw(t, "value"))
		if got, want := matchGlob(glob, value), reference(glob, value); got != want {
			t.Errorf("%q, %q: got %v", glob, string(value), got)
		}
	})
}

// All short globs with all short values.
func TestGlobsMatchAsTheReferenceInFull(t *testing.T) {
	globs := words([]rune{'a', 'b', anyRun, anyRune}, 4)
	values := words([]rune{'a', 'b'}, 5)
	for _, glob := range globs {
		for _, value := range values {
			if got, want := matchGlob(glob, value), reference(glob, value); got != want {
				t.Fatalf("%q, %q: got %v", glob, string(value), got)
			}
		}
	}
}

// words are all words of at most so many letters.
func words(letters []rune, most int) [][]rune {
	all, last := [][]rune{{}}, [][]rune{{}}
	for range most {
		var next [][]rune
		for _, word := range last {
			for _, letter := range letters {
				next = append(next, append(slices.Clone(word), letter))
			}
		}
		all, last = append(all, next...), next
	}
	return all
}

var (
	patternNames = rapid.SampledFrom([]string{"**", "*", "a", "b", "a*", "*b", "?", "*a*", `\*`})
	valueNames   = rapid.SampledFrom([]string{"a", "b", "ab", "ba", "*", "aab"})
)

func drawPathPattern(t *rapid.T, label string) (pattern string, names []string) {
	names = rapid.SliceOfN(patternNames, 1, 6).Draw(t, label)
	begin := rapid.SampledFrom([]string{"./", "/", "~/"}).Draw(t, label+" begins")
	pattern = begin + strings.Join(names, "/")
	switch begin {
	case "./":
		names = append([]string{"a", "b"}, names...)
	case "~/":
		names = append([]string{"a"}, names...)
	}
	return pattern, names
}

// The workspace is /a/b and the home directory /a, so that values are often in them.
func nearPlaces(t *rapid.T) Places {
	at, err := NewPlaces("/a/b", "/a", false)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func mustPattern(t *rapid.T, tool, pattern string) Pattern {
	p, err := ParsePattern(tool, pattern)
	if err != nil {
		t.Fatalf("%s %s: %v", tool, pattern, err)
	}
	return p
}

func mustPath(t *rapid.T, names []string) Path {
	path, err := ParsePath("/" + strings.Join(names, "/"))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestPathsMatchAsTheReference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, names := drawPathPattern(t, "pattern")
		value := rapid.SliceOfN(valueNames, 0, 7).Draw(t, "value")
		p := mustPattern(t, "read", text)
		want := referenceSegments(names, value)
		if got := p.MatchPath(mustPath(t, value), nearPlaces(t)); got != want {
			t.Errorf("%s, /%s: got %v", text, strings.Join(value, "/"), got)
		}
	})
}

// What matches below a directory is announced by MatchBelow of each directory on
// the way to it, and what is announced has something that matches.
func TestMatchBelow(t *testing.T) {
	below := words([]rune{0, 1, 2, 3}, 4) // indices of names
	choices := []string{"a", "b", "ab", "*"}
	rapid.Check(t, func(t *rapid.T) {
		text, _ := drawPathPattern(t, "pattern")
		value := rapid.SliceOfN(valueNames, 0, 7).Draw(t, "value")
		p, at := mustPattern(t, "read", text), nearPlaces(t)
		if p.MatchPath(mustPath(t, value), at) {
			for i := range len(value) + 1 {
				if !p.MatchBelow(mustPath(t, value[:i]), at) {
					t.Fatalf("%s matches /%s, and nothing below its first %d names", text, strings.Join(value, "/"), i)
				}
			}
		}
		directory := value[:min(len(value), 3)]
		if len(p.segments) > 2 || !p.MatchBelow(mustPath(t, directory), at) {
			return
		}
		for _, names := range below {
			path := slices.Clone(directory)
			for _, n := range names {
				path = append(path, choices[n])
			}
			if p.MatchPath(mustPath(t, path), at) {
				return
			}
		}
		t.Errorf("%s matches nothing below /%s", text, strings.Join(directory, "/"))
	})
}

// An escaped text matches itself and nothing else.
func TestEscape(t *testing.T) {
	letters := rapid.StringOf(rapid.SampledFrom([]rune("ab*?[]{}\\~é")))
	at := func(t *rapid.T) Places { return nearPlaces(t) }
	rapid.Check(t, func(t *rapid.T) {
		name, other := letters.Draw(t, "name"), letters.Draw(t, "other")
		if name == "" || other == "" {
			return
		}
		p := mustPattern(t, "read", "./"+Escape(name))
		if !p.MatchPath(mustPath(t, []string{"a", "b", name}), at(t)) {
			t.Errorf("%s does not match %s", p, name)
		}
		if name != other && p.MatchPath(mustPath(t, []string{"a", "b", other}), at(t)) {
			t.Errorf("%s matches %s", p, other)
		}
		c := mustPattern(t, "bash", Escape(name)).Commands()[0]
		if !c.Match(ExactWords(name)) || name != other && c.Match(ExactWords(other)) {
			t.Errorf("%s matches not just %s", Escape(name), name)
		}
	})
}

// Where the file system ignores case, spellings of one name match; elsewhere not.
func TestCaseOfPaths(t *testing.T) {
	for _, c := range []struct{ pattern, path string }{
		{"./.env", "/srv/app/.ENV"},
		{"./Secrets/**", "/SRV/App/sECRETS/Key"},
		{"~/.SSH/*", "/home/ADA/.ssh/id"},
		{"./stra\u00dfe", "/srv/app/STRA\u1e9eE"},
		{"./\u212aey", "/srv/app/key"},                // KELVIN SIGN
		{"./\u017fecret", "/srv/app/SECRET"},          // LATIN SMALL LETTER LONG S
		{"./\u03c3\u03c2", "/srv/app/\u03a3\u03a3"},   // the sigmas
		{"./caf\u00e9", "/srv/app/CAFE\u0301"},        // composed, decomposed
		{"./\u212bngstr\u00f6m", "/srv/app/ångström"}, // ANGSTROM SIGN
		{"./*\u00c9*/x", "/srv/app/a\u00e9b/X"},       // next to wildcards
		{"/Volumes/**/\u0416", "/volumes/a/b/\u0436"}, // Cyrillic
		{"./\U00010400", "/srv/app/\U00010428"},       // DESERET, beyond 16 bits
		{"./\u01c5", "/srv/app/\u01c4"},               // titlecase
		{"./\u1f88", "/srv/app/\u1f80"},               // Greek with iota
		{"./a\u0301\u0300", "/srv/app/\u00c1\u0300"},  // several marks
		{"./\uff21", "/srv/app/\uff41"},               // fullwidth
		{"./I", "/srv/app/i"},                         // not Turkish
		{"./\u00b5", "/srv/app/\u03bc"},               // MICRO SIGN, mu
		{"./\u13a0", "/srv/app/\uab70"},               // Cherokee
	} {
		p, err := ParsePattern("read", c.pattern)
		if err != nil {
			t.Fatal(err)
		}
		path, err := ParsePath(c.path)
		if err != nil {
			t.Fatal(err)
		}
		if !p.MatchPath(path, places(t, true)) {
			t.Errorf("%s does not match %s where case is ignored", c.pattern, c.path)
		}
		if p.MatchPath(path, places(t, false)) {
			t.Errorf("%s matches %s where case counts", c.pattern, c.path)
		}
	}
	for _, c := range []struct{ pattern, path string }{{"./\u0131", "/srv/app/i"}, {"./\u0430", "/srv/app/a"}, {"./a", "/srv/app/\u00e1"}} {
		p, _ := ParsePattern("read", c.pattern)
		path, _ := ParsePath(c.path)
		if p.MatchPath(path, places(t, true)) {
			t.Errorf("%s matches %s, another name", c.pattern, c.path)
		}
	}
}

func TestFoldIsTheSameForEachSpelling(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		once := fold(symbols(text))
		if !slices.Equal(once, fold(once)) {
			t.Errorf("%q: folding again changes it", text)
		}
		if utf8.ValidString(text) {
			for _, spelling := range []string{asciiCase(text, true), asciiCase(text, false)} {
				if !slices.Equal(once, fold(symbols(spelling))) {
					t.Errorf("%q and %q are not the same", text, spelling)
				}
			}
		}
	})
}

func asciiCase(text string, upper bool) string {
	return strings.Map(func(r rune) rune {
		switch {
		case upper && r >= 'a' && r <= 'z':
			return r - 32
		case !upper && r >= 'A' && r <= 'Z':
			return r + 32
		}
		return r
	}, text)
}

// No pattern can spell a name with a byte that is not UTF-8.
func TestPathsThatAreNotUTF8(t *testing.T) {
	path, err := ParsePath("/srv/app/\xff")
	if err != nil {
		t.Fatal(err)
	}
	for pattern, want := range map[string]bool{"./\ufffd": false, "./?": true, "./*": true, "./??": false, "**": true, "./\u00ff": false} {
		p, err := ParsePattern("read", pattern)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.MatchPath(path, places(t, false)); got != want {
			t.Errorf("%s: got %v", pattern, got)
		}
	}
}

func TestZeroValuesMatchNothing(t *testing.T) {
	var p Pattern
	if p.MatchPath(Path{}, Places{}) || p.MatchBelow(Path{}, Places{}) || p.MatchAddress(Address{}) || p.MatchName("") || p.Covers(p) || p.Every() {
		t.Error("the zero value of a pattern matches")
	}
	every := Pattern{kind: KindName, text: "*", every: true}
	if every.MatchPath(Path{}, Places{}) || every.MatchBelow(Path{}, Places{}) || every.MatchAddress(Address{}) {
		t.Error("a pattern of one kind matches a value of another")
	}
	if !every.MatchName(strings.Repeat("a", 1000)) {
		t.Error("a star alone does not match every name")
	}
}
