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

// pathBytes and schemeBytes are the bytes of a piece of a path, and of the scheme of a URI.
var pathBytes, schemeBytes = func() (path, scheme [256]bool) {
	for c := range path {
		path[c] = isPathChar(byte(c))
		scheme[c] = path[c] && c != '_'
	}
	return path, scheme
}()

// homePathLen measures a path literal `~/…` at the start of s, and the length
// of `~/${` there (0 when it is not).
func homePathLen(s string) (path, interpolated int) {
	if len(s) < 2 || s[1] != '/' {
		return 0, 0
	}
	if len(s) >= 4 && s[2] == '$' && s[3] == '{' {
		return 0, 4
	}
	path, _ = pathLenAt(s[1:], 0)
	if path > 0 {
		path++
	}
	return path, 0
}

// pathLenAt matches {char}*(/{char}+)+/? and {char}*/ followed by `${`, where
// the first i bytes are the first characters. It returns the length of a path
// and that of a first piece with the `${` that follows it, each 0 when there is none.
func pathLenAt(s string, i int) (path, interpolated int) {
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
