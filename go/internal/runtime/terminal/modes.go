// Package terminal tracks the terminal modes that a program sets, so that they can be
// undone after the program ends and restored when a terminal is attached. It also finds
// the key that detaches in typed input.
package terminal

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
)

const (
	mostModes  = 64 // private modes that are tracked
	mostParams = 64 // bytes of a control sequence
	mostPushed = 16 // entries of the stack of keyboard modes
)

// Modes follows the output of a program. Its zero value is the initial state of a
// terminal.
type Modes struct {
	state  parsing
	params []byte // parameters of the current sequence

	private  []int // modes that are set and are not by default
	reset    []int // modes that are reset and are set by default: 7 wraps lines, 25 is the cursor
	kitty    [2][]string
	keys     string // modifyOtherKeys
	cursor   string // shape
	keypad   bool
	charset  bool
	margins  bool
	rendered bool // whether colors were set
}

type parsing byte

const (
	ground parsing = iota
	escape
	escapeMore // after an intermediate byte
	csi
	text       // OSC, DCS, APC, PM, SOS: up to ST or BEL
	textEscape // after ESC in text
)

// onByDefault lists private modes that are initially set.
var onByDefault = [...]int{7, 25}

// alternate lists the modes that show the alternate screen.
var alternate = [...]int{47, 1047, 1049}

// Write processes the output of a program. It never fails.
func (m *Modes) Write(p []byte) (int, error) {
	for i := 0; i < len(p); {
		if m.state == ground {
			at := bytes.IndexByte(p[i:], 0x1b)
			if bytes.IndexByte(p[i:i+max(at, 0)], 0x0e) >= 0 || at < 0 && bytes.IndexByte(p[i:], 0x0e) >= 0 {
				m.charset = true
			}
			if at < 0 {
				break
			}
			i += at + 1
			m.state = escape
			continue
		}
		if m.state == text {
			// Only the end of the text matters.
			at := bytes.IndexAny(p[i:], "\x1b\x07\x18\x1a")
			if at < 0 {
				break
			}
			i += at
		}
		m.next(p[i])
		i++
	}
	return len(p), nil
}

func (m *Modes) next(c byte) {
	switch {
	case c == 0x18 || c == 0x1a: // CAN, SUB
		m.state = ground
		return
	case c == 0x1b:
		if m.state == text {
			m.state = textEscape
		} else {
			m.state = escape
		}
		return
	}
	switch m.state {
	case text:
		m.state = ground // BEL
	case textEscape:
		if c == '\\' {
			m.state = ground
			return
		}
		m.state = escape
		m.next(c)
	case escape:
		m.escape(c)
	case escapeMore:
		if c < 0x20 || c > 0x2f {
			if m.params[0] == '(' {
				m.charset = c != 'B'
			}
			m.state = ground
		}
	case csi:
		switch {
		case c >= 0x40 && c <= 0x7e:
			m.state = ground
			m.sequence(string(m.params), c)
		case c < 0x20:
			// A control character inside a sequence takes effect at once.
		case len(m.params) < mostParams:
			m.params = append(m.params, c)
		}
	}
}

func (m *Modes) escape(c byte) {
	m.state = ground
	switch {
	case c == '[':
		m.state, m.params = csi, m.params[:0]
	case c == ']' || c == 'P' || c == '_' || c == '^' || c == 'X':
		m.state = text
	case c >= 0x20 && c <= 0x2f:
		m.state, m.params = escapeMore, append(m.params[:0], c)
	case c == '=':
		m.keypad = true
	case c == '>':
		m.keypad = false
	case c == 'c':
		*m = Modes{params: m.params[:0]}
	}
}

// sequence processes a control sequence: CSI params final.
func (m *Modes) sequence(params string, final byte) {
	switch {
	case len(params) > 0 && params[0] == '?' && (final == 'h' || final == 'l'):
		for _, field := range bytes.Split([]byte(params[1:]), []byte{';'}) {
			if n, err := strconv.Atoi(string(field)); err == nil && n > 0 {
				m.mode(n, final == 'h')
			}
		}
	case len(params) > 0 && (params[0] == '>' || params[0] == '<' || params[0] == '=') && final == 'u':
		m.keyboard(params)
	case len(params) > 1 && params[:2] == ">4" && (final == 'm' || final == 'n'):
		m.keys = ""
		if final == 'm' && len(params) > 3 && params[2] == ';' && params[3:] != "0" {
			m.keys = params[3:]
		}
	case len(params) > 0 && params[len(params)-1] == ' ' && final == 'q':
		m.cursor = params[:len(params)-1]
		if m.cursor == "0" {
			m.cursor = ""
		}
	case params == "!" && final == 'p':
		m.reset, m.margins, m.keypad, m.charset, m.rendered = nil, false, false, false, false
	case final == 'r' && (params == "" || params[0] >= '0' && params[0] <= '9' || params[0] == ';'):
		m.margins = params != ""
	case final == 'm' && (params == "" || params[0] >= '0' && params[0] <= '9' || params[0] == ';'):
		m.rendered = params != "" && params != "0"
	}
}

