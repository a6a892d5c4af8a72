//go:build agents

package agenttest

import (
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/modelmock"
)

// In a terminal that sends keys as sequences, the key that detaches is one, and the shell
// has its terminal back: each line that it reads then is a line of plain keys.
func TestKeySequences(t *testing.T) {
	each(t, func(t *testing.T, a agent) {
		d := newDesk(t, a, "", script(modelmock.Turn{Text: "the answer is 4711"}))
		p := d.pane()
		p.Tmux("set-option", "-s", "extended-keys", "on")
		p.Tmux("set-option", "-as", "terminal-features", "*:extkeys")
		p.begin()
		p.Press("C-]", shows("4711"), shows("detached from Pod"))
		p.same()
		if got := d.insomnia("pod", "stop", "tried"); got.exit != 0 {
			t.Errorf("%d %s", got.exit, got.stderr)
		}
	})
}
