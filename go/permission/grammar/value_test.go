package grammar

import (
	"errors"
	"strings"
	"testing"
)

func TestRefusedAddresses(t *testing.T) {
	for _, text := range []string{
		"", "evil.example", "//evil.example", "http:/evil.example", "http:evil.example", "https:\\\\evil.example", " http://evil.example",
		"file:///etc/passwd", "ftp://evil.example", "data:text/plain,x", "javascript://evil.example/%0aalert(1)", "http://",
		"http://good.example@evil.example/", "http://good.example:80@evil.example/", `http://good.example\@evil.example/`, "http://a@b@c/",
		`http://good.example\.evil.example/`, `http://good.example/\evil`, "http://evil .example", "http://evil.example/\x00", "http://evil.example/\n", "http://evil.\texample/",
		"http://2130706433/", "http://0x7f000001/", "http://0x7f.1/", "http://127.1/", "http://0177.0.0.1/", "http://127.0.0.1.0/", "http://127.0.0.0x1/", "http://127.0.0.256/",
		"http://1.2.3.4.5", "http://a.0x", "http://a.09", "http://127.0.0.01/",
		"http://[::1", "http://::1/", "http://[::1%25eth0]/", "http://[127.0.0.1]/", "http://[]/", "http://[::1]x/",
		"http://b\u00fccher.example/", "http://\u212aey.example/", "http://\u0130.example/", "http://\uff45vil.example/", "http://evil\u3002example/", "http://evil%2eexample/", "http://evil\u200b.example/",
		"http://a..b/", "http://.a/", "http://-a.example/", "http://a-.example/", "http://" + strings.Repeat("a", 64) + ".example/", "http://" + strings.Repeat("a.", 130) + "b/",
		"http://a.example:0/", "http://a.example:080/", "http://a.example:65536/", "http://a.example:/", "http://a.example:8x/", "http://a.example:+80/",
		"http://a.example/%", "http://a.example/%2", "http://a.example/%zz", "http://a.example/%+1", "http://a.example/" + strings.Repeat("a", MaxAddress),
	} {
		_, err := ParseAddress(text)
		var problem *Problem
		if !errors.As(err, &problem) || problem.Code != "address" || problem.Message == "" {
			t.Errorf("%.60q: got %v", text, err)
		}
	}
}

func TestRefusedPaths(t *testing.T) {
	for _, text := range []string{
		"", "a", "./a", "~/a", "/a/../b", "/..", "/a/..", "/./a", "/a/.", "//a", "/a//b", "/a/", "/a\x00b", "/" + strings.Repeat("a", MaxPath),
		"/proc/self/root/etc/shadow", "/proc/self/root", "/proc/self/cwd/.env", "/proc/self/exe", "/proc/1/root/x", "/proc/1/task/2/root/x", "/proc/thread-self/cwd/x",
		"/proc/self/fd/3", "/proc/self/task/7/fd/0", "/proc/1/map_files/1-2",
	} {
		_, err := ParsePath(text)
		var problem *Problem
		if !errors.As(err, &problem) || problem.Code != "path" || problem.Message == "" {
			t.Errorf("%.60q: got %v", text, err)
		}
		if _, err := NewPlaces(text, "/home/ada", false); err == nil {
			t.Errorf("%.60q is accepted as the workspace", text)
		}
		if _, err := NewPlaces("/srv/app", text, false); err == nil {
			t.Errorf("%.60q is accepted as the home directory", text)
		}
	}
	for _, text := range []string{"/", "/a", "/...", "/a/..b", "/.a", "/proc", "/proc/self", "/proc/cpuinfo", "/proc/1/status", "/proc/1/fd", "/proc/root/x", "/a b", "/a\\b", "/\xff"} {
		if _, err := ParsePath(text); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestBoundsOfPatterns(t *testing.T) {
	for _, tool := range kinds {
		_, problem := parsePattern(tool, strings.Repeat("a", MaxPattern+1))
		if problem == nil || problem.Code != "pattern-long" {
			t.Errorf("%s: a pattern that is too long: %v", tool, problem)
		}
		for text, code := range map[string]string{"": "pattern-empty", " ": "pattern-empty", "\t": "pattern-text", " *": "pattern-text", "* ": "pattern-text",
			"a\nb": "pattern-text", "a\u202eb": "pattern-text", "a\u00a0b": "pattern-text", "a\xffb": "pattern-text", "\ufeff*": "pattern-text", "a\x1bb": "pattern-text"} {
			_, problem := parsePattern(tool, text)
			if problem == nil || problem.Code != code {
				t.Errorf("%s %q: got %v, want %s", tool, text, problem, code)
			}
		}
		if p, problem := parsePattern(tool, "*"); problem != nil || !p.Every() || p.Kind() != KindOf(tool) {
			t.Errorf("%s *: %+v, %v", tool, p, problem)
		}
	}
	if _, problem := parsePattern("bash", strings.Repeat("a", MaxPattern)); problem != nil {
		t.Errorf("a pattern of the longest length: %v", problem)
	}
	if name, _ := ParsePattern("agent", "a*"); name.MatchName(strings.Repeat("a", maxName+1)) || !name.MatchName(strings.Repeat("a", maxName)) {
		t.Error("the bound of names does not hold")
	}
}
