package manifest

import (
	"slices"
	"strconv"
	"strings"

	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// The rules about where requests go and what they carry; rules.go lists them.

// addressRule holds the host and the port of an address to what can be reached: the
// pattern of an address lets more pass.
func (c *checker) addressRule(at *location, address *value) {
	switch {
	case address.is(kindString):
		c.reachable(at, address.text)
	case address.isFormat():
		if template, has := address.textOf("template"); has {
			if pieces, err := Template(template).Pieces(); err == nil {
				c.reachable(at.field("template"), strings.Join(pieces, "x"))
			}
		}
	}
}

func (c *checker) reachable(at *location, address string) {
	if s := manifestSchema.property("model").property("baseUrl"); len(address) > s.maxLength || !s.pattern.match(address) {
		return
	}
	host, port := authority(address)
	const code = "rule-address"
	if n, err := strconv.Atoi(port); port != "" && (err != nil || n < 1 || n > 65535) {
		c.report(at, code, "invalid port "+port, "a port from 1 to 65535", "write the port that the server listens on")
		return
	}
	if _, problem := grammar.HostName(host); problem != nil {
		c.report(at, code, problem.Message, "a host name, or an IP address", problem.Hint)
	}
}

// authority returns the host of an address, brackets included, and its port.
func authority(address string) (host, port string) {
	_, host, _ = strings.Cut(address, "://")
	if end := strings.IndexAny(host, "/?#"); end >= 0 {
		host = host[:end]
	}
	closed := strings.LastIndexByte(host, ']')
	if colon := strings.LastIndexByte(host, ':'); colon > closed && (host[0] != '[' || closed >= 0) {
		host, port = host[:colon], host[colon+1:]
	}
	return host, port
}

// headerRules judge the names and the texts of headers.
func (c *checker) headerRules(at *location, headers *value) {
	if !headers.is(kindObject) || len(headers.members) == 0 {
		return
	}
	names := make([]string, 0, len(headers.members))
	for _, m := range headers.members {
		names = append(names, m.name)
		c.headerText(at.field(m.name).field("value"), m.value.get("value"))
		c.headerText(at.field(m.name).field("template"), m.value.get("template"))
	}
	slices.Sort(names)
	seen := make(map[string]string, len(names))
	for _, name := range names {
		lower := strings.ToLower(name)
		switch first, twice := seen[lower]; {
		case ofConnection(lower):
			c.headerName(at.field(name), name)
		case twice:
			c.report(at.field(name), "rule-header-name", "the header "+named(name)+" is the same as "+named(first), "each header once", "remove one of the two")
		default:
			seen[lower] = name
		}
	}
}

// ofConnection reports whether a header, in lower case, controls how a request is sent
// and to whom. A reverse proxy routes by Host, for example, so it would send a key to a
// service other than the bound one.
func ofConnection(lower string) bool {
	return slices.Contains([]string{"connection", "content-length", "expect", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"}, lower) ||
		strings.HasPrefix(lower, "proxy-")
}

func (c *checker) headerName(at *location, name string) {
	if ofConnection(strings.ToLower(name)) {
		c.report(at, "rule-header-name", "the header "+named(name)+" cannot be set in a profile: the connection sets it",
			"a header such as Authorization", "remove it, or use the header that the API asks for")
	}
}

// headerText keeps line breaks out of a header.
func (c *checker) headerText(at *location, text *value) {
	if text.is(kindString) && hasControl(text.text) {
		c.report(at, "rule-header-value", "contains a control character such as a line break (value not shown)",
			"one line without control characters", "remove it; a trailing line break often comes from readFile")
	}
}
