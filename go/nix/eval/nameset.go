package eval

import (
	"math/bits"

	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// nameSet is a set of at most so many names: the last one as long as they are
// added in order, then a hash table with open addressing.
type nameSet struct {
	ev    *Evaluator
	most  int
	last  syntax.Symbol
	slots []syntax.Symbol
	shift int
}

// add reports whether a name is new. before are those that were added.
func (s *nameSet) add(name syntax.Symbol, before []Attr) bool {
	if s.slots == nil {
		if name > s.last {
			s.last = name
			return true
		}
		log := min(bits.Len(uint(s.most))+1, 32)
		s.ev.chargeEach(1<<log, 4)
		s.slots, s.shift = make([]syntax.Symbol, 1<<log), 32-log
		for i := range before {
			s.ev.tick()
			s.put(before[i].Name)
		}
	}
	return s.put(name)
}

func (s *nameSet) put(name syntax.Symbol) bool {
	for i := uint32(name) * 0x9E3779B9 >> s.shift; ; i = (i + 1) & uint32(len(s.slots)-1) {
		switch s.slots[i] {
		case name:
			return false
		case 0:
			s.slots[i] = name
			return true
		}
	}
}
