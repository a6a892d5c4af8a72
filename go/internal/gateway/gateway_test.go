package gateway

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

const (
	canary = "sk-canary-0123456789abcdef"
	token  = "token-of-the-pod"
	system = "You are the coder of this Pod.\n\nStay within the workspace."
)

// guard is a guard that has judged some calls.
type guard struct {
	mu     sync.Mutex
	ready  bool
	judged map[string]bool
}

func (g *guard) Ready(r runtime.Request) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.ready && r.Session != "unknown"
}

func (g *guard) Judged(id string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.judged[id]
}

// Subagent knows three runs of two subagents, by the program's IDs.
func (g *guard) Subagent(id string) string {
	return map[string]string{"a1": "writer", "a2": "writer", "a3": "helper"}[id]
}

// driver is a driver of a program with a few tools.
var driver = &runtime.Driver{
	Name: "test", Title: "Test",
	Offer: func(_ *manifest.Manifest, name string) runtime.Offer {
		if rest, ok := strings.CutPrefix(name, "mcp__"); ok {
			return runtime.Offer{Tool: "mcp__" + strings.ReplaceAll(rest, "/", "__")}
		}
		switch name {
		case "Bash", "exec_command":
			return runtime.Offer{Tool: "bash"}
		case "Read":
			return runtime.Offer{Tool: "read"}
		case "Write":
			return runtime.Offer{Tool: "write"}
		case "web_search_20250305", "web_search":
			return runtime.Offer{Tool: "websearch"}
		case "TodoWrite":
			return runtime.Offer{Internal: true}
		case "exec":
			return runtime.Offer{Nested: true}
		}
		return runtime.Offer{}
	},
	Request: func(h http.Header) runtime.Request {
		return runtime.Request{Session: h.Get("X-Session"), Subagent: h.Get("X-Agent"), Agent: h.Get("X-Agent"), Side: h.Get("X-Side")}
	},
	Declined: func(tool, text string) bool { return strings.HasPrefix(text, "<declined>") },
}

// pod is a gateway before an API.
type pod struct {
	t        testing.TB
	config   Config
	guard    *guard
	gateway  *Gateway
	url      string
	close    func() // waits until no request is under way
	mu       sync.Mutex
	seen     []*http.Request // what the API got
	bodies   [][]byte
	refusals []Refusal
}

// dialects are those of the APIs, with a request that passes and its answers.
var dialects = []struct {
	api          manifest.WireAPI
	path, target string
	// request has %s for the model and for further members.
	request        string
	stream, answer string
}{
	{"anthropic", "/v1/messages", "/v1/messages",
		`{"model":%q,"max_tokens":10,"system":[{"type":"text","text":"billing"},{"type":"text","text":"You are the coder of this Pod.\n\nStay within the workspace.\nMore."}],"tools":[{"name":"Bash","input_schema":{}},{"name":"TodoWrite"}],"messages":[{"role":"user","content":"hello"}],"stream":true%s}`,
		"event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":100,\"cache_creation_input_tokens\":20,\"cache_read_input_tokens\":30,\"output_tokens\":1}}}\n\n" +
			"event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"delta\":{\"text\":\"\\\"usage\\\":{\\\"output_tokens\\\":9999}\"}}\n\n" +
			"event: message_delta\ndata: {\"type\":\"message_delta\",\"usage\":{\"output_tokens\":10}}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
		`{"type":"message","content":[{"type":"text","text":"hi"}],"usage":{"input_tokens":100,"cache_creation_input_tokens":20,"cache_read_input_tokens":30,"output_tokens":10}}`},
	{"openai-responses", "/v1/responses", "/responses",
		`{"model":%q,"instructions":"You are the coder of this Pod.\r\n\r\nStay within the workspace.","tools":[{"type":"function","name":"exec_command","parameters":{}}],"input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"hello"}]}],"stream":true%s}`,
		"event: response.created\ndata: {\"type\":\"response.created\",\"response\":{\"usage\":null}}\n\n" +
			"event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"output\":[{\"usage\":{\"output_tokens\":7}}],\"usage\":{\"input_tokens\":130,\"input_tokens_details\":{\"cached_tokens\":30},\"output_tokens\":10}}}\n\n",
		`{"object":"response","output":[],"usage":{"input_tokens":130,"input_tokens_details":{"cached_tokens":30},"output_tokens":10,"total_tokens":140}}`},
	{"openai-chat", "/v1/chat/completions", "/chat/completions",
		`{"model":%q,"messages":[{"role":"system","content":"You are the coder of this Pod.\n\nStay within the workspace."},{"role":"user","content":"hello"}],"tools":[{"type":"function","function":{"name":"Bash"}}],"stream":true%s}`,
		"data: {\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n\ndata: {\"choices\":[],\"usage\":{\"prompt_tokens\":130,\"prompt_tokens_details\":{\"cached_tokens\":30},\"completion_tokens\":10}}\n\ndata: [DONE]\n\n",
		`{"choices":[],"usage":{"prompt_tokens":130,"completion_tokens":10,"prompt_tokens_details":{"cached_tokens":30}}}`},
}

