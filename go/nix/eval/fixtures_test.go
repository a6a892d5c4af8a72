package eval_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/nix/eval"
)

// fixture is one case of testdata/lang: an expression and what Nix prints for
// it with --eval --strict, or "error".
type fixture struct {
	name, since, expr, want string
}

// readFixtures reads blocks of the form
//
//	since: 2.26        (optional: the first version of Nix that does so)
//	expression         (any number of lines)
//	=> result
func readFixtures(t testing.TB) []fixture { return readFixturesOf(t, "../testdata/lang/*.txt") }

func readFixturesOf(t testing.TB, pattern string) []fixture {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatal("no fixtures", err)
	}
	var out []fixture
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var f fixture
		var expr []string
		for i, line := range strings.Split(string(data), "\n") {
			if want, ok := strings.CutPrefix(line, "=> "); ok {
				f.expr, f.want = strings.Trim(strings.Join(expr, "\n"), "\n"), want
				out = append(out, f)
				f, expr = fixture{}, nil
				continue
			}
			if since, ok := strings.CutPrefix(line, "since: "); ok && len(expr) == 0 {
				f.since = since
				continue
			}
			if len(expr) == 0 && line == "" {
				continue
			}
			if len(expr) == 0 {
				f.name = filepath.Base(file) + ":" + strconv.Itoa(i+1)
			}
			expr = append(expr, line)
		}
	}
	return out
}

func evaluate(expr string) string {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	ev := eval.New(eval.Options{Context: ctx, System: "x86_64-linux"})
	v, err := ev.EvalExpr(expr, "«stdin»", "/")
	if err == nil {
		var text string
		if text, err = ev.Print(v); err == nil {
			return text
		}
	}
	return "error: " + err.Error()
}

func TestFixtures(t *testing.T) {
	for _, f := range readFixtures(t) {
		got := evaluate(f.expr)
		if f.want == "error" {
			if !strings.HasPrefix(got, "error: ") {
				t.Errorf("%s: %s\n got: %s\nwant an error", f.name, f.expr, got)
			}
		} else if got != f.want {
			t.Errorf("%s: %s\n got: %s\nwant: %s", f.name, f.expr, got, f.want)
		}
	}
}

// installedNix is the nix-instantiate to compare with. CI must have one.
func installedNix(t *testing.T) string {
	t.Helper()
	nix, err := exec.LookPath("nix-instantiate")
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatal("nix-instantiate is not installed, and in CI it must be")
	} else if err != nil {
		t.Skip("nix-instantiate is not installed")
	}
	return nix
}

// TestFixturesAgainstNix holds the expected results to the Nix that is installed.
func TestFixturesAgainstNix(t *testing.T) {
	nix := installedNix(t)
	version, err := exec.Command(nix, "--version").Output()
	if err != nil {
		t.Fatal(err)
	}
	var values []fixture
	var failing []fixture
	for _, f := range readFixtures(t) {
		switch {
		case f.since != "" && olderThan(string(version), f.since):
		case f.want == "error":
			failing = append(failing, f)
		default:
			values = append(values, f)
		}
	}
	compare(t, values, func(expr string) (string, error) { return runNix(nix, expr) })
	for _, f := range failing {
		if out, err := runNix(nix, f.expr); err == nil {
			t.Errorf("%s: %s\nNix: %s\nwant an error", f.name, f.expr, out)
		}
	}
}

// compare evaluates all cases in one list, and on a difference halves it to find the case.
func compare(t *testing.T, cases []fixture, run func(expr string) (string, error)) {
	t.Helper()
	var expr, want strings.Builder
	expr.WriteString("[\n")
	want.WriteString("[ ")
	for _, f := range cases {
		expr.WriteString("(" + f.expr + "\n)\n")
		want.WriteString(f.want + " ")
	}
	expr.WriteString("]")
	want.WriteString("]")
	got, err := run(expr.String())
	if err == nil && got == want.String() {
		return
	}
	if len(cases) == 1 {
		t.Errorf("%s: %s\n Nix: %s\nwant: %s", cases[0].name, cases[0].expr, got, want.String())
		return
	}
	compare(t, cases[:len(cases)/2], run)
	compare(t, cases[len(cases)/2:], run)
}

func runNix(nix, expr string) (string, error) {
	cmd := exec.Command(nix, "--eval", "--strict", "-")
	cmd.Dir = "/"
	cmd.Stdin = strings.NewReader(expr)
	cmd.Env = append(os.Environ(), "NIX_PATH=", "NIX_REMOTE=dummy://", "NIX_CONFIG=experimental-features = nix-command flakes")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return stderr.String(), err
	}
	return strings.TrimSuffix(string(out), "\n"), nil
}

var versionPattern = regexp.MustCompile(`(\d+)\.(\d+)`)

func olderThan(version, since string) bool {
	number := func(s string) int {
		m := versionPattern.FindStringSubmatch(s)
		if m == nil {
			return 0
		}
		major, _ := strconv.Atoi(m[1])
		minor, _ := strconv.Atoi(m[2])
		return major*1000 + minor
	}
	return number(version) < number(since)
}