func (m *Modes) mode(n int, set bool) {
	list, add := &m.private, set
	if slices.Contains(onByDefault[:], n) {
		list, add = &m.reset, !set
	}
	at := slices.Index(*list, n)
	switch {
	case add && at < 0 && len(*list) < mostModes:
		*list = append(*list, n)
	case !add && at >= 0:
		*list = slices.Delete(*list, at, at+1)
	}
}

// keyboard processes sequences for the stack of keyboard modes; each screen has its own
// stack.
func (m *Modes) keyboard(params string) {
	stack := &m.kitty[m.screen()]
	switch params[0] {
	case '>':
		if len(*stack) < mostPushed {
			*stack = append(*stack, params[1:])
		}
	case '<':
		n, err := strconv.Atoi(params[1:])
		if err != nil || n < 1 {
			n = 1
		}
		*stack = (*stack)[:max(0, len(*stack)-n)]
	case '=':
		// A pop undoes modes that were set without a push: a terminal with an empty stack has
		// none of these modes.
		if len(*stack) == 0 {
			*stack = append(*stack, "0")
		}
		top := &(*stack)[len(*stack)-1]
		before, _ := strconv.Atoi(*top)
		text, how, _ := strings.Cut(params[1:], ";")
		flags, _ := strconv.Atoi(text)
		switch how {
		case "2":
			flags |= before
		case "3":
			flags = before &^ flags
		}
		*top = strconv.Itoa(flags & 31)
	}
}

// screen returns 1 while the alternate screen is shown.
func (m *Modes) screen() int {
	for _, n := range m.private {
		if slices.Contains(alternate[:], n) {
			return 1
		}
	}
	return 0
}

// Undo returns the output that resets the modes of the program, and completes a sequence
// that it has begun. It is empty if there is nothing to reset.
func (m *Modes) Undo() []byte {
	var b []byte
	if m.state != ground {
		b = append(b, 0x18) // CAN: cancels an incomplete sequence
		if m.state == text || m.state == textEscape {
			b = append(b, "\x1b\\"...)
		}
	}
	screen := m.screen()
	if n := len(m.kitty[screen]); n > 0 {
		b = append(b, "\x1b[<"+strconv.Itoa(n)+"u"...)
	}
	if m.keys != "" {
		b = append(b, "\x1b[>4m"...)
	}
	if m.margins {
		b = append(b, "\x1b7\x1b[r\x1b8"...)
	}
	if m.rendered {
		b = append(b, "\x1b[0m"...)
	}
	if m.charset {
		b = append(b, "\x0f\x1b(B"...)
	}
	for _, n := range slices.Backward(m.private) {
		if !slices.Contains(alternate[:], n) {
			b = append(b, "\x1b[?"+strconv.Itoa(n)+"l"...)
		}
	}
	for _, n := range slices.Backward(m.private) {
		if slices.Contains(alternate[:], n) {
			b = append(b, "\x1b[?"+strconv.Itoa(n)+"l"...)
		}
	}
	if n := len(m.kitty[0]); n > 0 && screen == 1 {
		b = append(b, "\x1b[<"+strconv.Itoa(n)+"u"...)
	}
	for _, n := range m.reset {
		b = append(b, "\x1b[?"+strconv.Itoa(n)+"h"...)
	}
	if m.cursor != "" {
		b = append(b, "\x1b[0 q"...)
	}
	if m.keypad {
		b = append(b, "\x1b>"...)
	}
	return b
}

// Redo returns the output that restores the modes of the program.
func (m *Modes) Redo() []byte {
	var b []byte
	push := func(stack []string) {
		for _, flags := range stack {
			b = append(b, "\x1b[>"+flags+"u"...)
		}
	}
	push(m.kitty[0])
	for _, n := range m.private {
		if slices.Contains(alternate[:], n) {
			b = append(b, "\x1b[?"+strconv.Itoa(n)+"h"...)
		}
	}
	if m.screen() == 1 {
		push(m.kitty[1])
		b = append(b, "\x1b[2J\x1b[H"...)
	}
	for _, n := range m.private {
		if !slices.Contains(alternate[:], n) {
			b = append(b, "\x1b[?"+strconv.Itoa(n)+"h"...)
		}
	}
	for _, n := range m.reset {
		b = append(b, "\x1b[?"+strconv.Itoa(n)+"l"...)
	}
	if m.keys != "" {
		b = append(b, "\x1b[>4;"+m.keys+"m"...)
	}
	if m.cursor != "" {
		b = append(b, "\x1b["+m.cursor+" q"...)
	}
	if m.keypad {
		b = append(b, "\x1b="...)
	}
	return b
}
