package syntax

func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func isIDStart(c byte) bool {
	return isLetter(c) || c == '_'
}
func isIDChar(c byte) bool { return isIDStart(c) || isDigit(c) || c == '\'' || c == '-' }
func isPathChar(c byte) bool {
	return isLetter(c) || isDigit(c) || c == '.' || c == '_' || c == '-' || c == '+'
}

func isURIChar(c byte) bool {
	switch c {
	case '%', '/', '?', ':', '@', '&', '=', '+', '$', ',', '-', '_', '.', '!', '~', '*', '\'':
		return true
	}
	return isLetter(c) || isDigit(c)
}

func idLen(s string) int {
	n := 1
	for n < len(s) && idBytes[s[n]] {
		n++
	}
	return n
}

var idBytes = func() (in [256]bool) {
	for c := range in {
		in[c] = isIDChar(byte(c))
	}
	return in
}()

func digitsLen(s string) int {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return n
}

// floatLen matches (([1-9][0-9]*\.[0-9]*)|(0?\.[0-9]+))([Ee][+-]?[0-9]+)?
func floatLen(s string) int {
	n := 0
	switch {
	case s[0] >= '1' && s[0] <= '9':
		n = digitsLen(s)
		if n >= len(s) || s[n] != '.' {
			return 0
		}
		n++
		n += digitsLen(s[n:])
	default:
		if s[0] == '0' {
			n = 1
		}
		if n >= len(s) || s[n] != '.' {
			return 0
		}
		n++
		d := digitsLen(s[n:])
		if d == 0 {
			return 0
		}
		n += d
	}
	if n < len(s) && (s[n] == 'e' || s[n] == 'E') {
		e := n + 1
		if e < len(s) && (s[e] == '+' || s[e] == '-') {
			e++
		}
		if d := digitsLen(s[e:]); d > 0 {
			n = e + d
		}
	}
	return n
}

// uriLen matches [a-zA-Z][a-zA-Z0-9+.-]*:[uri characters]+
func uriLen(s string) int {
	n := 1
	for n < len(s) && (isLetter(s[n]) || isDigit(s[n]) || s[n] == '+' || s[n] == '-' || s[n] == '.') {
		n++
	}
	if n >= len(s) || s[n] != ':' {
		return 0
	}
	start := n + 1
	n = start
	for n < len(s) && isURIChar(s[n]) {
		n++
	}
	if n == start {
		return 0
	}
	return n
}

// pathLen measures a path literal at the start of s, `~/…` included, and the
// length of a first piece with the `${` that follows it (0 when there is none).
func pathLen(s string) (path, interpolated int) {
	if s[0] == '~' {
		if len(s) < 2 || s[1] != '/' {
			return 0, 0
		}
		if len(s) >= 4 && s[2] == '$' && s[3] == '{' {
			return 0, 4
		}
		path, _ = pathLenAt(s[1:])
		if path > 0 {
			path++
		}
		return path, 0
	}
	return pathLenAt(s)
}

// pathLenAt matches {char}*(/{char}+)+/? and {char}*/ followed by `${`.
func pathLenAt(s string) (path, interpolated int) {
	i := 0
	for i < len(s) && isPathChar(s[i]) {
		i++
	}
	if i+2 < len(s) && s[i] == '/' && s[i+1] == '$' && s[i+2] == '{' {
		interpolated = i + 3
	}
	for i < len(s) && s[i] == '/' {
		j := i + 1
		for j < len(s) && isPathChar(s[j]) {
			j++
		}
		if j == i+1 {
			if path > 0 {
				return i + 1, interpolated
			}
			return 0, interpolated
		}
		i, path = j, j
	}
	return path, interpolated
}
