package golden

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDescribe(t *testing.T) {
	for _, c := range []struct{ got, want, says string }{
		{"a\nb\nc\n", "a\nB\nc\n", "x:2: is not up to date; run: checks/update\n  - b\n  + B"},
		{"a\nc\n", "a\nb\nc\n", "x:2: is not up to date; run: checks/update\n  + b"},
		{"a\nb\nc\n", "a\nc\n", "x:2: is not up to date; run: checks/update\n  - b"},
		{"a", "a\n", "x:2: is not up to date; run: checks/update\n  + "},
		{"", "a\na\n", "x:1: is not up to date; run: checks/update\n  + a\n  + a"},
		{"a\na\n", "a\na\na\n", "x:3: is not up to date; run: checks/update\n  + a"},
	} {
		if says := describe("x", c.got, c.want); says != c.says {
			t.Errorf("%q and %q: %q, want %q", c.got, c.want, says, c.says)
		}
	}
	long := describe("x", strings.Repeat("a\n", 5000), strings.Repeat(strings.Repeat("ü", 5000)+"\n", 5000))
	if lines := strings.Count(long, "\n") + 1; lines > 13 || len(long) > 4000 {
		t.Errorf("%d lines, %d bytes", lines, len(long))
	}
}

// failures counts what a test reports.
type failures struct {
	testing.TB
	count int
}

func (f *failures) Errorf(string, ...any) { f.count++ }

func TestCheckWritesOnlyWhenAsked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "page.md")
	if err := os.WriteFile(path, []byte("old\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	holds := func(want string) {
		t.Helper()
		if data, err := os.ReadFile(path); err != nil || string(data) != want {
			t.Errorf("%q, %v; want %q", data, err, want)
		}
	}
	failed := &failures{TB: t}
	Check(failed, path, []byte("new\n"))
	holds("old\n")
	if failed.count != 1 {
		t.Errorf("%d failures", failed.count)
	}
	defer flag.Set("update", flag.Lookup("update").Value.String())
	flag.Set("update", "true")
	Check(t, path, []byte("new\n"))
	holds("new\n")
	path = filepath.Join(filepath.Dir(path), "another.md")
	Check(t, path, []byte("made\n"))
	holds("made\n")
}
