package evaluate

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/locate"
	"github.com/insomnia-pods/insomnia/go/internal/manifestfile"
	"github.com/insomnia-pods/insomnia/go/internal/pattern"
)

// Position is a place as an evaluation names it.
type Position struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Note   string `json:"note"`
}

// Frame is one step of a trace: what the evaluator was doing, or a message of
// builtins.addErrorContext, and where. The file is empty where none is known.
type Frame struct {
	Message string
	File    string
	Line    int
	Column  int
}

// Sources maps the places that an evaluation names to the author's files. The profile
// itself may supply a place, as data, so it cannot be trusted.
type Sources interface {
	// Place returns ok=false for a file that is none of the evaluation's sources.
	Place(p Position) (at diag.Position, ok bool)
	// Text maps the file names inside a message.
	Text(message string) string
	// Own reports whether a mapped file is the author's, and not the library's.
	Own(file string) bool
}

// PlacesOf are those of the places that are in the evaluation's sources.
func PlacesOf(in Sources, list ...Position) []diag.Position {
	out := []diag.Position{}
	for _, p := range list {
		if at, ok := in.Place(p); ok {
			out = append(out, at)
		}
	}
	return out
}

const maxPlaces = 4

// Places finds where an evaluation failed, innermost first: the author's own
// files, or else whatever there is. The library marks what it evaluates of the
// author's with contexts: `insomnia-at=FILE:LINE:COLUMN` around a definition,
// `insomnia-layer=FILE` around a layer.
func Places(frames []Frame, in Sources) []diag.Position {
	var mine, layers, others []diag.Position
	seen := map[string]bool{}
	add := func(named Position) {
		p, ok := in.Place(named)
		if !ok {
			return
		}
		key := p.File + ":" + strconv.Itoa(p.Line)
		if seen[key] {
			return
		}
		seen[key] = true
		if in.Own(p.File) {
			mine = append(mine, p)
		} else {
			others = append(others, p)
		}
	}
	for _, frame := range frames {
		if m := definitionContext.Get().FindStringSubmatch(frame.Message); m != nil {
			line, _ := strconv.Atoi(m[2])
			column, _ := strconv.Atoi(m[3])
			add(Position{File: m[1], Line: line, Column: column})
			continue
		}
		if layer, ok := strings.CutPrefix(frame.Message, "insomnia-layer="); ok {
			layers = append(layers, PlacesOf(in, Position{File: layer, Note: "in this layer"})...)
			continue
		}
		if !strings.HasPrefix(frame.File, "/") && !strings.HasPrefix(frame.File, "«") || frame.File == "«string»" {
			continue
		}
		// The description of Nix's activity there differs between versions and is of little
		// use.
		add(Position{File: frame.File, Line: frame.Line, Column: frame.Column})
	}
	for _, list := range [][]diag.Position{mine, layers, others} {
		if len(list) > 0 {
			return list[:min(len(list), maxPlaces)]
		}
	}
	return nil
}

var definitionContext = pattern.Lazy{Text: `^insomnia-at=(.+):(\d+):(\d+)$`}

// Quoter finds the texts that a report quotes lines of, and keeps them, so that
// a file is read once for all of a report.
type Quoter struct {
	// Find returns the source of a file, or nil for one that the evaluation did
	// not read or may not read; nil where nothing is quoted.
	Find func(file string) *diag.Source
	// Origin returns what a file in the store was copied from; nil where nothing was copied.
	Origin func(file string) string
	known  map[string]*diag.Source
}

func (q *Quoter) origin(file string) string {
	if q.Origin == nil {
		return file
	}
	return q.Origin(file)
}

func (q *Quoter) Quote(file string) *diag.Source {
	if q.Find == nil {
		return nil
	}
	source, ok := q.known[file]
	if !ok {
		if q.known == nil {
			q.known = map[string]*diag.Source{}
		}
		source = q.Find(file)
		q.known[file] = source
	}
	return source
}

// FileSources are the sources of a profile file. Files of the embedded library
// are named by where they are in it.
type FileSources struct {
	Library string // where the evaluation has the library
	Root    string // what the profile may read; empty for a built-in one
	Quoter
}

func (s *FileSources) Place(p Position) (diag.Position, bool) {
	p.File = s.origin(p.File)
	at := diag.Position{File: p.File, Line: p.Line, Column: p.Column, Note: p.Note}
	switch {
	case locate.Within(s.Library, p.File):
		at.File = s.Text(p.File)
		return at, true
	case s.Root != "" && locate.Within(s.Root, p.File):
		at.Source = s.Quote(p.File)
		return at, true
	}
	return at, false
}

func (s *FileSources) Text(message string) string {
	return strings.ReplaceAll(message, s.Library+"/", "builtin:")
}

func (s *FileSources) Own(file string) bool { return strings.HasPrefix(file, "/") }

// FilePlaces are the Places of a profile file's failure: the file itself where
// the author's place is not known.
func FilePlaces(frames []Frame, p *locate.File, in Sources) []diag.Position {
	at := Places(frames, in)
	if p.Path != "" && (len(at) == 0 || !in.Own(at[0].File)) {
		file, _ := in.Place(Position{File: p.Path}) // with its text, of which a message may quote a secret
		file.File = p.Path
		return []diag.Position{file}
	}
	return at
}

// BeginsWithMark reports whether an error is about the byte order mark of a file.
func BeginsWithMark(at []diag.Position) bool {
	if len(at) == 0 || at[0].Line != 1 || at[0].Column != 1 {
		return false
	}
	data, err := bounded.ReadFile(at[0].File, manifestfile.MaxSize)
	return err == nil && bytes.HasPrefix(data, []byte(manifestfile.Mark))
}
