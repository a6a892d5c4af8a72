package grammar

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestStarts(t *testing.T) {
	for glob, want := range map[string][]string{
		"~/.ssh/**":           {"/h/.ssh"},
		"~/.ssh/id":           {"/h/.ssh/id"},
		"~/.{ssh,aws}/**":     {"/h/.ssh", "/h/.aws"},
		"~":                   {"/h"},
		"/":                   {"/"},
		"/**":                 {"/"},
		"/etc/*.key":          {"/etc"},
		"/etc/ssl/x[0-9]/key": {"/etc/ssl"},
		"**":                  {"/w"},
		"**/.env":             {"/w"},
		".env":                {"/w/.env"},
		`a\*b/c`:              {"/w/a*b/c"},
		"a/?/c":               {"/w/a"},
		"ä/ö/**":              {"/w/ä/ö"},
	} {
		g, err := ParseFileGlob(glob)
		if err != nil {
			t.Fatal(err)
		}
		if got := g.Starts("/w", "/h"); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", glob, got, want)
		}
	}
	g, _ := ParseFileGlob("~/x")
	if got := g.Starts("/", "/"); !slices.Equal(got, []string{"/x"}) {
		t.Errorf("at the root: %q", got)
	}
}

// All that a glob matches is at or below one of its starts, and has a name that it can
// match; and what is above a match may match something below it.
func TestStartsAreAbove(t *testing.T) {
	at, err := NewPlaces("/w", "/h", false)
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"a", "b", "ab", ".env", "x.pem"}
	rapid.Check(t, func(t *rapid.T) {
		segments := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "*", "**", "a?", "[ab]", "{a,b}", "*.pem", ".env"}), 1, 4).Draw(t, "glob")
		text := rapid.SampledFrom([]string{"./", "~/", "/", "/w/"}).Draw(t, "place")
		for i, segment := range segments {
			if i > 0 {
				text += "/"
			}
			text += segment
		}
		g, err := ParseFileGlob(text)
		if err != nil {
			t.Skip("not a glob")
		}
		path := rapid.SampledFrom([]string{"/w", "/h", ""}).Draw(t, "root")
		for _, name := range rapid.SliceOfN(rapid.SampledFrom(names), 1, 4).Draw(t, "path") {
			path += "/" + name
		}
		p, err := ParsePath(path)
		if err != nil || !g.MatchPath(p, at) {
			return
		}
		if !slices.ContainsFunc(g.Starts("/w", "/h"), func(start string) bool { return isBelow(path, start) }) {
			t.Fatalf("%s matches %s, which is below none of %q", text, path, g.Starts("/w", "/h"))
		}
		last := path[len(path)-1:]
		for i := len(path) - 1; i >= 0; i-- {
			if path[i] == '/' {
				last = path[i+1:]
				break
			}
		}
		if !g.MatchName(last) {
			t.Fatalf("%s matches %s, and not its name", text, path)
		}
		for i := 1; i < len(path); i++ {
			if path[i] == '/' {
				if above, err := ParsePath(path[:i]); err != nil || !g.MatchBelow(above, at) {
					t.Fatalf("%s matches %s, and nothing below %s", text, path, path[:i])
				}
			}
		}
	})
}

func isBelow(path, dir string) bool {
	return path == dir || dir == "/" || len(path) > len(dir) && path[:len(dir)] == dir && path[len(dir)] == '/'
}

func TestDomainMatches(t *testing.T) {
	for _, test := range []struct {
		entry, host string
		port        uint16
		want        bool
	}{
		{"example.org", "example.org", 443, true},
		{"Example.ORG", "example.org", 80, true},
		{"example.org", "example.org", 22, false},
		{"example.org:22", "example.org", 22, true},
		{"example.org:22", "example.org", 443, false},
		{"example.org", "api.example.org", 443, false},
		{"*.example.org", "api.example.org", 443, true},
		{"*.example.org", "a.b.example.org", 443, true},
		{"*.example.org", "example.org", 443, false},
		{"*.example.org", "badexample.org", 443, false},
		{"*.example.org:8443", "a.example.org", 8443, true},
		{"10.0.0.1", "10.0.0.1", 443, true},
		{"::1", "::1", 80, true},
		{"[::1]:8080", "::1", 8080, true},
		{"[::1]:8080", "::1", 80, false},
		{"@packages", "@packages", 443, false},
	} {
		d, err := ParseDomain(test.entry)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.Matches(test.host, test.port); got != test.want {
			t.Errorf("%s, %s:%d: %t", test.entry, test.host, test.port, got)
		}
	}
	if (Domain{}).Matches("", 443) {
		t.Error("the zero value matches")
	}
	if _, err := ParseDomain("*"); err == nil {
		t.Error("a star alone")
	}
	if d, _ := ParseDomain("@packages"); d.Group() != GroupPackages {
		t.Error(d.Group())
	}
}
