package eval

import "unsafe"

// textBuilder is a text in the making. Room is charged before it is allocated.
type textBuilder struct {
	ev  *Evaluator
	out []byte
}

// room makes sure that n bytes can be appended without an allocation.
func (t *textBuilder) room(n int) {
	if cap(t.out)-len(t.out) < n {
		t.grow(n)
	}
}

func (t *textBuilder) grow(n int) {
	// By the capacity: who asks for the rest of a text at each of its letters asks for a little more
	// each time, however short it is yet.
	size := max(len(t.out)+n, cap(t.out)+cap(t.out)/2, 64)
	t.ev.charge(size)
	t.ev.bytes(len(t.out))
	t.out = append(make([]byte, 0, size), t.out...)
}

func (t *textBuilder) add(s string) {
	t.room(len(s))
	t.ev.bytes(len(s))
	t.out = append(t.out, s...)
}

func (t *textBuilder) addByte(c byte) {
	t.room(1)
	t.out = append(t.out, c)
}

// text returns the built text and takes over its memory.
func (t *textBuilder) text() string { return asString(t.out) }

// longText is how long the result of `+` or of an interpolation is for the next of a chain to look for it.
const longText = 256

// textChain is the last long result. Once the next begins with it, its text has room
// behind it that no string has, which the one after that takes.
type textChain struct {
	first  uintptr // where it is; what only this knows of can be gone
	length int
	out    []byte // with room behind it, or nil
}

// join joins the parts of a text of n bytes.
func (ev *Evaluator) join(parts []string, n int) string {
	if n < longText {
		ev.charge(n + 32)
		ev.bytes(n)
		return asString(appendAll(ev.slabs.bytes.Make(n)[:0], parts))
	}
	chain := &ev.textChain
	first := parts[0]
	more := n - len(first)
	next := len(first) == chain.length && addressOf(first) == chain.first
	var out []byte
	switch {
	case next && chain.out != nil && more <= cap(chain.out)-len(chain.out):
		ev.charge(more + 32)
		ev.bytes(more)
		out = appendAll(chain.out, parts[1:])
		chain.out = out
	case next && more <= len(first)/4:
		ev.charge(n + n/2 + 32)
		ev.bytes(n)
		out = appendAll(make([]byte, 0, n+n/2), parts)
		chain.out = out
	default:
		ev.charge(n + 32)
		ev.bytes(n)
		out = appendAll(ev.slabs.bytes.Make(n)[:0], parts)
		chain.out = nil
	}
	text := asString(out)
	chain.first, chain.length = addressOf(text), n
	return text
}

func appendAll(out []byte, parts []string) []byte {
	for _, s := range parts {
		out = append(out, s...)
	}
	return out
}

func addressOf(s string) uintptr { return uintptr(unsafe.Pointer(unsafe.StringData(s))) }
