package gateway

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/fuzzcost"
)

// The gateway reads the same content from a request as package json, in any form.
func FuzzRequests(f *testing.F) {
	for i, d := range dialects {
		f.Add(i, []byte(fmt.Sprintf(d.request, "big", "")))
		f.Add(i, []byte(conversation(i, "id", "Bash", "out")))
	}
	f.Add(0, []byte(`{"model":"a","Model":"b","messages":[{"content":[{"type":"tool_result","content":[{"text":1}]}]}]}`))
	f.Add(1, []byte(`{"input":[{"tools":[{"type":"namespace","tools":[{}]}],"output":{}}],"instructions":["a",{"text":"b"}]}`))
	f.Add(2, []byte(`{"messages":[{"role":"tool"},{"tool_calls":[{"function":null}]}],"functions":null,"web_search_options":[]}`))
	f.Fuzz(func(t *testing.T, dialect int, data []byte) {
		d := dialects[uint(dialect)%uint(len(dialects))]
		a, err := dialectOf(d.api).routes[0].read(data)
		if err != nil {
			if text := unreadable(err); text == "" || len(text) > 2000 {
				t.Errorf("message %q", text)
			}
			return
		}
		var plain map[string]any
		if err := json.Unmarshal(data, &plain); err != nil {
			t.Fatalf("read, and package json says %v", err)
		}
		if model, ok := plain["model"].(string); ok && (len(a.models) == 0 || !contains(a.models, model)) {
			t.Errorf("models %q, want %q", a.models, model)
		}
		tools, _ := plain["tools"].([]any)
		for _, tool := range tools {
			object, _ := tool.(map[string]any)
			name, _ := object["name"].(string)
			kind, _ := object["type"].(string)
			if name != "" && (kind == "" || kind == "function" || kind == "custom") && !contains(a.tools, name) {
				t.Errorf("tools %q lack %q", a.tools, name)
			}
		}
		for _, r := range a.results {
			_ = textOf(r.content)
		}
	})
}

// contains compares as the reader does: what is not valid UTF-8 is replaced.
func contains(all []string, name string) bool {
	for _, text := range all {
		if strings.ToValidUTF8(text, "\ufffd") == strings.ToValidUTF8(name, "\ufffd") || strings.Contains(text, name) {
			return true
		}
	}
	return false
}

func FuzzCostOfRequests(f *testing.F) {
	f.Add([]byte(strings.Repeat("[", 1<<15)))
	f.Add([]byte("{" + strings.Repeat(`"tools":{`, 1<<12)))
	f.Add([]byte(`{"input":[` + strings.Repeat(`{"type":"x_call","call_id":"a","name":"b","tools":[{}]},`, 1000)))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, d := range dialects {
			fuzzcost.Bound(t, data, func(data []byte) { _, _ = dialectOf(d.api).routes[0].read(data) })
		}
		fuzzcost.Bound(t, data, func(data []byte) { newMeter().pass(data) })
	})
}

// However an answer is cut into pieces, the same is counted, and never less than nothing.
func FuzzAnswers(f *testing.F) {
	for _, d := range dialects {
		f.Add([]byte(d.stream), 7)
		f.Add([]byte(d.answer), 3)
	}
	f.Add([]byte("data: {\"usage\":{\"input_tokens\":-5,\"output_tokens\":1e9}}\r\n\r\ndata:{\"usage\":\ndata:{\"output_tokens\":99999999999999999999}}"), 1)
	f.Add([]byte(`{"usage":{"in\u0070ut_tokens":5,"output_tokens":[1,2],"a":{"b":{"c":{"d":1}}},"output_tokens":12`), 2)
	f.Fuzz(func(t *testing.T, data []byte, size int) {
		whole, pieces := newMeter(), newMeter()
		whole.pass(data)
		size = max(1, min(size, 1<<16))
		for at := 0; at < len(data); at += size {
			pieces.pass(data[at:min(at+size, len(data))])
		}
		a, ae := whole.tokens(100)
		b, be := pieces.tokens(100)
		if a != b || ae != be {
			t.Errorf("%+v %v at once, %+v %v in pieces", a, ae, b, be)
		}
		if a.Input < 0 || a.Output < 0 || a.CacheRead < 0 || a.CacheWrite < 0 || a.Sum() < 0 {
			t.Errorf("%+v", a)
		}
	})
}

