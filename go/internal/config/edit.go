package config

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// edit sets one value of a TOML file, at a path of keys, or removes it. A value
// is a string, a boolean, a list of strings, a table, or nil to remove what is there.
type edit struct {
	path  []string
	value any
}

// table is a table with its fields in order; a nil field is removed.
type table []field

type field struct {
	key   string
	value any
}

// errUnlike means that a file cannot be changed in place.
var errUnlike = errors.New("the way it is written cannot be changed in place")

// apply returns the file with the edit made. Every byte that does not belong to
// the edited value is kept; new lines end as the first line of the file does.
// The result is decoded and compared before it is returned: an edit that would
// change any other value is errUnlike. Files must be valid TOML.
func (e edit) apply(old []byte) ([]byte, error) {
	now, ok := e.made(old)
	if !ok || !e.only(old, now) {
		return nil, errUnlike
	}
	return now, nil
}

func (e edit) made(data []byte) ([]byte, bool) {
	fields, isTable := e.value.(table)
	d, ok := open(data)
	if !ok || !isTable && e.holds(data) {
		return data, ok
	}
	if !isTable || !d.has(e.path) {
		splices, ok := d.edit(e)
		return splice(data, splices), ok
	}
	for _, f := range fields {
		if data, ok = (edit{append(slices.Clone(e.path), f.key), f.value}).made(data); !ok {
			return nil, false
		}
	}
	return data, true
}

// document is a file that is being changed.
type document struct {
	data       []byte
	statements []statement
	newline    string
}

// replacement puts a text in the place of the bytes from…to.
type replacement struct {
	from, to int
	text     string
}

func splice(data []byte, all []replacement) []byte {
	var out []byte
	at := 0
	for _, r := range all {
		out = append(append(out, data[at:r.from]...), r.text...)
		at = r.to
	}
	return append(out, data[at:]...)
}

func open(data []byte) (*document, bool) {
	statements, ok := layout(data)
	d := &document{data, statements, "\n"}
	if i := bytes.IndexByte(data, '\n'); i > 0 && data[i-1] == '\r' {
		d.newline = "\r\n"
	}
	return d, ok
}

// has reports whether anything is written at a path.
func (d *document) has(path []string) bool {
	for _, s := range d.statements {
		if s.under(path) {
			return true
		}
		if entry, _ := d.inline(s, path); entry != nil {
			return true
		}
	}
	return false
}

// inline finds a path in the inline table that a statement may have as its
// value: the entry, if there is one, and the innermost table that holds it or
// would.
func (d *document) inline(s statement, path []string) (entry *statement, holder *inlineTable) {
	if s.header || s.under(path) || !hasPrefix(path, s.path) || d.data[s.value] != '{' {
		return nil, nil
	}
	holder = d.inlineTable(s)
	for i, e := range holder.entries {
		if e.under(path) {
			return &holder.entries[i], holder
		}
		if entry, inner := d.inline(e, path); inner != nil {
			return entry, inner
		}
	}
	return nil, holder
}

type inlineTable struct {
	statement
	entries []statement
}

func (d *document) inlineTable(s statement) *inlineTable {
	t := &inlineTable{statement: s}
	scan := &scanner{data: d.data, at: s.value}
	scan.list('}', func() { t.entries = append(t.entries, scan.keyValue(s.path)) })
	return t
}

func (d *document) edit(e edit) ([]replacement, bool) {
	if e.value == nil {
		return d.remove(e.path)
	}
	for _, s := range d.statements {
		if slices.Equal(s.path, e.path) && !s.header {
			return []replacement{{s.value, s.end, write(e.value)}}, true
		}
		if entry, holder := d.inline(s, e.path); entry != nil {
			return []replacement{{entry.value, entry.end, write(e.value)}}, slices.Equal(entry.path, e.path)
		} else if holder != nil {
			return []replacement{holder.add(keys(e.path[len(holder.path):]) + " = " + write(e.value))}, true
		}
	}
	return []replacement{d.add(e)}, true
}

func (t *inlineTable) add(text string) replacement {
	if n := len(t.entries); n > 0 {
		end := t.entries[n-1].end
		return replacement{end, end, ", " + text}
	}
	return replacement{t.value + 1, t.value + 1, " " + text + " "}
}

// add writes a value that is not there yet.
func (d *document) add(e edit) replacement {
	holder := e.path[:len(e.path)-1]
	at, from := -1, 0 // where to write it, and how much of its path is said there already
	for i, s := range d.statements {
		switch {
		case s.header && !s.list && slices.Equal(s.path, holder):
			at, from = d.sectionEnd(i), len(holder)
		case !s.header && len(holder) > 0 && hasPrefix(s.path, holder) && len(s.holder) < len(holder):
			at, from = lineEnd(d.data, s.end), len(s.holder) // next to others with dots
		}
	}
	if fields, ok := e.value.(table); ok && at < 0 {
		return d.append(d.section(e.path, fields))
	}
	switch {
	case len(holder) == 0:
		at = d.top()
	case at < 0:
		return d.append(d.section(holder, table{{e.path[len(holder)], e.value}}))
	}
	return d.insert(at, keys(e.path[from:])+" = "+write(e.value)+d.newline)
}

