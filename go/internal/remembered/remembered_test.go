//go:build linux

package remembered_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/remembered"
)

// state makes the state directory of a user and returns it.
func state(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("HOME", dir)
	t.Setenv("XDG_STATE_HOME", dir)
	own := filepath.Join(dir, "insomnia")
	if err := os.Mkdir(own, 0o700); err != nil {
		t.Fatal(err)
	}
	return own
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, of, want string) {
	t.Helper()
	if got, ok := remembered.Get("tool", of); ok != (want != "") || ok && got != want {
		t.Errorf("%q, %v, not %q", got, ok, want)
	}
}

func TestAnswers(t *testing.T) {
	dir := state(t)
	get(t, "a", "")
	if _, err := os.Stat(filepath.Join(dir, "answers")); err == nil {
		t.Error("a question makes a directory")
	}
	remembered.Put("tool", "a", "1.2.3")
	get(t, "a", "1.2.3")
	get(t, "b", "")
	remembered.Put("tool", "b", "1.2.4")
	get(t, "a", "")
	get(t, "b", "1.2.4")
	remembered.Put("tool", "c", strings.Repeat("x", 100<<10)) // more than an answer has
	get(t, "b", "1.2.4")
	remembered.Forget("tool")
	get(t, "b", "")
	if entries, _ := os.ReadDir(filepath.Join(dir, "answers")); len(entries) > 0 {
		t.Errorf("left: %v", entries)
	}
}

// An answer of another day, a damaged one, and one that another user could have written
// are none.
func TestAnswersThatAreNone(t *testing.T) {
	for name, harm := range map[string]func(t *testing.T, dir, file string){
		"old": func(t *testing.T, _, file string) {
			write(t, file, `{"Of":"a","Answer":"x","At":"2020-01-01T00:00:00Z"}`)
		},
		"of the future": func(t *testing.T, _, file string) {
			write(t, file, `{"Of":"a","Answer":"x","At":"2120-01-01T00:00:00Z"}`)
		},
		"damaged": func(t *testing.T, _, file string) { write(t, file, `{"Of":"a","Answer":"x`) },
		"huge": func(t *testing.T, _, file string) {
			write(t, file, `{"Of":"a","Answer":"`+strings.Repeat("x", 1<<20)+`"}`)
		},
		"open directory":    func(t *testing.T, dir, _ string) { os.Chmod(dir, 0o777) },
		"open answers":      func(t *testing.T, _, file string) { os.Chmod(filepath.Dir(file), 0o777) },
		"linked directory":  func(t *testing.T, dir, _ string) { os.Rename(dir, dir+"-"); os.Symlink(dir+"-", dir) },
		"linked answer":     func(t *testing.T, _, file string) { os.Rename(file, file+"-"); os.Symlink(file+"-", file) },
		"no state at all":   func(t *testing.T, dir, _ string) { os.RemoveAll(dir) },
		"directory instead": func(t *testing.T, _, file string) { os.Remove(file); os.Mkdir(file, 0o700) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := state(t)
			remembered.Put("tool", "a", "1.2.3")
			get(t, "a", "1.2.3")
			harm(t, dir, filepath.Join(dir, "answers", "tool"))
			get(t, "a", "")
			remembered.Put("tool", "b", "x") // neither panics nor makes a state directory
			if _, err := os.Stat(dir); err == nil && name == "no state at all" {
				t.Error("the state directory was made")
			}
		})
	}
}

// settled returns the result of a function once the file is old enough.
func settled(t *testing.T, id func() (string, bool)) string {
	t.Helper()
	for until := time.Now().Add(10 * time.Second); time.Now().Before(until); time.Sleep(10 * time.Millisecond) {
		if of, ok := id(); ok {
			return of
		}
	}
	t.Fatal("not identified")
	return ""
}

// A file that was written again, replaced or touched is another one, whatever its times
// and size say.
func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	id := func() (string, bool) { return remembered.File(path) }
	none := settled(t, id)
	when := time.Now().Add(-time.Hour)
	seen := map[string]string{none: "missing"}
	for _, step := range []struct {
		name string
		do   func()
	}{
		{"made", func() { write(t, path, "one") }},
		{"written", func() { write(t, path, "two"); os.Chtimes(path, when, when) }},
		{"written with the same times", func() { write(t, path, "six"); os.Chtimes(path, when, when) }},
		{"replaced", func() {
			write(t, path+".new", "six")
			os.Chtimes(path+".new", when, when)
			os.Rename(path+".new", path)
		}},
		{"another mode", func() { os.Chmod(path, 0o700) }},
	} {
		step.do()
		if of, ok := id(); ok && seen[of] != "" {
			t.Errorf("%s, at once: as %s", step.name, seen[of])
		}
		of := settled(t, id)
		if seen[of] != "" {
			t.Errorf("%s: as %s", step.name, seen[of])
		}
		seen[of] = step.name
	}
}

// A shim or a wrapper stays the same while what it runs changes, so it is not identified.
func TestProgram(t *testing.T) {
	root := t.TempDir()
	t.Setenv("HOME", root)
	for path, text := range map[string]string{
		"native/agent": "\x7fELF....", "share/agent/versions/1.2.3": "\x7fELF....", "opt/mise": "\x7fELF....",
		"wrapped/agent": "#!/bin/sh\nexec other\n", "empty/agent": "",
		"node_modules/agent-ai/bin/agent.js": "#!/usr/bin/env node\n", "node_modules/agent-ai/package.json": "{}",
	} {
		write(t, filepath.Join(root, path), text)
	}
	link := func(name, to string) string {
		path := filepath.Join(root, name)
		os.MkdirAll(filepath.Dir(path), 0o700)
		if err := os.Symlink(to, path); err != nil {
			t.Fatal(err)
		}
		return path
	}
	program := func(path string) func() (string, bool) {
		return func() (string, bool) { return remembered.Program(path) }
	}
	native := settled(t, program(filepath.Join(root, "native/agent")))
	version := settled(t, program(link("bin/agent", "../share/agent/versions/1.2.3")))
	script := link("bin2/agent", "../node_modules/agent-ai/bin/agent.js")
	before := settled(t, program(script))
	if native == version || version == before {
		t.Error("different programs are the same")
	}
	write(t, filepath.Join(root, "node_modules/agent-ai/package.json"), "[]")
	if settled(t, program(script)) == before {
		t.Error("another version of the package is the same")
	}
	for _, path := range []string{link("shims/agent", "../opt/mise"), filepath.Join(root, "wrapped/agent"), filepath.Join(root, "empty/agent"), filepath.Join(root, "nowhere/agent")} {
		if of, ok := remembered.Program(path); ok {
			t.Errorf("%s: %s", path, of)
		}
	}
}
