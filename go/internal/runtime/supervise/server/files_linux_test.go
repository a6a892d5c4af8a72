package server

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
)

// A program that could write to its directory leads no later start out of it.
func TestFilesStayInTheirPlace(t *testing.T) {
	root := t.TempDir()
	launch := runtime.Launch{State: filepath.Join(root, "agent"), Files: filepath.Join(root, "files")}
	outside := filepath.Join(root, "outside")
	for _, dir := range []string{launch.State, launch.Files, outside} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	victim := filepath.Join(outside, "victim")
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(os.WriteFile(victim, []byte("whole"), 0o600))
	check(os.Symlink(victim, launch.State+"/config"))
	check(os.Link(victim, launch.State+"/hard"))
	check(os.Symlink(outside, launch.State+"/dir"))
	check(os.Mkdir(launch.State+"/was-a-directory", 0o700))
	check(os.WriteFile(launch.State+"/kept", []byte("the program's"), 0o600))
	check(os.WriteFile(launch.Files+"/stale", nil, 0o600))
	write := func(path string, f runtime.File) error {
		f.Path = path
		return writeFiles([]runtime.File{f}, launch)
	}
	ours := runtime.File{Content: []byte("ours"), Mode: 0o644}
	check(write(launch.State+"/config", ours))
	check(write(launch.State+"/hard", ours))
	check(write(launch.State+"/was-a-directory", ours))
	check(write(launch.State+"/new/deep/file", ours))
	check(write(launch.State+"/kept", runtime.File{Content: []byte("ours"), Keep: true}))
	check(write(launch.State+"/link", runtime.File{Link: "/somewhere"}))
	check(write(launch.Files+"/script", runtime.File{Content: []byte("#!"), Mode: 0o755}))
	for _, path := range []string{launch.State + "/dir/file", outside + "/file", launch.State + "/../outside/file", launch.State, "relative", ""} {
		if err := write(path, ours); err == nil {
			t.Errorf("%q was written", path)
		}
	}
	for path, want := range map[string]string{victim: "whole", launch.State + "/config": "ours", launch.State + "/hard": "ours",
		launch.State + "/was-a-directory": "ours", launch.State + "/new/deep/file": "ours", launch.State + "/kept": "the program's"} {
		if got, err := os.ReadFile(path); string(got) != want {
			t.Errorf("%s has %q (%v)", path, got, err)
		}
		if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is %v", path, info.Mode())
		}
	}
	if target, err := os.Readlink(launch.State + "/link"); target != "/somewhere" {
		t.Error(target, err)
	}
	left, err := os.ReadDir(outside)
	if err != nil || len(left) != 1 {
		t.Error(left, err)
	}
	check(writeFiles(nil, launch))
	if left, err := os.ReadDir(launch.Files); err != nil || len(left) != 0 {
		t.Error("files of an earlier start are left", left, err)
	}
	found, _ := filepath.Glob(launch.State + "/.insomnia-*")
	if len(found) > 0 {
		t.Error(found)
	}
}

func TestPrivateDirectory(t *testing.T) {
	root := t.TempDir()
	if err := private(filepath.Join(root, "new")); err != nil {
		t.Error(err)
	}
	open := filepath.Join(root, "open")
	_ = os.Mkdir(open, 0o700)
	_ = os.Chmod(open, 0o755)
	_ = os.Symlink(root, filepath.Join(root, "link"))
	_ = os.WriteFile(filepath.Join(root, "file"), nil, 0o600)
	for _, name := range []string{"open", "link", "file"} {
		if private(filepath.Join(root, name)) == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
