package grammar

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestPipelines(t *testing.T) {
	for pattern, want := range map[string]int{
		"curl * | bash*": 2, "curl *|bash*": 2, "a | b | c": 3, "*|*": 2, `a \| b`: 1, `a\|b`: 1, "a": 1, "*": 1,
		"|": 0, "a |": 0, "| a": 0, "a | | b": 0, "a|": 0,
	} {
		p, problem := parsePattern("bash", pattern)
		if problem != nil && (want > 0 || problem.Code != "pattern-command" || problem.Hint == "") {
			t.Errorf("%s: %s: %v", pattern, problem.Code, problem)
		}
		if got := len(p.Commands()); got != want {
			t.Errorf("%s: %d commands, want %d", pattern, got, want)
		}
	}
}

func TestCommandsOfPatterns(t *testing.T) {
	for _, c := range []struct {
		pattern, words     string
		match, bare, meets bool
	}{
		{"git push*", "git\x1fpush", true, true, true},
		{"git push*", "git\x1fpush\x1fx", true, true, true},
		{"git push*", "git push", false, false, false}, // one word
		{"/opt/wipe*", "wipe\x1fx", false, true, true},
		{"/opt/wipe*", "/opt/wipe", true, false, false},
		{"git push*", "git\x1f\x00", false, false, true},
		{"git push*", "git\x1fstatus\x00", false, false, false},
		{"git push * -f", "git\x1fpush\x1f\x00", false, false, true},
		{"git *", "git\x1f\x00", true, true, true},
		{"rm *", "\x00", false, false, true},
		{`a\|b`, "a|b", true, true, true},
	} {
		p, err := ParsePattern("bash", c.pattern)
		if err != nil {
			t.Fatal(err)
		}
		command, words := p.Commands()[0], ExactWords(c.words)
		if match, bare, meets := command.Match(words), command.MatchBare(words), command.MeetsBare(words); match != c.match || bare != c.bare || meets != c.meets {
			t.Errorf("%s, %q: got %v, %v, %v", c.pattern, c.words, match, bare, meets)
		}
	}
}

// What is unknown meets a pattern if some value of it does.
func TestUnknownMeetsAsTheReference(t *testing.T) {
	values := words([]rune("ab"), 3)
	var meets func(glob, value []rune) bool
	meets = func(glob, value []rune) bool {
		at := slices.Index(value, Unknown)
		if at < 0 {
			return reference(glob, value)
		}
		return slices.ContainsFunc(values, func(known []rune) bool {
			return meets(glob, slices.Concat(value[:at], known, value[at+1:]))
		})
	}
	rapid.Check(t, func(t *rapid.T) {
		// At most three characters have to be met by what is unknown.
		glob := slices.CompactFunc(rapid.SliceOfN(rapid.SampledFrom([]rune{'a', 'b', anyRun}), 1, 3).Draw(t, "glob"), func(a, b rune) bool { return a == b && a == anyRun })
		value := rapid.SliceOfN(rapid.SampledFrom([]rune{'a', 'b', Unknown}), 0, 4).Draw(t, "value")
		if got, want := newCommand(glob).MeetsBare(Words{value}), meets(glob, value); got != want {
			t.Errorf("%q, %q: got %v", glob, value, got)
		}
	})
}
