package render_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/render"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// program is a driver whose program is a script that prints what it is started with.
func program(t *testing.T) *runtime.Driver {
	t.Helper()
	dir := t.TempDir()
	script := "#!/bin/sh\nfor a; do printf '<%s>' \"$a\"; done\nprintf '\\n%s\\n%s\\n' \"$ODD\" \"$KEPT-${LOST-none}\"\npwd\ncat <&3\n"
	if err := os.WriteFile(filepath.Join(dir, "agent"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":/usr/bin:/bin")
	return &runtime.Driver{Name: "agent", Title: "Agent", Program: "agent"}
}

func launch(t *testing.T, dir string) runtime.Launch {
	t.Helper()
	workspace := filepath.Join(t.TempDir(), "it's here")
	if err := os.Mkdir(workspace, 0o700); err != nil {
		t.Fatal(err)
	}
	l := runtime.Launch{Manifest: &manifest.Manifest{}, Workspace: workspace, Gateway: "http://127.0.0.1:4100"}
	l.Manifest.Sandbox.InheritEnv = []manifest.EnvName{"KEPT", "UNSET", "PATH"}
	l.Manifest.MCPServers = map[manifest.ServerName]manifest.MCPServer{"a": {Env: map[manifest.EnvName]manifest.EnvValue{
		"KEY": {Type: manifest.SecretRefType, Name: "team.key"}}}}
	l.State, l.Files, l.Guard = render.Places(dir)
	return l
}

// The script starts the program with its arguments and its environment, whatever is in them.
func TestStart(t *testing.T) {
	d, dir := program(t), filepath.Join(t.TempDir(), "plan $(touch x)")
	l := launch(t, dir)
	args := []string{"--odd", "$(touch y)", "`id`", "it's", "a\nb", "", `\`, "-- '; touch z #"}
	names, err := render.Write(dir, d, l, &runtime.Plan{
		Args: args, Env: []string{"ODD=$HOME 'quoted'\n`id`"},
		Files: []runtime.File{
			{Path: l.Files + "/deep/settings.json", Mode: 0o444, Content: []byte("{}")},
			{Path: l.State + "/link", Link: l.Files + "/deep"},
		},
		Descriptors: []runtime.Descriptor{{Number: 3, Text: []runtime.Part{{Literal: `{"key":"`}, {Secret: "/mcpServers/a/env/KEY", JSON: true}, {Literal: `"}`}}}},
	})
	if err != nil || !slices.Equal(names, []string{"files/deep/settings.json", "state/link", "descriptors/3", "start", "README.md"}) {
		t.Fatalf("%q, %v", names, err)
	}
	t.Setenv("KEPT", "kept $x")
	t.Setenv("LOST", "canary")
	out, err := exec.Command(filepath.Join(dir, "start")).Output()
	want := "<" + strings.Join(args, "><") + ">\n$HOME 'quoted'\n`id`\nkept $x-none\n" + l.Workspace + "\n" + `{"key":"SECRET(team.key)"}`
	if err != nil || string(out) != want {
		t.Errorf("%v\n%s\nmust be\n%s", err, out, want)
	}
	for name, mode := range map[string]fs.FileMode{"start": 0o700, "files/deep/settings.json": 0o400, "descriptors/3": 0o600, ".": 0o700 | fs.ModeDir} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode() != mode {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
	if entries, _ := os.ReadDir(l.Workspace); len(entries) > 0 {
		t.Errorf("the script ran what is in its arguments: %v", entries)
	}
}

// A plan is written whole or not at all, and only below the directory.
func TestWriteKeepsToItsDirectory(t *testing.T) {
	d := program(t)
	file := func(path func(l runtime.Launch) string) []runtime.File {
		dir := t.TempDir()
		return []runtime.File{{Path: path(runtime.Launch{State: filepath.Join(dir, "plan/state")}), Content: []byte("x")}}
	}
	for name, files := range map[string]func(dir string, l runtime.Launch) []runtime.File{
		"elsewhere": func(string, runtime.Launch) []runtime.File {
			return file(func(l runtime.Launch) string { return l.State + "/x" })
		},
		"above":     func(_ string, l runtime.Launch) []runtime.File { return []runtime.File{{Path: l.State + "/../../x"}} },
		"beside":    func(dir string, _ runtime.Launch) []runtime.File { return []runtime.File{{Path: dir + "/x"}} },
		"the start": func(dir string, _ runtime.Launch) []runtime.File { return []runtime.File{{Path: dir + "/start"}} },
		"like it":   func(_ string, l runtime.Launch) []runtime.File { return []runtime.File{{Path: l.State + "x/y"}} },
		"relative":  func(string, runtime.Launch) []runtime.File { return []runtime.File{{Path: "state/x"}} },
		"twice": func(_ string, l runtime.Launch) []runtime.File {
			return []runtime.File{{Path: l.State + "/x"}, {Path: l.State + "/x"}}
		},
		"through a link": func(dir string, l runtime.Launch) []runtime.File {
			return []runtime.File{{Path: l.State + "/l", Link: filepath.Dir(dir)}, {Path: l.State + "/l/x"}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			parent := t.TempDir()
			dir := filepath.Join(parent, "plan")
			l := launch(t, dir)
			names, err := render.Write(dir, d, l, &runtime.Plan{Files: files(dir, l)})
			if err == nil {
				t.Errorf("wrote %q", names)
			}
			if entries, _ := os.ReadDir(parent); len(entries) > 0 {
				t.Errorf("left %v", entries)
			}
		})
	}
}

// What is in the directory stays, even when it comes while the plan is written.
func TestWriteOverwritesNothing(t *testing.T) {
	d, parent := program(t), t.TempDir()
	dir := filepath.Join(parent, "plan")
	l := launch(t, dir)
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := render.Write(dir, d, l, &runtime.Plan{}); err != nil {
		t.Fatalf("an empty directory: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "README.md"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := render.Write(dir, d, l, &runtime.Plan{}); !errors.Is(err, render.ErrNotEmpty) {
		t.Errorf("a directory with files: %v", err)
	}
	if text, _ := os.ReadFile(filepath.Join(dir, "README.md")); string(text) != "mine" {
		t.Errorf("it has %q now", text)
	}
	if entries, _ := os.ReadDir(parent); len(entries) != 1 {
		t.Errorf("left %v", entries)
	}
	plain := filepath.Join(parent, "file")
	if err := os.WriteFile(plain, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := render.Write(plain, d, launch(t, plain), &runtime.Plan{}); err == nil {
		t.Error("a file was written over")
	}
}
