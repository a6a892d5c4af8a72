package manifest

import (
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/langtag"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// misfit returns what is wrong with a text that does not match a pattern, and a hint; both
// are empty if only the pattern is known. lib/validate/formFault.nix does the same.
func (p *pattern) misfit(text string) (message, hint string) {
	switch p.form {
	case "address":
		return addressMisfit(text)
	case "host":
		return hostMisfit(text)
	case "request path":
		return requestPathMisfit(text)
	case "language tag":
		if tag := langtag.Near(text); tag != "" {
			return shown(text) + " is not a language tag", "did you mean `" + tag + "`?"
		}
	}
	return "", ""
}

// addressMisfit does not show the address, since it may hold a password.
func addressMisfit(text string) (message, hint string) {
	scheme, rest, found := strings.Cut(text, "://")
	if !found || scheme != "https" && scheme != "http" {
		return "an address must begin with https:// or http://", "write the whole address, as in https://api.example.org/v1"
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	if strings.Contains(rest[:end], "@") {
		return "an address has no user", "leave out all up to the `@`; a key goes into auth or headers"
	}
	host, _ := authority(text)
	if _, problem := grammar.HostName(host); problem != nil {
		return problem.Message, problem.Hint
	}
	switch path := rest[end:]; {
	case strings.Contains(path, "#"):
		return "an address has no fragment", "leave out all from the `#` on"
	case path != "":
		return "the path of an address is ASCII without spaces", "write other characters as percent escapes, such as %20 for a space"
	}
	return "the port of an address is a number", "write the port that the server listens on"
}

// hostMisfit is about the host of a service.
func hostMisfit(text string) (message, hint string) {
	switch {
	case strings.Contains(text, "://"):
		return "a host has no scheme: a service is reached over https", "leave out all up to the `//`, and all from the next `/` on"
	case strings.Contains(text, "@"):
		return "a host has no user", "leave out all up to the `@`; a credential goes into auth"
	case strings.Contains(text, "/"):
		return "a host has no path", "leave out all from the `/` on; paths go into paths"
	case strings.Contains(text, "*"):
		return "a service is one host", "make a service for each host"
	case strings.Contains(text, "[") || strings.Count(text, ":") > 1:
		return "a service is reached by a name or an IPv4 address", "write a name that stands for the address"
	case strings.ToLower(text) != text:
		return "a host is written in lowercase", "write it in lowercase"
	case strings.Contains(text, ":"):
		return "the port of a host is a number from 1 to 65535", "write the port that the service listens on"
	}
	return "", ""
}

// requestPathMisfit is about the paths that a service passes on.
func requestPathMisfit(text string) (message, hint string) {
	switch {
	case !strings.HasPrefix(text, "/"):
		return "a path of requests begins with /", "write it from the root of the host, such as /repos/**"
	case strings.Contains(text, "%"):
		return "a path of requests is compared decoded", "write the character itself in place of its percent escape"
	case strings.ContainsAny(text, "?#"):
		return "a path of requests has no query and no fragment", "leave out all from the `?` or `#` on; a query is not compared"
	case strings.Contains(text+"/", "/./") || strings.Contains(text+"/", "/../") || strings.Contains(text, "//"):
		return "a path of requests has no empty part, `.` or `..`", "write the path that it leads to"
	}
	return "a path of requests is ASCII without spaces", "write * for the part that has other characters"
}
