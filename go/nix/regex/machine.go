package regex

import (
	"errors"
	"math"
	"unsafe"
)

// machine tries the ways through an expression one after the other as the C++
// library does, and so finds the match and the groups that it finds:
//
//   - Of alternatives all are tried, and the longest match wins.
//   - A repetition first tries to repeat, and ends only if that finds no match.
//   - A repetition that took nothing is tried at most twice in one place.
//
// Attempts at a place are remembered, so that the time is bounded by the product of the
// sizes of expression and text.
type machine struct {
	states []state
	start  int32
	groups int
	slots  int // states that are remembered
}

type stateOp uint8

const (
	sSet stateOp = iota
	sStart
	sEnd
	sOpen
	sClose
	sEither // alt, then next
	sRepeat // alt is once more, next is what follows
	sAccept
)

type state struct {
	op        stateOp
	next, alt int32
	set       *byteSet
	group     int32 // of sOpen and sClose, from 0
	slot      int32 // of sEither and sRepeat, from 0
	counter   int32 // of an sRepeat whose body can match nothing, from 0; else -1
}

// maxProgram bounds expressions as the C++ library does.
const maxProgram = 100000

// maxCounters is how many repetitions are counted in one word.
const maxCounters = 32

var errTooManyCounters = errors.New("too many repetitions that can match nothing")

type machineBuilder struct {
	machine
	counters int32
	bad      error
}

func buildMachine(n *node, groups int) (*machine, error) {
	b := &machineBuilder{machine: machine{groups: groups}}
	accept := b.add(state{op: sAccept})
	b.start = b.build(n, accept)
	if b.bad == nil && b.counters > maxCounters {
		b.bad = errTooManyCounters
	}
	return &b.machine, b.bad
}

func (b *machineBuilder) add(s state) int32 {
	if len(b.states) >= maxProgram {
		b.bad = ErrTooLarge
		return 0
	}
	b.states = append(b.states, s)
	return int32(len(b.states) - 1)
}

// build adds an expression that next follows, and returns where it begins.
func (b *machineBuilder) build(n *node, next int32) int32 {
	if b.bad != nil {
		return next
	}
	switch n.op {
	case opSet:
		return b.add(state{op: sSet, set: n.set, next: next})
	case opStart:
		return b.add(state{op: sStart, next: next})
	case opEnd:
		return b.add(state{op: sEnd, next: next})
	case opGroup:
		group := int32(n.index - 1)
		end := b.add(state{op: sClose, group: group, next: next})
		return b.add(state{op: sOpen, group: group, next: b.build(n.kids[0], end)})
	case opJoin:
		for i := len(n.kids) - 1; i >= 0; i-- {
			next = b.build(n.kids[i], next)
		}
	case opEither:
		// a|b|c is (a|b)|c.
		left := b.build(n.kids[0], next)
		for _, kid := range n.kids[1:] {
			right := b.build(kid, next)
			left = b.add(state{op: sEither, alt: left, next: right, slot: b.slot(), counter: -1})
		}
		return left
	case opRepeat:
		return b.repeat(n, next)
	}
	return next
}

func (b *machineBuilder) repeat(n *node, next int32) int32 {
	body := n.kids[0]
	least := n.min
	if n.max < 0 {
		loop := b.branch(body, next)
		start := b.build(body, loop)
		b.states[loop].alt = start
		next = loop
		if n.plus {
			return start
		}
	}
	end := next
	for i := n.max - least; i > 0 && b.bad == nil; i-- {
		once := b.branch(body, end)
		b.states[once].alt = b.build(body, next)
		next = once
	}
	for ; least > 0 && b.bad == nil; least-- {
		next = b.build(body, next)
	}
	return next
}

// branch adds the state that repeats the body or leaves it.
func (b *machineBuilder) branch(body *node, next int32) int32 {
	s := state{op: sRepeat, next: next, slot: b.slot(), counter: -1}
	if body.nullable {
		s.counter = b.counters
		b.counters++
	}
	return b.add(s)
}

func (b *machineBuilder) slot() int32 {
	b.slots++
	return int32(b.slots - 1)
}

// place is the state of a run: a state of the machine, a position, and how often each
// repetition that can match nothing was entered at this position, two bits for each.
type place struct {
	counts uint64
	state  int32
	pos    int32
}

// again returns the place behind one more entry into a repetition; false where
// it has been entered twice already.
func (p place) again(s *state) (place, bool) {
	if s.counter >= 0 {
		shift := 2 * uint(s.counter)
		if p.counts>>shift&3 == 2 {
			return p, false
		}
		p.counts += 1 << shift
	}
	p.state = s.alt
	return p, true
}

// run is one use of a machine on a text.
type run struct {
	*machine
	text  string
	meter Meter
	steps int
	stack []frame
	// the attempts: by slot and position where nothing was counted, else by place
	tried   []uint64
	counted map[place]bool
	known   map[place]choice
	ends    []choice // known by slot and position where nothing was counted, unless that is much
}

// choice is the result at a place with a match, or 0 without one: twice the end of the
// match, plus 2 if it is found by state.next, and 1 otherwise.
type choice uint32

func (c choice) end() int32 { return int32(c-1) / 2 }
func (c choice) next() bool { return c&1 == 0 }

// maxTried bounds the bits of run.tried, and maxText the length of a text.
const (
	maxTried = 1 << 32
	maxText  = math.MaxInt32 / 2
)

// fits reports whether a text can be matched.
func (m *machine) fits(n int) bool {
	return n < maxText && uint64(m.slots)*uint64(n+1) < maxTried
}

