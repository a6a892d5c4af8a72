// Package leaf defines what a runtime declares about each field of the manifest.
package leaf

import (
	"iter"
	"slices"
)

// Class is how far a runtime enforces a field of the manifest.
type Class string

const (
	// Enforced: the field is effective, whatever the model does.
	Enforced Class = "enforced"
	// Approximated: it is enforced except for a known gap.
	Approximated Class = "approximated"
	// Advisory: the model or the program is told about it, but nothing enforces it.
	Advisory Class = "advisory"
	// Unsupported: it has no effect.
	Unsupported Class = "unsupported"
)

// Classes returns all classes, the strictest first.
func Classes() []Class { return []Class{Enforced, Approximated, Advisory, Unsupported} }

// By names the component that enforces a field.
type By string

const (
	Program    By = "program"    // the agent program's own settings
	Guard      By = "guard"      // the guard, asked before each tool call
	Gateway    By = "gateway"    // the gateway in front of the model's API
	Sandbox    By = "sandbox"    // the operating system, around the whole program
	Supervisor By = "supervisor" // Insomnia itself, before or around the session
	Nobody     By = ""
)

// Declaration is a runtime's declaration about one field.
type Declaration struct {
	Class Class
	By    By
	// Why names the gap or the reason; empty for a field that is simply enforced.
	Why string
	// Values are the values that the declaration covers, as JSON; the field is enforced
	// with any other value. Empty for all values.
	Values []string
	// Below is the number from which the field is enforced; 0 for no such number.
	Below int64
}

// EnforcedBy declares a field that is enforced.
func EnforcedBy(by By) Declaration { return Declaration{Class: Enforced, By: by} }

// ApproximatedBy declares a field that is enforced except for a gap.
func ApproximatedBy(by By, why string) Declaration {
	return Declaration{Class: Approximated, By: by, Why: why}
}

// Told declares a field that the model or the program is only told about.
func Told(why string) Declaration { return Declaration{Class: Advisory, Why: why} }

// Lacking declares a field that has no effect.
func Lacking(why string) Declaration { return Declaration{Class: Unsupported, Why: why} }

// At limits the declaration to values, as JSON; the field is enforced with any other
// value.
func (d Declaration) At(values ...string) Declaration {
	d.Values = values
	return d
}

// Under limits the declaration to numbers below a bound; the field is enforced from that
// number on.
func (d Declaration) Under(bound int64) Declaration {
	d.Below = bound
	return d
}

// Holds reports whether the field is enforced with at least some values.
func (d Declaration) Holds() bool {
	return d.Class == Enforced || len(d.Values) > 0 || d.Below > 0
}

// Covers reports whether the declaration covers a value, as decoded by encoding/json.
func (d Declaration) Covers(value any) bool {
	if number, ok := value.(float64); ok && d.Below > 0 {
		return number < float64(d.Below)
	}
	return len(d.Values) == 0 || slices.ContainsFunc(d.Values, func(text string) bool { return equal(value, text) })
}

// Field is a field of a manifest that a user may set.
type Field struct {
	// Path is dotted; * is a name, and [] an element of a list: mcpServers.*.env.
	Path string
	// Default is the value, as JSON, if nothing sets the field; empty for none.
	Default string
	// Optional is set for a field that may be absent, and then has no effect.
	Optional bool
}

// Fields returns the leaves of the manifest, in its order.
func Fields() []Field { return fields }

// Table holds a runtime's declaration for every leaf of the manifest. Use [NewTable],
// which does not compile while a leaf is missing.
type Table struct{ declarations []Declaration }

// All returns the leaves with their declarations, in the order of the manifest.
func (t *Table) All() iter.Seq2[Field, Declaration] {
	return func(yield func(Field, Declaration) bool) {
		for i, d := range t.declarations {
			if !yield(fields[i], d) {
				return
			}
		}
	}
}
