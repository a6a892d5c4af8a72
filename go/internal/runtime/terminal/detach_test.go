package terminal_test

import (
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/runtime/terminal"
)

// Keys and answers of terminals are passed on as they are, whatever follows an escape.
func TestKeysPassOn(t *testing.T) {
	for _, text := range []string{
		"a", "\x1b", "\x1bx", "\x1b\x1b", "\x1bOP", "\x1b]11;rgb:0000/0000/0000\x07", "\x1bP>|tmux 3.3a\x1b\\", "\x1b[A", "\x1b[u", "\x1b[~", "\x1b[93u", "\x1b[93;5:3u",
		"\x1b[200~\x1b[93;5u\x1b[201~", "\x1b[",
	} {
		var k terminal.Keys
		passed, detach := k.Typed([]byte(text))
		if got := string(passed) + string(k.Release()); got != text || detach {
			t.Errorf("%q: passed on %q, detach %v", text, got, detach)
		}
	}
	for _, text := range []string{"\x1d", "ab\x1b[93;5u", "\x1bx\x1b[27;5;93~"} {
		var k terminal.Keys
		if _, detach := k.Typed([]byte(text)); !detach {
			t.Errorf("%q: no detach", text)
		}
	}
}

func FuzzKeys(f *testing.F) {
	f.Add([]byte("\x1bx\x1b[93;5u"))
	f.Fuzz(func(t *testing.T, p []byte) {
		var k terminal.Keys
		for _, part := range [][]byte{p[:len(p)/2], p[len(p)/2:]} {
			if _, detach := k.Typed(part); detach {
				return
			}
		}
		k.Release()
	})
}
