// Package reach decides which of two words or patterns allows more.
//
// It is the only place that knows the orders of modes and actions and compares
// patterns; lib/reach is its counterpart in Nix, whose tables are generated from
// these. A pattern covers another only where that is certain: everything that
// compares manifests counts the rest as wider. Rules are compared by their text,
// in calls.go, and less is certain there than package grammar knows.
package reach

import (
	"slices"
	"strings"
)

// Orders of words, from the narrowest to the widest.
var (
	Modes       = []string{"plan", "ask", "acceptEdits", "auto", "bypass"}
	Actions     = []string{"deny", "ask", "allow"}
	Filesystems = []string{"read-only", "workspace-write", "full"}
	Networks    = []string{"none", "allowlist", "full"}
	Searches    = []string{"disabled", "cached", "live"}
	// Memories are the groups that may share an agent's memory.
	Memories = []string{"local", "project", "user"}
)

// Beyond reports whether b allows more than a in an order. A word that is not in the
// order cannot be compared, and ranks above all others.
func Beyond(order []string, a, b string) bool {
	i, j := slices.Index(order, a), slices.Index(order, b)
	return a != b && (i < 0 || j < 0 || j > i)
}

// Kind is the kind of object that a pattern matches; it determines the meaning of
// wildcards.
type Kind int

// The kinds of patterns. In the first three a * at the end matches any run of
// characters, slashes included.
const (
	Tool   Kind = iota // name of a tool: bash, mcp__linear__*
	Name               // name of a model or a secret: anthropic/*
	Folder             // what is in a directory of the workspace: ./*, ./src/*
	Rule               // calls, see CallsOf: bash git push*
	Host               // a host; *. at the beginning matches all its subdomains
	Path               // files that a glob matches: DIR/** matches everything below it
)

// Wildcards are the characters that may match others in a pattern. A pattern that has
// one anywhere but in a * at its end covers nothing but itself.
const Wildcards = `*?[]{}\`

// Covers reports whether wide is certain to match everything that narrow matches. It is
// reflexive and transitive.
func Covers(kind Kind, wide, narrow string) bool {
	if wide == narrow {
		return true
	}
	switch kind {
	case Host:
		domain, ok := strings.CutPrefix(wide, "*.")
		return ok && plain(domain) && strings.HasSuffix(narrow, "."+domain)
	case Path:
		// Braces may begin at another root than the text before them.
		return !strings.ContainsAny(narrow, "{}") && coversPath(wide, narrow)
	case Rule:
		return CallsOf(wide).Cover(CallsOf(narrow))
	}
	return begins(wide, narrow) && (narrow != "" || kind > Name)
}

// begins reports whether wide is the beginning of narrow and a star.
func begins(wide, narrow string) bool {
	start, ok := strings.CutSuffix(wide, "*")
	return ok && plain(start) && strings.HasPrefix(narrow, start)
}

func plain(text string) bool { return !strings.ContainsAny(text, Wildcards) }

// Meets reports whether something may be of both patterns: it is true wherever
// that cannot be told.
func Meets(kind Kind, a, b string) bool {
	switch kind {
	case Host, Path:
		return true
	case Rule:
		return CallsOf(a).Meet(CallsOf(b))
	}
	return together(a, b)
}

// together reports whether a text may match both of two patterns whose wildcards
// are [Wildcards].
func together(a, b string) bool {
	i, j := strings.IndexAny(a, Wildcards), strings.IndexAny(b, Wildcards)
	switch {
	case i < 0 && j < 0:
		return a == b
	case i < 0:
		return strings.HasPrefix(a, b[:j])
	case j < 0:
		return strings.HasPrefix(b, a[:i])
	}
	n := min(i, j)
	return a[:n] == b[:n]
}
