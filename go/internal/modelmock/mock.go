// Package modelmock implements the APIs of models for tests: it streams the answers of
// a script and records the requests. It replaces a paid model, which tests cannot use,
// and its answers have the form that the agent programs read.
package modelmock

import (
	"io"
	"net/http"
	"sync"
	"time"
)

// Turn is one answer of the model.
type Turn struct {
	// Text is the text of the answer; Calls are the tools called after it.
	Text  string
	Calls []Call
	// Status is another status than 200, with Text as the message of the error.
	Status int
	// Delay comes before each streamed chunk.
	Delay time.Duration
	// InputTokens and OutputTokens are the usage that it reports; 0 for 100 and 10.
	InputTokens, OutputTokens int64
	// CacheRead and CacheWrite are tokens of input from and into a cache, of the dialect anthropic.
	CacheRead, CacheWrite int64
}

// Call is a tool call of the model.
type Call struct {
	// ID is made up where it is empty.
	ID   string `json:"id,omitempty"`
	Tool string `json:"tool"`
	// Input is marshalled as JSON; a string goes as it is to a tool that takes text.
	Input any `json:"input"`
}

// Request is a request to the model, in terms common to all dialects.
type Request struct {
	Path   string
	Header http.Header
	Body   []byte
	Model  string
	// System is the text of all system and developer messages.
	System string
	// Tools are the names of the offered tools, those of additional_tools included.
	Tools []string
	// Messages are the texts of the user, in order.
	Messages []string
	// Results are the results of tool calls, in order.
	Results []Result
}

// Result is the result of a tool call.
type Result struct{ Call, Text string }

// Script decides the answer to a request of the conversation. n counts from 0.
type Script func(n int, r Request) Turn

// Mock is a model.
type Mock struct {
	script Script

	mu   sync.Mutex
	log  []Request
	seen func(Request)
}

// Follow replaces the model's script, from its next answer on.
func (m *Mock) Follow(script Script) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.script = script
}

// New is a model that answers by a script. seen, where it is not nil, is told each request.
func New(script Script, seen func(Request)) *Mock { return &Mock{script: script, seen: seen} }

// Log returns the requests so far.
func (m *Mock) Log() []Request {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]Request{}, m.log...)
}

// read reads the body of a request, at most 64 MiB.
func read(r *http.Request) ([]byte, error) { return io.ReadAll(io.LimitReader(r.Body, 64<<20)) }

// turn records a request and returns the answer to it.
func (m *Mock) turn(r Request) Turn {
	m.mu.Lock()
	n := len(m.log)
	m.log = append(m.log, r)
	script := m.script
	m.mu.Unlock()
	if m.seen != nil {
		m.seen(r)
	}
	t := script(n, r)
	if t.InputTokens == 0 {
		t.InputTokens = 100
	}
	if t.OutputTokens == 0 {
		t.OutputTokens = 10
	}
	return t
}

// ServeHTTP answers in the dialect of the path.
func (m *Mock) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for _, d := range dialects {
		if r.Method == d.method && r.URL.Path == d.path {
			d.serve(m, w, r)
			return
		}
	}
	http.Error(w, `{"error":{"message":"no such path here"}}`, http.StatusNotFound)
}

type dialect struct {
	method, path string
	serve        func(*Mock, http.ResponseWriter, *http.Request)
}

var dialects = []dialect{
	{"POST", "/v1/messages", (*Mock).messages},
	{"POST", "/v1/messages/count_tokens", (*Mock).countTokens},
	{"POST", "/v1/responses", (*Mock).responses},
	{"POST", "/v1/chat/completions", (*Mock).chat},
	{"GET", "/v1/models", (*Mock).models},
}
