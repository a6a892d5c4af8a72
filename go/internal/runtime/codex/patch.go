package codex

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// change is the effect of a patch on one file.
type change struct {
	// path is as in the patch; to is the destination of a moved file, or empty.
	path, to string
	kind     changeKind
}

type changeKind int

const (
	added changeKind = iota
	updated
	deleted
)

const (
	beginPatch = "*** Begin Patch"
	endPatch   = "*** End Patch"
	addFile    = "*** Add File: "
	deleteFile = "*** Delete File: "
	updateFile = "*** Update File: "
	moveTo     = "*** Move to: "
	endOfFile  = "*** End of File"
)

// maxChanges limits the files of a patch.
const maxChanges = 1000

// parsePatch lists the files that a patch changes. Codex parses patches leniently: spaces
// may precede a heading. An ambiguous patch is refused, so that every changed file is in
// the list.
func parsePatch(text string) ([]change, error) {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(lines) < 3 || lines[0] != beginPatch || lines[len(lines)-1] != endPatch {
		return nil, fmt.Errorf("a patch must begin with %q and end with %q", beginPatch, endPatch)
	}
	p := patchReader{lines: lines[1 : len(lines)-1]}
	for len(p.lines) > 0 {
		if len(p.changes) == maxChanges {
			return nil, fmt.Errorf("a patch may change at most %d files", maxChanges)
		}
		if err := p.file(); err != nil {
			return nil, err
		}
	}
	return p.changes, nil
}

type patchReader struct {
	lines   []string
	changes []change
}

// file parses the part of a patch about one file.
func (p *patchReader) file() error {
	heading := p.lines[0]
	p.lines = p.lines[1:]
	for kind, prefix := range []string{added: addFile, updated: updateFile, deleted: deleteFile} {
		name, ok := strings.CutPrefix(heading, prefix)
		if !ok {
			continue
		}
		if err := checkPatchPath(name); err != nil {
			return err
		}
		c := change{path: name, kind: changeKind(kind)}
		var err error
		switch c.kind {
		case added:
			err = p.body("+")
		case updated:
			if len(p.lines) > 0 && strings.HasPrefix(p.lines[0], moveTo) {
				c.to = strings.TrimPrefix(p.lines[0], moveTo)
				p.lines = p.lines[1:]
				if err := checkPatchPath(c.to); err != nil {
					return err
				}
			}
			err = p.body("+- @")
		}
		p.changes = append(p.changes, c)
		return err
	}
	return errors.New("a patch has a line that is not understood where a file must be named")
}

// body reads lines that begin with one of the characters, up to the next heading. In an
// update, an empty line is context.
func (p *patchReader) body(begin string) error {
	for len(p.lines) > 0 {
		line := p.lines[0]
		switch {
		case isHeading(line):
			return nil
		case begin != "+" && (line == "" || line == endOfFile):
		case line == "" || !strings.Contains(begin, line[:1]):
			return errors.New("a patch has a line that is not understood in the change of a file")
		case line[0] != '+' && line[0] != '-' && strings.HasPrefix(strings.TrimLeftFunc(line, unicode.IsSpace), "***"):
			return errors.New("a patch has a line of context that reads like a heading")
		}
		p.lines = p.lines[1:]
	}
	return nil
}

func isHeading(line string) bool {
	return strings.HasPrefix(line, addFile) || strings.HasPrefix(line, updateFile) || strings.HasPrefix(line, deleteFile)
}

// checkPatchPath refuses paths that two readers may interpret differently.
func checkPatchPath(path string) error {
	if path == "" || path != strings.TrimSpace(path) || strings.ContainsFunc(path, unicode.IsControl) {
		return errors.New("a patch names a file that is not understood")
	}
	return nil
}