func number[T any](n T) *T { return &n }

// newPod is a gateway before an API that answers by api.
func newPod(t testing.TB, dialect int, api http.HandlerFunc, change func(*pod)) *pod {
	t.Helper()
	d := dialects[dialect]
	p := &pod{t: t, guard: &guard{ready: true, judged: map[string]bool{"judged": true, "": true}}}
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		p.mu.Lock()
		p.seen, p.bodies = append(p.seen, r), append(p.bodies, body)
		p.mu.Unlock()
		if api != nil {
			api(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, d.stream)
	}))
	t.Cleanup(upstream.Close)
	base := manifest.URL(upstream.URL)
	m := &manifest.Manifest{
		Model: manifest.Model{Ref: "acme/big", Provider: "acme", ID: "big", BaseURL: &base, WireAPI: d.api,
			Small: number(manifest.ModelRef("acme/small")), Fallbacks: []manifest.ModelRef{"acme/spare", "other/foreign"}},
		Tools: manifest.Tools{Default: "deny", Allow: []manifest.ToolName{"bash", "mcp__gh__*"}, Deny: []manifest.ToolName{"mcp__gh__delete*"}},
		MCPServers: map[manifest.ServerName]manifest.MCPServer{
			"gh": {DisabledTools: []manifest.ToolName{"merge"}}, "few": {EnabledTools: []manifest.ToolName{"one"}}},
		Subagents: map[manifest.SkillName]manifest.Subagent{
			"writer": {Tools: manifest.SubagentTools{Default: "deny", Allow: []manifest.ToolName{"write"}},
				Model: &manifest.Model{Ref: "acme/tiny", Provider: "acme", ID: "tiny", BaseURL: &base, WireAPI: d.api}},
			"helper": {Tools: manifest.SubagentTools{Default: "allow"}, Prompts: manifest.SubagentPrompts{System: "Go within", Append: []manifest.Text{"the workspace"}},
				Limits: &manifest.SubagentLimits{MaxTurns: number(int64(2))}},
			"far": {Model: &manifest.Model{Ref: "acme/far", Provider: "acme", ID: "far", BaseURL: number(manifest.URL("https://far.example")), WireAPI: d.api}},
		},
	}
	p.config = Config{Driver: driver, Manifest: m, Token: token, Guard: p.guard, System: system + "\n",
		Key: func(use func([]byte) error) error { return use([]byte(canary)) },
		Refused: func(r Refusal) {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.refusals = append(p.refusals, r)
		}}
	if change != nil {
		change(p)
	}
	g, err := New(p.config)
	if err != nil {
		t.Fatal(err)
	}
	p.gateway = g
	front := httptest.NewUnstartedServer(g)
	front.Config = g.Server()
	front.Start()
	t.Cleanup(front.Close)
	p.url, p.close = front.URL, front.Close
	return p
}

