package gateway

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Guard is the part of the Pod's guard that the gateway uses.
type Guard interface {
	// Ready reports whether the guard covers the tools of the agent that sends a request.
	Ready(r runtime.Request) bool
	// Judged reports whether the guard has decided a tool call, in this or an earlier start
	// of the Pod.
	Judged(callID string) bool
	// Subagent returns the manifest's name of a subagent that has begun, by the program's
	// ID. It is empty if the guard does not know the ID.
	Subagent(agent string) string
}

// Header is an extra header of requests to the API.
type Header struct {
	Name, Value string
	// Secret is set for a value that must be kept out of answers and traces.
	Secret bool
}

// Config configures a gateway.
type Config struct {
	Driver   *runtime.Driver
	Manifest *manifest.Manifest
	// Token is the token that the program has to show; not empty.
	Token string
	// Login is set if the program sends its own login instead of the token, so there is no
	// key: the login is passed on. All requests must show the login of the conversation's
	// first request.
	Login bool
	// Subscription is set if the key is a subscription token, which is sent differently.
	Subscription bool
	// Key calls use with the key of the API, once for each request and from several
	// goroutines; nil for an API without a key.
	Key func(use func(key []byte) error) error
	// Headers are model.headers, with secrets filled in.
	Headers []Header
	Guard   Guard
	// System is the whole system prompt; the first request of a session must contain it.
	System string
	// Prices are those of other models that the manifest names, by their name in the API. A
	// model without a price costs as much as the Pod's own.
	Prices map[string]manifest.Prices
	// Before is the Pod's usage before this start; it counts toward the limits.
	Before Usage
	// Refused receives the first refusal of each code; it must not block. It does not get
	// refusals that do not concern the Pod: a tool without the token, a path that a program
	// probes, a request outside the conversation.
	Refused func(Refusal)
	// Unreachable is called with a sentence when the API cannot be reached, and with an
	// empty string when it can be again. It must not block, and may be nil.
	Unreachable func(sentence string)
	// Trace receives the record of the session; nil for none.
	Trace *Trace
	// Now is the clock; nil for the real one.
	Now func() time.Time
}

// Gateway is an HTTP handler. Do not put a multiplexer in front of it, because
// multiplexers clean paths.
type Gateway struct {
	config    Config
	base      *url.URL
	dialect   *dialect
	token     [sha256.Size]byte
	secrets   []string // the values of headers
	rules     *rules
	ledger    *ledger
	bodies    *budget
	transport *http.Transport
	proxy     *httputil.ReverseProxy

	mu       sync.Mutex
	login    [sha256.Size]byte  // hash of the login in the first request; zero before that
	asks     int                // questions about the account of the login
	sessions map[string]bool    // sessions whose system prompt was seen, and runs of subagents
	runs     map[string]*ledger // of subagents, by the program's ID
	told     map[string]bool    // codes of refusals already reported
}

// maxSessions limits the sessions that are remembered; any others have their prompt
// checked in each request.
const maxSessions = 4096

