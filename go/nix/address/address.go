// Package address parses the address of a download once, into a value that every later
// step takes: a check and the code that connects cannot read the same text as different
// hosts, or as a file.
//
// The form is narrower than a URL's. A scheme is one of a closed list, in any
// case; a host is ASCII, without a trailing dot, and a number only in the usual
// notation; there is no password, no fragment, no backslash and no control
// character. An internationalized name has its punycode form (xn--…) and is
// shown so.
package address

import (
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Schemes that an address can have.
const (
	HTTPS = "https"
	HTTP  = "http"
	SSH   = "ssh"
	File  = "file"
)

// Address is the location of a download or of a local file. It is comparable.
type Address struct {
	Scheme string // HTTPS, HTTP, SSH or File
	User   string // of SSH alone; may be empty
	Host   string // lowercase ASCII; an IPv6 address without brackets; empty for File
	Port   string // decimal, without leading zeros; empty for the usual one
	Path   string // percent-encoded as it was written; absolute for File
	Query  string // without the question mark
}

// maxLength bounds an address in bytes.
const maxLength = 4096

// Error is an address that cannot be used.
type Error struct {
	Text   string // as it was given, without a password
	Reason string
	Hint   string // what to write instead; may be empty
}

func (e *Error) Error() string { return fmt.Sprintf("invalid address %q: %s", e.Text, e.Reason) }

// Parse reads an address. Errors are *Error.
func Parse(text string) (Address, error) {
	fail := func(reason, hint string) (Address, error) {
		return Address{}, &Error{Text: withoutUser(text), Reason: reason, Hint: hint}
	}
	if reason := badText(text); reason != "" {
		return fail(reason, "")
	}
	scheme, rest, found := strings.Cut(text, ":")
	if !found {
		return fail("the scheme is missing", "write https://HOST/PATH")
	}
	a := Address{Scheme: strings.ToLower(scheme)}
	switch a.Scheme {
	case HTTPS, HTTP, SSH, File:
	default:
		return fail("unknown scheme", "the schemes are https, http, ssh and file")
	}
	rest, a.Query, _ = strings.Cut(rest, "?")
	authority := ""
	if after, ok := strings.CutPrefix(rest, "//"); ok {
		slash := strings.IndexByte(after, '/')
		if slash < 0 {
			slash = len(after)
		}
		authority, a.Path = after[:slash], after[slash:]
	} else if a.Path = rest; a.Scheme != File {
		return fail("`//` and a host must follow the scheme", "write "+a.Scheme+"://HOST/PATH")
	}
	if reason := badPath(a.Path); reason != "" {
		return fail(reason, "")
	}
	if a.Scheme == File {
		if authority != "" && !strings.EqualFold(authority, "localhost") || !strings.HasPrefix(a.Path, "/") {
			return fail("a file has no host and an absolute path", "write file:///PATH")
		}
		return a, nil
	}
	if reason, hint := a.authority(authority); reason != "" {
		return fail(reason, hint)
	}
	return a, nil
}

func badText(text string) string {
	switch {
	case len(text) > maxLength:
		return fmt.Sprintf("longer than %d bytes", maxLength)
	case !utf8.ValidString(text):
		return "not valid UTF-8"
	case strings.Contains(text, "#"):
		return "a fragment (`#`) is not part of an address"
	case strings.Contains(text, `\`):
		return "a backslash is not part of an address"
	}
	for _, r := range text {
		if r <= 0x20 || r == 0x7f {
			return "spaces and control characters must be percent-encoded"
		}
		if strings.ContainsRune("\"<>^`{|}", r) {
			return fmt.Sprintf("%q must be percent-encoded", r)
		}
	}
	return ""
}

// badPath refuses what means a control character once it is decoded.
func badPath(path string) string {
	decoded, err := url.PathUnescape(path)
	if err != nil {
		return "bad percent-encoding"
	}
	if strings.ContainsFunc(decoded, func(r rune) bool { return r < 0x20 || r == 0x7f }) {
		return "a control character in the path"
	}
	return ""
}

// authority reads user, host and port.
func (a *Address) authority(text string) (reason, hint string) {
	if at := strings.LastIndexByte(text, '@'); at >= 0 {
		user := text[:at]
		switch {
		case a.Scheme != SSH:
			return "a user name or password is not allowed",
				"leave it out; git takes credentials from your credential helper: git+https://HOST/PATH, or git+ssh://git@HOST/PATH"
		case strings.Contains(user, ":"):
			return "a password is not allowed", "leave it out; ssh uses your keys"
		case !plainUser(user):
			return "invalid user name", ""
		}
		a.User, text = user, text[at+1:]
	}
	host, port := text, ""
	if strings.HasPrefix(text, "[") {
		end := strings.IndexByte(text, ']')
		if end < 0 {
			return "`]` is missing after the host", ""
		}
		ip, err := netip.ParseAddr(text[1:end])
		if err != nil || !ip.Is6() || ip.Zone() != "" {
			return "invalid IPv6 address", ""
		}
		a.Host, port = ip.String(), text[end+1:]
		if port != "" && port[0] != ':' {
			return "invalid port", ""
		}
	} else {
		if colon := strings.IndexByte(text, ':'); colon >= 0 {
			host, port = text[:colon], text[colon:]
		}
		if a.Host, reason, hint = hostName(host); reason != "" {
			return reason, hint
		}
	}
	if port != "" {
		n, err := strconv.ParseUint(port[1:], 10, 16)
		if err != nil || n == 0 || port[1] == '+' {
			return "invalid port", ""
		}
		if a.Port = strconv.FormatUint(n, 10); a.Port == usualPort(a.Scheme) {
			a.Port = ""
		}
	}
	return "", ""
}

func plainUser(s string) bool {
	for i := range len(s) {
		if c := s[i]; !alphanumeric(c) && c != '.' && c != '_' && (c != '-' || i == 0) {
			return false
		}
	}
	return s != ""
}

func alphanumeric(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' }

// hostName checks a name, or an IPv4 address in the usual notation.
func hostName(s string) (host, reason, hint string) {
	s = strings.TrimSuffix(strings.ToLower(s), ".")
	switch {
	case s == "":
		return "", "the host is missing", ""
	case strings.Contains(s, "%"):
		return "", "a host is not percent-encoded", ""
	case strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }):
		return "", "the host has letters beyond ASCII", "write its punycode form, xn--…, and look at it twice"
	case len(s) > 253:
		return "", "the host is longer than 253 bytes", ""
	}
	labels := strings.Split(s, ".")
	for _, label := range labels {
		if label == "" || len(label) > 63 || label[0] == '-' {
			return "", "invalid host", ""
		}
		for i := range len(label) {
			if c := label[i]; !alphanumeric(c) && c != '-' && c != '_' {
				return "", "invalid host", ""
			}
		}
	}
	// Programs read 0177.1, 2130706433 and 0x7f000001 as addresses, each in its own way.
	if last := labels[len(labels)-1]; number(last) {
		if ip, err := netip.ParseAddr(s); err != nil || !ip.Is4() {
			return "", "an IPv4 address must have four decimal parts", "write 192.0.2.1"
		}
	}
	return s, "", ""
}