// A secret never passes, wherever an answer is cut, and everything else does.
func FuzzWatch(f *testing.F) {
	f.Add("before sk-canary-0123 after", 5)
	f.Add("sk-canary-0123", 1)
	f.Add("sk-canary-012 sk-canary-012", 3)
	f.Add("sk-canarsk-canary-0123", 9)
	f.Fuzz(func(t *testing.T, text string, size int) {
		const secret = "sk-canary-0123"
		size = max(1, min(size, 1<<16))
		w := newWatch([]string{secret, "sk-canary-0199x"})
		var out strings.Builder
		failed := false
		for at := 0; at < len(text) && !failed; at += size {
			end := min(at+size, len(text))
			data := append(append([]byte{}, w.held...), text[at:end]...)
			pass, found := w.check(data, end == len(text))
			failed = found
			if !found {
				out.Write(data[:pass])
			}
		}
		if strings.Contains(out.String(), secret) || failed != (strings.Contains(text, secret) || strings.Contains(text, "sk-canary-0199x")) {
			t.Errorf("%q of %q, found %v", out.String(), text, failed)
		}
		if !failed && out.String() != text {
			t.Errorf("%q of %q", out.String(), text)
		}
		if len(w.held) > len(secret)+1 {
			t.Errorf("%d bytes are held", len(w.held))
		}
	})
}

func TestNumbers(t *testing.T) {
	for text, want := range map[string]string{
		`{"usage":{"input_tokens":5}}`:                                  "usage.input_tokens=5",
		` {"a":1,"b":{"c":[1,{"d":2}],"e":3},"f":4}`:                    "a=1 b.e=3 f=4",
		`{"a":"\"b\":1,\\","c":2}`:                                      "c=2",
		`{"a":-1,"b":1.5,"c":1e3,"d":0,"e":true,"f":null,"g":7}`:        "d=0 g=7",
		`{"a":123456789012345678,"b":1234567890123456789}`:              "a=123456789012345678",
		`{"a":{"b":{"c":{"d":1,"e":{"f":2}},"g":3}}}`:                   "a.b.c.d=1 a.b.g=3",
		"event: x\ndata: {\"a\":1}\n\ndata:{\"b\":2}\r\n\r\n: data: {}": "a=1 b=2",
		"data: {\"a\":\ndata: 1}\n\ndata: {\"b\":1":                     "a=1",
		"data: {\"a\":\"\n\ndata: {\"b\":1}":                            "b=1",
		"id: {\"a\":1}\nmydata: {\"a\":1}\ndata{\"a\":1}\n":             "",
		`[1,{"a":1}]`:         "",
		`}}]]{"a":1}`:         "",
		"data: }}]]{\"a\":1}": "a=1",
	} {
		var got []string
		n := &numbers{found: func(path []byte, number int64) { got = append(got, fmt.Sprintf("%s=%d", path, number)) }}
		n.write([]byte(text))
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %q", text, got)
		}
	}
}

// What the gateway adds to each chunk of a stream: the difference of the two.
func BenchmarkChunk(b *testing.B) {
	chunk := "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"" + strings.Repeat("word ", 10) + "\"}}\n\n"
	for _, through := range []bool{false, true} {
		b.Run(map[bool]string{false: "direct", true: "gateway"}[through], func(b *testing.B) {
			next := make(chan struct{})
			direct := ""
			p := newPod(b, 0, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/event-stream")
				w.(http.Flusher).Flush()
				for range next {
					_, _ = io.WriteString(w, chunk)
					w.(http.Flusher).Flush()
				}
			}, func(p *pod) { direct = string(*p.config.Manifest.Model.BaseURL) })
			if !through {
				p.url = direct
			}
			resp, err := plain.RoundTrip(p.request("POST", "/v1/messages", fmt.Sprintf(dialects[0].request, "big", "")))
			if err != nil {
				b.Fatal(err)
			}
			defer resp.Body.Close()
			defer close(next)
			buffer := make([]byte, len(chunk))
			b.ResetTimer()
			for b.Loop() {
				next <- struct{}{}
				if _, err := io.ReadFull(resp.Body, buffer); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkMeter(b *testing.B) {
	data := []byte(strings.Repeat(dialects[0].stream, 1000))
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		newMeter().pass(data)
	}
}

func BenchmarkReadRequest(b *testing.B) {
	body := strings.Replace(fmt.Sprintf(dialects[0].request, "big", ""), `{"role":"user","content":"hello"}`,
		strings.Repeat(`{"role":"user","content":[{"type":"tool_result","tool_use_id":"x","content":"`+strings.Repeat("some text\\n", 400)+`"}]},`, 250)+`{"role":"user","content":"hello"}`, 1)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if _, err := readAnthropic([]byte(body)); err != nil {
			b.Fatal(err)
		}
	}
}

// An endless line of an API keeps no memory and costs no more than its length.
func TestEndlessLine(t *testing.T) {
	m := newMeter()
	piece := []byte(strings.Repeat(`{"usage":[`, 1<<16))
	began := time.Now()
	m.pass([]byte("data: "))
	allocations := testing.AllocsPerRun(20, func() { m.pass(piece) })
	if allocations > 0 || time.Since(began) > 10*time.Second {
		t.Errorf("%v allocations, %v", allocations, time.Since(began))
	}
}
