//go:build unix

package secret

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// TestMain lets this program be the one that is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv("SECRET_TEST_WRITER"); dir != "" {
		writeForever(dir)
	}
	if dir := os.Getenv("SECRET_TEST_LIMITED"); dir != "" {
		writeLimited(dir)
	}
	os.Exit(m.Run())
}

// writeForever sets one name after the other and says each number once it is safe.
func writeForever(dir string) {
	first, _ := strconv.Atoi(os.Getenv("SECRET_TEST_FIRST"))
	fmt.Println("ready")
	for i := first; ; i++ {
		name := fmt.Sprintf("n%d", i%3)
		if i%7 == 6 {
			if _, err := storeIn(dir).Remove(context.Background(), name); err != nil {
				fmt.Println("error", err)
			}
			fmt.Println("removed", name, i)
			continue
		}
		if _, err := storeIn(dir).Set(context.Background(), name, []byte(strconv.Itoa(i)), nil); err != nil {
			fmt.Println("error", err)
		}
		fmt.Println("set", name, i)
	}
}

// A writer is killed at any moment, again and again: what it said was written is
// there, or what it was writing when it died; no file is torn.
//
// SECRET_TEST_KILLS sets the number of kills.
func TestKilledWriters(t *testing.T) {
	kills, _ := strconv.Atoi(os.Getenv("SECRET_TEST_KILLS"))
	if kills == 0 {
		kills = 25
	}
	dir := t.TempDir()
	next, said, removed := 0, map[string]int{}, map[string]bool{}
	for round := range kills {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "SECRET_TEST_WRITER="+dir, fmt.Sprint("SECRET_TEST_FIRST=", next))
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for lines := bufio.NewScanner(out); lines.Scan(); {
			words := strings.Fields(lines.Text())
			if words[0] == "ready" { // at once in the first round, when there is no store yet
				time.AfterFunc(time.Duration(rand.IntN(min(25*round, 40)+1))*time.Millisecond, func() { cmd.Process.Kill() })
				continue
			}
			if words[0] == "error" {
				t.Fatalf("round %d: %s", round, lines.Text())
			}
			n, _ := strconv.Atoi(words[2])
			next, said[words[1]], removed[words[1]] = n+1, n, words[0] == "removed"
		}
		cmd.Wait()
		for name, n := range said {
			value, err := get(storeIn(dir), name)
			inFlight := fmt.Sprintf("n%d", next%3) == name // what was being done when it was killed
			was := err == nil && value == strconv.Itoa(n) && !removed[name] || diag.CodeIs(err, "secret-missing") && removed[name]
			now := inFlight && (value == strconv.Itoa(next) || next%7 == 6 && (diag.CodeIs(err, "secret-missing") || diag.CodeIs(err, "secret-rolled-back")))
			if !was && !now {
				t.Fatalf("round %d: %s was said to be %d (removed: %t), next %d, and is %q: %s", round, name, n, removed[name], next, value, report(err))
			}
		}
	}
	s := storeIn(dir)
	set(t, s, "n0", "after all")
	wants(t, s, "n0", "after all")
	if left, _ := filepath.Glob(filepath.Join(s.Dir, ".*")); len(left) != 1 {
		t.Errorf("left over: %v", left)
	}
	t.Logf("%d kills, %d writes", kills, next)
}

// writeLimited sets a value where files cannot grow, as on a full disk.
func writeLimited(dir string) {
	limit := syscall.Rlimit{Cur: 100, Max: 100}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		panic(err)
	}
	_, err := storeIn(dir).Set(context.Background(), "a", []byte(canary), nil)
	fmt.Println(diag.From(err).Exit, err)
	os.Exit(0)
}

func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	s := storeIn(dir)
	set(t, s, "a", "old")
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "SECRET_TEST_LIMITED="+dir)
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.HasPrefix(string(out), "8 cannot use the store of secrets") || strings.Contains(string(out), canary) {
		t.Fatalf("%v: %s", err, out)
	}
	wants(t, s, "a", "old")
}
