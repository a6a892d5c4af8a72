package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/pattern"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// explanation renders origins for people, in lines of at most 80 columns unless file
// names are longer.
type explanation struct {
	out    strings.Builder
	places *diag.Text
	whole  bool // whether one field is shown, with its default and long values in full
	values map[string]json.RawMessage
}

const (
	pageWidth  = 80
	labelWidth = 12 // of the label before each line of a field
	// fewElements limits the elements of a list that are shown on separate lines when one
	// line is too short.
	fewElements = 6
)

// newExplanation takes all origins of a profile, also those that are not shown.
func newExplanation(all []resolve.Origin, whole bool) *explanation {
	x := &explanation{places: diag.NewText(), whole: whole, values: map[string]json.RawMessage{}}
	for _, o := range all {
		x.values[o.Path] = o.Value
	}
	return x
}

func (x *explanation) render(origins []resolve.Origin) string {
	for i, o := range origins {
		if i > 0 {
			x.out.WriteByte('\n')
		}
		x.field(o)
	}
	return x.out.String()
}

func (x *explanation) field(o resolve.Origin) {
	x.head(o)
	for i, d := range o.Definitions {
		label := "set at"
		if i > 0 {
			label = "and at"
		}
		if len(o.Definitions) > 1 {
			x.line(label, x.place(d)+"  "+x.short(d.Value, len(x.place(d))+2))
		} else {
			x.line(label, x.place(d)+priority(d))
		}
	}
	if o.Preset != nil {
		x.preset(o.Path, *o.Preset)
	}
	for _, d := range o.Overrode {
		if d.Preset != nil {
			from := "the preset " + d.Preset.Name + " = " + compact(d.Preset.Value)
			x.line("overrode", from+"  "+x.short(d.Value, len(from)+2))
			if x.whole {
				x.line("formula", diag.Escape(d.Preset.Formula, false))
			}
			continue
		}
		x.overrode(d)
	}
	fallback, _ := manifest.Field(splitPath(o.Path))
	switch {
	case o.Default && fallback != nil, o.Path == "schema", o.Default && len(o.Definitions) == 0:
		x.line("default", "of the schema; not set anywhere")
	case len(o.Definitions) == 0 && o.Preset == nil:
		x.line("set at", "a place that is not known")
	}
	if x.whole && !o.Default && fallback != nil {
		x.line("default", x.short(fallback, 0))
	}
}

// head shows the name of the field and its value.
func (x *explanation) head(o resolve.Origin) {
	name := diag.Cell(o.Path)
	text := compact(o.Value)
	if utf8.RuneCountInString(name+" = "+text) <= pageWidth {
		fmt.Fprintf(&x.out, "%s = %s\n", name, text)
		return
	}
	var list []json.RawMessage
	few := json.Unmarshal(o.Value, &list) == nil && len(list) <= fewElements
	if !x.whole && !few {
		fmt.Fprintf(&x.out, "%s = %s\n", name, x.cut(text, pageWidth-utf8.RuneCountInString(name)-3, o.Value))
		return
	}
	fmt.Fprintf(&x.out, "%s =\n", name)
	mark := ""
	var prose string
	if json.Unmarshal(o.Value, &prose) == nil {
		mark = "│ " // marks lines that could otherwise pass for ours
	}
	for _, line := range strings.Split(long(o.Value), "\n") {
		line = mark + diag.Escape(line, false)
		if !x.whole {
			line = x.cut(line, pageWidth-4, json.RawMessage(line))
		}
		fmt.Fprintf(&x.out, "    %s\n", line)
	}
}

func (x *explanation) preset(path string, p resolve.Preset) {
	chosen := p.Name + " = " + compact(p.Value)
	if len(p.Definitions) == 0 {
		chosen += ", its default"
	}
	for _, d := range p.Definitions {
		chosen += ", set at " + x.place(d) + priority(d)
	}
	label := "preset"
	if strings.HasPrefix(p.Name, "model.") {
		label = "from" // the value is from the model catalog
	}
	x.line(label, chosen)
	x.line("formula", diag.Escape(p.Formula, false))
	if numbers := x.numbers(path, p.Formula); numbers != "" {
		x.line("with", numbers)
	}
	for _, d := range p.Overrode {
		x.overrode(d)
	}
}

// quantity is a field that a formula mentions, by its path or by a short name.
var quantity = pattern.Lazy{Text: `\b(?:[TR]|retainedTokens|[a-z]+(?:\.[A-Za-z]+)+)\b`}

// shortNames has the fields behind the short names in formulas (docs/presets.md).
var shortNames = map[string]string{
	"T": "context.compaction.thresholdTokens", "R": "context.compaction.reservedTokens",
	"retainedTokens": "context.compaction.retainedTokens",
}

