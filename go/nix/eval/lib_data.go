package eval

import (
	"bytes"
	"errors"
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
	text := ev.stringNoContext(args[0], pos)
	ev.charge(8 * len(text))
	text = strings.TrimPrefix(text, "\ufeff")
	var table map[string]any
	if err := toml.NewDecoder(bytes.NewReader([]byte(text))).Decode(&table); err != nil {
		msg := err.Error()
		var at *toml.DecodeError
		if errors.As(err, &at) {
			row, column := at.Position()
			msg = "line " + formatInt(int64(row)) + ", column " + formatInt(int64(column)) + ": " + msg
			msg = wordTOML(msg)
		}
		ev.fail(EvalFailure, pos, "while parsing TOML: %s", msg)
	}
	if newer := newerTOML(text); newer != "" {
		ev.fail(EvalFailure, pos, "while parsing TOML: %s", newer)
	}
	return ev.fromTOML(table, pos)
}

func (ev *Evaluator) fromTOML(v any, pos syntax.Pos) Value {
	ev.tick()
	ev.enter()
	defer func() { ev.depth-- }()
	switch v := v.(type) {
	case map[string]any:
		out := ev.makeAttrs(len(v))
		for name, x := range v {
			ev.noNullByteTOML(name, pos)
			out = append(out, Attr{Name: ev.symbols.Intern(name), Value: ev.fromTOML(x, pos)})
		}
		return ev.sortAttrs(out)
	case []any:
		out := ev.makeList(len(v))
		for i, x := range v {
			out[i] = ev.fromTOML(x, pos)
		}
		return ev.listOf(out)
	case bool:
		return Bool(v)
	case int64:
		return Int(v)
	case float64:
		return Float(v)
	case string:
		ev.noNullByteTOML(v, pos)
		return ev.str(v)
	}
	if !ev.options.TOMLTimestamps {
		ev.fail(EvalFailure, pos, "while parsing TOML: Dates and times are not supported")
	}
	return ev.attrsOf("_type", ev.str("timestamp"), "value", ev.str(formatTOMLTime(v)))
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

func (ev *Evaluator) noNullByteTOML(s string, pos syntax.Pos) {
	if strings.IndexByte(s, 0) >= 0 {
		ev.fail(EvalFailure, pos, "while parsing TOML: error: %s", nullByte(s))
	}
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
