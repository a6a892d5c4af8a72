package eval

import (
	"strconv"
	"unicode/utf8"

	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// jsonWriter renders builtins.toJSON: compact, keys sorted by bytes, and in
// the spelling of the library that Nix uses.
type jsonWriter struct {
	textBuilder
	ctx   contextSet
	limit int
}

func (w *jsonWriter) value(v Value, pos syntax.Pos) {
	if w.limit > 0 && len(w.out) > w.limit {
		w.ev.limit("output", nil, "the output is larger than its limit of %d bytes", w.limit)
	}
	ev := w.ev
	ev.tick()
	w.room(32) // for anything short
	switch v := ev.force(v, pos).(type) {
	case Null:
		w.out = append(w.out, "null"...)
	case Bool:
		w.out = strconv.AppendBool(w.out, bool(v))
	case Int:
		w.out = strconv.AppendInt(w.out, int64(v), 10)
	case Float:
		w.out = appendJSONFloat(w.out, float64(v))
	case *String:
		w.ctx.add(ev, v.Context())
		w.str(v.S, pos)
	case Path:
		p := ev.copyToStore(string(v), pos)
		w.ctx.addOne(ev, p)
		w.str(p, pos)
	case *List:
		ev.enter()
		ev.enterCall()
		w.out = append(w.out, '[')
		for i, x := range v.Elems {
			if i > 0 {
				w.addByte(',')
			}
			w.value(x, pos)
		}
		w.addByte(']')
		ev.calls--
		ev.depth--
	case *Attrs:
		ev.enter()
		ev.enterCall()
		w.set(v, pos)
		ev.calls--
		ev.depth--
	default:
		if f, ok := v.(*Lambda); ok {
			pos = f.fn.At
		}
		ev.failType(pos, "cannot convert %s to JSON", describe(v))
	}
}

func (w *jsonWriter) set(a *Attrs, pos syntax.Pos) {
	if f := a.get(w.ev.sym.toString); f != nil {
		v := w.ev.apply1(w.ev.force(f.Value, pos), a, pos)
		w.str(w.ev.coerce(v, pos, coercion{}, &w.ctx), pos)
		return
	}
	if p := a.get(w.ev.sym.outPath); p != nil {
		w.value(p.Value, p.Pos)
		return
	}
	w.out = append(w.out, '{')
	for i, m := range w.ev.byName(a.settle()) {
		if i > 0 {
			w.addByte(',')
		}
		w.str(w.ev.symbols.Name(m.Name), m.Pos)
		w.addByte(':')
		w.value(m.Value, m.Pos)
	}
	w.addByte('}')
}

const hexDigits = "0123456789abcdef"

// jsonPlain holds the bytes that stand for themselves in a string.
var jsonPlain = func() (plain [256]bool) {
	for c := 0x20; c < utf8.RuneSelf; c++ {
		plain[c] = c != '"' && c != '\\'
	}
	return plain
}()

func (w *jsonWriter) str(s string, pos syntax.Pos) {
	w.room(len(s) + 2)
	w.ev.bytes(8 * len(s))
	w.out = append(w.out, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if jsonPlain[c] {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			n, ok := utf8Length(s[i:])
			if !ok && w.ev.options.RawJSON {
				n = 1
			} else if bad := i + n - 1; !ok && bad >= len(s) {
				w.ev.fail(EvalFailure, pos, "JSON serialization error: [json.exception.type_error.316] incomplete UTF-8 string; last byte: 0x%02X", s[len(s)-1])
			} else if !ok {
				w.ev.fail(EvalFailure, pos, "JSON serialization error: [json.exception.type_error.316] invalid UTF-8 byte at index %d: 0x%02X", bad, s[bad])
			}
			i += n
			continue
		}
		w.room(len(s) - start + 8)
		w.out = append(w.out, s[start:i]...)
		switch c {
		case '"', '\\':
			w.out = append(w.out, '\\', c)
		case '\b':
			w.out = append(w.out, `\b`...)
		case '\f':
			w.out = append(w.out, `\f`...)
		case '\n':
			w.out = append(w.out, `\n`...)
		case '\r':
			w.out = append(w.out, `\r`...)
		case '\t':
			w.out = append(w.out, `\t`...)
		default:
			w.out = append(w.out, `\u00`...)
			w.out = append(w.out, hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		start = i
	}
	w.out = append(w.out, s[start:]...)
	w.out = append(w.out, '"')
}