func (m *machine) newRun(text string, meter Meter) *run {
	r := &run{machine: m, text: text, meter: meter}
	r.forget()
	return r
}

// forget drops all attempts.
func (r *run) forget() {
	n := (r.slots*(len(r.text)+1) + 63) / 64
	r.meter.Steps(n / 8)
	if len(r.tried) == n {
		clear(r.tried)
	} else {
		r.meter.Room(8 * n)
		r.tried = make([]uint64, n)
	}
	r.counted, r.known = nil, make(map[place]choice)
	if n := r.slots * (len(r.text) + 1); n <= maxEnds && r.ends == nil {
		r.meter.Room(4 * n)
		r.ends = make([]choice, n)
	}
}

// maxEnds bounds run.ends.
const maxEnds = 1 << 22

// keep notes what became of a place, and lookUp returns it.
func (r *run) keep(p place, slot int32, c choice) {
	if p.counts == 0 && r.ends != nil {
		r.ends[int(slot)*(len(r.text)+1)+int(p.pos)] = c
		return
	}
	r.meter.Room(64)
	r.known[p] = c
}

func (r *run) lookUp(p place, slot int32) choice {
	if p.counts == 0 && r.ends != nil {
		return r.ends[int(slot)*(len(r.text)+1)+int(p.pos)]
	}
	return r.known[p]
}

// maxKnown is how many places with a match are kept from one search to the next.
const maxKnown = 1 << 18

func (r *run) tick() {
	if r.steps++; r.steps%stepsPerReport == 0 {
		r.meter.Steps(stepsPerReport)
	}
}

// remember notes that a place is tried, and reports whether it was before.
func (r *run) remember(p place, slot int32) bool {
	if p.counts != 0 {
		if r.counted[p] {
			return true
		}
		if r.counted == nil {
			r.counted = make(map[place]bool)
		}
		r.meter.Room(64)
		r.counted[p] = true
		return false
	}
	i := uint(slot)*uint(len(r.text)+1) + uint(p.pos)
	old := r.tried[i>>6]
	r.tried[i>>6] = old | 1<<(i&63)
	return old>>(i&63)&1 != 0
}

// straight advances to the next state that has a choice, or to the end; false if
// nothing matches. It stores groups in at, if it is not nil.
func (r *run) straight(p place, at []int32) (place, bool) {
	for {
		s := &r.states[p.state]
		switch s.op {
		case sSet:
			if int(p.pos) >= len(r.text) || !s.set[r.text[p.pos]] {
				return p, false
			}
			p.pos++
			p.counts = 0
		case sStart:
			if p.pos != 0 {
				return p, false
			}
		case sEnd:
			if int(p.pos) != len(r.text) {
				return p, false
			}
		case sOpen:
			if at != nil {
				at[2*s.group] = p.pos
			}
		case sClose:
			if at != nil {
				at[2*s.group+1] = p.pos
			}
		default:
			return p, true
		}
		p.state = s.next
		r.tick()
	}
}

// frame is a choice that is being made.
type frame struct {
	place
	stage uint8
	best  int32
}

// find returns where the match from pos ends, or -1. With whole it has to be
// the end of the text. It leaves in known what groups needs.
func (r *run) find(pos int, whole bool) int {
	stack := r.stack[:0]
	defer func() { r.stack = stack }()
	at := place{state: r.start, pos: int32(pos)}
	for {
		// Forward to a result.
		result := int32(-1)
		for {
			p, ok := r.straight(at, nil)
			if !ok {
				break
			}
			r.tick()
			s := &r.states[p.state]
			if s.op == sAccept {
				if !whole || int(p.pos) == len(r.text) {
					result = p.pos
				}
				break
			}
			if r.remember(p, s.slot) {
				if c := r.lookUp(p, s.slot); c != 0 {
					result = c.end()
				}
				break
			}
			if len(stack) == cap(stack) {
				r.meter.Room(2 * cap(stack) * int(unsafe.Sizeof(frame{})))
			}
			stack = append(stack, frame{p, 0, -1})
			at = place{p.counts, s.alt, p.pos}
			if s.op == sRepeat {
				if at, ok = p.again(s); !ok {
					stack[len(stack)-1].stage = 1
					at = place{p.counts, s.next, p.pos}
				}
			}
		}
		// Back to the next choice that is left.
		for {
			if len(stack) == 0 {
				return int(result)
			}
			f := &stack[len(stack)-1]
			s := &r.states[f.state]
			if f.stage == 0 && (result < 0 || s.op == sEither && !whole) {
				f.stage, f.best = 1, result
				at = place{f.counts, s.next, f.pos}
				break
			}
			next := f.stage == 1 && result > f.best
			if f.stage == 1 && !next {
				result = f.best
			}
			if result >= 0 {
				c := choice(2*result + 1)
				if next {
					c++
				}
				r.keep(f.place, s.slot, c)
			}
			stack = stack[:len(stack)-1]
		}
	}
}

// follow goes the way that find found and returns where the groups are, -1 for
// those that took no part.
func (r *run) follow(pos int) []int32 {
	r.meter.Room(64 * r.machine.groups)
	at := make([]int32, 2*r.machine.groups)
	for i := range at {
		at[i] = -1
	}
	p := place{state: r.start, pos: int32(pos)}
	for {
		p, _ = r.straight(p, at)
		s := &r.states[p.state]
		if s.op == sAccept {
			return at
		}
		if r.lookUp(p, s.slot).next() {
			p.state = s.next
		} else if s.op == sRepeat {
			p, _ = p.again(s)
		} else {
			p.state = s.alt
		}
	}
}
