package manifest

import (
	"fmt"
	"strings"
)

// kinds names the types that a schema allows, for a message.
func (s *schema) kinds() string {
	var names []string
	for k := kindNull; k <= kindObject; k <<= 1 {
		switch {
		case s.types&k == 0:
		case k == kindNumber && s.integer:
			names = append(names, "an integer")
		default:
			names = append(names, k.String())
		}
	}
	return strings.Join(names, " or ")
}

// expected says what a schema allows, in a few words.
func (s *schema) expected() string {
	switch {
	case s.otherwise != nil:
		return "a secret reference or an object with " + s.otherwise.properties[0].name
	case s.secretRef != nil:
		return "a secret reference or null"
	case s.enum != nil:
		return "one of: " + strings.Join(s.enum, ", ")
	case s.constant != "":
		return shown(s.constant)
	case s.minimum != "" && s.maximum != "":
		return s.kinds() + " from " + s.minimum + " to " + s.maximum
	case s.pattern != nil:
		return fmt.Sprintf("%s such as %s, of at most %d characters; exactly: %s", article(s.pattern.form), s.pattern.example, s.maxLength, s.pattern.text)
	case s.hasMaxBytes && s.oneLine:
		return fmt.Sprintf("a line of at most %d bytes", s.maxBytes)
	case s.hasMaxBytes:
		return fmt.Sprintf("text of at most %d bytes", s.maxBytes)
	}
	return s.kinds()
}

func article(noun string) string {
	if noun != "" && strings.IndexByte("aeiou", noun[0]) >= 0 {
		return "an " + noun
	}
	return "a " + noun
}

// counted writes a number of things: 1 element, 2 elements.
func counted(n int, thing string) string {
	switch {
	case n == 1:
		return "1 " + thing
	case strings.HasSuffix(thing, "y"):
		return fmt.Sprintf("%d %sies", n, strings.TrimSuffix(thing, "y"))
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
