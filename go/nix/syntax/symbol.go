package syntax

import (
	"encoding/binary"
	"hash/maphash"
	"slices"
)

// Symbol is an interned name. The zero Symbol is not a name.
type Symbol uint32

// Symbols interns names: equal names have equal Symbols, and Symbols count up
// in the order in which names were first seen.
type Symbols struct {
	names []string
	// begins holds the first bytes of each name, for comparing.
	begins []uint64
	// slots is a hash table with open addressing, a power of two in size.
	slots []symbolSlot
}

type symbolSlot struct {
	hash uint32
	sym  Symbol
}

var symbolSeed = maphash.MakeSeed()

// NewSymbols returns a table in which the given names have the Symbols 1, 2, 3, …
func NewSymbols(names ...string) *Symbols {
	s := newSymbols(1024)
	for _, name := range names {
		s.Intern(name)
	}
	return s
}

func newSymbols(slots int) *Symbols {
	return &Symbols{
		names: make([]string, 1, slots/2), begins: make([]uint64, 1, slots/2), slots: make([]symbolSlot, slots),
	}
}

// Intern returns the Symbol of a name, adding it when it is new.
func (s *Symbols) Intern(name string) Symbol {
	sym, at, hash := s.find(name)
	if sym != 0 {
		return sym
	}
	sym = Symbol(len(s.names))
	if len(s.names) == cap(s.names) {
		s.names = slices.Grow(s.names, len(s.names)) // append copies a long slice more often
		s.begins = slices.Grow(s.begins, len(s.begins))
	}
	s.names = append(s.names, name)
	s.begins = append(s.begins, beginning(name))
	s.slots[at] = symbolSlot{hash, sym}
	if 2*len(s.names) > len(s.slots) {
		s.grow()
	}
	return sym
}

// find returns a name's Symbol, or 0 and the slot where it belongs.
func (s *Symbols) find(name string) (sym Symbol, at, hash uint32) {
	hash = uint32(maphash.String(symbolSeed, name))
	mask := uint32(len(s.slots) - 1)
	for at = hash & mask; ; at = (at + 1) & mask {
		slot := s.slots[at]
		if slot.sym == 0 {
			return 0, at, hash
		}
		if slot.hash == hash && s.names[slot.sym] == name {
			return slot.sym, at, hash
		}
	}
}

func (s *Symbols) grow() {
	old := s.slots
	s.slots = make([]symbolSlot, 2*len(old))
	mask := uint32(len(s.slots) - 1)
	for _, slot := range old {
		if slot.sym == 0 {
			continue
		}
		at := slot.hash & mask
		for s.slots[at].sym != 0 {
			at = (at + 1) & mask
		}
		s.slots[at] = slot
	}
}

// reset forgets all names and keeps the memory; names given out stay valid.
func (s *Symbols) reset() {
	clear(s.slots)
	s.names, s.begins = s.names[:1], s.begins[:1]
}

// Names are the texts of all Symbols, by Symbol.
func (s *Symbols) Names() []string { return s.names }

// Len is one more than the number of names.
func (s *Symbols) Len() int { return len(s.names) }

// Lookup returns the Symbol of a name that was interned before, or 0.
func (s *Symbols) Lookup(name string) Symbol {
	sym, _, _ := s.find(name)
	return sym
}

// Name returns the text of a Symbol.
func (s *Symbols) Name(sym Symbol) string { return s.names[sym] }

// Less compares the texts of two Symbols byte by byte.
func (s *Symbols) Less(x, y Symbol) bool {
	if a, b := s.begins[x], s.begins[y]; a != b {
		return a < b
	}
	return s.names[x] < s.names[y]
}

// Beginning is the first eight bytes of a Symbol's text as a number: those of two
// texts are in their order, or equal.
func (s *Symbols) Beginning(sym Symbol) uint64 { return s.begins[sym] }

// beginning is the first eight bytes of a name as a number of the same order.
func beginning(name string) uint64 {
	var b [8]byte
	copy(b[:], name)
	return binary.BigEndian.Uint64(b[:])
}
