package supervise_test

import (
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/runtime/live"
)

func TestShell(t *testing.T) {
	s := start(t, "bash")
	w := open(t, self(runArgs(s)...))
	w.shows("$ ")
	w.typed("stty size\r")
	w.shows("24 80")
	w.shows("$ ") // before, the shell sets the size that it knows
	w.size(30, 100)
	w.typed("stty size\r")
	w.shows("30 100")
	w.typed("cat <&5\r")
	w.shows("<" + canary() + ">")
	status(t, s.Dir, live.Waiting)
	w.typed("exit 3\r")
	w.ends(3)
	if got := status(t, s.Dir, live.Ended); *got.Exit != 3 {
		t.Error(got)
	}
}
