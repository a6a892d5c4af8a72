package modelmock

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// responses answers POST /v1/responses, the dialect that Codex speaks.
func (m *Mock) responses(w http.ResponseWriter, r *http.Request) {
	body, err := read(r)
	if err != nil {
		responsesFail(w, http.StatusBadRequest, err.Error())
		return
	}
	var in responsesBody
	if err := json.Unmarshal(body, &in); err != nil {
		responsesFail(w, http.StatusBadRequest, "the body is not a request: "+err.Error())
		return
	}
	request := Request{Path: r.URL.Path, Header: r.Header.Clone(), Body: body, Model: in.Model}
	offered := in.fill(&request)
	turn := m.turn(request)
	if turn.Status != 0 && turn.Status != http.StatusOK {
		responsesFail(w, turn.Status, turn.Text)
		return
	}
	answer := newResponsesAnswer(request.Model, turn, offered)
	if in.Stream {
		answer.stream(w, r, turn.Delay)
		return
	}
	responsesPause(r, turn.Delay)
	responsesWrite(w, http.StatusOK, answer.object("completed"))
}

// models answers GET /v1/models for programs that look for the models there are: none
// that they do not know already. Codex reads the one list, other programs the other.
func (m *Mock) models(w http.ResponseWriter, _ *http.Request) {
	responsesWrite(w, http.StatusOK, map[string]any{"object": "list", "data": []any{}, "models": []any{}})
}

// responsesBody is the part of a request's body that a [Request] is created from.
type responsesBody struct {
	Model        string          `json:"model"`
	Stream       bool            `json:"stream"`
	Instructions string          `json:"instructions"`
	Input        json.RawMessage `json:"input"`
	Tools        []responsesTool `json:"tools"`
}

// responsesTool is an offered tool, or a namespace with tools in it.
type responsesTool struct {
	Type  string          `json:"type"`
	Name  string          `json:"name"`
	Tools []responsesTool `json:"tools"`
}

// responsesItem is one item of the input.
type responsesItem struct {
	Type    string          `json:"type"`
	Role    string          `json:"role"`
	Content json.RawMessage `json:"content"`
	CallID  string          `json:"call_id"`
	Output  json.RawMessage `json:"output"`
	Tools   []responsesTool `json:"tools"`
}

// fill copies the body into a request, and returns the type of each offered tool.
func (b responsesBody) fill(r *Request) map[string]string {
	offered := map[string]string{}
	offer := func(tools []responsesTool) {
		for _, t := range responsesFlat("", tools) {
			r.Tools = append(r.Tools, t.Name)
			offered[t.Name] = t.Type
		}
	}
	system := []string{}
	if b.Instructions != "" {
		system = append(system, b.Instructions)
	}
	offer(b.Tools)
	for _, item := range b.items() {
		switch item.Type {
		case "additional_tools":
			offer(item.Tools)
		case "function_call_output", "custom_tool_call_output":
			r.Results = append(r.Results, Result{Call: item.CallID, Text: responsesText(item.Output)})
		case "message", "":
			text := responsesText(item.Content)
			switch item.Role {
			case "system", "developer":
				system = append(system, text)
			case "user":
				r.Messages = append(r.Messages, text)
			}
		}
	}
	r.System = strings.Join(system, "\n")
	return offered
}

// items are those of the input; a plain string is a message of the user.
func (b responsesBody) items() []responsesItem {
	var text string
	if json.Unmarshal(b.Input, &text) == nil {
		return []responsesItem{{Role: "user", Content: b.Input}}
	}
	var items []responsesItem
	if json.Unmarshal(b.Input, &items) != nil {
		return nil
	}
	return items
}

// responsesFlat lists tools with those of namespaces: NAMESPACE/NAME, and in the namespace
// functions, which is the one without a name, NAME alone. A tool of the API's own has its
// type for a name.
func responsesFlat(namespace string, tools []responsesTool) []responsesTool {
	var all []responsesTool
	for _, t := range tools {
		name := t.Name
		if name == "" {
			name = t.Type
		}
		if t.Type == "namespace" {
			all = append(all, responsesFlat(name, t.Tools)...)
			continue
		}
		if namespace != "" && namespace != "functions" {
			name = namespace + "/" + name
		}
		all = append(all, responsesTool{Type: t.Type, Name: name})
	}
	return all
}

// responsesText is the text of a message's content or of a tool's output: a string, parts
// with texts, or anything else as it is.
func responsesText(content json.RawMessage) string {
	var text string
	if json.Unmarshal(content, &text) == nil {
		return text
	}
	var parts []struct {
		Text string `json:"text"`
	}
	if json.Unmarshal(content, &parts) == nil {
		texts := make([]string, 0, len(parts))
		for _, p := range parts {
			texts = append(texts, p.Text)
		}
		return strings.Join(texts, "\n")
	}
	return string(content)
}

// responsesAnswer is an answer: its text and its calls, as items.
type responsesAnswer struct {
	id, model     string
	items         []map[string]any
	input, output int64
}

