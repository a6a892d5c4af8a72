package catalog

import (
	"fmt"
	"unicode/utf8"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// maxName is how long the name of a profile may be, in bytes.
const maxName = 100

// CheckName refuses names of profiles that could pass for something else in a list: for
// two columns, another profile, a mark. file is the profile's file, if known.
func CheckName(name, file string) *diag.Error {
	why := ""
	for i, c := range name {
		if nameCharacter(c) && (i > 0 || c != '.' && c != '_' && c != '-') {
			continue
		}
		why = "has " + diag.Character(c)
		if c == utf8.RuneError && !utf8.ValidString(name) {
			why = "is not UTF-8"
		} else if nameCharacter(c) {
			why = "begins with " + diag.Quote(string(c))
		}
		break
	}
	switch {
	case name == "":
		why = "is empty"
	case why == "" && len(name) > maxName:
		why = fmt.Sprintf("has %d bytes", len(name))
	}
	if why == "" {
		return nil
	}
	e := diag.Errorf(diag.ExitInvalid, "profile-name", "cannot use the profile name `%s`: it %s", short(name), why).
		Expectedf("letters, digits, dots, underscores and hyphens of ASCII, a letter or digit first, at most %d bytes", maxName)
	if file != "" {
		e.At(diag.Position{File: file}).Hintf("rename it, or name the file itself: insomnia resolve ./FILE.nix")
	} else {
		e.Hintf("rename the attribute in the flake")
	}
	return e
}

func short(name string) string {
	if len(name) > 2*maxName {
		return name[:2*maxName] + "…"
	}
	return name
}

func nameCharacter(c rune) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '.' || c == '_' || c == '-'
}