// numbers returns the numbers of this profile that go into the formula of a field.
func (x *explanation) numbers(field, formula string) string {
	var out []string
	for _, name := range quantity.Get().FindAllString(formula, -1) {
		path := name
		if long := shortNames[name]; long != "" {
			path = long
		}
		value := string(x.values[path])
		if _, err := strconv.ParseFloat(value, 64); err != nil || path == field {
			continue
		}
		if text := name + " = " + value; !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return strings.Join(out, ", ")
}

func (x *explanation) overrode(d resolve.Definition) {
	place := x.place(d) + priority(d)
	x.line("overrode", place+"  "+x.short(d.Value, len(place)+2))
}

// line shows a label and words, wrapped with a hanging indent.
func (x *explanation) line(label, words string) {
	for i, part := range wrap(words, pageWidth-labelWidth) {
		if i > 0 {
			label = ""
		}
		fmt.Fprintf(&x.out, "  %-*s%s\n", labelWidth-2, label, part)
	}
}

func (x *explanation) place(d resolve.Definition) string {
	if d.File == "" {
		return "a place that is not known"
	}
	at := d.Place()
	at.Column = 0
	return x.places.Place(at)
}

// priority describes a priority other than 100, which is the default.
func priority(d resolve.Definition) string {
	switch d.Priority {
	case 0, 100:
		return ""
	case 50:
		return " (mkForce)"
	case 1000:
		return " (mkDefault)"
	}
	return fmt.Sprintf(" (priority %d)", d.Priority)
}

// short shows a value on the rest of a line, after the columns already taken.
func (x *explanation) short(value json.RawMessage, taken int) string {
	return x.cut(compact(value), max(pageWidth-labelWidth-taken, 24), value)
}

// cut shortens a rendered value and appends its size.
func (x *explanation) cut(text string, width int, value json.RawMessage) string {
	if utf8.RuneCountInString(text) <= width {
		return text
	}
	size := fmt.Sprintf("… (%d bytes)", len(value))
	var list []json.RawMessage
	var s string
	switch {
	case json.Unmarshal(value, &list) == nil:
		size = fmt.Sprintf("… (%d in all)", len(list))
	case json.Unmarshal(value, &s) == nil:
		size = fmt.Sprintf("… (%d bytes)", len(s))
	}
	runes := []rune(text)
	keep := max(width-utf8.RuneCountInString(size), 8)
	return string(runes[:min(keep, len(runes))]) + size
}

// compact returns a value on one line, safe to print.
func compact(value json.RawMessage) string {
	var secret manifest.SecretText
	if json.Unmarshal(value, &secret) == nil {
		switch secret.Type {
		case manifest.SecretRefType:
			return "secret " + diag.Name(string(secret.Name))
		case manifest.SecretFormatType:
			return diag.Cell(secret.String()) + " (with secrets)"
		}
	}
	if string(value) == `"<secret>"` {
		return "<secret>"
	}
	var b bytes.Buffer
	if json.Compact(&b, value) != nil {
		return "null"
	}
	return diag.Cell(b.String())
}

// long returns a value on as many lines as it needs.
func long(value json.RawMessage) string {
	var s string
	if json.Unmarshal(value, &s) == nil {
		return strings.TrimSuffix(s, "\n")
	}
	var list []json.RawMessage
	if json.Unmarshal(value, &list) == nil {
		lines := make([]string, len(list))
		for i, item := range list {
			lines[i] = ruleLine(item)
		}
		return strings.Join(lines, "\n")
	}
	var b bytes.Buffer
	if json.Indent(&b, value, "", "  ") != nil {
		return compact(value)
	}
	return b.String()
}

// ruleLine shows a permission rule in readable form, and anything else unchanged.
func ruleLine(item json.RawMessage) string {
	var r manifest.Rule
	if json.Unmarshal(item, &r) != nil || r.Tool == "" || r.Action == "" {
		return compact(item)
	}
	pattern := string(r.Pattern)
	if quoted := diag.Quote(pattern); strings.Contains(pattern, "(") || quoted != "`"+pattern+"`" {
		pattern = quoted // cannot pass for a reason
	}
	line := fmt.Sprintf("%-5s %s %s", r.Action, r.Tool, pattern)
	if r.Reason != nil {
		line += "  (" + diag.Cell(string(*r.Reason)) + ")"
	}
	return line
}

// wrap breaks text at spaces into lines; longer words stay whole.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.SplitAfter(text, " ") {
		if line != "" && utf8.RuneCountInString(strings.TrimRight(line+word, " ")) > width {
			lines, line = append(lines, strings.TrimRight(line, " ")), ""
		}
		line += word
	}
	return append(lines, strings.TrimRight(line, " "))
}
