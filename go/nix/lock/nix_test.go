//go:build linux || darwin

package lock_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/nix/fetch"
	"github.com/insomnia-pods/insomnia/go/nix/flake"
	"github.com/insomnia-pods/insomnia/go/nix/lock"
)

// step is a state of a few directories, of which `top` is the flake that is locked.
type step struct {
	script string   // of sh; see prelude
	update []string // the inputs that are locked anew; {"*"} for all
	fault  string   // what our error contains, where Nix refuses too
	ours   bool     // Nix does not refuse it
}

// prelude are the words that scripts are written in. $T is the directory that
// everything is in. Recent versions of git tidy a repository up after a commit, in the
// background, which changes its files while they are read.
const prelude = `set -eu
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.org
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=maintenance.auto GIT_CONFIG_VALUE_0=false
flake() { mkdir -p "$1"; printf '%s\n' "{ $2 outputs = _: { }; }" > "$1/flake.nix"; }
commit() { [ -e "$1/.git" ] || git -C "$1" init -q -b main; git -C "$1" add -A; git -C "$1" commit -q --allow-empty -m c; }
cd "$T"
`

func shell(t *testing.T, dir, server, script string) {
	t.Helper()
	cmd := exec.Command("sh", "-c", prelude+script)
	cmd.Env = append(os.Environ(), "T="+dir, "H="+server)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// serve serves the repositories (NAME.git) and the files of a directory. The
// address of latest.tgz is not a lasting one, as its answer says.
func serve(t *testing.T, dir string) string {
	t.Helper()
	core, err := exec.Command("git", "--exec-path").Output()
	if err != nil {
		t.Fatal(err)
	}
	backend := &cgi.Handler{Path: filepath.Join(strings.TrimSpace(string(core)), "git-http-backend"),
		Env: []string{"GIT_PROJECT_ROOT=" + dir, "GIT_HTTP_EXPORT_ALL=1", "GIT_CONFIG_GLOBAL=/dev/null"}}
	files := http.FileServer(http.Dir(dir))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.Contains(r.URL.Path, ".git/"):
			backend.ServeHTTP(w, r)
		case r.URL.Path == "/latest.tgz":
			w.Header().Set("Link", "<http://"+r.Host+"/a.tgz?rev=0123456789abcdef0123456789abcdef01234567&revCount=5>; rel=\"immutable\"")
			r.URL.Path = "/a.tgz"
			files.ServeHTTP(w, r)
		case r.URL.Path == "/moved.tgz":
			http.Redirect(w, r, "/a.tgz", http.StatusFound)
		case r.URL.Path == "/moved-latest.tgz":
			http.Redirect(w, r, "/latest.tgz", http.StatusFound)
		default:
			files.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// compute returns this program's lock for a flake and its old lock.
func compute(t *testing.T, dir string, update []string) (*lock.Result, error) {
	t.Helper()
	o := lock.Options{Store: &fetch.Store{Dir: filepath.Join(t.TempDir(), "sources"), Hosts: []string{"127.0.0.1"}}, Update: update}
	if len(update) == 1 && update[0] == "*" {
		o.Update, o.UpdateAll = nil, true
	}
	old, err := os.ReadFile(filepath.Join(dir, "flake.lock"))
	if err != nil {
		old = nil
	}
	ref := flake.Ref{Dir: dir}
	if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
		ref.GitRoot = dir
	}
	return lock.Compute(context.Background(), ref, old, o)
}

// nix runs `nix flake lock` or `nix flake update`.
func nix(t *testing.T, home, dir string, update []string) (string, error) {
	t.Helper()
	ref := "path:" + dir
	if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
		ref = "git+file://" + dir
	}
	args := []string{"flake", "lock", ref}
	if len(update) > 0 {
		args = []string{"flake", "update", "--flake", ref}
		if update[0] != "*" {
			args = append(args, update...)
		}
	}
	cmd := exec.Command("nix", args...)
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CACHE_HOME="+filepath.Join(home, "cache"), "NIX_CACHE_HOME="+filepath.Join(home, "cache"),
		"NIX_CONFIG="+os.Getenv("NIX_CONFIG")+"\nextra-experimental-features = nix-command flakes\nflake-registry =\nsubstituters =\nwarn-dirty = false\n")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// needsNix skips a test where the installed Nix is not one whose locks ours must equal.
func needsNix(t *testing.T) {
	if !newNix(t) {
		t.Skip("needs Nix 2.34; the step of checks/run for the Nix of Debian sid runs this")
	}
}

// newNix reports whether there is such a Nix.
func newNix(t *testing.T) bool {
	out, err := exec.Command("nix", "--version").Output()
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("nix is not installed, and in CI it must be")
		}
		return false
	}
	version := strings.Fields(string(out))
	parts := strings.Split(version[len(version)-1], ".")
	major, _ := strconv.Atoi(parts[0])
	minor, _ := strconv.Atoi(parts[min(1, len(parts)-1)])
	return major > 2 || major == 2 && minor >= 34
}

