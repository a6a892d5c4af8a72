package eval

import (
	"strconv"
	"unsafe"
)

// An interface of an Int is two words: what type it has, which all share, and where
// the number is.
type intInterface struct {
	typ   unsafe.Pointer
	value *int64
}

var anInt Value = Int(1 << 20)

// int makes an Int of a number that Go does not have at hand.
func (ev *Evaluator) int(n int64) Value {
	if uint64(n) < 256 {
		return Int(n)
	}
	at := ev.slabs.ints.New()
	*at = n
	i := intInterface{(*intInterface)(unsafe.Pointer(&anInt)).typ, at}
	return *(*Value)(unsafe.Pointer(&i))
}

// intText is a number in decimal.
func (ev *Evaluator) intText(n int64) string {
	if 0 <= n && n < 100 {
		return strconv.Itoa(int(n)) // which Go has at hand
	}
	ev.charge(20)
	return asString(ev.slabs.bytes.Trim(strconv.AppendInt(ev.slabs.bytes.Make(20)[:0], n, 10)))
}

func formatInt(n int64) string { return strconv.FormatInt(n, 10) }

// fixedFloat is C's %f, which toString uses.
func fixedFloat(f float64) string {
	switch {
	case f != f:
		return "nan"
	case f > maxFloat:
		return "inf"
	case f < -maxFloat:
		return "-inf"
	}
	return strconv.FormatFloat(f, 'f', 6, 64)
}

const maxFloat = 0x1p1023 * (1 + (1 - 0x1p-52))
