package grammar

import (
	"net/netip"
	"strconv"
	"strings"
)

// host is the scheme, host and port of an address or of a pattern for addresses.
type host struct {
	scheme string // "" for http and https
	name   string // lowercase; an IP address as netip writes it
	below  bool   // *.name: its subdomains, at any depth, and not itself
	port   uint16 // 0 for any
}

func (h host) covers(other host) bool {
	switch {
	case h.scheme != "" && h.scheme != other.scheme,
		h.port != 0 && h.port != other.port:
		return false
	case h.below:
		return strings.HasSuffix(other.name, "."+h.name) || other.below && other.name == h.name
	}
	return h.name == other.name && !other.below
}

// addressSyntax is of the path in an address pattern. A query is not part of it.
var addressSyntax = syntax{special: `*?[]{}\#`}

func parseAddressPattern(pattern string) (host, [][]rune, *Problem) {
	bad := func(format string, args ...any) *Problem {
		return problemf("pattern-address", "pattern `%s`: %s", pattern, problemf("", format, args...).Message)
	}
	var h host
	rest := pattern
	if scheme, after, ok := strings.Cut(pattern, "://"); ok {
		h.scheme, rest = strings.ToLower(scheme), after
		if scheme == "*" {
			return host{}, nil, bad("the scheme cannot be a wildcard").hintf("write `%s` for http and https", after)
		}
		if h.scheme != "http" && h.scheme != "https" {
			return host{}, nil, bad("the scheme must be http or https").hintf("leave it out for both")
		}
	}
	authority, path, hasPath := strings.Cut(rest, "/")
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		return host{}, nil, bad("an address must not contain a user").hintf("leave out all up to the `@`")
	}
	if query := strings.IndexAny(rest, "?#"); query >= 0 {
		return host{}, nil, bad("queries and fragments are not matched").hintf("write `%s`", pattern[:len(pattern)-len(rest)+query])
	}
	name, port, problem := splitPort(authority, bad)
	if problem != nil {
		return host{}, nil, problem
	}
	h.port = port
	if domain, ok := strings.CutPrefix(name, "*."); ok {
		h.below, name = true, domain
	}
	if strings.Contains(name, "*") {
		problem := bad("a star may only be the first label of the host")
		if name == "*" {
			return host{}, nil, problem.hintf("write `*` alone for every address")
		}
		if domain := name[strings.LastIndexByte(name, '*')+1:]; strings.Contains(strings.Trim(domain, "."), ".") {
			domain = strings.Trim(domain, ".")
			return host{}, nil, problem.hintf("write a rule for `%s` and one for its subdomains: `%s`", domain, "*."+domain)
		}
		return host{}, nil, problem.hintf("write `*.` and the domain for its subdomains, such as `*.example.com`")
	}
	h.name, problem = HostName(name)
	if problem != nil {
		return host{}, nil, bad("%s", problem.Message).hintf("%s", problem.Hint)
	}
	if _, err := netip.ParseAddr(h.name); err == nil && h.below {
		return host{}, nil, bad("an IP address has no subdomains").hintf("write a rule for each address")
	}
	if !hasPath {
		return h, nil, nil
	}
	segments, problem := addressPath(pattern, path, bad)
	return h, segments, problem
}

// splitPort splits the port from an authority. Zero means that there is none.
func splitPort(authority string, bad func(string, ...any) *Problem) (string, uint16, *Problem) {
	colon := strings.LastIndexByte(authority, ':')
	if colon < 0 || colon < strings.LastIndexByte(authority, ']') {
		return authority, 0, nil
	}
	text := authority[colon+1:]
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil || port == 0 || text[0] == '0' || text[0] == '+' {
		return "", 0, bad("the port must be a number from 1 to 65535").hintf("leave it out for every port")
	}
	return authority[:colon], uint16(port), nil
}

func addressPath(pattern, path string, bad func(string, ...any) *Problem) ([][]rune, *Problem) {
	if strings.HasSuffix("/"+path, "/") {
		start := strings.TrimRight(pattern, "/")
		if path == "" {
			return nil, bad("ends with a slash").hintf("write `%s` for the whole host", start)
		}
		return nil, bad("ends with a slash").hintf("write `%s` for the page and all below it", start+"/**")
	}
	segments := [][]rune{}
	for text := range strings.SplitSeq(path, "/") {
		switch {
		case text == "" || text == "." || text == "..":
			return nil, bad("the path holds `.`, `..` or an empty name").hintf("write the path that the server sees")
		case text == "**":
			segments = append(segments, []rune{anyDeep})
			continue
		case strings.Contains(text, "**"):
			return nil, problemf("pattern-stars", "pattern `%s`: two stars must be alone between slashes", pattern).
				hintf("write `*` for a part of a name, or `**` between slashes for any number of names")
		case strings.Contains(strings.ReplaceAll(text, "%2F", ""), "%"):
			return nil, bad("the path is matched without percent escapes").hintf("write the characters themselves; only `%%2F` stays")
		}
		segment, problem := addressSyntax.parse(text, pattern)
		if problem != nil {
			return nil, problem
		}
		segments = append(segments, segment)
	}
	return segments, nil
}

