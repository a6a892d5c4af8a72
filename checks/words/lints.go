package main

import (
	"go/scanner"
	"go/token"
	"regexp"
	"strconv"
	"strings"
)

// kind is where a line of text is read.
type kind string

const (
	inString  kind = "S" // a string of a program or of the library
	inComment kind = "C"
	inPage    kind = "D"
	inSource  kind = "U" // a line of Go as it is written
)

// lint is a phrase to avoid.
type lint struct {
	name    string
	kinds   string // of the kinds above
	find    *regexp.Regexp
	except  *regexp.Regexp // lines that it is not about; may be nil
	instead string
}

func newLint(name, kinds, find, except, instead string) lint {
	l := lint{name: name, kinds: kinds, find: regexp.MustCompile(find), instead: instead}
	if except != "" {
		l.except = regexp.MustCompile(except)
	}
	return l
}

var lints = []lint{
	newLint("L1", "SCD", `\b(is|are|was|were) no [a-z]`, `there (is|are|was|were) no|no (longer|more)`, "write `is not a`"),
	newLint("L2", "SC", `\b(is|are) none\b`, `there (is|are) none|none of`, "write `is not one`"),
	newLint("L3", "S", `^there (is|are) no `, "", "write `X not found`"),
	newLint("L4", "S", `^(which|what|where|(to|for) which) .*\?$`, "", "write `missing argument: X`"),
	newLint("L5", "S", `fit here|form that belongs|have the right form|none of the (values|choices)|not known here|where .* belongs$`, "", "write `must be X, got Y`"),
	newLint("L6", "S", `exclude each other`, "", "write `cannot be used together`"),
	newLint("L7", "S", `is there already|there is an? .* already`, "", "write `already exists`"),
	newLint("L8", "SCD", `\bst(ands?|ood) (in|on|before|after|here|there|beside|at|by|below|twice|alone)\b`, `stands in for`, "write `is`, `is set` or `comes`"),
	newLint("L9", "SD", `\bleads? (to|back|on|out|elsewhere)\b`, "", "write `resolves to` or `undoes`"),
	newLint("L10", "S", `is another (one|version)|other \w+ than`, "", "write `differs from`"),
	newLint("L11", "S", `give yourself|see to the |see that it|take it out|mend these`, "", "name the command"),
	newLint("L12", "S", "^(the Pod `%s`|`)? ?is (removed|saved|set|deleted|taken back)", "", "write `removed X`"),
	newLint("L13", "U", `Usage: +"(say|tell|look|let|take|keep|go|begin|forget)`, "", "begin with create, list, show, check, remove or set"),
	newLint("L14", "S", `, and (start|take|change|go) (it|what|nothing|with|on)\b`, "", "drop the comma and the pronoun"),
	newLint("L15", "S", `OF THE|LEADS TO|GOES TO|KEPT IN|SET IN|PINNED TO|PROFILE NOW`, "", "write a noun"),
	newLint("L16", "D", `^##+ (What|Who|Where|One's|In one|Elsewhere|Look,|Taking)`, "", "write a noun or a task"),
	newLint("L17", "C", `\btells? (whether|of|how|what|which|why|that|when)\b`, "", "write `reports whether`"),
	newLint("L18", "C", `^\w+ (is|are) (what|who|where|whether|for)\b`, "", "write `is the NOUN that`"),
	newLint("L19", "C", `^\w+ gives (the|a|an|what|all|back)\b`, "", "write `returns`"),
	newLint("L20", "C", `\bsays? (what|whether|who|where|how|which|so)\b`, "", "write `describes`"),
	newLint("L21", "SD", `\banew\b|\bmend\b|and dear\b|for good\b|by the way\b|behind its back|without a word`, "", "write `again`, `fix`"),
	newLint("L22", "SCD", `\bany more\b`, "", "write `no longer`"),
	newLint("L23", "SCD", `\b(somebody|nobody|whoever|one's)\b`, "", "write `you`, `another user`"),
	newLint("L24", "SCD", `\bbeside (the|it|its|an?|them|what|which|one|each)\b`, "", "write `next to`, `with`"),
	newLint("L25", "SCD", `\bgo(es)? (further|less far|on with|on from)\b`, "", "write `allows more`, `continues`"),
	newLint("L26", "SCD", `\bmade of\b`, "", "write `created from`"),
	newLint("L27", "S", `small letters|\ba text\b|\btexts\b`, "", "write `lowercase`, `string`"),
	newLint("L28", "SCD", `older (kind|manifests?|dialect|default)`, "", "write `legacy`"),
	newLint("L29", "S", `\bdelegates?\b`, `delegated? to`, "write `subagent`"),
	newLint("L30", "S", `cannot be (read|run|used)[^;]*: %v$`, "", "write `cannot read X: %v`"),
	newLint("L31", "SCD", `[Bb]ehaviour|[Cc]olour|[Rr]ecognise|[Hh]onour`, "", "write American English"),
}

// hit is a line that a lint is about.
type hit struct {
	lint, file string
	in         kind
	line       int
	text       string // the string, or the line
	instead    string
}

// find returns the hits in a file, in the order of its lines for each kind.
func find(file string, data []byte) (hits []hit) {
	look := func(in kind, line int, text string) {
		for _, l := range lints {
			if strings.Contains(l.kinds, string(in)) && l.find.MatchString(text) && (l.except == nil || !l.except.MatchString(text)) {
				hits = append(hits, hit{l.name, file, in, line, strings.TrimSpace(text), l.instead})
			}
		}
	}
	switch {
	case strings.HasSuffix(file, ".go"):
		readGo(data, look)
	case strings.HasSuffix(file, ".nix"):
		readNix(string(data), look)
	default:
		readPage(string(data), look)
	}
	return hits
}

func readGo(data []byte, look func(kind, int, string)) {
	for n, line := range strings.Split(string(data), "\n") {
		look(inSource, n+1, line)
	}
	files := token.NewFileSet()
	file := files.AddFile("", -1, len(data))
	var s scanner.Scanner
	s.Init(file, data, nil, scanner.ScanComments)
	for {
		pos, tok, literal := s.Scan()
		at := file.Line(pos)
		switch tok {
		case token.EOF:
			return
		case token.STRING:
			text, err := strconv.Unquote(literal)
			if err != nil {
				continue
			}
			for n, line := range strings.Split(text, "\n") {
				look(inString, at+n, line)
			}
		case token.COMMENT:
			for n, line := range strings.Split(literal, "\n") {
				line = strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(line), "//"), "/*"), "*/")
				look(inComment, at+n, strings.TrimSpace(line))
			}
		}
	}
}

var nixString = regexp.MustCompile(`"((?:[^"\\]|\\.)*)"`)

// readNix takes what is between quotes in a line for a string: the library's messages are
// written so.
func readNix(text string, look func(kind, int, string)) {
	for n, line := range strings.Split(text, "\n") {
		if comment, ok := strings.CutPrefix(strings.TrimSpace(line), "#"); ok {
			look(inComment, n+1, strings.TrimSpace(comment))
			continue
		}
		for _, found := range nixString.FindAllStringSubmatch(line, -1) {
			look(inString, n+1, found[1])
		}
	}
}

// readPage leaves out blocks of code: they are what programs print.
func readPage(text string, look func(kind, int, string)) {
	fenced := false
	for n, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			fenced = !fenced
			continue
		}
		if !fenced && !strings.HasPrefix(line, "    ") {
			look(inPage, n+1, line)
		}
	}
}