// New returns a gateway. The error is a [diag.Error]: an unknown dialect, or an address
// that must not receive a key.
func New(c Config) (*Gateway, error) {
	if c.Driver == nil || c.Manifest == nil || c.Guard == nil || c.Token == "" {
		return nil, errors.New("a gateway needs a driver, a manifest, a guard and a token")
	}
	if c.Login && (c.Driver.Login == nil || c.Key != nil) {
		return nil, errors.New("a gateway has a key or a login of the program")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	model := &c.Manifest.Model
	g := &Gateway{config: c, dialect: dialectOf(model.WireAPI), token: sha256.Sum256([]byte(c.Token)), rules: rulesOf(&c),
		bodies: newBudget(maxBodies), sessions: map[string]bool{}, runs: map[string]*ledger{}, told: map[string]bool{}}
	if g.dialect == nil {
		return nil, diag.Errorf(diag.ExitInvalid, "model-dialect", "model.wireApi: must be one of: anthropic, openai-responses, openai-chat, got %s", diag.Quote(string(model.WireAPI)))
	}
	var err error
	if g.base, err = baseOf(model); err == nil && c.Login && c.Driver.Login.API != "" {
		g.base, err = url.Parse(c.Driver.Login.API)
	}
	if err != nil {
		return nil, err
	}
	prices := map[string]*manifest.Prices{}
	for name, p := range c.Prices {
		prices[name] = &p
	}
	for _, s := range c.Manifest.Subagents {
		if s.Model != nil && s.Model.Prices != nil && s.Model.Provider == model.Provider {
			prices[string(s.Model.ID)] = s.Model.Prices
		}
	}
	if model.Prices != nil {
		prices[string(model.ID)] = model.Prices
	}
	g.ledger = &ledger{limits: c.Manifest.Limits, prices: prices, price: model.Prices, began: c.Now(), used: c.Before.sound()}
	c.Trace.hide(c.Token)
	for _, h := range c.Headers {
		if h.Secret {
			g.secrets = append(g.secrets, h.Value)
			c.Trace.hide(h.Value)
		}
	}
	g.transport = transportTo(g.base)
	g.proxy = g.reverseProxy()
	return g, nil
}

// Server returns an HTTP server for the gateway.
func (g *Gateway) Server() *http.Server {
	return &http.Server{
		Handler:           g,
		ReadHeaderTimeout: 30 * time.Second,
		MaxHeaderBytes:    256 << 10,
		// handle OPTIONS like any other request
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     log.New(io.Discard, "", 0),
	}
}

// Usage returns the Pod's usage so far, including that before this start.
func (g *Gateway) Usage() Usage { return g.ledger.usage() }

// Close closes idle connections to the API.
func (g *Gateway) Close() { g.transport.CloseIdleConnections() }

// passage is one request in progress.
type passage struct {
	from    runtime.Request
	route   *route
	about   *runtime.AccountQuestion // nil unless the request is about the account
	target  *url.URL
	model   string
	tools   []string
	body    *body
	key     string
	secrets []string
	booking *booking
	run     *ledger // of the subagent; nil for the Pod's own agent
	runs    *booking
	meter   *meter
	begun   time.Time
	status  int
}

func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p := &passage{begun: g.config.Now()}
	if probe := r.Method == http.MethodHead || r.Method == http.MethodGet; probe && r.RequestURI == "/" && r.Header.Get("Upgrade") == "" {
		return // the program probes whether anything is here
	}
	authorized := g.authorized
	if g.config.Login {
		authorized = p.loggedIn
	}
	if refusal := authorized(r.Header); refusal != nil {
		g.refuse(w, p, refusal)
		return
	}
	if about := g.asksAccount(r); about != nil {
		g.account(w, r, p, about)
		return
	}
	p.from = g.config.Driver.Request(r.Header)
	refusal := g.judge(w, r, p)
	if p.body != nil {
		defer p.body.drop()
	}
	if refusal != nil {
		// A program that is still sending would not see the answer.
		_, _ = io.Copy(io.Discard, io.LimitReader(r.Body, maxBody))
		g.refuse(w, p, refusal)
		return
	}
	if p.route.to == "" {
		g.models(w)
		return
	}
	defer g.settle(p)
	r = r.WithContext(context.WithValue(r.Context(), passageKey{}, p))
	r.Body, r.ContentLength = p.body.reader(), p.body.size
	g.proxy.ServeHTTP(w, r)
}

// authorized refuses a request without the token. Every credential in it must be the
// token.
func (g *Gateway) authorized(h http.Header) *Refusal {
	shown, right := 0, 1
	show := func(token string) {
		sum := sha256.Sum256([]byte(token))
		shown, right = shown+1, right&subtle.ConstantTimeCompare(sum[:], g.token[:])
	}
	for _, key := range h.Values("X-Api-Key") {
		show(key)
	}
	for _, value := range h.Values("Authorization") {
		scheme, token, _ := strings.Cut(value, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			token = ""
		}
		show(token)
	}
	if shown == 0 || right == 0 {
		return refuse(CodeToken, "the request does not have the token of the Pod")
	}
	return nil
}

