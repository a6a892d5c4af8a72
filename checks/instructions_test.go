package checks

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// The instructions that the packaged program takes to resolve a profile do not depend on how
// busy the machine is. A count that has shrunk is written here, so that the next growth is seen.
func TestInstructionsOfAResolve(t *testing.T) {
	const pinned = 22_500_000

	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("they are counted on Linux on x86-64")
	}
	if _, err := exec.LookPath("valgrind"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("valgrind is not installed, and in CI it must be")
		}
		t.Skip("valgrind is not installed")
	}
	dir := t.TempDir()
	program := filepath.Join(dir, "insomnia")
	build := exec.Command("go", "build", "-trimpath", "-tags", "urfave_cli_no_docs", "-ldflags", "-s -w", "-o", program, "../go/cmd/insomnia")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	count := regexp.MustCompile(`I +refs: +([0-9,]+)`)
	for try := range 5 {
		cmd := exec.Command("valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null", program, "resolve", "builtin:coder")
		cmd.Dir = dir
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "GOMAXPROCS=1", "GOGC=off", "GODEBUG=asyncpreemptoff=1"}
		var stderr strings.Builder
		cmd.Stderr = &stderr
		err := cmd.Run()
		if err != nil && strings.Contains(stderr.String(), "SIGILL") && try < 4 {
			continue // two threads met at a lock, whose clock valgrind does not know
		}
		found := count.FindStringSubmatch(stderr.String())
		if err != nil || found == nil {
			t.Fatalf("%v\n%s", err, stderr.String())
		}
		got, _ := strconv.Atoi(strings.ReplaceAll(found[1], ",", ""))
		t.Logf("%d instructions", got)
		if got > pinned*11/10 || got < pinned*9/10 {
			t.Errorf("a resolve takes %d instructions, not about %d", got, pinned)
		}
		return
	}
}
