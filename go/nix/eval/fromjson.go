package eval

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// jsonReader reads strict JSON, in which the last of equal keys wins.
type jsonReader struct {
	ev    *Evaluator
	s     string
	i     int
	attrs []Attr  // of the objects that are being read
	elems []Value // of the arrays
	// token0 is the start of the last string or number; key marks it as a name.
	token0 int
	key    bool
}

// jsonError is a syntax error in a JSON text.
type jsonError struct{ what string }

// parseJSON is builtins.fromJSON.
func (ev *Evaluator) parseJSON(text string, pos syntax.Pos) Value {
	r := jsonReader{ev: ev, s: text}
	depth := ev.depth
	v, bad := r.read()
	ev.depth = depth
	if bad != nil {
		ev.fail(EvalFailure, pos, "%s", bad.what)
	}
	return v
}

func (r *jsonReader) read() (v Value, bad *jsonError) {
	defer func() {
		switch e := recover().(type) {
		case nil:
		case *jsonError:
			bad = e
		default:
			panic(e)
		}
	}()
	r.ev.charge(len(r.s))
	r.s = strings.TrimPrefix(r.s, "\ufeff")
	v = r.value()
	r.blank()
	if r.i < len(r.s) {
		r.unexpected("value", jsonEnd)
	}
	return v, nil
}

// jsonRun is how many bytes are gone through between two looks at the clock.
const jsonRun = 4096

func (r *jsonReader) blank() {
	if r.i < len(r.s) && r.s[r.i] <= ' ' {
		r.skip()
	}
}

func (r *jsonReader) skip() {
	for r.i < len(r.s) {
		end := min(r.i+jsonRun, len(r.s))
		for r.i < end && isJSONBlank(r.s[r.i]) {
			r.i++
		}
		if r.i < end {
			return
		}
		r.ev.bytes(8 * jsonRun)
	}
}

