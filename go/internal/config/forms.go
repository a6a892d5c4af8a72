package config

import (
	"strings"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

// The forms that texts of a config have, decided by hand: a config with many
// bindings is read at each start, and a test holds them to their patterns.

func isName(text string) bool {
	return text != "" && !strings.ContainsFunc(text, func(c rune) bool { return !letterOrDigit(c) && c != '_' && c != '-' }) &&
		letterOrDigit(rune(text[0])) && letterOrDigit(rune(text[len(text)-1]))
}

func letterOrDigit(c rune) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}

func isReference(text string) bool { return isCommand(text) && text[0] != '-' }

func isFlakeReference(text string) bool {
	return isReference(text) && !strings.Contains(text, "#")
}

func isCommand(text string) bool {
	return text != "" && text[0] != ' ' && !strings.ContainsFunc(text, isControl)
}

func isControl(c rune) bool { return c < 0x20 || c == 0x7f }

func isSecretName(text string) bool { return manifest.SecretName(text).Valid() }

func isBindingURI(text string) bool {
	backend, rest, ok := strings.Cut(text, ":")
	switch backend {
	case "age", "env", "file", "mount", "exec", "login":
		return ok && !strings.ContainsFunc(rest, isControl)
	}
	return false
}

func isHost(text string) bool {
	host, port, hasPort := strings.TrimPrefix(text, "http://"), "", false
	inner, bracketed := strings.CutPrefix(host, "[")
	if bracketed {
		if inner, host, bracketed = strings.Cut(inner, "]"); !bracketed || host != "" && host[0] != ':' {
			return false
		}
	}
	host, port, hasPort = strings.Cut(host, ":")
	if hasPort && (port == "" || len(port) > 5 || strings.Trim(port, "0123456789") != "") {
		return false
	}
	if bracketed {
		return inner != "" && strings.Trim(inner, "0123456789abcdef:.") == ""
	}
	edge := func(c byte) bool { return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c == '_' }
	return host != "" && edge(host[0]) && edge(host[len(host)-1]) &&
		!strings.ContainsFunc(host, func(c rune) bool { return c >= 0x80 || !edge(byte(c)) && c != '.' && c != '-' })
}
