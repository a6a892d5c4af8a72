package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/resolve"
)

// Another program of the name is reported, and not run.
func TestExamineName(t *testing.T) {
	top := t.TempDir()
	other, own, plain := filepath.Join(top, "other"), filepath.Join(top, "own"), filepath.Join(top, "plain")
	for _, dir := range []string{other, own, plain} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	ran := filepath.Join(top, "ran")
	if err := os.WriteFile(filepath.Join(other, "insomnia"), []byte("#!/bin/sh\ntouch "+ran+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(plain, "insomnia"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(own, "insomnia")); err != nil {
		t.Fatal(err)
	}
	path := func(dirs ...string) string { return strings.Join(dirs, string(filepath.ListSeparator)) }
	for _, c := range []struct {
		path string
		want resolve.Status // empty for no finding
	}{
		{path(own, plain), ""},
		{path(own, own), ""},
		{path(other, own), resolve.StatusWarning},
		{path(other), resolve.StatusWarning},
		{path(own, other), resolve.StatusOk},
	} {
		found := examineName(c.path)
		switch {
		case c.want == "" && len(found) > 0:
			t.Errorf("%s: got %+v", c.path, found)
		case c.want == "":
		case len(found) != 1 || found[0].Status != c.want || !strings.Contains(found[0].Detail, filepath.Join(other, "insomnia")):
			t.Errorf("%s: got %+v, want the status %s", c.path, found, c.want)
		}
	}
	if _, err := os.Stat(ran); err == nil {
		t.Error("the other program was run")
	}
}
