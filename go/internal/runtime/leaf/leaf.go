// Package leaf is what a runtime declares about each field of the manifest.
package leaf

import (
	"iter"
	"slices"
)

// Class is how far a field of the manifest holds in a runtime.
type Class string

const (
	// Enforced: the field holds, whatever the model does.
	Enforced Class = "enforced"
	// Approximated: it holds but for a gap, which is named.
	Approximated Class = "approximated"
	// Advisory: the model or the program is told, and nothing holds it.
	Advisory Class = "advisory"
	// Unsupported: it has no effect.
	Unsupported Class = "unsupported"
)

// Classes are all of them, from the one that holds the most.
func Classes() []Class { return []Class{Enforced, Approximated, Advisory, Unsupported} }

// By is who makes a field hold.
type By string

const (
	Program    By = "program"    // the agent program's own settings
	Guard      By = "guard"      // the guard, asked before each tool call
	Gateway    By = "gateway"    // the gateway in front of the model's API
	Sandbox    By = "sandbox"    // the operating system, around the whole program
	Supervisor By = "supervisor" // Insomnia itself, before or around the session
	Nobody     By = ""
)

// Declaration is what a runtime says about one field.
type Declaration struct {
	Class Class
	By    By
	// Why names the gap or the reason; empty for a field that is simply enforced.
	Why string
	// Values are those that the declaration is about, as JSON; the field is enforced
	// with every other one. Empty for all values.
	Values []string
	// Below is the number from which the field is enforced; 0 for no such number.
	Below int64
}

// EnforcedBy declares a field that holds.
func EnforcedBy(by By) Declaration { return Declaration{Class: Enforced, By: by} }

// ApproximatedBy declares a field that holds but for a gap.
func ApproximatedBy(by By, why string) Declaration {
	return Declaration{Class: Approximated, By: by, Why: why}
}

// Told declares a field that only the model or the program is told of.
func Told(why string) Declaration { return Declaration{Class: Advisory, Why: why} }

// Lacking declares a field that has no effect.
func Lacking(why string) Declaration { return Declaration{Class: Unsupported, Why: why} }

// At limits the declaration to values, as JSON; the field is enforced with every other one.
func (d Declaration) At(values ...string) Declaration {
	d.Values = values
	return d
}

// Under limits the declaration to numbers below a bound; the field is enforced from it on.
func (d Declaration) Under(bound int64) Declaration {
	d.Below = bound
	return d
}

// Holds reports whether the field is enforced, at least with some of its values.
func (d Declaration) Holds() bool {
	return d.Class == Enforced || len(d.Values) > 0 || d.Below > 0
}

// Covers reports whether the declaration is about a value, as encoding/json decodes it.
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
	// Default is what the field is where nothing sets it, as JSON; empty for none.
	Default string
	// Optional fields may be absent, which asks for nothing.
	Optional bool
}

// Fields are the leaves of the manifest, in its order.
func Fields() []Field { return fields }

// Table has the declaration of a runtime for every leaf of the manifest. It is made by
// [NewTable], which does not compile while a leaf is missing.
type Table struct{ declarations []Declaration }

// All are the leaves with their declarations, in the order of the manifest.
func (t *Table) All() iter.Seq2[Field, Declaration] {
	return func(yield func(Field, Declaration) bool) {
		for i, d := range t.declarations {
			if !yield(fields[i], d) {
				return
			}
		}
	}
}
