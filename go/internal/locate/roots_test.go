//go:build unix

package locate

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// lay makes folders (a name that ends in /), links (NAME -> TARGET) and empty files.
func lay(t *testing.T, top string, names ...string) {
	t.Helper()
	for _, name := range names {
		link, target, isLink := strings.Cut(name, " -> ")
		path := filepath.Join(top, link)
		dir := path
		if !strings.HasSuffix(name, "/") {
			dir = filepath.Dir(path)
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		switch {
		case isLink:
			err = os.Symlink(strings.ReplaceAll(target, "TOP", top), path)
		case !strings.HasSuffix(name, "/"):
			err = os.WriteFile(path, nil, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func realTemp(t *testing.T) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestProfileRoot(t *testing.T) {
	for _, test := range []struct {
		name     string
		git      string   // the work tree; "-" for none
		tracked  []string // of its files
		home     string
		dir      string
		want     string
		worktree bool
	}{
		{"no work tree", "-", nil, "home", "p/roles", "p/roles", false},
		{"work tree", "p", nil, "home", "p/roles", "p", true},
		{"work tree below the home", "home/p", nil, "home", "home/p/roles", "home/p", true},
		{"its project", "p", []string{"p/sub/.insomnia/x"}, "home", "p/sub/.insomnia/profiles", "p", true},
		{"a project that git does not know", "p", []string{"p/x"}, "home", "p/sub/.insomnia/profiles", "p/sub", false},
		{"a folder that git does not know", "p", []string{"p/x"}, "home", "p/loose", "p", true},
		{"home is the work tree", "home", nil, "home", "home/down/evil/.insomnia/profiles", "home/down/evil", false},
		{"home is the work tree, and knows it", "home", []string{"home/down/evil/.insomnia/x"}, "home", "home/down/evil/.insomnia/profiles", "home/down/evil", false},
		{"home is the work tree, no project", "home", nil, "home", "home/down/loose", "home/down/loose", false},
		{"home is a project", "home", nil, "home", "home/.insomnia/profiles", "home/.insomnia/profiles", false},
		{"around the home", "", nil, "home", "home/down/loose", "home/down/loose", false},
		{"around the home, elsewhere", "", nil, "home", "p/sub/.insomnia/profiles", "p/sub", false},
		{"the home is a link", "home", nil, "link", "home/down/loose", "home/down/loose", false},
		{"no home", "p", nil, "", "p/roles", "p", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			top := realTemp(t)
			lay(t, top, "home/.insomnia/profiles/", "home/down/evil/.insomnia/x", "home/down/evil/.insomnia/profiles/", "home/down/loose/",
				"home/p/roles/", "p/roles/", "p/x", "p/loose/", "p/sub/.insomnia/x", "p/sub/.insomnia/profiles/", "link -> TOP/home")
			if test.git != "-" {
				for _, args := range append([][]string{{"init", "-q"}}, func() (adds [][]string) {
					for _, name := range test.tracked {
						adds = append(adds, []string{"add", filepath.Join(top, name)})
					}
					return adds
				}()...) {
					if out, err := exec.Command("git", append([]string{"-C", filepath.Join(top, test.git)}, args...)...).CombinedOutput(); err != nil {
						t.Fatalf("%v: %s", err, out)
					}
				}
			}
			t.Setenv("HOME", "")
			if test.home != "" {
				t.Setenv("HOME", filepath.Join(top, test.home))
			}
			root, worktree := ProfileRoot(filepath.Join(top, test.dir))
			if want := filepath.Join(top, test.want); root != want || worktree != test.worktree {
				t.Errorf("got %s, %v", strings.TrimPrefix(root, top+"/"), worktree)
			}
		})
	}
}

func TestLinkOut(t *testing.T) {
	top := realTemp(t)
	t.Setenv("HOME", filepath.Join(top, "home"))
	t.Setenv("XDG_CONFIG_HOME", "")
	lay(t, top, "home/.config/insomnia/profiles/", "home/data/p/a.nix", "home/p -> TOP/home/data/p",
		"home/.config/insomnia/profiles/mine.nix -> TOP/outside/x.nix", "outside/x.nix", "outside/repo/sub/y.nix",
		"repo/.git/", "repo/a.nix", "repo/sub/in.nix -> ../a.nix", "repo/out.nix -> ../outside/x.nix",
		"repo/two.nix -> sub/three.nix", "repo/sub/three.nix -> TOP/outside/x.nix", "repo/folder -> TOP/outside/repo",
		"repo/passwd.nix -> /etc/passwd", "repo/.insomnia/profiles/in.nix -> ../../a.nix", "repo/.insomnia/profiles/out.nix -> TOP/outside/x.nix",
		"plain/.insomnia/profiles/in.nix -> ../../a.nix", "plain/a.nix", "plain/b.nix -> a.nix", "plain/c.nix -> ../outside/x.nix",
		"linked -> repo")
	for path, want := range map[string]string{
		"repo/a.nix":                              "",
		"repo/sub/in.nix":                         "",
		"repo/out.nix":                            "repo/out.nix",
		"repo/two.nix":                            "repo/two.nix",
		"repo/folder/sub/y.nix":                   "repo/folder",
		"repo/passwd.nix":                         "repo/passwd.nix",
		"repo/.insomnia/profiles/in.nix":          "",
		"repo/.insomnia/profiles/out.nix":         "repo/.insomnia/profiles/out.nix",
		"plain/.insomnia/profiles/in.nix":         "",
		"plain/b.nix":                             "",
		"plain/c.nix":                             "plain/c.nix",
		"home/p/a.nix":                            "", // a link in the home folder is the user's
		"home/.config/insomnia/profiles/mine.nix": "",
		"linked/a.nix":                            "", // above the home folder
	} {
		full := filepath.Join(top, path)
		real, err := filepath.EvalSymlinks(full)
		if err != nil {
			t.Fatal(err)
		}
		got := strings.TrimPrefix(linkOut(full, real), top+"/")
		if got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
}

func TestWithin(t *testing.T) {
	for _, test := range []struct {
		folder, path string
		want         bool
	}{
		{"/a", "/a", true}, {"/a", "/a/b", true}, {"/a", "/ab", false}, {"/a", "/", false}, {"/", "/a", true},
		{"/a", "/a/../b", false}, {"/a", "/a/./b", false}, {"/a", "/a//b", false}, {"/a", "a/b", false}, {"/a", "", false},
	} {
		if got := Within(test.folder, test.path); got != test.want {
			t.Errorf("%s in %s: %v", test.path, test.folder, got)
		}
	}
}

// What the installed Nix may read is what is visible, as folders and files.
func TestVisiblePaths(t *testing.T) {
	top := realTemp(t)
	t.Setenv("HOME", filepath.Join(top, "home"))
	lay(t, top, "p/.git/config", "p/a.nix", "p/whole/x", "p/whole/deep/y", "p/part/x", "p/part/.git/config", "p/part/whole/y", "p/link -> /etc/passwd", "clean/a", "clean/b/c")
	paths := func(name string) string {
		v := &View{Root: filepath.Join(top, name)}
		got, err := v.VisiblePaths()
		if err != nil {
			t.Fatal(err)
		}
		return strings.ReplaceAll(strings.Join(got, " "), top+"/", "")
	}
	if got, want := paths("p"), "p/a.nix p/part/whole p/part/x p/whole"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := paths("clean"); got != "clean" {
		t.Errorf("got %s", got)
	}
	for i := range mostFolders + 1 {
		lay(t, top, "p/part/"+strconv.Itoa(i))
	}
	if _, err := (&View{Root: filepath.Join(top, "p")}).VisiblePaths(); !errors.Is(err, ErrTooMany) {
		t.Errorf("got %v", err)
	}
}