// request is a request of the program, with the token.
func (p *pod) request(method, path, body string, header ...string) *http.Request {
	p.t.Helper()
	r, err := http.NewRequest(method, p.url+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("X-Api-Key", token)
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Session", "s1")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

// do sends a request, and returns status and body of the answer.
func (p *pod) do(r *http.Request) (int, string, http.Header) {
	p.t.Helper()
	resp, err := plain.RoundTrip(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return resp.StatusCode, string(body), resp.Header
}

var plain = &http.Transport{DisableCompression: true}

func (p *pod) passed() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.seen)
}

// refused sends a request that must be refused, and returns code and message.
func (p *pod) refused(r *http.Request) (code, message string) {
	p.t.Helper()
	before := p.passed()
	status, body, _ := p.do(r)
	var got struct {
		Type  string
		Error struct{ Type, Code, Message string }
	}
	if err := json.Unmarshal([]byte(body), &got); err != nil || status != http.StatusPaymentRequired || got.Type != "error" || got.Error.Type != "permission_error" {
		p.t.Errorf("status %d, %.200s", status, body)
	}
	if p.passed() != before {
		p.t.Error("the request was passed on")
	}
	message, ok := strings.CutPrefix(got.Error.Message, "Pod gateway: ")
	if !ok || strings.HasSuffix(message, ".") {
		p.t.Errorf("message %q", got.Error.Message)
	}
	return got.Error.Code, message
}

func each(t *testing.T, test func(t *testing.T, dialect int)) {
	for i, d := range dialects {
		t.Run(string(d.api), func(t *testing.T) { test(t, i) })
	}
}

func TestPasses(t *testing.T) {
	each(t, func(t *testing.T, dialect int) {
		d := dialects[dialect]
		p := newPod(t, dialect, nil, func(p *pod) {
			p.config.Headers = []Header{{Name: "X-Team", Value: "platform"}, {Name: "X-Gate", Value: canary + "2", Secret: true}}
		})
		body := fmt.Sprintf(d.request, "big", `, "unknown": {"a": [1, 2.50, "\ud83d"]}`)
		status, got, header := p.do(p.request("POST", d.path, body, "Anthropic-Beta", "x", "Api-Key", "other", "Cookie", "a=b", "X-Team", "mine", "Connection", "X-Session",
			"X-Insomnia-Agent", "x", "X-Forwarded-Prefix", "/admin", "X-HTTP-Method-Override", "DELETE", "X-Original-URL", "/v1/files"))
		if status != 200 || got != d.stream || header.Get("Content-Type") != "text/event-stream" {
			t.Fatalf("%d %s", status, got)
		}
		r := p.seen[0]
		if string(p.bodies[0]) != body || r.URL.Path != d.target || r.ContentLength != int64(len(body)) {
			t.Errorf("%s %s", r.URL, p.bodies[0])
		}
		key, none := "X-Api-Key", "Authorization"
		want := canary
		if d.api != "anthropic" {
			key, none, want = none, key, "Bearer "+canary
		}
		for name, want := range map[string]string{key: want, none: "", "Api-Key": "", "Cookie": "", "X-Team": "platform",
			"X-Gate": canary + "2", "Accept-Encoding": "identity", "Anthropic-Beta": "x", "X-Forwarded-For": "", "X-Session": "",
			"X-Insomnia-Agent": "", "X-Forwarded-Prefix": "", "X-Http-Method-Override": "", "X-Original-Url": "", "Content-Type": "application/json"} {
			if got := strings.Join(r.Header.Values(name), "|"); got != want {
				t.Errorf("%s: %q", name, got)
			}
		}
		for name, values := range r.Header {
			if strings.Contains(strings.Join(values, " "), token) {
				t.Errorf("the token is in %s", name)
			}
		}
		want2 := Usage{Turns: 1, Models: map[string]Count{"big": {Tokens{100, 30, 0, 10}, 1, 0}}}
		if d.api == "anthropic" {
			want2.Models["big"] = Count{Tokens{100, 30, 20, 10}, 1, 0}
		}
		if u := p.usage(1); fmt.Sprint(u) != fmt.Sprint(want2) {
			t.Errorf("%+v, want %+v", u, want2)
		}
	})
}

// usage waits until so many requests are settled: the account ends after the answer.
func (p *pod) usage(requests int64) Usage {
	p.t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for {
		u := p.gateway.Usage()
		var n int64
		for _, count := range u.Models {
			n += count.Requests
		}
		if n >= requests || time.Now().After(deadline) {
			return u
		}
		time.Sleep(time.Millisecond)
	}
}

func TestRefusesByRule(t *testing.T) {
	each(t, func(t *testing.T, dialect int) {
		d := dialects[dialect]
		good := fmt.Sprintf(d.request, "big", "")
		tools := func(list string) string {
			switch d.api {
			case "anthropic":
				return strings.Replace(good, `[{"name":"Bash","input_schema":{}},{"name":"TodoWrite"}]`, list, 1)
			case "openai-responses":
				return strings.Replace(good, `[{"type":"function","name":"exec_command","parameters":{}}]`, list, 1)
			}
			return strings.Replace(good, `[{"type":"function","function":{"name":"Bash"}}]`, list, 1)
		}
		tool := func(name string) string {
			if d.api == "openai-chat" {
				return tools(`[{"type":"function","function":{"name":"` + name + `"}}]`)
			}
			return tools(`[{"name":"` + name + `"}]`)
		}
		for _, c := range []struct {
			name, code, message string
			request             func(p *pod) *http.Request
		}{
			{"no token", CodeToken, "token", func(p *pod) *http.Request {
				r := p.request("POST", d.path, good)
				r.Header.Del("X-Api-Key")
				r.Header.Del("Authorization")
				return r
			}},
			{"another token", CodeToken, "token", func(p *pod) *http.Request {
				return p.request("POST", d.path, good, "X-Api-Key", token+"x", "Authorization", "Bearer "+token+"x")
			}},
			{"one right, one wrong", CodeToken, "token", func(p *pod) *http.Request {
				return p.request("POST", d.path, good, "X-Api-Key", "x")
			}},
			{"token as a password", CodeToken, "token", func(p *pod) *http.Request {
				return p.request("POST", d.path, good, "Authorization", "Basic "+token)
			}},
			{"the key itself", CodeToken, "token", func(p *pod) *http.Request {
				return p.request("POST", d.path, good, "X-Api-Key", canary, "Authorization", "Bearer "+canary)
			}},
			{"method", CodePath, "PUT", func(p *pod) *http.Request { return p.request("PUT", d.path, good) }},
			{"path", CodePath, "/v1/files", func(p *pod) *http.Request { return p.request("POST", "/v1/files", good) }},
			{"query", CodePath, "parameter", func(p *pod) *http.Request { return p.request("POST", d.path+"?model=other", good) }},
			{"upgrade", CodePath, "WebSocket", func(p *pod) *http.Request {
				return p.request("POST", d.path, good, "Connection", "Upgrade", "Upgrade", "websocket")
			}},
			{"not JSON", CodeBody, "cannot be read", func(p *pod) *http.Request { return p.request("POST", d.path, "{") }},
			{"empty", CodeBody, "cannot be read", func(p *pod) *http.Request { return p.request("POST", d.path, "") }},
			{"a list", CodeBody, "JSON object", func(p *pod) *http.Request { return p.request("POST", d.path, "[]") }},
			{"two texts", CodeBody, "follows", func(p *pod) *http.Request { return p.request("POST", d.path, good+good) }},
			{"compressed", CodeBody, "compressed", func(p *pod) *http.Request {
				return p.request("POST", d.path, good, "Content-Encoding", "zstd")
			}},
			{"a form", CodeBody, "application/json", func(p *pod) *http.Request {
				return p.request("POST", d.path, fmt.Sprintf(d.request, "big", `,"x":"&model=dear&y="`), "Content-Type", "application/x-www-form-urlencoded")
			}},
			{"another charset", CodeBody, "application/json", func(p *pod) *http.Request {
				return p.request("POST", d.path, good, "Content-Type", "application/json; charset=utf-7")
			}},
			{"two types", CodeBody, "application/json", func(p *pod) *http.Request {
				r := p.request("POST", d.path, good)
				r.Header.Add("Content-Type", "text/plain")
				return r
			}},
			{"two models", CodeBody, "duplicate", func(p *pod) *http.Request {
				return p.request("POST", d.path, fmt.Sprintf(d.request, "big", `,"model":"dear"`))
			}},
			{"two tool lists", CodeBody, "duplicate", func(p *pod) *http.Request {
				return p.request("POST", d.path, fmt.Sprintf(d.request, "big", `,"tools":[]`))
			}},
			{"two models by an escape", CodeBody, "duplicate", func(p *pod) *http.Request {
				return p.request("POST", d.path, fmt.Sprintf(d.request, "big", `,"m\u006fdel":"dear"`))
			}},
			{"model by case", CodeBody, "case", func(p *pod) *http.Request {
				return p.request("POST", d.path, fmt.Sprintf(d.request, "big", `,"Model":"dear"`))
			}},
			{"tools by a long s", CodeBody, "case", func(p *pod) *http.Request {
				return p.request("POST", d.path, fmt.Sprintf(d.request, "big", `,"toolſ":[]`))
			}},
			{"model by bytes that some drop", CodeBody, "UTF-8", func(p *pod) *http.Request {
				return p.request("POST", d.path, fmt.Sprintf(d.request, "big", ",\"mod\xffel\":\"dear\""))
			}},
			{"deep", CodeBody, "deep", func(p *pod) *http.Request {
				return p.request("POST", d.path, fmt.Sprintf(d.request, "big", `,"x":`+strings.Repeat("[", 10000)))
			}},
			{"many members", CodeBody, "too many", func(p *pod) *http.Request {
				var many strings.Builder
				for i := range maxMembers {
					fmt.Fprintf(&many, `,"m%d":0`, i)
				}
				return p.request("POST", d.path, fmt.Sprintf(d.request, "big", many.String()))
			}},
			{"many tools", CodeBody, "too many", func(p *pod) *http.Request {
				return p.request("POST", d.path, tools(`[`+strings.Repeat(`{"name":"Bash"},`, maxTools)+`{"name":"Bash"}]`))
			}},
			{"no guard", CodeGuard, "the Pod's guard is not in place", func(p *pod) *http.Request {
				return p.request("POST", d.path, good, "X-Session", "unknown")
			}},
			{"other model", CodeModel, "`dear` is not one of this Pod: big, small, spare", func(p *pod) *http.Request {
				return p.request("POST", d.path, fmt.Sprintf(d.request, "dear", ""))
			}},
			{"model of another provider", CodeModel, "foreign", func(p *pod) *http.Request {
				return p.request("POST", d.path, fmt.Sprintf(d.request, "foreign", ""))
			}},
			{"model of another address", CodeModel, "far", func(p *pod) *http.Request {
				return p.request("POST", d.path, fmt.Sprintf(d.request, "far", ""))
			}},
			{"model in a list", CodeModel, "dear", func(p *pod) *http.Request {
				return p.request("POST", d.path, fmt.Sprintf(d.request, "big", `,"models":["big","dear"]`))
			}},
			{"model with a trick", CodeModel, `\u{202e}`, func(p *pod) *http.Request {
				return p.request("POST", d.path, strings.Replace(good, `"big"`, `"big\u202e\u001b[2J"`, 1))
			}},
			{"denied tool", CodeTools, "`Read`, which the Pod does not offer", func(p *pod) *http.Request { return p.request("POST", d.path, tool("Read")) }},
			{"unknown tool", CodeTools, "the unknown tool `Launch`", func(p *pod) *http.Request { return p.request("POST", d.path, tool("Launch")) }},
			{"tool of a subagent alone", CodeTools, "Write", func(p *pod) *http.Request { return p.request("POST", d.path, tool("Write")) }},
			{"denied MCP tool", CodeTools, "mcp__gh__delete_repo", func(p *pod) *http.Request { return p.request("POST", d.path, tool("mcp__gh__delete_repo")) }},
			{"disabled MCP tool", CodeTools, "mcp__gh__merge", func(p *pod) *http.Request { return p.request("POST", d.path, tool("mcp__gh__merge")) }},
			{"unknown MCP server", CodeTools, "mcp__no__x", func(p *pod) *http.Request { return p.request("POST", d.path, tool("mcp__no__x")) }},
			{"tool without a name", CodeTools, "without a name", func(p *pod) *http.Request { return p.request("POST", d.path, tools(`[{}]`)) }},
			{"no system prompt", CodePrompt, "system prompt", func(p *pod) *http.Request {
				return p.request("POST", d.path, strings.Replace(good, "Stay within", "Leave", 1))
			}},
		} {
			t.Run(c.name, func(t *testing.T) {
				p := newPod(t, dialect, nil, nil)
				code, message := p.refused(c.request(p))
				if code != c.code || !strings.Contains(message, c.message) {
					t.Errorf("%s: %s, want %s: %s", code, message, c.code, c.message)
				}
				if strings.ContainsAny(message, "\x1b\u202e\n") || len(message) > 1000 {
					t.Errorf("message %q", message)
				}
				told := c.code != CodeToken && c.code != CodePath
				if told != (len(p.refusals) == 1) || told && p.refusals[0].Code != c.code {
					t.Errorf("told: %+v", p.refusals)
				}
				p.refused(c.request(p))
				if len(p.refusals) > 1 {
					t.Error("told twice")
				}
				// What is refused changes nothing for what follows, and holds nothing.
				if held := p.held(); held != 0 {
					t.Errorf("%d bytes of requests are still held", held)
				}
				if status, _, _ := p.do(p.request("POST", d.path, good)); status != 200 {
					t.Errorf("status %d afterwards", status)
				}
			})
		}
		for name, r := range map[string]func(p *pod) *http.Request{
			"small":         func(p *pod) *http.Request { return p.request("POST", d.path, fmt.Sprintf(d.request, "small", "")) },
			"spare":         func(p *pod) *http.Request { return p.request("POST", d.path, fmt.Sprintf(d.request, "spare", "")) },
			"of a subagent": func(p *pod) *http.Request { return p.request("POST", d.path, fmt.Sprintf(d.request, "tiny", "")) },
			"MCP":           func(p *pod) *http.Request { return p.request("POST", d.path, tool("mcp__gh__search")) },
			"tool of a subagent": func(p *pod) *http.Request {
				return p.request("POST", d.path, strings.Replace(tool("Write"), `"big"`, `"tiny"`, 1), "X-Agent", "a1")
			},
			"small model of a subagent": func(p *pod) *http.Request {
				return p.request("POST", d.path, fmt.Sprintf(d.request, "small", ""), "X-Agent", "a3")
			},
			"nested": func(p *pod) *http.Request { return p.request("POST", d.path, tool("exec")) },
			"title without a prompt": func(p *pod) *http.Request {
				return p.request("POST", d.path, strings.Replace(good, "Stay", "Go", 1), "X-Side", "title")
			},
			"subagent's own prompt": func(p *pod) *http.Request {
				return p.request("POST", d.path, strings.Replace(good, "Stay", "Go", 1), "X-Agent", "a3")
			},
			"Authorization alone": func(p *pod) *http.Request { r := p.request("POST", d.path, good); r.Header.Del("X-Api-Key"); return r },
			"with a charset": func(p *pod) *http.Request {
				return p.request("POST", d.path, good, "Content-Type", "application/json; charset=UTF-8")
			},
			"in chunks": func(p *pod) *http.Request { r := p.request("POST", d.path, good); r.ContentLength = -1; return r },
			"null and other members": func(p *pod) *http.Request {
				return p.request("POST", d.path, fmt.Sprintf(d.request, "big", `,"plugins":[],"x":null`))
			},
			"a parameter of its own": func(p *pod) *http.Request {
				return p.request("POST", d.path+map[string]string{"/v1/messages": "?beta=true"}[d.path], good)
			},
			"the key in the question": func(p *pod) *http.Request {
				return p.request("POST", d.path, fmt.Sprintf(d.request, "big", `,"x":"`+token+`"`))
			},
		} {
			t.Run("passes "+name, func(t *testing.T) {
				p := newPod(t, dialect, nil, nil)
				if status, body, _ := p.do(r(p)); status != 200 || len(p.refusals) > 0 {
					t.Errorf("%d %s", status, body)
				}
			})
		}
		t.Run("plugins", func(t *testing.T) {
			p := newPod(t, dialect, nil, nil)
			if code, _ := p.refused(p.request("POST", d.path, fmt.Sprintf(d.request, "big", `,"plugins":[{"id":"web"}]`))); code != CodeBody {
				t.Error(code)
			}
		})
		t.Run("side refusals are not told", func(t *testing.T) {
			p := newPod(t, dialect, nil, nil)
			p.refused(p.request("POST", d.path, good, "X-Session", "unknown", "X-Side", "title"))
			if len(p.refusals) > 0 {
				t.Error(p.refusals)
			}
		})
		t.Run("prompt of the first request of each session", func(t *testing.T) {
			p := newPod(t, dialect, nil, nil)
			without := strings.Replace(good, "Stay within", "Leave", 1)
			p.do(p.request("POST", d.path, good))
			if status, _, _ := p.do(p.request("POST", d.path, without)); status != 200 {
				t.Error("the second request was refused")
			}
			if code, _ := p.refused(p.request("POST", d.path, without, "X-Session", "s2")); code != CodePrompt {
				t.Error(code)
			}
		})
	})
}

// A subagent can use only its own model, tools, prompts and limits; one that the guard
// does not know can use nothing.
func TestSubagentsAreHeld(t *testing.T) {
	each(t, func(t *testing.T, dialect int) {
		d := dialects[dialect]
		of := func(model, agent string, more ...string) func(p *pod) *http.Request {
			return func(p *pod) *http.Request {
				body := strings.Replace(fmt.Sprintf(d.request, model, strings.Join(more, "")), "Stay", "Go", 1)
				return p.request("POST", d.path, body, "X-Agent", agent)
			}
		}
		for _, c := range []struct {
			name          string
			request       func(p *pod) *http.Request
			code, message string
		}{
			{"one that is not known", of("big", "a9"), CodeGuard, "the Pod's guard knows nothing of the subagent `a9`"},
			{"the model of the Pod", of("big", "a1"), CodeModel, "the model `big` is not one of the subagent `writer`: tiny"},
			{"the model of another subagent", of("tiny", "a3"), CodeModel, "the model `tiny` is not one of the subagent `helper`: big"},
			{"a tool of the Pod", of("tiny", "a1"), CodeTools, "to the subagent `writer`, which has no such tool"},
			{"no prompt of its own", func(p *pod) *http.Request {
				return p.request("POST", d.path, fmt.Sprintf(d.request, "big", ""), "X-Agent", "a3")
			}, CodePrompt, "does not send the prompts of the subagent `helper`"},
		} {
			p := newPod(t, dialect, nil, nil)
			if code, message := p.refused(c.request(p)); code != c.code || !strings.Contains(message, c.message) {
				t.Errorf("%s: %s: %s", c.name, code, message)
			}
		}
		p := newPod(t, dialect, nil, nil)
		for i := range 2 {
			if status, body, _ := p.do(of("big", "a3")(p)); status != 200 {
				t.Errorf("turn %d: %d %s", i, status, body)
			}
		}
		if code, message := p.refused(of("big", "a3")(p)); code != CodeLimit || !strings.Contains(message, "the subagent `helper` has reached its limit of 2 turns (subagents.helper.limits.maxTurns)") || len(p.refusals) > 0 {
			t.Errorf("%s: %s, told %v", code, message, p.refusals)
		}
		if status, _, _ := p.do(p.request("POST", d.path, fmt.Sprintf(d.request, "big", ""))); status != 200 {
			t.Error("the Pod's own agent was refused, too")
		}
	})
}

func TestOffers(t *testing.T) {
	p := newPod(t, 0, nil, func(p *pod) {
		m := p.config.Manifest
		m.Subagents["clerk"] = manifest.Subagent{MCPServers: []manifest.ServerName{"few"},
			Tools: manifest.SubagentTools{Default: "allow", Deny: []manifest.ToolName{"bash"}}}
	})
	for _, c := range []struct {
		tool, subagent string
		offered        bool
	}{
		{"bash", "", true}, {"write", "", false}, {"read", "", false},
		{"mcp__gh__search", "", true}, {"mcp__gh__merge", "", false}, {"mcp__gh__delete", "", false}, {"mcp__few__one", "", false},
		{"mcp__gh", "", false}, {"mcp__", "", false},
		{"write", "writer", true}, {"bash", "writer", false}, {"mcp__gh__search", "writer", false},
		{"read", "clerk", true}, {"bash", "clerk", false},
		{"mcp__few__one", "clerk", true}, {"mcp__few__two", "clerk", false}, {"mcp__gh__search", "clerk", false},
	} {
		var who *subagent
		if c.subagent != "" {
			who = &subagent{Subagent: p.config.Manifest.Subagents[manifest.SkillName(c.subagent)], name: c.subagent}
		}
		if got := p.gateway.rules.offers(c.tool, who); got != c.offered {
			t.Errorf("%s to %q: %v", c.tool, c.subagent, got)
		}
	}
}

func TestSaysWhichModelsThereAre(t *testing.T) {
	each(t, func(t *testing.T, dialect int) {
		p := newPod(t, dialect, nil, func(p *pod) { p.guard.ready = false })
		status, body, _ := p.do(p.request("GET", "/v1/models?client_version=1.2.3", ""))
		var list struct{ Data []struct{ ID string } }
		if err := json.Unmarshal([]byte(body), &list); err != nil || status != 200 || list.Data[0].ID != "big" || p.passed() > 0 {
			t.Error(status, body)
		}
		r := p.request("GET", "/v1/models", "")
		r.Header.Del("X-Api-Key")
		r.Header.Del("Authorization")
		if code, _ := p.refused(r); code != CodeToken {
			t.Error(code)
		}
		r = p.request("HEAD", "/", "")
		r.Header = http.Header{}
		if status, body, _ := p.do(r); status != 200 || body != "" {
			t.Error(status, body)
		}
	})
}

func TestOtherPlacesOfTools(t *testing.T) {
	for _, c := range []struct {
		dialect int
		members string
		code    string
	}{
		{0, `,"mcp_servers":[{"url":"https://x.example"}]`, CodeBody},
		{1, `,"prompt":{"id":"p1"}`, CodeBody},
		{1, `,"background":true`, CodeBody},
		{1, `,"background":false,"prompt":null`, ""},
		{2, `,"functions":[{"name":"Read"}]`, CodeTools},
		{2, `,"web_search_options":{}`, CodeTools},
		{2, `,"web_search_options":null`, ""},
	} {
		p := newPod(t, c.dialect, nil, nil)
		r := p.request("POST", dialects[c.dialect].path, fmt.Sprintf(dialects[c.dialect].request, "big", c.members))
		if c.code == "" {
			if status, body, _ := p.do(r); status != 200 {
				t.Errorf("%s: %s", c.members, body)
			}
		} else if code, message := p.refused(r); code != c.code {
			t.Errorf("%s: %s: %s", c.members, code, message)
		}
	}
	for _, c := range []struct {
		dialect int
		tools   string
		want    []string
	}{
		{0, `[{"type":"web_search_20250305","name":"web_search"}]`, []string{"web_search_20250305"}},
		{0, `[{"type":"code_execution_20250825","name":"Bash"}]`, []string{"Bash", "code_execution_20250825"}},
		{0, `[{"type":"custom","name":"Bash"},{"name":"Read","type":null}]`, []string{"Bash", "Read"}},
		{1, `[{"type":"namespace","name":"mcp__gh","tools":[{"type":"function","name":"search"},{"type":"namespace","name":"in","tools":[{"name":"x"}]}]}]`, []string{"mcp__gh/search", "mcp__gh/in/x"}},
		{1, `[{"type":"web_search"},{"type":"mcp","server_url":"x"},{"type":"custom","name":"exec"}]`, []string{"web_search", "mcp", "exec"}},
		{1, `[{"type":"shell","tools":[{"name":"Read"}]}]`, []string{"Read", "shell"}},
		{2, `[{"type":"custom","custom":{"name":"Read"}},{"type":"function","name":"Bash","function":{"name":"Write"}}]`, []string{"Read", "Bash", "Write"}},
	} {
		a, err := dialectOf(dialects[c.dialect].api).routes[0].read([]byte(`{"model":"m","tools":` + c.tools + `}`))
		if err != nil || !slices.Equal(a.tools, c.want) {
			t.Errorf("%s: %q, %v", c.tools, a.tools, err)
		}
	}
	a, err := readResponses([]byte(`{"model":"m","input":[{"type":"additional_tools","role":"developer","tools":[{"type":"custom","name":"exec"}]},{"type":"tool_search_output","call_id":"c","tools":[{"name":"Read"}]}]}`))
	if err != nil || !slices.Equal(a.tools, []string{"exec", "Read"}) {
		t.Error(a.tools, err)
	}
}
