package realpath

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// tree makes files, directories (a name that ends in a slash) and links (NAME -> TARGET).
func tree(t *testing.T, entries ...string) string {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		name, target, link := strings.Cut(entry, " -> ")
		full := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(full), 0o700); err != nil {
			t.Fatal(err)
		}
		switch {
		case link:
			err = os.Symlink(strings.ReplaceAll(target, "ROOT", root), full)
		case strings.HasSuffix(name, "/"):
			err = os.MkdirAll(full, 0o700)
		default:
			err = os.WriteFile(full, nil, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestReal(t *testing.T) {
	root := tree(t, "w/src/main.go", "w/secrets/key", "other/deep/", "w/link -> ../other/deep", "w/abs -> ROOT/w/secrets", "w/dangling -> nowhere/at/all",
		"w/to-link -> link", "w/file-link -> src/main.go", "w/up -> ..", "w/loop -> loop2", "w/loop2 -> loop")
	f := Finder{Directory: root + "/w"}
	for given, want := range map[string]string{
		"ROOT/w/src/main.go":                     "ROOT/w/src/main.go",
		"ROOT/w//src/./main.go":                  "ROOT/w/src/main.go",
		"ROOT/w/src/../secrets/key":              "ROOT/w/secrets/key",
		"ROOT/w/link":                            "ROOT/other/deep",
		"ROOT/w/link/x/y":                        "ROOT/other/deep/x/y",
		"ROOT/w/link/../x":                       "ROOT/other/x", // not ROOT/w/x
		"ROOT/w/link/../../w/secrets/key":        "ROOT/w/secrets/key",
		"ROOT/w/to-link/../x":                    "ROOT/other/x",
		"ROOT/w/abs/key":                         "ROOT/w/secrets/key",
		"ROOT/w/abs/../src/main.go":              "ROOT/w/src/main.go",
		"ROOT/w/file-link":                       "ROOT/w/src/main.go",
		"ROOT/w/up/w/up/w/secrets/key":           "ROOT/w/secrets/key",
		"ROOT/w/dangling":                        "ROOT/w/nowhere/at/all",
		"ROOT/w/dangling/x":                      "ROOT/w/nowhere/at/all/x",
		"ROOT/w/new/file":                        "ROOT/w/new/file",
		"ROOT/w/new/../secrets/key":              "ROOT/w/secrets/key",
		"ROOT/w/new/deep/../../link/x":           "ROOT/other/deep/x", // the link is followed again
		"ROOT/w/src/main.go/x":                   "ROOT/w/src/main.go/x",
		"ROOT/w/src/main.go/../../abs/key":       "ROOT/w/secrets/key",
		"/../../ROOT/w/src":                      "ROOT/w/src",
		"/":                                      "/",
		"/..":                                    "/",
		"/proc/self/root/ROOT/w/secrets/key":     "ROOT/w/secrets/key",
		"/proc/self/cwd/secrets/key":             "ROOT/w/secrets/key",
		"/proc/thread-self/cwd/abs/key":          "ROOT/w/secrets/key",
		"/proc/self/cwd/../other":                "ROOT/other",
		"/proc/self/root/proc/self/root/etc/../": "/",
	} {
		given, want := strings.ReplaceAll(given, "ROOT", root), strings.ReplaceAll(want, "ROOT", root)
		if got, err := f.Real(given); got != want || err != nil {
			t.Errorf("%s leads to %s (%v), must be %s", given, got, err, want)
		}
	}
	for given, want := range map[string]error{
		"ROOT/w/loop": ErrLinks, "ROOT/w/loop/x": ErrLinks, "w/src": ErrNotAbsolute, "": ErrNotAbsolute,
		"/" + strings.Repeat("x/", MaxPath): ErrTooLong, "/proc/self/fd/0": ErrProcess, "/proc/self/exe": ErrProcess, "/proc/self/task/1/root/etc": ErrProcess,
	} {
		if got, err := f.Real(strings.ReplaceAll(given, "ROOT", root)); !errors.Is(err, want) {
			t.Errorf("%.40s leads to %s, error %v, must be %v", given, got, err, want)
		}
	}
	if _, err := (Finder{}).Real("/proc/self/cwd/x"); !errors.Is(err, ErrProcess) {
		t.Errorf("without a directory: %v", err)
	}
}

// The links of other processes have the target in their text, or an unknown one.
func TestProcesses(t *testing.T) {
	if _, err := os.Stat("/proc/self/root"); err != nil {
		t.Skip("no /proc")
	}
	root := tree(t, "w/secrets/key")
	pid := fmt.Sprintf("/proc/%d", os.Getpid())
	if got, err := (Finder{}).Real(pid + "/root" + root + "/w/secrets/key"); got != root+"/w/secrets/key" || err != nil {
		t.Errorf("root of a process: %s, %v", got, err)
	}
	open, err := os.Create(filepath.Join(root, "gone"))
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	os.Remove(open.Name())
	if got, err := (Finder{}).Real(fmt.Sprintf("%s/fd/%d", pid, open.Fd())); !errors.Is(err, ErrProcess) {
		t.Errorf("an open file without a name: %s, %v", got, err)
	}
	if got, err := (Finder{Directory: "/"}).Real("/dev/fd/0"); err == nil {
		t.Errorf("an open file of this process: %s", got)
	}
}

// Both ways to take `..` away are told where they differ.
func TestReadings(t *testing.T) {
	root := tree(t, "w/secrets/key", "other/deep/", "w/link -> ../other/deep")
	for given, want := range map[string][]string{
		"/w/secrets/key":         {"/w/secrets/key"},
		"/w/secrets/../x":        {"/w/x"},
		"/w/link/../secrets/key": {"/other/secrets/key", "/w/secrets/key"},
	} {
		for i := range want {
			want[i] = root + want[i]
		}
		if got, err := (Finder{}).Readings(root + given); !slices.Equal(got, want) || err != nil {
			t.Errorf("%s: %v (%v), must be %v", given, got, err, want)
		}
	}
	if _, err := (Finder{}).Readings("/proc/self/cwd/x/../y"); err == nil {
		t.Error("a link of a process: no error")
	}
}

// A hard link is another name: what rules about paths do not see.
func TestHardLink(t *testing.T) {
	root := tree(t, "w/secrets/key")
	if err := os.Link(root+"/w/secrets/key", root+"/w/hard"); err != nil {
		t.Fatal(err)
	}
	if got, err := (Finder{}).Real(root + "/w/hard"); got != root+"/w/hard" || err != nil {
		t.Errorf("%s, %v", got, err)
	}
}

// What exists leads where the operating system says.
func TestRealAgrees(t *testing.T) {
	root := tree(t, "a/b/c/", "b/", "a/l1 -> ../b", "a/b/l2 -> ../../a", "b/l3 -> ROOT/a/b/c", "l4 -> a/l1/l3", "a/b/c/l5 -> ../l2/l1")
	names := []string{"a", "b", "c", "l1", "l2", "l3", "l4", "l5", "..", "."}
	rapid.Check(t, func(rt *rapid.T) {
		given := root + "/" + strings.Join(rapid.SliceOfN(rapid.SampledFrom(names), 1, 8).Draw(rt, "names"), "/")
		// EvalSymlinks cleans `..` lexically where nothing exists, so that existence is asked for.
		behind, err := os.Stat(given)
		if err != nil {
			return
		}
		got, err := (Finder{}).Real(given)
		if err != nil {
			rt.Fatalf("%s: %v", given, err)
		}
		info, err := os.Lstat(got)
		if err != nil || !os.SameFile(info, behind) || info.Mode()&fs.ModeSymlink != 0 {
			rt.Fatalf("%s leads to %s, another file (%v)", given, got, err)
		}
		if resolved, err := filepath.EvalSymlinks(got); err != nil || resolved != got {
			rt.Fatalf("%s leads to %s, which is not real: %s (%v)", given, got, resolved, err)
		}
	})
}

// folding is a file system in memory; it may take upper and lowercase for the same.
type folding struct {
	names map[string][]string // of a directory
	fold  bool
	// twins are names of one file.
	twins bool
}

type entry string

func (e entry) Name() string               { return string(e) }
func (e entry) IsDir() bool                { return false }
func (e entry) Type() fs.FileMode          { return 0 }
func (e entry) Info() (fs.FileInfo, error) { return nil, errors.ErrUnsupported }
func (e entry) Size() int64                { return 0 }
func (e entry) Mode() fs.FileMode          { return 0 }
func (e entry) ModTime() time.Time         { return time.Time{} }
func (e entry) Sys() any                   { return nil }

func (f folding) Lstat(name string) (fs.FileInfo, error) {
	for dir, names := range f.names {
		for _, n := range names {
			full := filepath.Join(dir, n)
			if full == name || f.fold && strings.EqualFold(full, name) {
				return entry(full), nil
			}
		}
	}
	return nil, fs.ErrNotExist
}
func (f folding) Stat(name string) (fs.FileInfo, error) { return f.Lstat(name) }
func (f folding) Readlink(string) (string, error)       { return "", fs.ErrInvalid }
func (f folding) Same(a, b fs.FileInfo) bool {
	return a.Name() == b.Name() || f.twins && strings.EqualFold(a.Name(), b.Name())
}
func (f folding) ReadDir(dir string, _ int) ([]fs.DirEntry, error) {
	names, ok := f.names[dir]
	if !ok {
		return nil, fs.ErrPermission
	}
	var out []fs.DirEntry
	for _, name := range names {
		out = append(out, entry(name))
	}
	return out, nil
}

func TestFoldsCase(t *testing.T) {
	for name, c := range map[string]struct {
		files folding
		dir   string
		want  bool
	}{
		"case counts":            {folding{names: map[string][]string{"/": {"srv"}, "/srv": {"main.go"}}}, "/srv", false},
		"case is ignored":        {folding{names: map[string][]string{"/": {"srv"}, "/srv": {"main.go"}}, fold: true}, "/srv", true},
		"upper case":             {folding{names: map[string][]string{"/": {"srv"}, "/srv": {"1", "README"}}, fold: true}, "/srv", true},
		"no letters":             {folding{names: map[string][]string{"/": {"srv"}, "/srv": {"1", "2"}}, fold: true}, "/srv", true},
		"no letters, case":       {folding{names: map[string][]string{"/": {"srv"}, "/srv": {"1", "2"}}}, "/srv", false},
		"empty":                  {folding{names: map[string][]string{"/": {"srv"}, "/srv": {}}, fold: true}, "/srv", true},
		"not readable":           {folding{names: map[string][]string{"/": {"srv"}}, fold: true}, "/srv", true},
		"numbers all the way up": {folding{names: map[string][]string{"/": {"1"}, "/1": {"2"}, "/1/2": {}}, fold: true}, "/1/2", false},
		"two names of one file":  {folding{names: map[string][]string{"/": {"srv"}, "/srv": {"a", "A"}}, twins: true}, "/srv", false},
		"both and another":       {folding{names: map[string][]string{"/": {"srv"}, "/srv": {"a", "A", "b"}}, twins: true}, "/srv", false},
		"does not exist":         {folding{names: map[string][]string{"/": {"srv"}}}, "/srv/none", false},
	} {
		if got := (Finder{files: c.files}).FoldsCase(c.dir); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	// Whatever this machine has, the answer is that of a file made to find out.
	dir := tree(t, "lower")
	_, err := os.Stat(filepath.Join(dir, "LOWER"))
	if got := (Finder{}).FoldsCase(dir); got != (err == nil) {
		t.Errorf("this machine: %v, %v", got, err)
	}
}
