package resolve

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/grant"
	"github.com/insomnia-pods/insomnia/go/internal/jsonread"
	"github.com/insomnia-pods/insomnia/go/internal/manifestfile"
	"github.com/insomnia-pods/insomnia/go/internal/unseen"
)

// HiddenCode is the code of a warning about hidden characters.
const HiddenCode = "hidden-text"

// mostHidden places are told one by one.
const mostHidden = 20

// Hidden warns about characters in the strings of a canonical manifest that a model
// reads and a person does not see. They may be instructions hidden for the model alone.
func Hidden(canonical []byte) []diag.Diagnostic {
	if !unseen.Any(canonical) && !bytes.Contains(canonical, []byte(`"base64":`)) {
		return nil
	}
	var found []diag.Diagnostic
	more := 0
	jsonread.Strings(canonical, func(pointer, text string, _ bool) {
		for _, place := range unseen.Scan(grant.Readable(pointer, text)) {
			if len(found) == mostHidden {
				more++
				continue
			}
			found = append(found, diag.Diagnostic{
				Severity: diag.SeverityWarning, Code: HiddenCode, Path: manifestfile.Dotted(pointer), Pointer: pointer,
				Message: hiddenMessage(place), Positions: []diag.Position{},
			})
		}
	})
	if more > 0 {
		found[len(found)-1].Message += fmt.Sprintf("; %d more places are not listed", more)
	}
	if len(found) > 0 {
		found[len(found)-1].Hint = "show invisible characters: insomnia trust show --full; delete those that do not belong there"
	}
	return found
}

func hiddenMessage(p unseen.Place) string {
	var names []string
	for _, r := range p.Runes {
		names = append(names, diag.Character(r))
	}
	what := strings.Join(names, ", ")
	if p.Count > len(p.Runes) {
		what += fmt.Sprintf(", %d characters in all", p.Count)
	}
	message := fmt.Sprintf("hidden text at line %d, column %d: %s", p.Line, p.Column, what)
	if p.Reads != "" {
		message += "; it spells " + diag.Shorten(diag.QuoteProse(p.Reads), 60)
	}
	return message
}

// Strict makes errors of warnings.
func Strict(warnings []diag.Diagnostic) []diag.Diagnostic {
	for i := range warnings {
		warnings[i].Severity = diag.SeverityError
	}
	return warnings
}
