// Package grammar is the language of permission rules: the names of tools, the
// grammar of patterns, and which values a pattern matches. docs/permissions.md is
// its manual; the tables there are tests of this package.
package grammar

import "github.com/insomnia-pods/insomnia/go/internal/diag"

// Problem is why a tool name, a pattern or a value of a call is refused.
type Problem struct {
	// Code is a stable identifier in kebab case, such as "pattern-empty".
	Code string
	// Message describes the problem in one clause. What it quotes is escaped.
	Message string
	// Hint is one instruction: what to write instead.
	Hint string
}

// Error is the message; the hint is not part of it.
func (p *Problem) Error() string { return p.Message }

func problemf(code, format string, args ...any) *Problem {
	return &Problem{Code: code, Message: diag.Sprintf(format, args...)}
}

func (p *Problem) hintf(format string, args ...any) *Problem {
	p.Hint = diag.Sprintf(format, args...)
	return p
}
