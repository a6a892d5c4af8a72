package modelmock

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const anthropicAsked = `{"model":"claude-sonnet-5-5","max_tokens":10,"stream":STREAM,
"system":[{"type":"text","text":"One."},{"type":"text","text":"Two."}],
"tools":[{"name":"Bash","input_schema":{}},{"name":"Read","input_schema":{}}],
"messages":[{"role":"user","content":"Hello"},{"role":"system","content":"Three."},
{"role":"assistant","content":[{"type":"tool_use","id":"toolu_1","name":"Bash","input":{}}]},
{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":[{"type":"text","text":"out"}]},{"type":"text","text":"Go on"}]}]}`

func anthropicPost(t *testing.T, m *Mock, path, body string) *http.Response {
	t.Helper()
	w := httptest.NewRecorder()
	m.ServeHTTP(w, httptest.NewRequest("POST", path, strings.NewReader(body)))
	return w.Result()
}

func TestAnthropicKeepsWhatWasAsked(t *testing.T) {
	m := New(func(int, Request) Turn { return Turn{Text: "Yes"} }, nil)
	body, _ := io.ReadAll(anthropicPost(t, m, "/v1/messages", strings.Replace(anthropicAsked, "STREAM", "false", 1)).Body)
	var answer struct {
		Role, Model string
		Content     []struct{ Type, Text string }
		StopReason  string `json:"stop_reason"`
		Usage       struct {
			Input  int64 `json:"input_tokens"`
			Output int64 `json:"output_tokens"`
		}
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		t.Fatal(err)
	}
	if answer.Role != "assistant" || answer.Model != "claude-sonnet-5-5" || answer.Content[0].Text != "Yes" ||
		answer.StopReason != "end_turn" || answer.Usage.Input != 100 || answer.Usage.Output != 10 {
		t.Errorf("answer: %s", body)
	}
	log := m.Log()
	if len(log) != 1 {
		t.Fatalf("%d requests", len(log))
	}
	got := log[0]
	got.Header, got.Body = nil, nil
	want := Request{
		Path: "/v1/messages", Model: "claude-sonnet-5-5", System: "One.\nTwo.\nThree.", Tools: []string{"Bash", "Read"},
		Messages: []string{"Hello", "Go on"}, Results: []Result{{Call: "toolu_1", Text: "out"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	anthropicPost(t, m, "/v1/messages/count_tokens", anthropicAsked)
	if len(m.Log()) != 1 {
		t.Error("a count of tokens was kept as a request")
	}
}

func TestAnthropicStreams(t *testing.T) {
	long := strings.Repeat("a long text — ", 20)
	m := New(func(int, Request) Turn {
		return Turn{Text: long, Calls: []Call{{Tool: "Bash", Input: map[string]any{"command": "ls -la"}}, {ID: "toolu_x", Tool: "Read"}}, OutputTokens: 33}
	}, nil)
	r := anthropicPost(t, m, "/v1/messages", strings.Replace(anthropicAsked, "STREAM", "true", 1))
	var kinds []string
	var text, input, stop, named string
	s := bufio.NewScanner(r.Body)
	for s.Scan() {
		kind, ok := strings.CutPrefix(s.Text(), "event: ")
		if !ok {
			continue
		}
		s.Scan()
		var e struct {
			Type  string
			Delta struct {
				Text string
				JSON string `json:"partial_json"`
				Stop string `json:"stop_reason"`
			}
			Block struct{ ID, Name string } `json:"content_block"`
			Usage struct {
				Output int64 `json:"output_tokens"`
			}
		}
		if err := json.Unmarshal([]byte(strings.TrimPrefix(s.Text(), "data: ")), &e); err != nil || e.Type != kind {
			t.Fatalf("%s %q: %v", kind, s.Text(), err)
		}
		if len(kinds) == 0 || kinds[len(kinds)-1] != kind {
			kinds = append(kinds, kind)
		}
		text, input, stop = text+e.Delta.Text, input+e.Delta.JSON, stop+e.Delta.Stop
		if e.Block.Name != "" {
			named += e.Block.Name + " "
			if e.Block.ID == "" {
				t.Error("a call without an ID")
			}
		}
		if kind == "message_delta" && e.Usage.Output != 33 {
			t.Errorf("usage %d", e.Usage.Output)
		}
	}
	want := "message_start content_block_start ping content_block_delta content_block_stop content_block_start content_block_delta " +
		"content_block_stop content_block_start content_block_delta content_block_stop message_delta message_stop"
	if got := strings.Join(kinds, " "); got != want {
		t.Errorf("events\n%s\nwant\n%s", got, want)
	}
	if text != long || input != `{"command":"ls -la"}{}` || stop != "tool_use" || named != "Bash Read " {
		t.Errorf("%q %q %q %q", text, input, stop, named)
	}
}

func TestAnthropicFails(t *testing.T) {
	m := New(func(int, Request) Turn { return Turn{Status: 429, Text: "slower"} }, nil)
	r := anthropicPost(t, m, "/v1/messages", strings.Replace(anthropicAsked, "STREAM", "true", 1))
	body, _ := io.ReadAll(r.Body)
	if r.StatusCode != 429 || !strings.Contains(string(body), `"error":{"message":"slower","type":"rate_limit_error"}`) {
		t.Errorf("%d %s", r.StatusCode, body)
	}
	if r := anthropicPost(t, m, "/v1/messages", "{"); r.StatusCode != 400 {
		t.Errorf("half a request: %d", r.StatusCode)
	}
}
