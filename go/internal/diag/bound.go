package diag

import (
	"fmt"
	"slices"
	"unicode/utf8"
)

// What one report has at most: an evaluation can throw texts of gigabytes, and a
// file can have more mistakes than anyone reads.
const (
	maxDiagnostics = 100
	maxPositions   = 100     // of one diagnostic
	maxText        = 1 << 20 // bytes of all texts
	maxName        = 4 << 10 // bytes of a path, a pointer, or the name of a profile or file
)

// bounded returns the diagnostics that are shown of a list, and how many are not.
// They are copies, without keys of known forms, which no report prints.
func bounded(all []Diagnostic) (shown []Diagnostic, omitted int) {
	if len(all) > maxDiagnostics {
		all, omitted = all[:maxDiagnostics], len(all)-maxDiagnostics
	}
	shown = slices.Clone(all)
	left := maxText
	for i := range shown {
		d := &shown[i]
		for _, name := range []*string{&d.Profile, &d.Path, &d.Pointer} {
			*name = cut(*name, maxName)
		}
		for _, text := range []*string{&d.Message, &d.Expected, &d.Hint} {
			*text = cut(*text, left)
			left = max(0, left-len(*text))
		}
		if len(d.Positions) > maxPositions {
			d.Positions = d.Positions[:maxPositions]
		}
		d.Positions = slices.Clone(d.Positions)
		for j := range d.Positions {
			p := &d.Positions[j]
			p.File, p.Note = cut(p.File, maxName), cut(p.Note, maxName)
		}
		*d = d.veiled()
	}
	return shown, omitted
}

// cut shortens a text to about a number of bytes and notes how much is missing.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return fmt.Sprintf("%s… (%d bytes more)", text[:most], len(text)-most)
}
