//go:build unix

package screentest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/screentest"
)

// A program that does not listen at first gets the key all the same, and gets it once.
func TestLostKeys(t *testing.T) {
	dir, err := os.MkdirTemp("", "screen-") // the path of a socket is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	const program = `stty -echo; echo ready; sleep 1; while read -rsn1 -t 0.2; do lost=$((lost+1)); done; read -rsn1 key; echo "got $key after $lost"; read -r line; echo "then $line"; cat`
	term := screentest.Open(t, filepath.Join(dir, "tmux"), dir, 80, 24, "bash", "-c", program)
	text := term.Press("x", screentest.Shows("ready").And(screentest.Lacks("got")), screentest.Shows("got x"))
	if !strings.Contains(text, "got x after 1") {
		t.Errorf("%s", text)
	}
	if text = term.Press("Enter", screentest.Shows("got x").And(screentest.Lacks("then")), screentest.Shows("then")); strings.Contains(text, "then x") {
		t.Errorf("%s", text)
	}
}

func TestTyped(t *testing.T) {
	for text, want := range map[string]bool{"user: a long li\nne here\n": true, "user: a long\nline here": true, "a long lane here": false} {
		if screentest.Typed("a long line here")(text) != want {
			t.Errorf("%q: not %v", text, want)
		}
	}
}
