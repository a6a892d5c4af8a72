package terminal

import (
	"bytes"
	"strconv"
	"strings"
)

// Keys finds the key that detaches, ctrl-], in typed input: as the character 0x1d, and as
// the sequences of terminals in which a program has enabled extended key reports. Pasted
// text does not count.
type Keys struct {
	pasting bool
	held    []byte // the beginning of a sequence that may be the key
}

// longest is the maximum length of a sequence that may be the key.
const longest = 24

var (
	pasteBegins = []byte("\x1b[200~")
	pasteEnds   = []byte("\x1b[201~")
)

// Typed processes typed input and returns the part for the program. detach reports
// whether the key was found; the input after it is dropped. If Held then reports true,
// call Release when no input follows within a moment.
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

// Held reports whether input is held back because it may begin the key.
func (k *Keys) Held() bool { return len(k.held) > 0 }

// Release returns the input that was held back.
func (k *Keys) Release() []byte {
	p := k.held
	k.held = nil
	return p
}

// sequence returns the length of the control sequence at the start of p, and whether it
// is complete.
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

// isDetach reports whether a sequence is ctrl-]. It is CSI 93 ; 5 u, perhaps with
// alternate keys, locks and the type of event; or CSI 27 ; 5 ; 93 ~.
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

// isControl reports whether ctrl is the only modifier that is held down; locks do not
// count.
func isControl(modifiers string) bool {
	n, err := strconv.Atoi(modifiers)
	const ctrl, locks = 4, 64 | 128
	return err == nil && n > 0 && (n-1)&^locks == ctrl
}
