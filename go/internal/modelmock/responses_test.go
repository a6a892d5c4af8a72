package modelmock

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const responsesAsked = `{"model":"gpt-6.2-sol","stream":STREAM,"instructions":"One.",
"tools":[{"type":"function","name":"view_image"},{"type":"web_search"},{"type":"namespace","name":"mcp__tickets","tools":[{"type":"function","name":"list"}]}],
"input":[
{"type":"additional_tools","role":"developer","tools":[{"type":"namespace","name":"functions","tools":[{"type":"custom","name":"exec"}]}]},
{"type":"message","role":"developer","content":[{"type":"input_text","text":"Two."}]},
{"type":"message","role":"user","content":[{"type":"input_text","text":"Hello"}]},
{"type":"custom_tool_call","call_id":"c1","name":"exec","input":"x"},
{"type":"custom_tool_call_output","call_id":"c1","output":[{"type":"input_text","text":"a"},{"type":"input_text","text":"b"}]},
{"type":"function_call_output","call_id":"c2","output":"out"}]}`

func responsesPost(t *testing.T, m *Mock, stream string) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.ServeHTTP(w, httptest.NewRequest("POST", "/v1/responses", strings.NewReader(strings.Replace(responsesAsked, "STREAM", stream, 1))))
	body, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestResponsesKeepsWhatWasAsked(t *testing.T) {
	m := New(func(int, Request) Turn { return Turn{Text: "Yes"} }, nil)
	var answer struct {
		Status string
		Output []struct {
			Type    string
			Content []struct{ Text string }
		}
		Usage struct {
			Input int64 `json:"input_tokens"`
		}
	}
	body := responsesPost(t, m, "false")
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		t.Fatal(err)
	}
	if answer.Status != "completed" || answer.Output[0].Content[0].Text != "Yes" || answer.Usage.Input != 100 {
		t.Errorf("answer: %s", body)
	}
	got := m.Log()[0]
	got.Header, got.Body = nil, nil
	want := Request{
		Path: "/v1/responses", Model: "gpt-6.2-sol", System: "One.\nTwo.",
		Tools:    []string{"view_image", "web_search", "mcp__tickets/list", "exec"},
		Messages: []string{"Hello"}, Results: []Result{{"c1", "a\nb"}, {"c2", "out"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestResponsesStreamsCallsOfEachKind(t *testing.T) {
	m := New(func(_ int, r Request) Turn {
		shell := r.Shell("ls")
		shell.ID = "c3"
		return Turn{Text: "Looking now", Calls: []Call{shell, {ID: "c4", Tool: "mcp__tickets/list", Input: map[string]any{"open": true}}}}
	}, nil)
	var kinds, texts []string
	var items []map[string]any
	for _, event := range strings.Split(strings.TrimSpace(responsesPost(t, m, "true")), "\n\n") {
		head, data, _ := strings.Cut(event, "\n")
		var e struct {
			Type  string
			Delta string
			Item  map[string]any
		}
		if err := json.Unmarshal([]byte(strings.TrimPrefix(data, "data: ")), &e); err != nil {
			t.Fatal(err)
		}
		if head != "event: "+e.Type {
			t.Errorf("%q is not of %s", head, e.Type)
		}
		kinds = append(kinds, e.Type)
		if e.Type == "response.output_text.delta" {
			texts = append(texts, e.Delta)
		}
		if e.Type == "response.output_item.done" {
			items = append(items, e.Item)
		}
	}
	if kinds[0] != "response.created" || kinds[len(kinds)-1] != "response.completed" {
		t.Errorf("%v", kinds)
	}
	if strings.Join(texts, "|") != "Looking |now" {
		t.Errorf("%v", texts)
	}
	for _, item := range items {
		delete(item, "id")
		delete(item, "status")
	}
	want := []map[string]any{
		{"type": "custom_tool_call", "call_id": "c3", "name": "exec", "input": `text(await tools.exec_command({"cmd":"ls"}));`},
		{"type": "function_call", "call_id": "c4", "name": "list", "namespace": "mcp__tickets", "arguments": `{"open":true}`},
	}
	if diff := cmp.Diff(want, items[1:]); diff != "" {
		t.Error(diff)
	}
}

func TestResponsesFails(t *testing.T) {
	m := New(func(int, Request) Turn { return Turn{Status: http.StatusPaymentRequired, Text: "No guard"} }, nil)
	if body := responsesPost(t, m, "true"); !strings.Contains(body, `"message":"No guard"`) {
		t.Error(body)
	}
}
