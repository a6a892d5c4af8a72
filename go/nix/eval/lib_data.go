package eval

import (
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// dataLib are the builtins that read and write data formats.
var dataLib = []definition{
	{"toJSON", 1, (*Evaluator).libToJSON},
	{"fromJSON", 1, (*Evaluator).libFromJSON},
	{"fromTOML", 1, (*Evaluator).libFromTOML},
	{"toXML", 1, (*Evaluator).libToXML},
}

func (ev *Evaluator) libToJSON(args []Value, pos syntax.Pos) Value {
	w := jsonWriter{textBuilder: textBuilder{ev: ev}}
	w.value(args[0], pos)
	return ev.strContext(w.text(), w.ctx.context(ev))
}

func (ev *Evaluator) libFromJSON(args []Value, pos syntax.Pos) Value {
	return ev.parseJSON(ev.stringNoContext(args[0], pos), pos)
}

func (ev *Evaluator) libFromTOML(args []Value, pos syntax.Pos) Value {
	return ev.parseTOML(ev.stringNoContext(args[0], pos), pos)
}

func formatTOMLTime(v any) string {
	switch v := v.(type) {
	case time.Time:
		return v.Format("2006-01-02T15:04:05") + fraction(v.Nanosecond()) + v.Format("Z07:00")
	case toml.LocalDateTime:
		return v.LocalDate.String() + "T" + formatTOMLTime(v.LocalTime)
	case toml.LocalTime:
		t := time.Date(2000, 1, 1, v.Hour, v.Minute, v.Second, 0, time.UTC)
		return t.Format("15:04:05") + fraction(v.Nanosecond)
	case toml.LocalDate:
		return v.String()
	}
	return ""
}

// fraction writes 3, 6 or 9 digits, as few as keep the value.
func fraction(nanos int) string {
	if nanos == 0 {
		return ""
	}
	digits := formatInt(int64(nanos) + 1e9)[1:]
	for len(digits) > 3 && strings.HasSuffix(digits, "000") {
		digits = digits[:len(digits)-3]
	}
	return "." + digits
}

func nullByte(s string) string {
	return "input string '" + strings.ReplaceAll(s, "\x00", "␀") + "' cannot be represented as Nix string because it contains null bytes"
}

func (ev *Evaluator) libToXML(args []Value, pos syntax.Pos) Value {
	ev.forceDeep(args[0], pos)
	w := xmlWriter{textBuilder: textBuilder{ev: ev}, drvs: make(map[string]bool)}
	w.document(args[0], pos)
	return ev.strContext(w.text(), w.ctx.context(ev))
}
