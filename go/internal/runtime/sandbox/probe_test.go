//go:build linux

package sandbox

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// That a program of this name is there says nothing: it is tried.
func TestProbe(t *testing.T) {
	for name, test := range map[string]struct{ script, want string }{
		"not there":     {"", "not installed"},
		"fails":         {"#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n", "setting up uid map: Permission denied"},
		"says nothing":  {"#!/bin/sh\nexit 3\n", "exit status 3"},
		"not a program": {"hello", "exec format error"},
		"noisy":         {"#!/bin/sh\nhead -c 1000000 /dev/zero >&2\nexit 1\n", "cannot build walls"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			t.Setenv("PATH", dir+":/nowhere")
			if test.script != "" {
				if err := os.WriteFile(filepath.Join(dir, "bwrap"), []byte(strings.Replace(test.script, "head", "/usr/bin/head", 1)), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			started := time.Now()
			m := Probe(t.Context(), "/bin/true")
			if m.Kind == Bubblewrap || !strings.Contains(m.Why, test.want) || m.Remedy == "" || len(m.Why) > 20_000 {
				t.Errorf("%s: %.300q", m.Kind, m.Why)
			}
			if time.Since(started) > patience {
				t.Errorf("took %s", time.Since(started))
			}
		})
	}
}

func TestProbeHere(t *testing.T) {
	if m := probed(t); m.Why != "" || !filepath.IsAbs(m.bwrap) {
		t.Errorf("%+v", m)
	}
	if m := Probe(t.Context(), "/nowhere/insomnia"); m.Kind == Bubblewrap {
		t.Error("what cannot run a program works")
	}
}