func number(label string) bool {
	if hex, ok := strings.CutPrefix(label, "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return strings.Trim(label, "0123456789") == ""
}

func usualPort(scheme string) string {
	switch scheme {
	case HTTPS:
		return "443"
	case HTTP:
		return "80"
	case SSH:
		return "22"
	}
	return ""
}

// withoutUser hides what may be a password from a message.
func withoutUser(text string) string {
	scheme, rest, ok := strings.Cut(text, "//")
	if !ok {
		return text
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	if at := strings.LastIndexByte(rest[:end], '@'); at >= 0 {
		return scheme + "//…" + rest[at:]
	}
	return text
}

// Host checks a host alone, as the lock of a flake names one: with a port at most.
func Host(text string) error {
	if strings.ContainsAny(text, "/?#@") {
		return &Error{Text: text, Reason: "invalid host"}
	}
	_, err := Parse(HTTPS + "://" + text + "/")
	return err
}

// String writes the address as one that [Parse] reads back.
func (a Address) String() string {
	var b strings.Builder
	b.WriteString(a.Scheme + "://")
	if a.User != "" {
		b.WriteString(a.User + "@")
	}
	if strings.Contains(a.Host, ":") {
		b.WriteString("[" + a.Host + "]")
	} else {
		b.WriteString(a.Host)
	}
	if a.Port != "" {
		b.WriteString(":" + a.Port)
	}
	b.WriteString(a.Path)
	if a.Query != "" {
		b.WriteString("?" + a.Query)
	}
	return b.String()
}

// Local reports whether the address is a file of this machine.
func (a Address) Local() bool { return a.Scheme == File }

// FilePath is the decoded path of a local address.
func (a Address) FilePath() string {
	path, _ := url.PathUnescape(a.Path)
	return path
}

// HostPort is the host and the port that is connected to, as net.Dial takes them.
func (a Address) HostPort() string {
	port := a.Port
	if port == "" {
		port = usualPort(a.Scheme)
	}
	if strings.Contains(a.Host, ":") {
		return "[" + a.Host + "]:" + port
	}
	return a.Host + ":" + port
}
