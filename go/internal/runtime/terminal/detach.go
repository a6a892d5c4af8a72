package terminal

import (
	"bytes"
	"strconv"
	"strings"
)

// Keys finds the key that detaches, ctrl-], in what is typed: as the character 0x1d, and
// as the sequences that terminals send where a program has asked for more of its keys.
// What is pasted is not typed.
type Keys struct {
	pasting bool
	held    []byte // the beginning of a sequence that may be the key
}

// longest is as long as a sequence gets that may still be the key.
const longest = 24

var (
	pasteBegins = []byte("\x1b[200~")
	pasteEnds   = []byte("\x1b[201~")
)

// Typed takes what was typed and returns what the program gets of it. detach reports
// whether the key was found; what follows it is dropped. Where Held reports true, the
// caller calls Release when nothing follows within a moment.
func (k *Keys) Typed(p []byte) (pass []byte, detach bool) {
	if len(k.held) > 0 {
		p = append(k.held, p...)
		k.held = nil
	}
	for i := 0; i < len(p); {
		if p[i] == 0x1d && !k.pasting {
			return p[:i], true
		}
		if p[i] != 0x1b {
			i++
			continue
		}
		n, whole := sequence(p[i:])
		switch {
		case !whole && n < longest && n > 1:
			k.held = bytes.Clone(p[i:])
			return p[:i], false
		case !whole:
			i++
			continue
		}
		switch s := p[i : i+n]; {
		case bytes.Equal(s, pasteBegins):
			k.pasting = true
		case bytes.Equal(s, pasteEnds):
			k.pasting = false
		case !k.pasting && isDetach(s):
			return p[:i], true
		}
		i += n
	}
	return p, false
}

// Held reports whether something is held back that may be the beginning of the key.
func (k *Keys) Held() bool { return len(k.held) > 0 }

// Release returns what was held back.
func (k *Keys) Release() []byte {
	p := k.held
	k.held = nil
	return p
}

// sequence is the length of the control sequence that p begins with, and whether it is
// all there.
func sequence(p []byte) (n int, whole bool) {
	if len(p) < 2 {
		return len(p), false
	}
	if p[1] != '[' {
		return 1, true
	}
	for i, c := range p[2:] {
		if c >= 0x40 && c <= 0x7e {
			return i + 3, true
		}
		if c < 0x20 {
			return 1, true // not a sequence
		}
	}
	return len(p), false
}

// isDetach reports whether a sequence is ctrl-]: CSI 93 ; 5 u, perhaps with the keys of
// other layouts, locks and the kind of event; or CSI 27 ; 5 ; 93 ~.
func isDetach(s []byte) bool {
	if len(s) < len("\x1b[u") {
		return false // an escape before another key, or before an answer of the terminal
	}
	fields := strings.Split(string(s[2:len(s)-1]), ";")
	switch s[len(s)-1] {
	case 'u':
		if len(fields) < 2 {
			return false
		}
		key, _, _ := strings.Cut(fields[0], ":")
		modifiers, event, _ := strings.Cut(fields[1], ":")
		return key == "93" && isControl(modifiers) && event != "3"
	case '~':
		return len(fields) == 3 && fields[0] == "27" && fields[2] == "93" && isControl(fields[1])
	}
	return false
}

// isControl reports whether ctrl and no other key is held down; locks do not count.
func isControl(modifiers string) bool {
	n, err := strconv.Atoi(modifiers)
	const ctrl, locks = 4, 64 | 128
	return err == nil && n > 0 && (n-1)&^locks == ctrl
}
