package grammar

import (
	"strings"
	"unicode/utf8"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/unseen"
)

// MaxPlace bounds a directory or a glob of files in a manifest, in bytes. The schema
// has the same bound.
const MaxPlace = 512

// CheckDirectory reports why a text cannot name a directory: one of the workspace
// (src), of the home directory (~/.cache), or of the file system (/srv/data). It is
// taken literally, and each has one spelling. The error is a [*Problem] with the
// code "directory".
func CheckDirectory(text string) error {
	if problem := checkDirectory(text); problem != nil {
		return problem
	}
	return nil
}

func checkDirectory(text string) *Problem {
	if problem := checkPlace("directory", text); problem != nil {
		return problem
	}
	bad := func(what, hint string, args ...any) *Problem {
		return problemf("directory", "directory `%s`: %s", text, what).hintf(hint, args...)
	}
	if text == "." || text == "~" || text == "/" {
		return nil
	}
	rest := text
	switch {
	case text[0] == '/':
		rest = text[1:]
	case strings.HasPrefix(text, "~/"):
		rest = text[2:]
	case text[0] == '~':
		return bad("the home directory of another user is not known", "write `~/` for your own, the absolute path for another")
	case text[0] == '$':
		return bad("variables are not expanded", "write `~/` for the home directory, and nothing for the workspace")
	case strings.HasPrefix(text, "./"):
		return bad("begins with `./`", "leave it out: a path begins at the workspace")
	}
	if i := strings.IndexAny(text, `*?[]{}\`); i >= 0 {
		return bad("must be one directory, without "+shown(rune(text[i])), "write each directory by its name; all below it belongs to it")
	}
	for name := range strings.SplitSeq(rest, "/") {
		switch name {
		case "":
			return bad("two slashes in a row, or one at the end", "write one slash between names, and none at the end")
		case ".":
			return bad("`.` may only be alone", "leave it out")
		case "..":
			return bad("`..` is not resolved", "write the path from the workspace, from `~/` or from `/`")
		}
	}
	return nil
}

// checkPlace refuses text that no path can contain.
func checkPlace(noun, text string) *Problem {
	switch {
	case text == "":
		return problemf("place", "the %s is empty", noun).hintf("write a path, such as `~/.cache`, or remove the entry")
	case len(text) > MaxPlace:
		return problemf("place", "the %s is %d bytes long; at most %d are allowed", noun, len(text), MaxPlace).hintf("write a shorter one")
	case !utf8.ValidString(text):
		return problemf("place", "%s `%s`: not valid UTF-8", noun, text).hintf("save the file as UTF-8")
	case strings.Trim(text, " ") != text:
		return problemf("place", "%s `%s`: begins or ends with a space", noun, text).hintf("remove the space")
	}
	for _, r := range text {
		if unseen.Hidden(r) {
			return problemf("place", "%s `%s`: contains an invisible character: %s", noun, text, diag.Character(r)).hintf("remove the character")
		}
	}
	return nil
}
