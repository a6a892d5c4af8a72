package modelmock

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// chatAsk is a request of the dialect openai-chat, as far as it is read.
type chatAsk struct {
	Model    string        `json:"model"`
	Stream   bool          `json:"stream"`
	Messages []chatMessage `json:"messages"`
	Tools    []struct {
		Function struct {
			Name string `json:"name"`
		} `json:"function"`
	} `json:"tools"`
	StreamOptions struct {
		IncludeUsage bool `json:"include_usage"`
	} `json:"stream_options"`
}

type chatMessage struct {
	Role       string          `json:"role"`
	Content    json.RawMessage `json:"content"`
	ToolCallID string          `json:"tool_call_id"`
}

// chatText returns the text of a content: a string, or a list of parts.
func chatText(content json.RawMessage) string {
	var text string
	if json.Unmarshal(content, &text) == nil {
		return text
	}
	var parts []struct {
		Text string `json:"text"`
	}
	_ = json.Unmarshal(content, &parts)
	var all []string
	for _, p := range parts {
		if p.Text != "" {
			all = append(all, p.Text)
		}
	}
	return strings.Join(all, "\n")
}

// chatRequest reads a request.
func chatRequest(r *http.Request, body []byte, ask chatAsk) Request {
	out := Request{Path: r.URL.Path, Header: r.Header.Clone(), Body: body, Model: ask.Model}
	var system []string
	for _, m := range ask.Messages {
		text := chatText(m.Content)
		switch m.Role {
		case "system", "developer":
			system = append(system, text)
		case "user":
			out.Messages = append(out.Messages, text)
		case "tool":
			out.Results = append(out.Results, Result{Call: m.ToolCallID, Text: text})
		}
	}
	out.System = strings.Join(system, "\n")
	for _, t := range ask.Tools {
		out.Tools = append(out.Tools, t.Function.Name)
	}
	return out
}

// chatArguments returns the arguments of a call, which travel as text.
func chatArguments(input any) string {
	if text, ok := input.(string); ok {
		return text
	}
	data, err := json.Marshal(input)
	if err != nil || input == nil {
		return "{}"
	}
	return string(data)
}

// chat answers a request of the dialect openai-chat.
func (m *Mock) chat(w http.ResponseWriter, r *http.Request) {
	body, err := read(r)
	var ask chatAsk
	if err == nil {
		err = json.Unmarshal(body, &ask)
	}
	if err != nil {
		chatError(w, http.StatusBadRequest, "the body is not a request")
		return
	}
	turn := m.turn(chatRequest(r, body, ask))
	if turn.Status != 0 && turn.Status != http.StatusOK {
		chatError(w, turn.Status, turn.Text)
		return
	}
	id := fmt.Sprintf("chatcmpl-%d", time.Now().UnixNano())
	calls := make([]map[string]any, 0, len(turn.Calls))
	for i, c := range turn.Calls {
		if c.ID == "" {
			c.ID = fmt.Sprintf("call_%s_%d", id[len("chatcmpl-"):], i)
		}
		calls = append(calls, map[string]any{"index": i, "id": c.ID, "type": "function",
			"function": map[string]any{"name": c.Tool, "arguments": chatArguments(c.Input)}})
	}
	finish := "stop"
	if len(calls) > 0 {
		finish = "tool_calls"
	}
	usage := map[string]any{"prompt_tokens": turn.InputTokens, "completion_tokens": turn.OutputTokens,
		"total_tokens": turn.InputTokens + turn.OutputTokens}
	answer := func(object string, choices []any) map[string]any {
		return map[string]any{"id": id, "object": object, "created": time.Now().Unix(), "model": ask.Model, "choices": choices}
	}
	if !ask.Stream {
		for _, c := range calls {
			delete(c, "index")
		}
		message := map[string]any{"role": "assistant", "content": turn.Text}
		if len(calls) > 0 {
			message["tool_calls"] = calls
		}
		whole := answer("chat.completion", []any{map[string]any{"index": 0, "message": message, "finish_reason": finish}})
		whole["usage"] = usage
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(whole)
		return
	}

	w.Header().Set("Content-Type", "text/event-stream")
	send := func(chunk any) {
		if turn.Delay > 0 {
			select {
			case <-time.After(turn.Delay):
			case <-r.Context().Done():
				return
			}
		}
		data, _ := json.Marshal(chunk)
		fmt.Fprintf(w, "data: %s\n\n", data)
		_ = http.NewResponseController(w).Flush()
	}
	delta := func(d map[string]any, finish any) {
		send(answer("chat.completion.chunk", []any{map[string]any{"index": 0, "delta": d, "finish_reason": finish}}))
	}
	delta(map[string]any{"role": "assistant", "content": ""}, nil)
	for _, word := range strings.SplitAfter(turn.Text, " ") {
		if word != "" {
			delta(map[string]any{"content": word}, nil)
		}
	}
	for _, c := range calls {
		function := c["function"].(map[string]any)
		arguments := function["arguments"].(string)
		function["arguments"] = ""
		delta(map[string]any{"tool_calls": []any{c}}, nil)
		delta(map[string]any{"tool_calls": []any{map[string]any{"index": c["index"],
			"function": map[string]any{"arguments": arguments}}}}, nil)
	}
	delta(map[string]any{}, finish)
	if ask.StreamOptions.IncludeUsage {
		last := answer("chat.completion.chunk", []any{})
		last["usage"] = usage
		send(last)
	}
	fmt.Fprint(w, "data: [DONE]\n\n")
}

// chatError answers with an error as the API words it.
func chatError(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{
		"message": message, "type": "invalid_request_error", "param": nil, "code": nil}})
}
