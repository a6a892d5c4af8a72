package reference

import (
	"net/url"
	"strings"
)

// fragment formats an attribute path for a reference, with its `#`; empty for none.
// Names with a dot or anything unusual are quoted.
func fragment(attr []string) string {
	if len(attr) == 0 {
		return ""
	}
	return "#" + strings.ReplaceAll(Attribute(attr), "%", "%25")
}

// Attribute writes an attribute path for people: names joined by dots, quoted
// where they hold more than letters, digits, `-` and `_`.
func Attribute(attr []string) string {
	parts := make([]string, len(attr))
	for i, name := range attr {
		if Plain(name) {
			parts[i] = name
		} else {
			parts[i] = `"` + name + `"`
		}
	}
	return strings.Join(parts, ".")
}

// Plain reports whether a name needs no quotes in an attribute path.
func Plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; !letterOrDigit(c) && c != '_' && c != '-' {
			return false
		}
	}
	return s != ""
}

func letterOrDigit(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

// parseAttr parses the text after `#`: names joined by dots, quoted if they contain a
// dot, percent-encoded as in any URL.
func parseAttr(fragment string) ([]string, error) {
	decoded, err := url.PathUnescape(fragment)
	if err != nil {
		return nil, unreadable("invalid percent-encoding after `#`: %s", fragment)
	}
	attr, ok := splitAttr(decoded)
	if !ok {
		return nil, unreadable("invalid attribute path %q", decoded).
			Expectedf("names joined by dots, such as coder or lib.profiles.\"with.dot\"")
	}
	return attr, nil
}

func splitAttr(s string) ([]string, bool) {
	if s == "" {
		return nil, true
	}
	var attr []string
	for {
		var name string
		if strings.HasPrefix(s, `"`) {
			end := strings.IndexByte(s[1:], '"')
			if end < 0 {
				return nil, false
			}
			name, s = s[1:1+end], s[2+end:]
			if s != "" && s[0] != '.' {
				return nil, false
			}
		} else {
			end := strings.IndexByte(s, '.')
			if end < 0 {
				end = len(s)
			}
			name, s = s[:end], s[end:]
			if strings.ContainsRune(name, '"') {
				return nil, false
			}
		}
		if name == "" {
			return nil, false
		}
		attr = append(attr, name)
		if s == "" {
			return attr, true
		}
		s = s[1:]
	}
}