// The same flakes give the same bytes as with Nix, in each state that they go
// through, and another time there is nothing to change.
func TestSameBytesAsNix(t *testing.T) {
	needsNix(t)
	for name, steps := range comparisons {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			top, home := t.TempDir(), t.TempDir()
			server := ""
			if strings.Contains(steps[0].script, "$H") {
				server = serve(t, top)
			}
			for i, s := range steps {
				shell(t, top, server, s.script)
				dir := filepath.Join(top, "top")
				before, _ := os.ReadFile(filepath.Join(dir, "flake.lock"))
				ours, ourErr := compute(t, dir, s.update)
				said, nixErr := nix(t, home, dir, s.update)
				if s.fault != "" {
					if ourErr == nil || !strings.Contains(ourErr.Error(), s.fault) {
						t.Errorf("step %d: %v, not %q", i, ourErr, s.fault)
					}
					if nixErr == nil && !s.ours {
						t.Errorf("step %d: nix takes it: %s", i, said)
					}
					continue
				}
				if ourErr != nil || nixErr != nil {
					t.Fatalf("step %d: %v; nix: %v %s", i, ourErr, nixErr, said)
				}
				want, err := os.ReadFile(filepath.Join(dir, "flake.lock"))
				if err != nil && ours.Changed {
					t.Fatalf("step %d: nix writes no lock: %s; ours:\n%s", i, said, ours.Lock.Bytes())
				}
				got := ours.Lock.Bytes()
				if !ours.Changed {
					got = before // only its layout may differ
				}
				if err == nil && string(got) != string(want) {
					t.Fatalf("step %d: ours:\n%s\nnix:\n%s\n%s", i, got, want, said)
				}
				again, err := compute(t, dir, nil)
				if err != nil || again.Changed || len(again.Changes) > 0 {
					t.Errorf("step %d: another time: %v, %+v", i, err, again)
				}
			}
		})
	}
}

// opened are sources that are no flakes, as scripts make them; $H is the server.
var opened = map[string]struct{ script, url string }{
	"path":                      {`mkdir a; echo x > a/x; ln -s x a/y`, "path:$T/a"},
	"a single file":             {`echo x > a.md`, "path:$T/a.md"},
	"git over HTTP":             {`flake a ''; commit a; commit a; git clone -q --bare a a.git`, "git+$H/a.git"},
	"git over HTTP, a branch":   {`flake a ''; commit a; git -C a branch dev; commit a; git clone -q --bare a a.git`, "git+$H/a.git?ref=dev"},
	"git, a directory":          {`flake a/s ''; commit a; git clone -q --bare a a.git`, "git+$H/a.git?dir=s"},
	"git of this machine":       {`flake a ''; commit a`, "git+file://$T/a"},
	"archive":                   {`flake a ''; tar czf a.tgz a`, "$H/a.tgz"},
	"archive that is elsewhere": {`flake a ''; tar czf a.tgz a`, "$H/moved.tgz"},
	"archive of a lasting name": {`flake a ''; tar czf a.tgz a`, "$H/latest.tgz"},
}

// A source that is opened has the attributes that Nix locks for an input with
// `flake = false;`, and those that Compute locks.
func TestOpener(t *testing.T) {
	for name, test := range opened {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			top, home := t.TempDir(), t.TempDir()
			server := serve(t, top)
			url := strings.NewReplacer("$T", top, "$H", server).Replace(test.url)
			shell(t, top, server, test.script+"\nflake top 'inputs.a = { url = \""+url+"\"; flake = false; };'")
			dir := filepath.Join(top, "top")
			original, err := reference.Attributes(url, false)
			if err != nil {
				t.Fatal(err)
			}
			opener := lock.NewOpener(t.Context(), lock.Options{Store: &fetch.Store{Dir: filepath.Join(t.TempDir(), "s"), Hosts: []string{"127.0.0.1"}}})
			defer opener.Close()
			s, err := opener.Open(original)
			if err != nil {
				t.Fatal(err)
			}
			if entries, err := s.Tree.ReadDir("."); err != nil || len(entries) == 0 || (s.File != "") != strings.HasSuffix(url, ".md") {
				t.Errorf("%v, %v, the file %q", entries, err, s.File)
			}
			got, err := json.Marshal(s.Locked)
			if err != nil {
				t.Fatal(err)
			}
			ours, err := compute(t, dir, nil)
			if err != nil {
				t.Fatal(err)
			}
			same(t, "Compute", ours.Lock.Bytes(), got)
			if !newNix(t) {
				return
			}
			if said, err := nix(t, home, dir, nil); err != nil {
				t.Fatalf("%v: %s", err, said)
			}
			theirs, err := os.ReadFile(filepath.Join(dir, "flake.lock"))
			if err != nil {
				t.Fatal(err)
			}
			same(t, "Nix", theirs, got)
		})
	}
}

// same compares what a flake.lock has of the input a.
func same(t *testing.T, whose string, flakeLock, got []byte) {
	t.Helper()
	var l struct {
		Nodes map[string]struct{ Locked json.RawMessage }
	}
	if err := json.Unmarshal(flakeLock, &l); err != nil {
		t.Fatal(err)
	}
	var want, have any
	if json.Unmarshal(l.Nodes["a"].Locked, &want) != nil || json.Unmarshal(got, &have) != nil || !reflect.DeepEqual(want, have) {
		t.Errorf("%s has\n%s\nours:\n%s", whose, l.Nodes["a"].Locked, got)
	}
}