func isJSONBlank(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

func (r *jsonReader) peek() byte {
	r.blank()
	if r.i < len(r.s) {
		return r.s[r.i]
	}
	return 0
}

func (r *jsonReader) word(w string, v Value) Value {
	if !strings.HasPrefix(r.s[r.i:], w) {
		r.unexpected("value", jsonLiteral)
	}
	r.i += len(w)
	return v
}

func (r *jsonReader) value() Value {
	r.ev.tick()
	c := r.peek()
	switch {
	case c == '{':
		return r.object()
	case c == '[':
		return r.array()
	case c == '"':
		return r.ev.str(r.str())
	case c == 't':
		return r.word("true", Bool(true))
	case c == 'f':
		return r.word("false", Bool(false))
	case c == 'n':
		return r.word("null", Null{})
	case c == '-' || isDigit(c):
		return r.number()
	}
	r.unexpected("value", jsonLiteral)
	return nil
}

func (r *jsonReader) object() Value {
	r.ev.enter()
	r.i++
	from := len(r.attrs)
	for first := true; ; first = false {
		c := r.peek()
		if c == '}' && first {
			r.i++
			break
		}
		if c != '"' {
			r.unexpected("object key", jsonString)
		}
		r.key = true
		name := r.ev.intern(r.str())
		r.key = false
		if r.peek() != ':' {
			r.unexpected("object separator", "':'")
		}
		r.i++
		v := r.value()
		r.ev.charge(48) // here, and in the set
		r.attrs = append(r.attrs, Attr{Name: name, Value: v})
		c = r.peek()
		if c != ',' && c != '}' {
			r.unexpected("object", "'}'")
		}
		r.i++
		if c == '}' {
			break
		}
	}
	r.ev.depth--
	members := r.lastOfEqual(r.attrs[from:])
	r.attrs = r.attrs[:from]
	if len(members) == 0 {
		return emptyAttrs
	}
	set := r.ev.slabs.sets.New()
	set.Attrs = r.ev.slabs.attrs.Copy(members)
	return set
}

// lastOfEqual sorts attributes; of those of one name the last stays.
func (r *jsonReader) lastOfEqual(attrs []Attr) []Attr {
	if len(attrs) > 12 {
		slices.SortStableFunc(attrs, func(x, y Attr) int {
			r.ev.tick()
			return int(x.Name) - int(y.Name)
		})
	} else {
		insertionSort(attrs)
	}
	n := 0
	for i := range attrs {
		if i > 0 && attrs[i].Name == attrs[n-1].Name {
			n--
		}
		attrs[n] = attrs[i]
		n++
	}
	return attrs[:n]
}

func (r *jsonReader) array() Value {
	r.ev.enter()
	r.i++
	from := len(r.elems)
	for first := true; ; first = false {
		if r.peek() == ']' && first {
			r.i++
			break
		}
		r.ev.charge(32) // here, and in the list
		v := r.value()
		r.elems = append(r.elems, v)
		c := r.peek()
		if c != ',' && c != ']' {
			r.unexpected("array", "']'")
		}
		r.i++
		if c == ']' {
			break
		}
	}
	r.ev.depth--
	if len(r.elems) == from {
		return emptyList
	}
	l := r.ev.slabs.lists.New()
	l.Elems = r.ev.slabs.values.Copy(r.elems[from:])
	r.elems = r.elems[:from]
	return l
}

func (r *jsonReader) number() Value {
	start := r.i
	r.token0 = start
	integer := true
	digits := func() {
		from := r.i
		for r.i < len(r.s) && isDigit(r.s[r.i]) {
			r.i++
		}
		if r.i == from {
			r.badToken()
		}
	}
	if r.s[r.i] == '-' {
		r.i++
	}
	if r.i < len(r.s) && r.s[r.i] == '0' {
		r.i++
	} else {
		digits()
	}
	if r.i < len(r.s) && r.s[r.i] == '.' {
		integer = false
		r.i++
		digits()
	}
	if r.i < len(r.s) && (r.s[r.i] == 'e' || r.s[r.i] == 'E') {
		integer = false
		r.i++
		if r.i < len(r.s) && (r.s[r.i] == '+' || r.s[r.i] == '-') {
			r.i++
		}
		digits()
	}
	text := r.s[start:r.i]
	r.ev.bytes(8 * len(text))
	if integer {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return r.ev.int(n)
		}
		if n, err := strconv.ParseUint(text, 10, 64); err == nil {
			panic(&jsonError{fmt.Sprintf("unsigned json number %d outside of Nix integer range", n)})
		}
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil && math.IsInf(f, 0) {
		panic(&jsonError{"[json.exception.out_of_range.406] number overflow parsing '" + text + "'"})
	}
	return Float(f)
}

func (r *jsonReader) str() string {
	r.token0 = r.i
	r.i++
	rest := r.s[r.i:]
	for n := 0; n < len(rest); {
		for end := min(n+jsonRun, len(rest)); n < end; n++ {
			c := rest[n]
			if jsonPlain[c] {
				continue
			}
			if c == '"' {
				r.i += n + 1
				return rest[:n]
			}
			return r.longString()
		}
		r.ev.bytes(8 * jsonRun)
	}
	return r.longString()
}

// longString reads a string with escapes or letters beyond ASCII.
func (r *jsonReader) longString() string {
	b := textBuilder{ev: r.ev}
	for {
		if r.i >= len(r.s) {
			r.badToken()
		}
		c := r.s[r.i]
		switch {
		case c == '"':
			r.i++
			s := b.text()
			if strings.IndexByte(s, 0) >= 0 {
				panic(&jsonError{nullByte(s)})
			}
			return s
		case c < 0x20:
			r.badToken()
		case c == '\\':
			r.i++
			r.escape(&b)
		default:
			b.add(r.plain())
		}
	}
}

// plain reads some letters that stand for themselves, at least one.
func (r *jsonReader) plain() string {
	start := r.i
	for r.i < len(r.s) && r.i-start < 4096 {
		c := r.s[r.i]
		if c < utf8.RuneSelf {
			if !jsonPlain[c] {
				break
			}
			r.i++
			continue
		}
		_, n := utf8.DecodeRuneInString(r.s[r.i:])
		if n == 1 {
			r.badToken()
		}
		r.i += n
	}
	r.ev.ticks(1 + (r.i-start)/8)
	return r.s[start:r.i]
}

func (r *jsonReader) escape(b *textBuilder) {
	if r.i >= len(r.s) {
		r.badToken()
	}
	c := r.s[r.i]
	r.i++
	switch c {
	case '"', '\\', '/':
		b.addByte(c)
	case 'b':
		b.addByte('\b')
	case 'f':
		b.addByte('\f')
	case 'n':
		b.addByte('\n')
	case 'r':
		b.addByte('\r')
	case 't':
		b.addByte('\t')
	case 'u':
		u := r.hex4()
		switch {
		case u >= 0xD800 && u < 0xDC00:
			if !strings.HasPrefix(r.s[r.i:], `\u`) {
				r.badToken()
			}
			r.i += 2
			low := r.hex4()
			if low < 0xDC00 || low > 0xDFFF {
				r.badToken()
			}
			u = 0x10000 + (u-0xD800)<<10 + (low - 0xDC00)
		case u >= 0xDC00 && u <= 0xDFFF:
			r.badToken()
		}
		b.room(utf8.UTFMax)
		b.out = utf8.AppendRune(b.out, u)
	default:
		r.badToken()
	}
}

func (r *jsonReader) hex4() rune {
	if r.i+4 > len(r.s) {
		r.badToken()
	}
	n, err := strconv.ParseUint(r.s[r.i:r.i+4], 16, 16)
	if err != nil || strings.ContainsAny(r.s[r.i:r.i+4], "+-_") {
		r.badToken()
	}
	r.i += 4
	return rune(n)
}
