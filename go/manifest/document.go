package manifest

import (
	"strings"
	"unicode/utf8"
)

// Document is data that is to be judged.
type Document struct {
	value    *value
	size     int // about what its text takes
	problems problemList
}

// Read reads a text. What is wrong with it is told by what judges the Document.
func Read(data []byte) *Document {
	v, problems := parseAll(data)
	return &Document{v, len(data), problems}
}

// Layer returns the problems of one layer of a profile against the schema of [Profile].
// Conflicts between layers and presets of a whole profile are found by the Nix library.
func (d *Document) Layer() []Problem {
	if d.value == nil {
		return d.problems.all
	}
	c := checker{problems: d.problems}
	c.check(profileSchema, d.value, false)
	return c.problems.all
}

// Judge judges a manifest; of a sparse one after its defaults were filled in, as
// [FillDefaults] does, into the Document itself.
func (d *Document) Judge(sparse bool) (Judged, []Problem) {
	v, problems := d.judge(sparse)
	if len(problems) > 0 {
		return Judged{}, problems
	}
	// Copies: parts of the text would keep all of it.
	j := Judged{Name: strings.Clone(v.textAt("profile", "name")), Role: strings.Clone(v.textAt("profile", "role")), Model: strings.Clone(v.textAt("model", "ref"))}
	size := d.size
	if sparse {
		const defaults = 4 << 10 // about what they take
		size += defaults
	}
	j.Canonical = appendCanonical(make([]byte, 0, size), manifestSchema, v)
	return j, nil
}

func (d *Document) judge(sparse bool) (*value, []Problem) {
	v := d.value
	if v == nil {
		return nil, d.problems.all
	}
	if sparse {
		reached(v)
		v = fill(manifestSchema, v)
	}
	c := checker{problems: d.problems}
	c.check(manifestSchema, v, false)
	c.rules(v)
	return v, c.problems.all
}

// Builder makes a Document of data that no text holds. It is told of each value in the
// order in which JSON has it; an object has each name once.
type Builder struct {
	values valueBlock
	root   value
	open   []*value
	name   string
	size   int
	odd    bool
}

// Literal adds null, a Boolean or a number, as in JSON.
func (b *Builder) Literal(text string) {
	k := kindNumber
	switch text {
	case "null":
		k = kindNull
	case "true", "false":
		k = kindBoolean
	}
	b.add(k, text)
}

// String adds a string.
func (b *Builder) String(text string) {
	b.odd = b.odd || !utf8.ValidString(text)
	b.add(kindString, text)
}

// Begin begins a list or an object of n.
func (b *Builder) Begin(list bool, n int) {
	if b.odd = b.odd || len(b.open) >= MaxDepth; b.odd {
		return
	}
	k := kindObject
	if list {
		k = kindArray
	}
	v := b.add(k, "")
	if list {
		v.items = make([]*value, 0, n)
	} else {
		v.members = make([]member, 0, n)
	}
	b.open = append(b.open, v)
}

// Name is the name of what is next in an object.
func (b *Builder) Name(text string) {
	b.odd = b.odd || !utf8.ValidString(text)
	b.name = text
	b.size += len(text) + len(`"":`)
}

// End ends what was begun last.
func (b *Builder) End() {
	if !b.odd {
		b.open = b.open[:len(b.open)-1]
	}
}

// Document returns the built document; ok is false if JSON could not represent it, or
// not within the caps.
func (b *Builder) Document() (d *Document, ok bool) {
	if b.odd || len(b.root.items) != 1 {
		return nil, false
	}
	return &Document{value: b.root.items[0], size: b.size + b.size/16}, true
}

func (b *Builder) add(k kind, text string) *value {
	b.size += len(text) + len(`"",`)
	if b.odd = b.odd || b.values.made > maxValues; b.odd {
		return nil
	}
	v, into := b.values.make(k, text), &b.root
	if n := len(b.open); n > 0 {
		into = b.open[n-1]
	}
	if into.kind == kindObject {
		into.members = append(into.members, member{b.name, v})
	} else {
		into.items = append(into.items, v)
	}
	return v
}
