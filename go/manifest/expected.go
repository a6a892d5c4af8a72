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
		return fmt.Sprintf("at most %d characters of the form %s", s.maxLength, s.pattern.text)
	case s.hasMaxBytes && s.oneLine:
		return fmt.Sprintf("a line of at most %d bytes", s.maxBytes)
	case s.hasMaxBytes:
		return fmt.Sprintf("text of at most %d bytes", s.maxBytes)
	}
	return s.kinds()
}
