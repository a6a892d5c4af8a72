package gateway

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
)

const (
	// maxAccount limits the answer about an account, in bytes.
	maxAccount = 256 << 10
	// maxAccountHeader limits a header of the question, in bytes.
	maxAccountHeader = 512
	// maxAccountAsks limits how often one start may ask. A program asks when it begins.
	// Before the first request of the conversation, the gateway cannot tell the program's
	// login from another one.
	maxAccountAsks = 16
	// accountPatience limits how long an answer may take.
	accountPatience = 30 * time.Second
)

// asksAccount returns the question that a request asks about the account of a login, or
// nil if it asks none.
func (g *Gateway) asksAccount(r *http.Request) *runtime.AccountQuestion {
	if !g.config.Login || r.Method != http.MethodGet || r.ContentLength != 0 || r.Header.Get("Upgrade") != "" {
		return nil
	}
	questions := g.config.Driver.Login.Account
	if i := slices.IndexFunc(questions, func(q runtime.AccountQuestion) bool { return q.Path == r.RequestURI }); i >= 0 {
		return &questions[i]
	}
	return nil
}

// account forwards a question about the account to the host of the login. It comes before
// the guard can be in place, so only the login and a few short headers of the request are
// sent.
func (g *Gateway) account(w http.ResponseWriter, r *http.Request, p *passage, about *runtime.AccountQuestion) {
	refusal := g.mayAsk(p)
	if refusal == nil && about.Answer == nil {
		refusal = refuse(CodeAccount, "%s", about.Unserved)
	}
	if refusal != nil {
		g.refuse(w, p, refusal)
		return
	}
	headers := http.Header{}
	for _, name := range about.Headers {
		if value := r.Header.Get(name); value != "" && len(value) <= maxAccountHeader && !strings.ContainsFunc(value, func(c rune) bool { return c < ' ' || c > '~' }) {
			headers.Set(name, value)
		}
	}
	target := *g.base
	target.Path, target.RawPath, target.RawQuery = about.Path, "", ""
	p.about, p.route, p.target, p.body = about, &route{}, &target, &body{budget: g.bodies}
	defer p.body.drop()
	ctx, cancel := context.WithTimeout(context.WithValue(r.Context(), passageKey{}, p), accountPatience)
	defer cancel()
	defer func() { g.config.Trace.request(g.config.Now(), p, nil, false) }()
	r = r.WithContext(ctx)
	r.Header, r.Body = headers, http.NoBody
	g.proxy.ServeHTTP(w, r)
}

// mayAsk counts the questions. Once the conversation has begun, it refuses a login that
// differs from that of the conversation.
func (g *Gateway) mayAsk(p *passage) *Refusal {
	g.mu.Lock()
	g.asks++
	often := g.asks > maxAccountAsks
	begun := g.login != [len(g.login)]byte{}
	g.mu.Unlock()
	if often {
		return refuse(CodePath, "the account was asked about too often")
	}
	if begun {
		return g.keep(p)
	}
	g.hide(p)
	return nil
}

// aboutAccount checks the answer about an account before any of it is passed on.
func (g *Gateway) aboutAccount(resp *http.Response, p *passage) error {
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxAccount+1))
	resp.Body.Close()
	if err != nil {
		return err
	}
	if len(data) > maxAccount {
		return refuse(CodeAccount, "the answer of %s about the account is longer than 256 KiB", g.base.Host)
	}
	if _, found := newWatch(p.secrets).check(data, true); found {
		return errEcho()
	}
	answer, unserved := p.about.Answer(resp.Request.Header, data)
	if unserved != "" {
		return refuse(CodeAccount, "%s", unserved)
	}
	resp.Header = http.Header{"Content-Type": {"application/json"}, "Cache-Control": {"no-store"}}
	resp.Body, resp.ContentLength, resp.Trailer = io.NopCloser(bytes.NewReader(answer)), int64(len(answer)), nil
	return nil
}
