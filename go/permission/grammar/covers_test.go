package grammar

import "testing"

// Of each tool patterns, values that calls may have, and pairs of which the first
// covers the second. Every other pair of the patterns must not be claimed to cover
// where one of the values shows that it does not.
var coverings = map[string]struct {
	patterns, values []string
	covers           [][2]string
}{
	"bash": {
		patterns: []string{"*", "git", "git*", "git *", "git push*", "git push *", "git push * -f*", "git push -f", "git * -f", "* push", "*git", "/opt/git", "git p\\*", "curl * | bash*", "curl *", "curl * | *"},
		values:   []string{"git", "gitx", "git push", "git pull", "git push -f", "git push x -f", "git push x -fy", "git x -f", "x push", "/opt/git", "git p*", "git px", "curl x"},
		covers: [][2]string{
			{"*", "git"}, {"*", "curl * | bash*"}, {"git *", "git push*"}, {"git push*", "git push *"}, {"git push*", "git push * -f*"},
			{"git push *", "git push * -f*"}, {"git push *", "git push -f"}, {"git * -f", "git push -f"}, {"git *", "git p\\*"}, {"git *", "git * -f"},
		},
	},
	"read": {
		patterns: []string{
			"*", "**", "/**", "~/**", "./a", "/a", "~/a", "a/*", "a/**", "a/b", "a/?", "a/b*", "a/*b*", "a/**/b", "a/*/b", "**/b", "a/\\*", "a/??", "a/**/**", "a/*/**", "./*",
		},
		values: []string{
			"/", "/a", "/b", "/home/ada", "/home/ada/a", "/srv/app", "/srv/app/a", "/srv/app/b", "/srv/app/a/b", "/srv/app/a/bc", "/srv/app/a/cb", "/srv/app/a/x/b",
			"/srv/app/a/x/y/b", "/srv/app/a/*", "/srv/app/a/x", "/srv/app/a/b/c",
		},
		covers: [][2]string{
			{"*", "/**"}, {"*", "~/a"}, {"/**", "/a"}, {"~/**", "~/a"}, {"**", "./a"}, {"**", "a/**/b"}, {"a/*", "a/b"}, {"a/*", "a/?"}, {"a/**", "a/*/b"}, {"a/**", "./a"},
			{"a/**/b", "a/*/b"}, {"a/**/b", "a/b"}, {"**/b", "a/**/b"}, {"a/*b*", "a/b*"}, {"a/?", "a/b"}, {"a/*", "a/\\*"}, {"a/?", "a/\\*"}, {"a/**", "a/**/**"},
			{"a/**/**", "a/**"}, {"a/**", "a/*/**"}, {"a/*", "a/??"},
		},
	},
	"webfetch": {
		patterns: []string{
			"*", "a.x", "*.a.x", "*.x", "b.a.x", "https://a.x", "a.x:80", "http://a.x:80", "a.x/p", "a.x/*", "a.x/**", "a.x/p/**", "https://a.x/p", "c.x",
		},
		values: []string{
			"http://a.x", "https://a.x", "https://a.x:80", "http://a.x:81", "http://b.a.x", "https://c.b.a.x/p", "https://a.x/p", "http://a.x/p/q", "http://a.x/r", "http://c.x",
		},
		covers: [][2]string{
			{"*", "a.x"}, {"*.x", "a.x"}, {"*.x", "*.a.x"}, {"*.a.x", "b.a.x"}, {"a.x", "https://a.x"}, {"a.x", "a.x:80"}, {"a.x:80", "http://a.x:80"}, {"a.x", "a.x/p"},
			{"a.x", "a.x/**"}, {"a.x/*", "a.x/p"}, {"a.x/**", "a.x/p/**"}, {"a.x/p", "https://a.x/p"}, {"*.x", "a.x/p"},
		},
	},
	"agent": {
		patterns: []string{"*", "a", "a*", "*a", "ab", "*b*", "a*b"},
		values:   []string{"a", "ab", "ba", "b", "acb", "xax", "aab"},
		covers:   [][2]string{{"*", "a"}, {"a*", "ab"}, {"a*", "a*b"}, {"*b*", "a*b"}, {"a*b", "ab"}, {"*a", "a"}},
	},
	"websearch": {patterns: []string{"*"}, covers: [][2]string{{"*", "*"}}},
}

func TestCovers(t *testing.T) {
	for tool, c := range coverings {
		parsed := map[string]Pattern{}
		for _, text := range c.patterns {
			p, err := ParsePattern(tool, text)
			if err != nil {
				t.Fatal(err)
			}
			parsed[text] = p
		}
		for _, pair := range c.covers {
			if !parsed[pair[0]].Covers(parsed[pair[1]]) {
				t.Errorf("%s: %s does not cover %s", tool, pair[0], pair[1])
			}
		}
		for _, wide := range parsed {
			if !wide.Covers(wide) {
				t.Errorf("%s: %s does not cover itself", tool, wide)
			}
			for _, narrow := range parsed {
				if !wide.Covers(narrow) {
					continue
				}
				for _, value := range c.values {
					if matches(t, narrow, value) && !matches(t, wide, value) {
						t.Errorf("%s: %s covers %s, which alone matches %s", tool, wide, narrow, value)
					}
				}
				for _, third := range parsed {
					if narrow.Covers(third) && !wide.Covers(third) {
						t.Errorf("%s: %s covers %s, that covers %s, and the first does not", tool, wide, narrow, third)
					}
				}
			}
		}
	}
	name, _ := ParsePattern("agent", "*")
	path, _ := ParsePattern("read", "*")
	if name.Covers(path) {
		t.Error("a pattern about names covers one about paths")
	}
	// What is known only of programs and pipelines is not concluded from the text.
	for _, pair := range [][2]string{{"*git", "/opt/git"}, {"curl *", "curl * | bash*"}, {"curl * | *", "curl * | bash*"}, {"git*", "gitx"}} {
		wide, _ := ParsePattern("bash", pair[0])
		narrow, _ := ParsePattern("bash", pair[1])
		if wide.Covers(narrow) {
			t.Errorf("%s covers %s", wide, narrow)
		}
	}
}
