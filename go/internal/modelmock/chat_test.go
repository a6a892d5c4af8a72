package modelmock

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

const chatBody = `{"model":"m","stream":true,"stream_options":{"include_usage":true},
 "messages":[{"role":"system","content":"be brief"},{"role":"developer","content":[{"type":"text","text":"be kind"}]},
  {"role":"user","content":"hi"},{"role":"assistant","tool_calls":[{"id":"c1"}]},
  {"role":"tool","tool_call_id":"c1","content":"gone"},{"role":"user","content":[{"type":"text","text":"and"},{"type":"text","text":"now"}]}],
 "tools":[{"type":"function","function":{"name":"bash"}},{"type":"function","function":{"name":"read"}}]}`

func chatPost(t *testing.T, m *Mock, body string) (*http.Response, string) {
	t.Helper()
	s := httptest.NewServer(m)
	defer s.Close()
	r, err := http.Post(s.URL+"/v1/chat/completions", "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	data, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r, string(data)
}

func TestChatRequest(t *testing.T) {
	m := New(func(int, Request) Turn { return Turn{Text: "ok"} }, nil)
	chatPost(t, m, chatBody)
	r := m.Log()[0]
	if r.Model != "m" || r.System != "be brief\nbe kind" || !slices.Equal(r.Tools, []string{"bash", "read"}) ||
		!slices.Equal(r.Messages, []string{"hi", "and\nnow"}) || !slices.Equal(r.Results, []Result{{Call: "c1", Text: "gone"}}) {
		t.Errorf("read as %+v", r)
	}
}

func TestChatStream(t *testing.T) {
	m := New(func(int, Request) Turn {
		return Turn{Text: "let me look", Calls: []Call{{ID: "a", Tool: "bash", Input: map[string]string{"command": "ls"}},
			{Tool: "read", Input: map[string]string{"filePath": "x"}}}, InputTokens: 7, OutputTokens: 3}
	}, nil)
	r, body := chatPost(t, m, chatBody)
	if r.Header.Get("Content-Type") != "text/event-stream" || !strings.HasSuffix(body, "data: [DONE]\n\n") {
		t.Errorf("not a stream: %v\n%s", r.Header, body)
	}
	var text, finish string
	names, arguments := map[int]string{}, map[int]string{}
	var usage map[string]int64
	for _, line := range strings.Split(body, "\n\n") {
		data, ok := strings.CutPrefix(line, "data: ")
		if !ok || data == "[DONE]" {
			continue
		}
		var chunk struct {
			Choices []struct {
				Delta struct {
					Content   string
					ToolCalls []struct {
						Index    int
						ID       string
						Function struct{ Name, Arguments string }
					} `json:"tool_calls"`
				}
				FinishReason string `json:"finish_reason"`
			}
			Usage map[string]int64
		}
		if err := json.Unmarshal([]byte(data), &chunk); err != nil {
			t.Fatalf("%s: %v", data, err)
		}
		if chunk.Usage != nil {
			usage = chunk.Usage
		}
		for _, c := range chunk.Choices {
			text += c.Delta.Content
			finish = c.FinishReason
			for _, call := range c.Delta.ToolCalls {
				names[call.Index] += call.Function.Name
				arguments[call.Index] += call.Function.Arguments
			}
		}
	}
	if text != "let me look" || finish != "tool_calls" || names[0] != "bash" || names[1] != "read" ||
		arguments[0] != `{"command":"ls"}` || usage["prompt_tokens"] != 7 || usage["total_tokens"] != 10 {
		t.Errorf("streamed %q %q %v %v %v", text, finish, names, arguments, usage)
	}
}

func TestChatWhole(t *testing.T) {
	m := New(func(int, Request) Turn { return Turn{Text: "yes", Calls: []Call{{ID: "a", Tool: "t", Input: "raw"}}} }, nil)
	_, body := chatPost(t, m, `{"model":"m","messages":[{"role":"user","content":"hi"}]}`)
	for _, want := range []string{`"content":"yes"`, `"arguments":"raw"`, `"finish_reason":"tool_calls"`, `"prompt_tokens":100`} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in %s", want, body)
		}
	}
}

func TestChatError(t *testing.T) {
	m := New(func(int, Request) Turn { return Turn{Status: 429, Text: "slow down"} }, nil)
	r, body := chatPost(t, m, chatBody)
	if r.StatusCode != 429 || !strings.Contains(body, `"message":"slow down"`) {
		t.Errorf("%d %s", r.StatusCode, body)
	}
	if r, _ := chatPost(t, m, "{"); r.StatusCode != 400 {
		t.Errorf("a body that is not JSON: %d", r.StatusCode)
	}
}
