package grammar

import "strings"

// root is the directory that a path pattern begins at.
type root byte

const (
	workspace  root = iota // src/**, ./src/**
	home                   // ~/.ssh/**
	filesystem             // /etc/**
)

// pathSyntax: brackets and braces are refused rather than matched literally, since
// other programs give them a meaning.
var pathSyntax = syntax{special: `*?[]{}\`, one: true}

// fileGlobSyntax is that of globs in which brackets have their meaning.
var fileGlobSyntax = syntax{special: `*?[]{}\`, one: true, classes: true}

func parsePathPattern(pattern string) (root, [][]rune, *Problem) {
	return parsePath(pattern, pathSyntax)
}

func parsePath(pattern string, names syntax) (root, [][]rune, *Problem) {
	bad := func(format string, args ...any) *Problem {
		return problemf("pattern-path", "pattern `%s`: %s", pattern, problemf("", format, args...).Message)
	}
	if strings.HasPrefix(pattern, "$") {
		return 0, nil, bad("variables are not expanded").hintf("write `~/` for the home directory, and nothing for the workspace")
	}
	if strings.HasPrefix(strings.ToLower(pattern), "file:") {
		return 0, nil, bad("must be a path, not an address").hintf("write the path alone, such as `/etc/hosts`")
	}
	from, rest := workspace, pattern
	switch {
	case pattern == "/" || pattern == "~" || pattern == ".":
		return map[string]root{"/": filesystem, "~": home, ".": workspace}[pattern], [][]rune{}, nil
	case strings.HasPrefix(pattern, "/"):
		from, rest = filesystem, pattern[1:]
	case strings.HasPrefix(pattern, "~/"):
		from, rest = home, pattern[2:]
	case strings.HasPrefix(pattern, "~"):
		return 0, nil, bad("the home directory of another user is not known").
			hintf("write `~/` for your own, the absolute path for another, `./~` for a name that begins so")
	case strings.HasPrefix(pattern, "./"):
		rest = pattern[2:]
	case !strings.Contains(pattern, "/") && pattern != "**" && pattern != "..":
		if _, problem := names.parse(pattern, pattern); problem != nil {
			return 0, nil, problem
		}
		return 0, nil, bad("must name a directory").
			hintf("write `%s` for every directory of the workspace, or `%s` for the workspace itself", "**/"+pattern, "./"+pattern)
	}
	if strings.HasSuffix(pattern, "/") {
		start := strings.TrimSuffix(strings.TrimRight(pattern, "/"), "/**")
		if start == "**" {
			return 0, nil, bad("ends with a slash").hintf("write `**`")
		}
		return 0, nil, bad("ends with a slash").hintf("write `%s` for the directory and all below it", start+"/**")
	}
	segments := [][]rune{}
	for text := range strings.SplitSeq(rest, "/") {
		switch {
		case text == "":
			return 0, nil, bad("two slashes in a row").hintf("write one")
		case text == ".":
			return 0, nil, bad("`.` may only be at the beginning").hintf("leave it out")
		case text == "..":
			return 0, nil, bad("`..` is not resolved").hintf("write the path from the workspace, from `~/` or from `/`")
		case text == "**":
			segments = append(segments, []rune{anyDeep})
			continue
		case strings.Contains(text, "**"):
			return 0, nil, problemf("pattern-stars", "pattern `%s`: two stars must be alone between slashes", pattern).
				hintf("write `*` for a part of a name, or `**` between slashes for any directories; a star itself is `\\*`")
		}
		segment, problem := names.parse(text, pattern)
		if problem != nil {
			return 0, nil, problem
		}
		segments = append(segments, segment)
	}
	return from, segments, nil
}

// MaxPath bounds the path of a call, in bytes.
const MaxPath = 4096

// Path is the real path of a file or directory: absolute, with every link
// resolved, as the file system spells it. The zero value is the root directory.
type Path struct {
	segments [][]rune
}

// ParsePath takes a real path, such as filepath.EvalSymlinks returns; of a file that
// does not exist yet, that of its directory with its name. The error is a [*Problem]
// with the code "path": the text is not absolute, has `.`, `..` or empty segments, a
// NUL or too many bytes, or goes through a link of /proc to another place. A call with
// such a path cannot be allowed.
func ParsePath(text string) (Path, error) {
	bad := func(what string) (Path, error) {
		return Path{}, problemf("path", "path `%s`: %s", text, what).hintf("resolve the path first")
	}
	switch {
	case len(text) > MaxPath:
		return Path{}, problemf("path", "the path is %d bytes long; at most %d are allowed", len(text), MaxPath)
	case !strings.HasPrefix(text, "/"):
		return bad("must be absolute")
	case strings.ContainsRune(text, 0):
		return bad("holds a NUL")
	case text == "/":
		return Path{}, nil
	}
	names := strings.Split(text[1:], "/")
	if throughProc(names) {
		return bad("goes through a link of a process")
	}
	p := Path{segments: make([][]rune, len(names))}
	for i, name := range names {
		if name == "" || name == "." || name == ".." {
			return bad("must be without `.`, `..` and empty names")
		}
		p.segments[i] = symbols(name)
	}
	return p, nil
}

// throughProc reports whether a path goes through a link that a process has in /proc:
// its root, its working directory, its program or an open file. The real path of the
// target never does.
func throughProc(names []string) bool {
	if len(names) < 3 || names[0] != "proc" {
		return false
	}
	rest := names[2:]
	if len(rest) > 2 && rest[0] == "task" {
		rest = rest[2:]
	}
	switch rest[0] {
	case "root", "cwd", "exe":
		return true
	case "fd", "map_files":
		return len(rest) > 1
	}
	return false
}

// Places are the directories that path patterns begin at. They are made by
// [NewPlaces]; with the zero value both are the root directory.
type Places struct {
	workspace, home [][]rune
	foldCase        bool
}

// NewPlaces takes the real paths of the workspace and the home directory, and
// whether the file system takes names that differ in case alone for the same. The
// error is that of [ParsePath].
func NewPlaces(workspace, home string, foldCase bool) (Places, error) {
	w, err := ParsePath(workspace)
	if err != nil {
		return Places{}, err
	}
	h, err := ParsePath(home)
	if err != nil {
		return Places{}, err
	}
	return Places{workspace: w.segments, home: h.segments, foldCase: foldCase}, nil
}

// MatchPath reports whether a path pattern matches a real path.
func (p Pattern) MatchPath(path Path, at Places) bool {
	if p.every && p.kind == KindPath {
		return true
	}
	states := p.pathStates(path, at)
	return len(states) > 0 && states[len(states)-1]
}

// MatchBelow reports whether a path pattern matches a real path or may match something
// below it: a search, a copy or a removal of a directory reaches everything in it.
func (p Pattern) MatchBelow(path Path, at Places) bool {
	if p.every && p.kind == KindPath {
		return true
	}
	for _, reached := range p.pathStates(path, at) {
		if reached {
			return true
		}
	}
	return false
}

// pathStates are the places in the pattern, from its root on, that the path reaches.
func (p Pattern) pathStates(path Path, at Places) []bool {
	if p.kind != KindPath || p.text == "" {
		return nil
	}
	var pattern [][]rune
	switch p.root {
	case workspace:
		pattern = append(pattern, at.workspace...)
	case home:
		pattern = append(pattern, at.home...)
	}
	pattern = append(pattern, p.segments...)
	value := path.segments
	if at.foldCase {
		pattern, value = foldAll(pattern), foldAll(value)
	}
	return segmentStates(pattern, value)
}