// judge checks a request against the manifest, in the order of the codes.
func (g *Gateway) judge(w http.ResponseWriter, r *http.Request, p *passage) (refusal *Refusal) {
	if p.route, refusal = g.dialect.route(r); refusal != nil || p.route.to == "" {
		return refusal
	}
	if !g.config.Guard.Ready(p.from) {
		return refuse(CodeGuard, "the Pod's guard is not in place")
	}
	var err error
	if p.body, err = readBody(w, r, g.bodies); err != nil {
		if !errors.As(err, &refusal) {
			panic(http.ErrAbortHandler) // the program stopped sending, so there is no one to answer
		}
		return refusal
	}
	a, err := p.route.read(p.body.data)
	switch {
	case err != nil:
		return refuse(CodeBody, "the request cannot be read: %s", unreadable(err))
	case a.unread != "":
		return refuse(CodeBody, "the request has %s, which cannot be compared with the manifest", quote(a.unread))
	}
	p.tools = a.tools
	if len(a.models) > 0 {
		p.model = a.models[0]
	}
	who, refusal := g.rules.subagent(p.from)
	if refusal != nil {
		return refusal
	}
	if refusal = g.rules.model(a, who); refusal != nil {
		return refusal
	}
	if refusal = g.rules.tools(a, who); refusal != nil {
		return refusal
	}
	own := p.from.Side == "" && who == nil
	if own && !g.seen(p.from.Session) {
		if refusal = g.rules.prompt(a); refusal != nil {
			return refusal
		}
		g.see(p.from.Session)
	}
	if who != nil && g.rules.leads(a, who) && !g.seen(who.run()) {
		if refusal = g.rules.prompts(a, who); refusal != nil {
			return refusal
		}
		g.see(who.run())
	}
	if refusal = g.rules.receipts(a); refusal != nil {
		return refusal
	}
	if refusal = g.take(p); refusal != nil {
		return refusal
	}
	p.target = g.dialect.target(g.base, p.route, r.URL.RawQuery)
	if who != nil {
		p.run = g.ledgerOf(who, p.begun)
		if p.runs, refusal = p.run.book(p.begun, p.model, p.route.counts, p.body.size); refusal != nil {
			return who.limited(refusal)
		}
	}
	if p.booking, refusal = g.ledger.book(p.begun, p.model, own && p.route.counts, p.body.size); refusal != nil && p.run != nil {
		p.run.settle(p.runs, false, nil, false)
	}
	return refusal
}

func (g *Gateway) seen(session string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.sessions[session]
}

func (g *Gateway) see(session string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.sessions) < maxSessions {
		g.sessions[session] = true
	}
}

// maxKeyBytes limits the length of a key in a header.
const maxKeyBytes = 8 << 10

// take reads the key for a request.
func (g *Gateway) take(p *passage) *Refusal {
	p.secrets = g.secrets
	if g.config.Login {
		return g.keep(p)
	}
	if g.config.Key == nil {
		return nil
	}
	err := g.config.Key(func(key []byte) error {
		for _, c := range key {
			if c <= ' ' || c > '~' {
				return errors.New("the key has characters that a header cannot have")
			}
		}
		if len(key) == 0 || len(key) > maxKeyBytes {
			return errors.New("the key is empty or longer than 8 KiB")
		}
		p.key = string(key)
		return nil
	})
	if err == nil && p.key == "" {
		err = errors.New("no key")
	}
	if err != nil {
		refusal := refuse(CodeKey, "the key of the model cannot be read")
		refusal.Err = err
		return refusal
	}
	p.secrets = append([]string{p.key}, g.secrets...)
	g.config.Trace.hide(p.key)
	return nil
}

// settle records the usage of a request that was passed on.
func (g *Gateway) settle(p *passage) {
	var tokens *Tokens
	estimated := false
	if p.meter != nil {
		t, e := p.meter.tokens(p.body.size)
		tokens, estimated = &t, e
	}
	g.config.Trace.request(g.config.Now(), p, tokens, estimated)
	g.ledger.settle(p.booking, p.meter != nil, tokens, estimated)
	if p.run != nil {
		p.run.settle(p.runs, p.meter != nil, tokens, estimated)
	}
}

// refuse answers with a refusal and reports it.
func (g *Gateway) refuse(w http.ResponseWriter, p *passage, refusal *Refusal) {
	g.report(p, refusal)
	answer(w, http.StatusPaymentRequired, "permission_error", refusal.Code, refusal.Message)
}

func (g *Gateway) report(p *passage, refusal *Refusal) {
	refusal.Request = p.from
	g.config.Trace.refusal(g.config.Now(), p, refusal)
	if !refusal.ends() {
		return
	}
	g.mu.Lock()
	told := g.told[refusal.Code]
	g.told[refusal.Code] = true
	g.mu.Unlock()
	if !told && g.config.Refused != nil {
		g.config.Refused(*refusal)
	}
}

// models lists the available models: those of the manifest. Codex reads another list, of
// models that it does not know yet, which is empty.
func (g *Gateway) models(w http.ResponseWriter) {
	type entry struct {
		ID      string `json:"id"`
		Object  string `json:"object"`
		Type    string `json:"type"`
		Created int64  `json:"created"`
		OwnedBy string `json:"owned_by"`
	}
	list := struct {
		Object string     `json:"object"`
		Data   []entry    `json:"data"`
		Models []struct{} `json:"models"`
	}{Object: "list", Models: []struct{}{}}
	for _, name := range g.rules.models {
		list.Data = append(list.Data, entry{name, "model", "model", 0, string(g.config.Manifest.Model.Provider)})
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(list)
}
