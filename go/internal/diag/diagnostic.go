// Package diag defines how Insomnia reports problems.
//
// A Diagnostic is data first: it marshals to JSON as it is, and the text on a terminal
// is rendered from the same fields. An Error carries diagnostics and their exit code to
// the top of the program.
//
// Messages are written for the author of the profile: what is wrong, where, and
// what to do. They never contain the value of a secret, and everything that
// comes from outside is escaped when it is rendered.
package diag

import (
	"context"
	"errors"
)

// Severity distinguishes errors from warnings.
type Severity string

const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
	SeverityNote    Severity = "note"
)

// Position is a place in a source file. Line and Column count from 1; Column
// counts bytes, as Nix does. Zero means unknown.
type Position struct {
	File   string `json:"file"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	Note   string `json:"note,omitempty"`
	// Source is the text that the line is quoted from; nil quotes nothing.
	Source *Source `json:"-"`
}

// ByProfile marks a diagnostic that a profile reports of itself.
const ByProfile = "profile"

// Diagnostic is one thing that is wrong. Code is a stable kebab-case id. Path
// is the dotted path as the author thinks of it, Pointer the same as a JSON
// pointer (RFC 6901). Profile names the profile when a report covers several.
type Diagnostic struct {
	Severity  Severity   `json:"severity"`
	Profile   string     `json:"profile,omitempty"`
	Code      string     `json:"code"`
	Path      string     `json:"path,omitempty"`
	Pointer   string     `json:"pointer,omitempty"`
	Message   string     `json:"message"`
	Expected  string     `json:"expected,omitempty"`
	Hint      string     `json:"hint,omitempty"`
	Positions []Position `json:"positions"`
	// By is whose words these are: ByProfile where evaluating a profile returned
	// them as data, or empty for the program's own.
	By string `json:"by,omitempty"`
	// Veiled keeps the source lines at the positions from being shown, since they may
	// contain a secret.
	Veiled bool `json:"-"`
}

// Error is one or more diagnostics and the resulting exit code. Summary is a closing
// line for reports of several diagnostics.
type Error struct {
	Exit        Exit
	Diagnostics []Diagnostic
	Summary     string
}

// Errorf makes an Error of one diagnostic.
func Errorf(exit Exit, code, format string, args ...any) *Error {
	return &Error{Exit: exit, Diagnostics: []Diagnostic{{
		Severity: SeverityError, Code: code, Message: Sprintf(format, args...), Positions: []Position{},
	}}}
}

// Hintf sets what to do about it.
func (e *Error) Hintf(format string, args ...any) *Error {
	e.Diagnostics[0].Hint = Sprintf(format, args...)
	return e
}

// Expectedf sets what was expected instead.
func (e *Error) Expectedf(format string, args ...any) *Error {
	e.Diagnostics[0].Expected = Sprintf(format, args...)
	return e
}

// At adds a place.
func (e *Error) At(positions ...Position) *Error {
	e.Diagnostics[0].Positions = append(e.Diagnostics[0].Positions, positions...)
	return e
}

// Error returns the first message alone; Render writes the whole report.
func (e *Error) Error() string {
	if len(e.Diagnostics) == 0 {
		return e.Exit.Meaning()
	}
	return e.Diagnostics[0].Message
}

// From makes an Error of any error: what is not one of ours is an interruption
// when the context was cancelled, and a defect of this program otherwise.
func From(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	if errors.Is(err, context.Canceled) {
		return Errorf(ExitInterrupted, "interrupted", "interrupted")
	}
	return Errorf(ExitInternal, "internal", "%v", err)
}

// CodeIs reports whether err is an Error whose first diagnostic has this code.
func CodeIs(err error, code string) bool {
	var e *Error
	return errors.As(err, &e) && len(e.Diagnostics) > 0 && e.Diagnostics[0].Code == code
}
