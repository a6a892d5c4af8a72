package manifest

import (
	"fmt"
	"strings"
)

// kinds names the types that a schema allows, for a message.
func (s *schema) kinds() string {
	var names []string
	for _, k := range [...]kind{kindBoolean, kindNumber, kindString, kindArray, kindObject, kindNull} {
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

// expected describes what a schema allows, in a few words.
func (s *schema) expected() string {
	switch {
	case s.alternatives != nil:
		return s.choices()
	case s.enum != nil:
		return "one of: " + strings.Join(s.enum, ", ")
	case s.constant != "":
		return shown(s.constant)
	case s.minimum != "" && s.maximum != "" && s.types&kindNull != 0:
		return "an integer from " + s.minimum + " to " + s.maximum + ", or null for no limit"
	case s.minimum != "" && s.maximum != "":
		return s.kinds() + " from " + s.minimum + " to " + s.maximum
	case s.pattern != nil:
		return fmt.Sprintf("%s: %s, at most %d characters", s.pattern.such(), s.pattern.of, s.maxLength)
	case s.hasMaxBytes && s.oneLine:
		return fmt.Sprintf("a line of at most %d bytes", s.maxBytes)
	case s.hasMaxBytes:
		return fmt.Sprintf("text of at most %d bytes", s.maxBytes)
	}
	return s.kinds()
}

// choices describes what a union allows: "a secret reference, text with secrets or
// null".
func (s *schema) choices() string {
	names := make([]string, len(s.alternatives))
	for i, alternative := range s.alternatives {
		names[i] = alternative.choice()
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// choice names an alternative of a union.
func (s *schema) choice() string {
	mark := s.property("_type")
	switch {
	case mark != nil && mark.constant == SecretRefType:
		return "a secret reference"
	case mark != nil && mark.constant == SecretFormatType:
		return "text with secrets"
	case s.types == kindObject:
		return "an object with " + s.properties[0].name
	case s.pattern != nil && s.pattern.form != "":
		return article(s.pattern.form)
	}
	return s.kinds()
}

// such names a text of the pattern, with an example.
func (p *pattern) such() string { return article(p.form) + " such as " + p.example }

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
