package gateway

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// readAnthropic parses a request to /v1/messages or /v1/messages/count_tokens.
func readAnthropic(data []byte) (*asked, error) {
	a, r := &asked{}, newReader(data)
	return a, r.whole(
		member{"model", r.model(a)},
		// A gateway in front of the API may choose from a list.
		member{"models", r.each(r.model(a))},
		member{"system", r.systemTexts(a)},
		member{"tools", r.each(func() error { return r.anthropicTool(a) })},
		member{"messages", r.each(func() error { return r.anthropicMessage(a) })},
		// Servers that the API connects to itself, bypassing the Pod.
		member{"mcp_servers", r.unreadable(a, "mcp_servers")},
		member{"plugins", r.unreadable(a, "plugins")},
	)
}

func (r *reader) anthropicTool(a *asked) error {
	var kind, name string
	if err := r.fields(member{"type", r.into(&kind)}, member{"name", r.into(&name)}); err != nil {
		return err
	}
	if kind == "" || kind == "custom" {
		return a.offer(name)
	}
	// A tool that is built into the API: its type decides what it does, its name how the
	// model calls it.
	if name != "" && name != withoutDate(kind) {
		if err := a.offer(name); err != nil {
			return err
		}
	}
	return a.offer(kind)
}

// withoutDate returns web_search for web_search_20250305.
func withoutDate(kind string) string {
	i := strings.LastIndexByte(kind, '_')
	if i > 0 && len(kind)-i == len("_20250305") && strings.Trim(kind[i+1:], "0123456789") == "" {
		return kind[:i]
	}
	return kind
}

func (r *reader) anthropicMessage(a *asked) error {
	var role string
	var texts []string // texts of what may turn out to be a system message
	text := func() error {
		if role != "" && role != "system" {
			return r.skip()
		}
		text, err := r.text()
		texts = append(texts, text)
		return err
	}
	content := func() error {
		switch r.decoder.PeekKind() {
		case jsontext.KindString, jsontext.KindNull:
			return text()
		}
		return r.list(func() error { return r.anthropicBlock(a, text) })
	}
	err := r.fields(member{"role", r.into(&role)}, member{"content", content})
	if role == "system" {
		a.system = append(a.system, texts...)
	}
	return err
}

func (r *reader) anthropicBlock(a *asked, text func() error) error {
	var kind, id, of, name string
	var content []byte
	err := r.fields(member{"type", r.into(&kind)}, member{"id", r.into(&id)}, member{"tool_use_id", r.into(&of)},
		member{"name", r.into(&name)}, member{"text", text}, member{"content", r.rawInto(&content)})
	switch kind {
	case "tool_use":
		a.call(id, name)
	case "tool_result":
		a.results = append(a.results, result{id: of, content: content})
	}
	return err
}