func newResponsesAnswer(model string, turn Turn, offered map[string]string) responsesAnswer {
	id := rand.Text()
	answer := responsesAnswer{id: "resp_" + id, model: model, input: turn.InputTokens, output: turn.OutputTokens}
	if turn.Text != "" || len(turn.Calls) == 0 {
		answer.items = append(answer.items, map[string]any{
			"type": "message", "id": "msg_" + id, "role": "assistant", "status": "completed",
			"content": []any{map[string]any{"type": "output_text", "text": turn.Text, "annotations": []any{}}},
		})
	}
	for i, call := range turn.Calls {
		answer.items = append(answer.items, responsesCall(fmt.Sprintf("%s_%d", id, i), call, offered[call.Tool]))
	}
	return answer
}

// responsesCall is a tool call: of a tool that takes text where kind is custom, else of a
// function.
func responsesCall(id string, call Call, kind string) map[string]any {
	if call.ID == "" {
		call.ID = "call_" + id
	}
	name, namespace := call.Tool, ""
	if at := strings.Index(name, "/"); at > 0 {
		namespace, name = name[:at], name[at+1:]
	}
	item := map[string]any{"call_id": call.ID, "name": name, "status": "completed"}
	if namespace != "" {
		item["namespace"] = namespace
	}
	text, isText := call.Input.(string)
	if !isText {
		encoded, err := json.Marshal(call.Input)
		if err != nil {
			panic(err) // a script with an input that is not JSON
		}
		text = string(encoded)
	}
	if kind == "custom" {
		item["type"], item["id"], item["input"] = "custom_tool_call", "ctc_"+id, text
	} else {
		item["type"], item["id"], item["arguments"] = "function_call", "fc_"+id, text
	}
	return item
}

// object is the answer as a whole.
func (a responsesAnswer) object(status string) map[string]any {
	object := map[string]any{
		"id": a.id, "object": "response", "created_at": 0, "status": status, "model": a.model,
		"error": nil, "output": []any{},
	}
	if status == "completed" {
		object["output"] = a.items
		object["usage"] = map[string]any{
			"input_tokens": a.input, "input_tokens_details": map[string]any{"cached_tokens": 0},
			"output_tokens": a.output, "output_tokens_details": map[string]any{"reasoning_tokens": 0},
			"total_tokens": a.input + a.output,
		}
	}
	return object
}

// stream writes the answer as server-sent events, with the texts in chunks.
func (a responsesAnswer) stream(w http.ResponseWriter, r *http.Request, delay time.Duration) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.WriteHeader(http.StatusOK)
	sequence := 0
	send := func(kind string, event map[string]any) {
		responsesPause(r, delay)
		event["type"], event["sequence_number"] = kind, sequence
		sequence++
		data, _ := json.Marshal(event)
		fmt.Fprintf(w, "event: %s\ndata: %s\n\n", kind, data)
		_ = http.NewResponseController(w).Flush()
	}
	send("response.created", map[string]any{"response": a.object("in_progress")})
	for i, item := range a.items {
		send("response.output_item.added", map[string]any{"output_index": i, "item": responsesBegun(item)})
		for _, d := range responsesDeltas(item) {
			send(d.event, map[string]any{"item_id": item["id"], "output_index": i, "content_index": 0, "delta": d.text})
		}
		send("response.output_item.done", map[string]any{"output_index": i, "item": item})
	}
	send("response.completed", map[string]any{"response": a.object("completed")})
}

// responsesBegun is an item before anything of it is there.
func responsesBegun(item map[string]any) map[string]any {
	empty := map[string]any{}
	for key, value := range item {
		empty[key] = value
	}
	empty["status"] = "in_progress"
	for key, nothing := range map[string]any{"content": []any{}, "arguments": "", "input": ""} {
		if _, has := empty[key]; has {
			empty[key] = nothing
		}
	}
	return empty
}

type responsesDelta struct{ event, text string }

// responsesDeltas are the pieces that an item is streamed in.
func responsesDeltas(item map[string]any) []responsesDelta {
	switch item["type"] {
	case "function_call":
		return responsesPieces("response.function_call_arguments.delta", item["arguments"].(string))
	case "custom_tool_call":
		return responsesPieces("response.custom_tool_call_input.delta", item["input"].(string))
	}
	text := item["content"].([]any)[0].(map[string]any)["text"].(string)
	return responsesPieces("response.output_text.delta", text)
}

// responsesPieces cuts a text after spaces, so that no character is cut.
func responsesPieces(event, text string) []responsesDelta {
	var all []responsesDelta
	for _, piece := range strings.SplitAfter(text, " ") {
		if piece != "" {
			all = append(all, responsesDelta{event, piece})
		}
	}
	return all
}

func responsesFail(w http.ResponseWriter, status int, message string) {
	responsesWrite(w, status, map[string]any{"error": map[string]any{
		"type": "mock_error", "code": fmt.Sprintf("mock_%d", status), "message": message, "param": nil,
	}})
}

func responsesWrite(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}

// responsesPause waits, unless the client is gone.
func responsesPause(r *http.Request, delay time.Duration) {
	if delay <= 0 {
		return
	}
	select {
	case <-time.After(delay):
	case <-r.Context().Done():
	}
}

// Shell is a call that runs a command with the tool that Codex offers for it in a
// request: exec_command, or exec, which takes JavaScript.
func (r Request) Shell(command string) Call {
	for _, name := range r.Tools {
		if name == "exec_command" {
			return Call{Tool: name, Input: map[string]any{"cmd": command}}
		}
	}
	input, _ := json.Marshal(map[string]any{"cmd": command})
	return Call{Tool: "exec", Input: "text(await tools.exec_command(" + string(input) + "));"}
}