// section writes a table under a header of its own.
func (d *document) section(path []string, fields table) string {
	text := "[" + keys(path) + "]" + d.newline
	for _, f := range fields {
		if f.value != nil {
			text += keys([]string{f.key}) + " = " + write(f.value) + d.newline
		}
	}
	return text
}

// sectionEnd is behind the last value of the table whose header is statement i.
func (d *document) sectionEnd(i int) int {
	for i+1 < len(d.statements) && !d.statements[i+1].header {
		i++
	}
	return lineEnd(d.data, d.statements[i].end)
}

// top returns where to write a key that belongs to no table: behind the others of its
// kind; else behind the comment that the file begins with, if an empty line or nothing
// follows it; else at the beginning.
func (d *document) top() int {
	if len(d.statements) > 0 && !d.statements[0].header {
		return d.sectionEnd(0)
	}
	at := 0
	for at < len(d.data) && d.data[at] == '#' {
		at = lineEnd(d.data, at)
	}
	if at < len(d.data) && !d.isEmptyLine(at) {
		return 0
	}
	return at
}

func (d *document) isEmptyLine(at int) bool {
	return len(bytes.TrimRight(d.data[at:lineEnd(d.data, at)], "\r\n")) == 0
}

func (d *document) insert(at int, lines string) replacement {
	if at > 0 && d.data[at-1] != '\n' {
		lines = d.newline + lines
	}
	return replacement{at, at, lines}
}

// append writes at the end of the file, an empty line before it.
func (d *document) append(lines string) replacement {
	if len(d.data) > 0 {
		lines = d.newline + lines
	}
	return d.insert(len(d.data), lines)
}

// remove takes out every statement that sets a path or part of it. With the
// header of a table go the comments inside, and one empty line before it if
// another one follows.
func (d *document) remove(path []string) (all []replacement, ok bool) {
	for i := 0; i < len(d.statements); i++ {
		s := d.statements[i]
		from := lineStart(d.data, s.key)
		switch {
		case s.under(path) && s.header:
			to := d.sectionEnd(i)
			if from > 0 && (to == len(d.data) || d.isEmptyLine(to)) {
				if before := lineStart(d.data, from-1); d.isEmptyLine(before) && (len(all) == 0 || before >= all[len(all)-1].to) {
					from = before
				}
			}
			all = append(all, replacement{from, to, ""})
			for i+1 < len(d.statements) && !d.statements[i+1].header {
				i++
			}
		case s.under(path):
			all = append(all, replacement{from, lineEnd(d.data, s.end), ""})
		default:
			if _, holder := d.inline(s, path); holder != nil {
				all = append(all, holder.without(path)...)
			}
		}
	}
	return all, true
}

// without takes entries out of an inline table, each with one comma.
func (t *inlineTable) without(path []string) (all []replacement) {
	kept, last := -1, len(t.entries)-1
	for i, e := range t.entries {
		if !e.under(path) {
			kept = i
		}
	}
	for i := range max(kept, 0) {
		if t.entries[i].under(path) {
			all = append(all, replacement{t.entries[i].key, t.entries[i+1].key, ""})
		}
	}
	switch {
	case kept == last:
	case kept < 0:
		all = append(all, replacement{t.entries[0].key, t.entries[last].end, ""})
	default:
		all = append(all, replacement{t.entries[kept].end, t.entries[last].end, ""})
	}
	return all
}

// write returns a value as TOML on one line.
func write(value any) string {
	switch v := value.(type) {
	case string:
		return quote(v)
	case bool:
		return strconv.FormatBool(v)
	case []string:
		quoted := make([]string, len(v))
		for i, item := range v {
			quoted[i] = quote(item)
		}
		return "[" + strings.Join(quoted, ", ") + "]"
	case table:
		var fields []string
		for _, f := range v {
			if f.value != nil {
				fields = append(fields, keys([]string{f.key})+" = "+write(f.value))
			}
		}
		return "{ " + strings.Join(fields, ", ") + " }"
	}
	return ""
}

// quote writes a basic string of TOML, which knows fewer escapes than Go.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteRune(c)
		case strconv.IsPrint(c):
			b.WriteRune(c)
		case c > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, c)
		default:
			fmt.Fprintf(&b, `\u%04x`, c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// keys writes a path as a dotted key.
func keys(path []string) string {
	parts := make([]string, len(path))
	for i, key := range path {
		if parts[i] = key; key == "" || strings.ContainsFunc(key, func(c rune) bool { return !letterOrDigit(c) && c != '_' && c != '-' }) {
			parts[i] = quote(key)
		}
	}
	return strings.Join(parts, ".")
}
