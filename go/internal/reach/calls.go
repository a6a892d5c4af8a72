package reach

import (
	"strings"

	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// Calls are the calls that a permission rule is about.
type Calls struct{ Tool, Pattern string }

// CallsOf takes calls apart that are written as a tool, a space and a pattern.
func CallsOf(text string) Calls {
	tool, pattern, _ := strings.Cut(text, " ")
	return Calls{tool, pattern}
}

// Cover reports whether it is certain that each call of the other is one of these.
// It is reflexive and transitive. lib/reach/coversRule.nix is the same.
func (c Calls) Cover(other Calls) bool {
	switch {
	case c == other:
		return true
	case !Covers(Tool, c.Tool, other.Tool):
		return false
	case c.Pattern == "*":
		return true
	case c.Tool != other.Tool || other.Pattern == "*" || other.Pattern == "":
		return false
	}
	switch grammar.KindOf(c.Tool) {
	case grammar.KindCommand:
		// Options, links and other names of a program are not compared: the program is
		// the same word in both. A pipeline is more than its text.
		return strings.Contains(strings.TrimSuffix(c.Pattern, "*"), " ") && begins(c.Pattern, other.Pattern) && !strings.Contains(other.Pattern, "|")
	case grammar.KindPath:
		return coversPath(c.Pattern, other.Pattern)
	case grammar.KindAddress:
		return coversAddress(c.Pattern, other.Pattern)
	case grammar.KindName:
		return begins(c.Pattern, other.Pattern)
	}
	return false
}

// coversPath: DIR/** matches the directory and everything below it. Any other pattern
// covers itself alone.
func coversPath(wide, narrow string) bool {
	rootW, wide := pathIn(wide)
	rootN, narrow := pathIn(narrow)
	if rootW != rootN {
		return false
	}
	if wide == narrow {
		return true
	}
	directory, ok := strings.CutSuffix("/"+wide, "/**")
	return ok && plain(directory) && !strings.Contains(narrow, "..") && ("/"+narrow == directory || strings.HasPrefix("/"+narrow, directory+"/"))
}

// pathIn is the directory that a path pattern begins at, and what follows it.
func pathIn(pattern string) (root, rest string) {
	switch {
	case strings.HasPrefix(pattern, "/"):
		return "/", pattern[1:]
	case pattern == "~", pattern == ".":
		return pattern, ""
	case strings.HasPrefix(pattern, "~/"), strings.HasPrefix(pattern, "./"):
		return pattern[:1], pattern[2:]
	}
	return ".", pattern
}

// coversAddress: a host matches every scheme, port and path, *.DOMAIN the hosts below
// it, and ADDRESS/** everything below an address.
func coversAddress(wide, narrow string) bool {
	if name := strings.TrimPrefix(wide, "*."); isHost(name) {
		host, known := hostIn(narrow)
		return known && Covers(Host, wide, host)
	}
	directory, ok := strings.CutSuffix(wide, "/**")
	return ok && plain(directory) && strings.HasPrefix(narrow, directory+"/") && !strings.Contains(narrow, "..")
}

// hostIn is the host of an address pattern, with *. in front of a domain; known is
// false where it is written in any but the simplest way.
func hostIn(pattern string) (host string, known bool) {
	rest, secure := strings.CutPrefix(pattern, "https://")
	if !secure {
		rest = strings.TrimPrefix(pattern, "http://")
	}
	authority, _, _ := strings.Cut(rest, "/")
	host, _, _ = strings.Cut(authority, ":")
	return host, isHost(strings.TrimPrefix(host, "*."))
}

func isHost(text string) bool {
	return text != "" && len(text) <= 253 && strings.Trim(text, "abcdefghijklmnopqrstuvwxyz0123456789.-") == ""
}

// Meet reports whether a call may be one of both: it is true wherever that cannot
// be told.
func (c Calls) Meet(other Calls) bool {
	switch {
	case !meetTools(c.Tool, other.Tool):
		return false
	case c.Tool != other.Tool, c.Pattern == "*", other.Pattern == "*":
		return true
	}
	switch grammar.KindOf(c.Tool) {
	case grammar.KindAddress:
		a, known := plainHost(c.Pattern)
		b, too := plainHost(other.Pattern)
		return !known || !too || a == b
	case grammar.KindName:
		return together(c.Pattern, other.Pattern)
	}
	// A command may run another and has several names; of paths, the roots and the
	// case are not known here.
	return true
}

// akin are tools of which a rule that denies or asks about one binds the other.
var akin = [...][2]string{
	{grammar.ToolEdit, grammar.ToolWrite}, {grammar.ToolRead, grammar.ToolGrep}, {grammar.ToolRead, grammar.ToolGlob},
}

func meetTools(a, b string) bool {
	if Meets(Tool, a, b) {
		return true
	}
	for _, pair := range akin {
		if Covers(Tool, a, pair[0]) && Covers(Tool, b, pair[1]) || Covers(Tool, a, pair[1]) && Covers(Tool, b, pair[0]) {
			return true
		}
	}
	return false
}

func plainHost(pattern string) (host string, known bool) {
	host, known = hostIn(pattern)
	return host, known && plain(host)
}
