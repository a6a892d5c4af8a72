package modelmock

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// anthropicRequest is the part of a request to the Messages API that is kept.
type anthropicRequest struct {
	Model    string          `json:"model"`
	Stream   bool            `json:"stream"`
	System   json.RawMessage `json:"system"`
	Tools    []anthropicTool `json:"tools"`
	Messages []struct {
		Role    string          `json:"role"`
		Content json.RawMessage `json:"content"`
	} `json:"messages"`
}

type anthropicTool struct {
	Name string `json:"name"`
}

// anthropicBlock is a block of content.
type anthropicBlock struct {
	Type    string          `json:"type"`
	Text    string          `json:"text"`
	Call    string          `json:"tool_use_id"`
	Content json.RawMessage `json:"content"`
}

// anthropicBlocks reads content, which is a string or a list of blocks.
func anthropicBlocks(content json.RawMessage) []anthropicBlock {
	var text string
	if json.Unmarshal(content, &text) == nil && text != "" {
		return []anthropicBlock{{Type: "text", Text: text}}
	}
	var blocks []anthropicBlock
	_ = json.Unmarshal(content, &blocks)
	return blocks
}

// anthropicText joins the texts of content, each on lines of its own.
func anthropicText(content json.RawMessage) string {
	var texts []string
	for _, b := range anthropicBlocks(content) {
		if b.Type == "text" {
			texts = append(texts, b.Text)
		}
	}
	return strings.Join(texts, "\n")
}

// anthropicErrorType is the type of an error with a status.
func anthropicErrorType(status int) string {
	switch status {
	case 400, 422:
		return "invalid_request_error"
	case 401:
		return "authentication_error"
	case 402:
		return "billing_error"
	case 403:
		return "permission_error"
	case 404:
		return "not_found_error"
	case 413:
		return "request_too_large"
	case 429:
		return "rate_limit_error"
	case 529:
		return "overloaded_error"
	}
	return "api_error"
}

func anthropicFail(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"type":       "error",
		"error":      map[string]any{"type": anthropicErrorType(status), "message": message},
		"request_id": "req_" + rand.Text(),
	})
}

// anthropicRead reads a request, or answers that it cannot.
func anthropicRead(w http.ResponseWriter, r *http.Request) (kept Request, asked anthropicRequest, ok bool) {
	body, err := read(r)
	if err == nil {
		err = json.Unmarshal(body, &asked)
	}
	if err != nil {
		anthropicFail(w, http.StatusBadRequest, err.Error())
		return kept, asked, false
	}
	kept = Request{Path: r.URL.Path, Header: r.Header.Clone(), Body: body, Model: asked.Model}
	system := []string{anthropicText(asked.System)}
	for _, t := range asked.Tools {
		kept.Tools = append(kept.Tools, t.Name)
	}
	for _, m := range asked.Messages {
		for _, b := range anthropicBlocks(m.Content) {
			switch {
			case b.Type == "tool_result":
				kept.Results = append(kept.Results, Result{Call: b.Call, Text: anthropicText(b.Content)})
			case b.Type != "text":
			case m.Role == "system":
				system = append(system, b.Text)
			case m.Role == "user":
				kept.Messages = append(kept.Messages, b.Text)
			}
		}
	}
	kept.System = strings.Join(system, "\n")
	return kept, asked, true
}

// messages answers POST /v1/messages.
func (m *Mock) messages(w http.ResponseWriter, r *http.Request) {
	kept, asked, ok := anthropicRead(w, r)
	if !ok {
		return
	}
	t := m.turn(kept)
	if t.Status != 0 && t.Status != http.StatusOK {
		anthropicFail(w, t.Status, t.Text)
		return
	}
	w.Header().Set("Request-Id", "req_"+rand.Text())
	content, stop := []any{}, "end_turn"
	if t.Text != "" || len(t.Calls) == 0 {
		content = append(content, map[string]any{"type": "text", "text": t.Text})
	}
	for _, c := range t.Calls {
		stop = "tool_use"
		if c.ID == "" {
			c.ID = "toolu_" + rand.Text()
		}
		if c.Input == nil {
			c.Input = map[string]any{}
		}
		content = append(content, map[string]any{"type": "tool_use", "id": c.ID, "name": c.Tool, "input": c.Input})
	}
	message := map[string]any{
		"id": "msg_" + rand.Text(), "type": "message", "role": "assistant", "model": asked.Model, "content": content,
		"stop_reason": stop, "stop_sequence": nil, "usage": anthropicUsage(t, t.OutputTokens),
	}
	if !asked.Stream {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(message)
		return
	}
	s := &anthropicStream{w: w, delay: t.Delay}
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	message["content"], message["stop_reason"], message["usage"] = []any{}, nil, anthropicUsage(t, 1)
	s.event("message_start", map[string]any{"message": message})
	for i, block := range content {
		block := block.(map[string]any)
		at := func(more map[string]any) map[string]any { more["index"] = i; return more }
		if block["type"] == "text" {
			s.event("content_block_start", at(map[string]any{"content_block": map[string]any{"type": "text", "text": ""}}))
			if i == 0 {
				s.event("ping", map[string]any{})
			}
			for _, piece := range anthropicPieces(t.Text) {
				s.event("content_block_delta", at(map[string]any{"delta": map[string]any{"type": "text_delta", "text": piece}}))
			}
		} else {
			input, _ := json.Marshal(block["input"])
			s.event("content_block_start", at(map[string]any{"content_block": map[string]any{
				"type": "tool_use", "id": block["id"], "name": block["name"], "input": map[string]any{}}}))
			for _, piece := range append([]string{""}, anthropicPieces(string(input))...) {
				s.event("content_block_delta", at(map[string]any{"delta": map[string]any{"type": "input_json_delta", "partial_json": piece}}))
			}
		}
		s.event("content_block_stop", at(map[string]any{}))
	}
	s.event("message_delta", map[string]any{
		"delta": map[string]any{"stop_reason": stop, "stop_sequence": nil}, "usage": anthropicUsage(t, t.OutputTokens)})
	s.event("message_stop", map[string]any{})
}

func anthropicUsage(t Turn, output int64) map[string]any {
	return map[string]any{"input_tokens": t.InputTokens, "output_tokens": output, "cache_creation_input_tokens": t.CacheWrite, "cache_read_input_tokens": t.CacheRead,
		"cache_creation": map[string]any{"ephemeral_5m_input_tokens": t.CacheWrite, "ephemeral_1h_input_tokens": 0}, "service_tier": "standard"}
}

// countTokens answers POST /v1/messages/count_tokens. That request is not part of the
// conversation, so no script runs and nothing is logged.
func (m *Mock) countTokens(w http.ResponseWriter, r *http.Request) {
	kept, _, ok := anthropicRead(w, r)
	if !ok {
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"input_tokens": 1 + len(kept.Body)/4})
}

// anthropicStream writes events of a server that have their type in the data too.
type anthropicStream struct {
	w     http.ResponseWriter
	delay time.Duration
}

func (s *anthropicStream) event(kind string, data map[string]any) {
	time.Sleep(s.delay)
	data["type"] = kind
	text, _ := json.Marshal(data)
	fmt.Fprintf(s.w, "event: %s\ndata: %s\n\n", kind, text)
	_ = http.NewResponseController(s.w).Flush()
}

// anthropicPieces cuts a text as a model streams it.
func anthropicPieces(text string) []string {
	var cut []string
	runes := []rune(text)
	for len(runes) > 0 {
		n := min(24, len(runes))
		cut, runes = append(cut, string(runes[:n])), runes[n:]
	}
	return cut
}
