//go:build linux || darwin

package lock_test

import (
	"context"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

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

// compute is what this program makes of a flake and its lock.
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

// needsNix reports whether the installed Nix is one whose locks ours must equal.
func needsNix(t *testing.T) {
	out, err := exec.Command("nix", "--version").Output()
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("nix is not installed, and in CI it must be")
		}
		t.Skip("needs nix")
	}
	version := strings.Fields(string(out))
	parts := strings.Split(version[len(version)-1], ".")
	major, _ := strconv.Atoi(parts[0])
	minor, _ := strconv.Atoi(parts[min(1, len(parts)-1)])
	if major == 2 && minor < 34 {
		t.Skipf("Nix %s writes other locks; the step of checks/run for the Nix of Debian sid runs this", version[len(version)-1])
	}
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
