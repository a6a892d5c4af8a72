package gateway

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// readResponses parses a request to /v1/responses.
func readResponses(data []byte) (*asked, error) {
	a, r := &asked{}, newReader(data)
	return a, r.whole(
		member{"model", r.model(a)},
		member{"models", r.each(r.model(a))},
		member{"instructions", r.systemTexts(a)},
		member{"tools", r.each(func() error { return r.openAITool(a, "") })},
		member{"input", func() error {
			if r.decoder.PeekKind() == jsontext.KindString {
				return r.skip()
			}
			return r.optional(func() error { return r.responsesItem(a) })
		}},
		// The text of a stored prompt is not in the request, and the cost of a background
		// answer is not in the answer.
		member{"prompt", r.unreadable(a, "prompt")},
		member{"background", r.unreadable(a, "background")},
		member{"plugins", r.unreadable(a, "plugins")},
	)
}

// responsesItem parses an item of the conversation.
func (r *reader) responsesItem(a *asked) error {
	var kind, role, call, id, name, namespace string
	var content []string
	var output []byte
	err := r.fields(
		member{"type", r.into(&kind)}, member{"role", r.into(&role)},
		member{"call_id", r.into(&call)}, member{"id", r.into(&id)},
		member{"name", r.into(&name)}, member{"namespace", r.into(&namespace)},
		member{"content", func() (err error) {
			if role == "user" || role == "assistant" {
				return r.skip()
			}
			content, err = r.texts()
			return err
		}},
		member{"output", r.rawInto(&output)},
		// Items may also hold tools: additional_tools, and the results of a tool search.
		member{"tools", r.each(func() error { return r.openAITool(a, "") })},
	)
	if err != nil {
		return err
	}
	if call == "" {
		call = id
	}
	switch {
	case role == "system" || role == "developer":
		a.system = append(a.system, content...)
	case strings.HasSuffix(kind, "_output"):
		a.results = append(a.results, result{id: call, tool: strings.TrimSuffix(kind, "_call_output"), content: output})
	case strings.HasSuffix(kind, "_call"):
		if name == "" {
			name = strings.TrimSuffix(kind, "_call")
		}
		a.call(call, inNamespace(namespace, name))
	}
	return nil
}

func inNamespace(namespace, name string) string {
	if namespace == "" {
		return name
	}
	return namespace + "/" + name
}

// openAITool parses a tool of either dialect: a function, a tool of another type, or a
// namespace of tools.
func (r *reader) openAITool(a *asked, namespace string) error {
	var kind, name, inner string
	var nested []string
	tools := func() error {
		before := a.tools
		a.tools = nil
		err := r.optional(func() error { return r.openAITool(a, "") })
		nested, a.tools = a.tools, before
		return err
	}
	named := func() error { return r.fields(member{"name", r.into(&inner)}) }
	err := r.fields(member{"type", r.into(&kind)}, member{"name", r.into(&name)},
		member{"function", named}, member{"custom", named}, member{"tools", tools})
	if err != nil {
		return err
	}
	switch kind {
	case "namespace":
		for _, tool := range nested {
			if err := a.offer(inNamespace(inNamespace(namespace, name), tool)); err != nil {
				return err
			}
		}
		return nil
	case "function", "custom", "":
		if name == "" || inner == "" {
			return a.offer(inNamespace(namespace, name+inner))
		}
		nested = append(nested, name, inner)
	default:
		nested = append(nested, kind)
	}
	for _, tool := range nested {
		if err := a.offer(tool); err != nil {
			return err
		}
	}
	return nil
}

// readChat parses a request to /v1/chat/completions.
func readChat(data []byte) (*asked, error) {
	a, r := &asked{}, newReader(data)
	return a, r.whole(
		member{"model", r.model(a)},
		member{"models", r.each(r.model(a))},
		member{"tools", r.each(func() error { return r.openAITool(a, "") })},
		member{"functions", r.each(func() error { return r.openAITool(a, "") })},
		member{"messages", r.each(func() error { return r.chatMessage(a) })},
		member{"web_search_options", func() error {
			if r.null() {
				return nil
			}
			if err := r.skip(); err != nil {
				return err
			}
			return a.offer("web_search")
		}},
		member{"plugins", r.unreadable(a, "plugins")},
	)
}

func (r *reader) chatMessage(a *asked) error {
	var role, of string
	var content []byte
	err := r.fields(
		member{"role", r.into(&role)}, member{"tool_call_id", r.into(&of)},
		member{"content", r.rawInto(&content)},
		member{"tool_calls", r.each(func() error {
			var id, name string
			named := func() error { return r.fields(member{"name", r.into(&name)}) }
			err := r.fields(member{"id", r.into(&id)}, member{"function", named}, member{"custom", named})
			a.call(id, name)
			return err
		})},
	)
	if err != nil {
		return err
	}
	switch role {
	case "system", "developer":
		texts, err := newReader(orNull(content)).texts()
		a.system = append(a.system, texts...)
		return err
	case "tool", "function":
		a.results = append(a.results, result{id: of, content: content})
	}
	return nil
}

func orNull(content []byte) []byte {
	if len(content) == 0 {
		return []byte("null")
	}
	return content
}
