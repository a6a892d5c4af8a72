package gateway

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/provider"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// baseOf returns the base address of a model's API: the manifest's, or else the
// provider's default.
func baseOf(m *manifest.Model) (*url.URL, error) {
	text := ""
	if m.BaseURL != nil {
		text = string(*m.BaseURL)
	} else if text = provider.ModelBase(string(m.Provider), m.WireAPI == "anthropic"); text == "" {
		return nil, diag.Errorf(diag.ExitInvalid, "model-address", "address of the provider %s not known for the dialect %s",
			diag.Quote(string(m.Provider)), m.WireAPI).Hintf("set model.baseUrl")
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, diag.Errorf(diag.ExitInvalid, "model-address", "model.baseUrl: must be an address such as https://api.example.com")
	}
	if u.Scheme == "http" && !loopback(u.Hostname()) {
		return nil, diag.Errorf(diag.ExitRefused, "model-address", "model.baseUrl: must begin with https://, because %s is not this machine", diag.Quote(u.Host)).
			Hintf("write https://, or reach the API by way of this machine: http://localhost:PORT")
	}
	return u, nil
}

func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// transportTo returns a transport for connections to the API. It verifies certificates. A
// proxy comes from the user's environment, which no profile can set, and learns only the
// name of the host.
func transportTo(base *url.URL) *http.Transport {
	dialer := &net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}
	t := &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dialer.DialContext,
		ForceAttemptHTTP2:      true,
		TLSHandshakeTimeout:    15 * time.Second,
		MaxIdleConnsPerHost:    32,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 1 << 20,
		DisableCompression:     true,
	}
	if base.Scheme == "http" {
		t.Proxy = nil
		dialer.Control = func(_, address string, _ syscall.RawConn) error {
			if to, err := netip.ParseAddrPort(address); err != nil || !to.Addr().Unmap().IsLoopback() {
				return errors.New("the host is not this machine")
			}
			return nil
		}
	}
	return t
}

// kept lists the headers of a program that are not passed on. They could carry a key
// other than the Pod's, or make some servers use a different method or path from that of
// the request.
var kept = [...]string{
	"Authorization", "X-Api-Key", "Api-Key", "X-Goog-Api-Key", "Cookie", "Expect",
	"X-Http-Method", "X-Http-Method-Override", "X-Method-Override", "X-Original-Url", "X-Rewrite-Url",
}

// keptPrefixes lists prefixes of further headers that are not passed on. The first is for
// headers between the program and Insomnia.
var keptPrefixes = [...]string{"X-Insomnia-", "X-Forwarded-"}

func (g *Gateway) reverseProxy() *httputil.ReverseProxy {
	return &httputil.ReverseProxy{
		Transport:      &patient{next: g.transport},
		FlushInterval:  -1,
		BufferPool:     &buffers,
		ErrorLog:       log.New(io.Discard, "", 0),
		Rewrite:        g.rewrite,
		ModifyResponse: g.answered,
		ErrorHandler:   g.failed,
	}
}

func (g *Gateway) rewrite(pr *httputil.ProxyRequest) {
	p, out := passageOf(pr.In.Context()), pr.Out
	out.URL, out.Host = p.target, ""
	out.TransferEncoding, out.Trailer = nil, nil
	out.GetBody = func() (io.ReadCloser, error) { return p.body.reader(), nil }
	for _, name := range kept {
		out.Header.Del(name)
	}
	for name := range out.Header {
		for _, prefix := range keptPrefixes {
			if strings.HasPrefix(name, prefix) {
				delete(out.Header, name)
			}
		}
	}
	// The tokens of an uncompressed answer can be counted.
	out.Header.Set("Accept-Encoding", "identity")
	if g.config.Login || g.config.Subscription && p.key != "" {
		bearer(out.Header, p.key)
	} else if p.key != "" {
		g.dialect.authorize(out.Header, p.key)
	}
	if p.about != nil {
		return
	}
	for _, h := range g.config.Headers {
		out.Header.Set(h.Name, h.Value)
	}
}

// answered checks the API's answer before any of it is passed on.
func (g *Gateway) answered(resp *http.Response) error {
	p := passageOf(resp.Request.Context())
	p.status = resp.StatusCode
	g.reachable("")
	if resp.StatusCode >= 300 && resp.StatusCode < 400 {
		return refuse(CodeRedirect, "%s answers with a redirect (status %d), which the key must not follow", diag.Quote(g.base.Host), resp.StatusCode)
	}
	if g.config.Login && resp.StatusCode == http.StatusUnauthorized {
		return refuse(CodeLogin, "%s does not accept the login of %s (status 401)", g.base.Host, g.config.Driver.Title)
	}
	if g.config.Subscription && resp.StatusCode == http.StatusUnauthorized {
		return refuse(CodeLogin, "%s does not accept the token for the subscription of %s (status 401)", g.base.Host, g.config.Driver.Title)
	}
	watch := newWatch(p.secrets)
	if watch.inHeader(resp.Header) {
		return errEcho()
	}
	if p.about != nil && resp.StatusCode == http.StatusOK {
		return g.aboutAccount(resp, p)
	}
	p.body.sent()
	body := &answerBody{from: resp.Body, watch: watch, trailer: resp.Trailer, failed: func() { g.report(p, errEcho()) }}
	if p.route.counts && resp.StatusCode >= 200 && resp.StatusCode < 300 {
		p.meter = newMeter()
		body.meter = p.meter
	}
	resp.Body = body
	return nil
}

func errEcho() *Refusal {
	return refuse(CodeEcho, "the answer of the API has the key of the Pod in it, and was cut off before it")
}

// failed answers a request to which the API gave no answer.
func (g *Gateway) failed(w http.ResponseWriter, r *http.Request, err error) {
	p := passageOf(r.Context())
	var refusal *Refusal
	switch {
	case errors.As(err, &refusal):
		p.status = http.StatusPaymentRequired
		g.refuse(w, p, refusal)
	case r.Context().Err() != nil: // the program is gone
		p.status = 0
		panic(http.ErrAbortHandler)
	case unreached(err):
		// Programs do not retry after this status.
		p.status = http.StatusPaymentRequired
		sentence := "cannot reach " + g.base.Host + ": " + reason(err) + "; " + remedy(g.base, err)
		g.reachable(sentence)
		answer(w, p.status, "api_error", codeUnreachable, sentence)
	default:
		p.status = http.StatusBadGateway
		answer(w, p.status, "api_error", codeUpstream, "cannot reach "+g.base.Host+": "+reason(err))
	}
}

func (g *Gateway) reachable(problem string) {
	if g.config.Unreachable != nil {
		g.config.Unreachable(problem)
	}
}

// reason describes why the API could not be reached, without quoting anything that was
// sent.
func reason(err error) string {
	var name *net.DNSError
	var timeout net.Error
	switch {
	case errors.As(err, &name):
		return "host not found"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "connection closed"
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return "network unreachable"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "timed out"
	case isCertificate(err):
		return "its certificate is not valid"
	}
	return "connection failed"
}

type pool struct{ sync.Pool }

var buffers pool

func (p *pool) Get() []byte {
	if b, ok := p.Pool.Get().(*[]byte); ok {
		return *b
	}
	return make([]byte, 32<<10)
}

func (p *pool) Put(b []byte) { p.Pool.Put(&b) }

type passageKey struct{}

func passageOf(ctx context.Context) *passage {
	p, _ := ctx.Value(passageKey{}).(*passage)
	return p
}
