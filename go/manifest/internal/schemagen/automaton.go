package schemagen

import (
	"fmt"
	"regexp/syntax"
	"slices"
	"strings"
)

// automaton decides a pattern byte by byte: state 0 refuses whatever follows,
// state 1 is the first. Each byte from the space to the tilde has a class, and a
// row of next has the state that follows each class; no other byte fits. Numbers
// are written as the bytes from '0' on.
type automaton struct {
	classes string // of the bytes from first to last
	width   int    // number of classes
	next    string // a row for each state
	accepts string // the states in which a text may end
}

const first, last = ' ', '~'

// mostStates bounds the tables: patterns that count far have others to match them.
const mostStates = 64

// compile makes the automaton of an anchored pattern; ok is false when it is too large.
func compile(text string) (a automaton, ok bool, err error) {
	parsed, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return a, false, err
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return a, false, err
	}
	b := &automatonBuilder{program: program, numbers: map[string]int{}}
	b.number(nil) // state 0
	b.number(b.follow([]uint32{uint32(program.Start)}, syntax.EmptyBeginText))
	var rows [][]int
	for i := 0; i < len(b.states); i++ {
		if len(b.states) > mostStates {
			return a, false, nil
		}
		var row []int
		for c := rune(first); c <= last; c++ {
			row = append(row, b.number(b.step(b.states[i], c)))
		}
		rows = append(rows, row)
	}
	return b.tables(rows), true, nil
}

type automatonBuilder struct {
	program *syntax.Prog
	states  [][]uint32 // the instructions of each state, sorted
	numbers map[string]int
}

// number returns the number of a state, which it assigns if the state is new.
func (b *automatonBuilder) number(state []uint32) int {
	key := fmt.Sprint(state)
	n, known := b.numbers[key]
	if !known {
		n = len(b.states)
		b.numbers[key], b.states = n, append(b.states, state)
	}
	return n
}

// follow returns the instructions that consume a byte or match, starting from others.
func (b *automatonBuilder) follow(from []uint32, at syntax.EmptyOp) []uint32 {
	seen := map[uint32]bool{}
	var out []uint32
	for len(from) > 0 {
		pc := from[len(from)-1]
		from = from[:len(from)-1]
		if seen[pc] {
			continue
		}
		seen[pc] = true
		switch inst := b.program.Inst[pc]; inst.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			from = append(from, inst.Out, inst.Arg)
		case syntax.InstCapture, syntax.InstNop:
			from = append(from, inst.Out)
		case syntax.InstEmptyWidth:
			if need := syntax.EmptyOp(inst.Arg); need&^at == 0 {
				from = append(from, inst.Out)
			} else if need == syntax.EmptyEndText {
				out = append(out, pc) // for accepts
			}
		default:
			out = append(out, pc)
		}
	}
	slices.Sort(out)
	return out
}

func (b *automatonBuilder) step(state []uint32, c rune) []uint32 {
	var next []uint32
	for _, pc := range state {
		switch inst := b.program.Inst[pc]; inst.Op {
		case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
			if inst.MatchRune(c) {
				next = append(next, inst.Out)
			}
		}
	}
	return b.follow(next, 0)
}

func (b *automatonBuilder) accepts(state []uint32) bool {
	return slices.ContainsFunc(b.follow(slices.Clone(state), syntax.EmptyEndText), func(pc uint32) bool {
		return b.program.Inst[pc].Op == syntax.InstMatch
	})
}

// tables merges bytes that no state distinguishes into one class.
func (b *automatonBuilder) tables(rows [][]int) automaton {
	const zero = '0'
	var classes, next, accepts strings.Builder
	var columns []string
	for c := range last - first + 1 {
		var column strings.Builder
		for _, row := range rows {
			column.WriteByte(byte(zero + row[c]))
		}
		class := slices.Index(columns, column.String())
		if class < 0 {
			class, columns = len(columns), append(columns, column.String())
		}
		classes.WriteByte(byte(zero + class))
	}
	for i, state := range b.states {
		for _, column := range columns {
			next.WriteByte(column[i])
		}
		if b.accepts(state) {
			accepts.WriteByte(byte(zero + i))
		}
	}
	return automaton{classes.String(), len(columns), next.String(), accepts.String()}
}
