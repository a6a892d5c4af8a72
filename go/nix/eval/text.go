package eval

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

// text takes over what was built.
func (t *textBuilder) text() string { return asString(t.out) }
