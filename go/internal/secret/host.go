package secret

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// BindHost judges a host as a user types it: HOST or HOST:PORT for https, or
// with http:// before it. Whatever else means a host is refused with instead,
// what to write for it, which is empty where nothing can be. The text itself is
// not in the error: it may be an address with a key in it.
func BindHost(text string) (instead string, err error) {
	why, instead := hostFlaws(text)
	if len(why) == 0 {
		return text, nil
	}
	return instead, diag.Errorf(diag.ExitUsage, "secret-host", "invalid host to bind: %s", strings.Join(why, "; ")).
		Expectedf("a host such as api.example.org, api.example.org:8443 or http://localhost:8080")
}

func hostFlaws(text string) (why []string, instead string) {
	flaw := func(text string) { why = append(why, text) }
	rest, plain := text, ""
	if scheme, after, ok := strings.Cut(text, "://"); ok {
		rest = after
		switch strings.ToLower(scheme) {
		case "http":
			plain = "http://"
			if scheme != "http" {
				flaw("http:// must be lowercase")
			}
		case "https":
			flaw("https is meant without a scheme")
		default:
			flaw("only https and http reach a bound host")
		}
	}
	if at := strings.IndexAny(rest, `/\?#`); at >= 0 {
		rest = rest[:at]
		flaw("a host must not contain a path")
	}
	if at := strings.LastIndexByte(rest, '@'); at >= 0 {
		rest = rest[at+1:]
		flaw("a host must not contain a user")
	}
	host, port := splitPort(rest)
	if port != "" {
		number, err := strconv.Atoi(port[1:])
		if err != nil || number < 1 || number > 65535 || len(port) > 6 || port[1] == '+' {
			flaw("a port must be a number from 1 to 65535")
			port = ""
		}
	}
	if strings.HasPrefix(host, "[") || strings.Contains(host, ":") {
		address, err := netip.ParseAddr(strings.Trim(host, "[]"))
		if err != nil || !address.Is6() || address.Zone() != "" {
			return append(why, "not an IPv6 address in brackets, such as [::1]"), ""
		}
		if short := "[" + address.String() + "]"; short != host {
			host = short
			flaw("an IPv6 address must be in brackets, lowercase and in its short form")
		}
		return why, plain + host + port
	}
	if strings.Contains(host, "*") {
		flaw("wildcards are not supported; bind each host by its name")
		return why, ""
	}
	if trimmed := strings.TrimSuffix(host, "."); trimmed != host {
		host = trimmed
		flaw("a host has no dot at its end")
	}
	if lower := strings.ToLower(host); lower != host {
		host = lower
		flaw("a host must be lowercase")
	}
	if ascii, ok := toASCII(host); ok && ascii != host {
		host = ascii
		flaw("a host must be in ASCII, with its xn-- form for other letters")
	}
	if canonical(plain+host+port) == "" {
		if len(why) == 0 || host != "" {
			flaw("not the name of a host")
		}
		return why, ""
	}
	return why, plain + host + port
}

// splitPort takes the port off, with its colon. Colons in an IPv6 address are
// not one of a port.
func splitPort(text string) (host, port string) {
	at := strings.LastIndexByte(text, ':')
	if at < 0 || strings.HasSuffix(text, "]") || text[0] != '[' && strings.Count(text, ":") > 1 {
		return text, ""
	}
	return text[:at], text[at:]
}
