//go:build unix

package fetch_test

import (
	"bufio"
	"context"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/nix/fetch"
	"github.com/insomnia-pods/insomnia/go/nix/flake"
)

// TestMain downloads where it is run as another process by the tests below.
func TestMain(m *testing.M) {
	if url := os.Getenv("FETCH_TEST_URL"); url != "" {
		store := &fetch.Store{Dir: os.Getenv("FETCH_TEST_DIR"), Hosts: []string{"127.0.0.1"}}
		locked, err := store.Lock(context.Background(), tarball(url))
		if err != nil {
			println(err.Error())
			os.Exit(1)
		}
		println(locked.NarHash)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// process is this program, downloading.
func process(t *testing.T, dir, url string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "FETCH_TEST_URL="+url, "FETCH_TEST_DIR="+dir)
	return cmd
}

func work(t *testing.T, dir string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, ".new-*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// What a killed download leaves is swept by the next one; what another process
// is at work in stays.
func TestKilledDownload(t *testing.T) {
	begun, done := make(chan struct{}, 2), make(chan struct{})
	data := archive(t, "x/flake.nix", "{ }")
	server, _ := counting(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			w.Write([]byte(data[:10]))
			w.(http.Flusher).Flush()
			begun <- struct{}{}
			select {
			case <-done:
			case <-r.Context().Done():
			}
			return
		}
		w.Write([]byte(data))
	})
	dir := filepath.Join(t.TempDir(), "sources")
	var all []*exec.Cmd
	for range 2 {
		cmd := process(t, dir, server.URL+"/slow")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		all = append(all, cmd)
		<-begun
	}
	if n := len(work(t, dir)); n != 2 {
		t.Fatalf("%d folders of work", n)
	}
	if err := all[0].Process.Kill(); err != nil {
		t.Fatal(err)
	}
	all[0].Wait()
	store := &fetch.Store{Dir: dir, Hosts: []string{"127.0.0.1"}}
	if _, err := store.Lock(t.Context(), tarball(server.URL+"/a")); err != nil {
		t.Fatal(err)
	}
	if n := len(work(t, dir)); n != 1 {
		t.Errorf("%d folders of work after one of two was killed", n)
	}
	close(done)
	all[1].Wait()
	if left := work(t, dir); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// Several processes that download the same at once all get it, once.
func TestDownloadsAtOnce(t *testing.T) {
	data := archive(t, "x/flake.nix", "{ }")
	const many = 4
	var together sync.WaitGroup
	together.Add(many)
	server, _ := counting(t, func(w http.ResponseWriter, _ *http.Request) {
		together.Done()
		together.Wait()
		w.Write([]byte(data))
	})
	dir := filepath.Join(t.TempDir(), "sources")
	var all []*exec.Cmd
	var said [many]strings.Builder
	for i := range many {
		cmd := process(t, dir, server.URL+"/a")
		cmd.Stderr = &said[i]
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		all = append(all, cmd)
	}
	for i, cmd := range all {
		if err := cmd.Wait(); err != nil || said[i].String() != said[0].String() {
			t.Errorf("%v: %s", err, &said[i])
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("%v, %v", entries, err)
	}
}

// git uses the given address only, prompts for nothing, and runs none of our programs.
func TestGitIsHeld(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("git is not installed, and in CI it must be")
		}
		t.Skip("git is not installed")
	}
	other, elsewhere := counting(t, func(w http.ResponseWriter, _ *http.Request) {})
	var asked atomic.Int64
	server, _ := counting(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if strings.HasPrefix(r.URL.Path, "/moved") {
			http.Redirect(w, r, other.URL+"/r/info/refs?service=git-upload-pack", http.StatusMovedPermanently)
			return
		}
		w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
		w.WriteHeader(http.StatusUnauthorized)
	})
	store := &fetch.Store{Dir: t.TempDir(), Hosts: []string{"127.0.0.1"}, Timeout: 20 * time.Second}
	for _, path := range []string{"/moved", "/private"} {
		for _, rev := range []string{"", "0123456789abcdef0123456789abcdef01234567"} {
			_, err := store.Lock(t.Context(), &flake.Locked{Type: "git", URL: server.URL + path, Rev: rev})
			var git *fetch.GitError
			if !errors.As(err, &git) {
				t.Errorf("%s: %v", path, err)
			}
		}
	}
	if asked.Load() == 0 || elsewhere.Load() != 0 {
		t.Errorf("%d requests, %d elsewhere", asked.Load(), elsewhere.Load())
	}
}

// A download by git that is interrupted leaves no process.
func TestInterruptedGit(t *testing.T) {
	bin, pids := t.TempDir(), filepath.Join(t.TempDir(), "pids")
	if err := syscall.Mkfifo(pids, 0o600); err != nil {
		t.Fatal(err)
	}
	script := "#!/bin/sh\ncase \"$*\" in *init*) exit 0;; esac\nsleep 300 &\necho $$ $! > " + pids + "\nwait\n"
	if err := os.WriteFile(filepath.Join(bin, "git"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		store := &fetch.Store{Dir: t.TempDir(), Hosts: []string{"127.0.0.1"}}
		_, err := store.Lock(ctx, &flake.Locked{Type: "git", URL: "ssh://127.0.0.1/r", Rev: "0123456789abcdef0123456789abcdef01234567"})
		ended <- err
	}()
	f, err := os.Open(pids)
	if err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(f).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	for _, field := range strings.Fields(line) {
		pid, err := strconv.Atoi(field)
		if err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(10 * time.Second); running(pid); time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("process %d still runs", pid)
			}
		}
	}
}

func running(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err != nil || !strings.Contains(string(stat), ") Z ")
}