// HostName takes the name of a host to one spelling: lowercase ASCII, an IP
// address as netip writes it. Every other spelling is refused, since programs
// read those differently. The problem has no pattern in it.
func HostName(name string) (string, *Problem) {
	bad := func(format string, args ...any) *Problem { return problemf("address", format, args...) }
	if inner, ok := strings.CutPrefix(name, "["); ok {
		inner, closed := strings.CutSuffix(inner, "]")
		addr, err := netip.ParseAddr(inner)
		if err != nil || !closed || !addr.Is6() || addr.Zone() != "" {
			return "", bad("not an IPv6 address in brackets").hintf("write it as in `[::1]`")
		}
		return addr.Unmap().String(), nil
	}
	if strings.ContainsFunc(name, func(r rune) bool { return r >= 0x80 }) { // some have an ASCII letter as their lowercase
		return "", bad("the host must be ASCII").hintf("write the label in the form that begins with `xn--`")
	}
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	if name == "" {
		return "", bad("the host is missing").hintf("write a host, such as `example.com`")
	}
	if len(name) > 253 {
		return "", bad("the host is longer than 253 bytes").hintf("write a shorter one")
	}
	last := ""
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return "", bad("`%s` is not the name of a host", name).hintf("write a name, such as `example.com`, or an IP address")
		}
		for _, r := range label {
			if !nameRune(r) {
				return "", bad("the host holds %s", shown(r)).hintf("write a name, such as `example.com`, or an IP address")
			}
		}
		last = label
	}
	// What ends in a number is read as an IPv4 address, in many notations.
	if last[0] >= '0' && last[0] <= '9' && (strings.HasPrefix(last, "0x") || strings.Trim(last, "0123456789") == "") {
		addr, err := netip.ParseAddr(name)
		if err != nil {
			return "", bad("`%s` is an IPv4 address in an unusual notation", name).hintf("write four decimal numbers, as in `127.0.0.1`")
		}
		return addr.String(), nil
	}
	return name, nil
}

// Address is an http or https address of a call.
type Address struct {
	host     host
	segments [][]rune
}

// MaxAddress bounds the address of a call, in bytes.
const MaxAddress = 8192

// ParseAddress takes the address of a call. The error is a [*Problem] with the
// code "address": the address is not http or https, or is written in a way that
// programs read differently (a user, a backslash, a host that is not ASCII, an IP
// address in another notation). A call with such an address should be denied with
// this problem as the reason, as the same address can be written plainly.
func ParseAddress(text string) (Address, error) {
	a, problem := parseAddress(text)
	if problem != nil {
		return Address{}, problem
	}
	return a, nil
}

func parseAddress(text string) (Address, *Problem) {
	if len(text) > MaxAddress {
		return Address{}, problemf("address", "the address is %d bytes long; at most %d are allowed", len(text), MaxAddress)
	}
	bad := func(format string, args ...any) *Problem {
		return problemf("address", "address `%s`: %s", text, problemf("", format, args...).Message)
	}
	scheme, rest, ok := strings.Cut(text, "://")
	scheme = strings.ToLower(scheme)
	if !ok || scheme != "http" && scheme != "https" {
		return Address{}, bad("must begin with http:// or https://").hintf("write the whole address")
	}
	for _, r := range rest {
		if r <= ' ' || r == '\\' || r == 0x7f {
			return Address{}, bad("holds %s", shown(r)).hintf("write it as a percent escape")
		}
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	authority, path := rest[:end], rest[end:]
	if strings.Contains(authority, "@") {
		return Address{}, bad("an address must not contain a user").hintf("leave out all up to the `@`")
	}
	name, port, problem := splitPort(authority, bad)
	if problem != nil {
		return Address{}, problem
	}
	if port == 0 {
		port = map[string]uint16{"http": 80, "https": 443}[scheme]
	}
	name, problem = HostName(name)
	if problem != nil {
		return Address{}, bad("%s", problem.Message).hintf("%s", problem.Hint)
	}
	if end := strings.IndexAny(path, "?#"); end >= 0 {
		path = path[:end]
	}
	a := Address{host: host{scheme: scheme, name: name, port: port}, segments: [][]rune{}}
	for part := range strings.SplitSeq(path, "/") {
		decoded, ok := unescape(part)
		switch {
		case !ok:
			return Address{}, bad("a percent sign without two hexadecimal digits").hintf("write a percent sign as `%%25`")
		case decoded == "" || decoded == ".":
		case decoded == "..":
			a.segments = a.segments[:max(0, len(a.segments)-1)]
		default:
			a.segments = append(a.segments, symbols(decoded))
		}
	}
	return a, nil
}

// unescape takes the percent escapes from a name in the path of an address. That
// of a slash stays.
func unescape(text string) (string, bool) {
	if !strings.Contains(text, "%") {
		return text, true
	}
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if text[i] != '%' {
			out = append(out, text[i])
			continue
		}
		if i+2 >= len(text) {
			return "", false
		}
		n, err := strconv.ParseUint(text[i+1:i+3], 16, 8)
		if err != nil {
			return "", false
		}
		if n == '/' {
			out = append(out, "%2F"...)
		} else {
			out = append(out, byte(n))
		}
		i += 2
	}
	return string(out), true
}

// MatchAddress reports whether an address pattern matches an address.
func (p Pattern) MatchAddress(a Address) bool {
	if p.kind != KindAddress || p.text == "" {
		return false
	}
	return p.every || p.address.covers(a.host) && (p.segments == nil || covers(p.segments, a.segments))
}
