package gateway

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
)

const accountPath = "/backend/account"

// withAccount is a gateway of a program that asks about the account of its login.
func withAccount(t *testing.T, answer http.HandlerFunc) *pod {
	t.Helper()
	return newPod(t, 1, answer, func(p *pod) {
		own := *driver
		own.Login = &runtime.Login{Account: []runtime.AccountQuestion{
			{Path: accountPath, Headers: []string{"X-Account", "User-Agent"}, Answer: func(h http.Header, said []byte) ([]byte, string) {
				if strings.Contains(string(said), "elsewhere") {
					return nil, "the account " + h.Get("X-Account") + " is served elsewhere"
				}
				return []byte(`{"served":"here"}`), ""
			}},
			{Path: "/backend/policies", Unserved: "the account has policies"},
		}}
		p.config.Driver, p.config.Key, p.config.Login = &own, nil, true
		p.config.Headers = []Header{{Name: "X-Team", Value: "header-canary-01", Secret: true}}
	})
}

func (p *pod) about(path, as string) *http.Request {
	r := p.loggedIn(path, "", as)
	r.Method, r.Body, r.ContentLength = http.MethodGet, nil, 0
	r.Header.Set("X-Account", "ada")
	return r
}

// Before the guard is in place the host of the login is asked one question, and hears no
// more than that.
func TestAccount(t *testing.T) {
	p := withAccount(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Set-Cookie", "a=b")
		_, _ = io.WriteString(w, `{"email":"ada@example.org"}`)
	})
	p.guard.ready = false
	r := p.about(accountPath, loginShown)
	r.Header.Set("X-Anything", "from the workspace")
	r.Header.Set("Cookie", "a=b")
	status, body, header := p.do(r)
	if status != 200 || body != `{"served":"here"}` || header.Get("Set-Cookie") != "" || header.Get("Content-Type") != "application/json" {
		t.Errorf("status %d, %s, %v", status, body, header)
	}
	if p.passed() != 1 {
		t.Fatalf("passed on %d", p.passed())
	}
	seen := p.seen[0]
	if seen.Method != "GET" || seen.RequestURI != accountPath || len(p.bodies[0]) != 0 || seen.Header.Get("Authorization") != "Bearer "+loginShown || seen.Header.Get("X-Account") != "ada" {
		t.Errorf("the host was asked %s %s %v %q", seen.Method, seen.RequestURI, seen.Header, p.bodies[0])
	}
	for name := range seen.Header {
		switch name {
		case "Authorization", "X-Account", "Accept-Encoding", "User-Agent":
		default:
			t.Errorf("the host was shown %s: %s", name, seen.Header.Get(name))
		}
	}
	if code, message := p.refused(p.about("/backend/policies", loginShown)); code != CodeAccount || message != "the account has policies" {
		t.Errorf("%s %s", code, message)
	}
	if len(p.refusals) != 1 || p.refusals[0].Code != CodeAccount {
		t.Errorf("told %v", p.refusals)
	}
}

// What is not exactly the question is not passed on.
func TestNearlyAccount(t *testing.T) {
	p := withAccount(t, nil)
	for name, change := range map[string]func(*http.Request){
		"another method":  func(r *http.Request) { r.Method = "POST" },
		"HEAD":            func(r *http.Request) { r.Method = "HEAD"; r.URL.Path += "/" },
		"a query":         func(r *http.Request) { r.URL.RawQuery = "text=secret" },
		"an empty query":  func(r *http.Request) { r.URL.ForceQuery = true },
		"a longer path":   func(r *http.Request) { r.URL.Path += "/" },
		"another path":    func(r *http.Request) { r.URL.Path = "/backend/usage" },
		"an escaped path": func(r *http.Request) { r.URL.RawPath = "/backend/%61ccount" },
		"a detour":        func(r *http.Request) { r.URL.Opaque = "//" + r.URL.Host + "/x/.." + accountPath },
		"a body":          func(r *http.Request) { r.Body, r.ContentLength = io.NopCloser(strings.NewReader("x")), 1 },
		"a chunked body":  func(r *http.Request) { r.Body, r.ContentLength = io.NopCloser(strings.NewReader("x")), -1 },
		"a WebSocket": func(r *http.Request) {
			r.Header.Set("Connection", "Upgrade")
			r.Header.Set("Upgrade", "websocket")
		},
	} {
		r := p.about(accountPath, loginShown)
		change(r)
		if r.Method == "HEAD" {
			if status, _, _ := p.do(r); status != http.StatusPaymentRequired {
				t.Errorf("%s: status %d", name, status)
			}
		} else if code, _ := p.refused(r); code != CodePath {
			t.Errorf("%s: %s", name, code)
		}
	}
	for name, change := range map[string]func(http.Header){
		"no login":  func(h http.Header) { h.Del("Authorization") },
		"a key too": func(h http.Header) { h.Set("X-Api-Key", loginShown) },
	} {
		r := p.about(accountPath, loginShown)
		change(r.Header)
		if code, _ := p.refused(r); code != CodeToken {
			t.Errorf("%s: %s", name, code)
		}
	}
	if p.passed() != 0 {
		t.Errorf("passed on %d", p.passed())
	}
	long := p.about(accountPath, loginShown)
	long.Header.Set("X-Account", strings.Repeat("x", maxAccountHeader+1))
	if status, _, _ := p.do(long); status != 200 || p.seen[0].Header.Get("X-Account") != "" {
		t.Errorf("status %d, the host was shown %.40q", status, p.seen[0].Header.Get("X-Account"))
	}
}

// Without a login, the question is rejected.
func TestAccountWithKey(t *testing.T) {
	p := newPod(t, 1, nil, func(p *pod) {
		own := *driver
		own.Login = &runtime.Login{Account: []runtime.AccountQuestion{{Path: accountPath}}}
		p.config.Driver = &own
	})
	if code, _ := p.refused(p.request("GET", accountPath, "")); code != CodePath {
		t.Error(code)
	}
}

// Once the conversation has begun its login alone may ask, and no login asks without end.
func TestAccountOften(t *testing.T) {
	p := withAccount(t, nil)
	for range 2 {
		if status, body, _ := p.do(p.about(accountPath, "login-of-a-stranger")); status != 200 {
			t.Fatalf("status %d, %s", status, body)
		}
	}
	if status, body, _ := p.do(p.loggedIn("/v1/responses", fmt.Sprintf(dialects[1].request, "big", ""), loginShown)); status != 200 {
		t.Fatalf("a question has taken the place of the conversation: status %d, %s", status, body)
	}
	for _, path := range []string{accountPath, "/backend/policies"} {
		if code, _ := p.refused(p.about(path, "login-of-a-stranger")); code != CodeToken {
			t.Errorf("%s: %s", path, code)
		}
	}
	asked := 0
	for range 2 * maxAccountAsks {
		if status, _, _ := p.do(p.about(accountPath, loginShown)); status == 200 {
			asked++
		}
	}
	if asked == 0 || asked > maxAccountAsks || len(p.refusals) != 0 {
		t.Errorf("asked %d times, told %v", asked, p.refusals)
	}
}

// Answers that lead elsewhere, have no end or repeat the login are not passed on.
func TestAccountAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		code   string
		status int
	}{
		"a redirect":       {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "https://other.example", 302) }, CodeRedirect, 402},
		"an expired login": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(401) }, CodeLogin, 402},
		"another host":     {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "elsewhere") }, CodeAccount, 402},
		"no end": {func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 64<<10)); err != nil {
					return
				}
			}
		}, CodeAccount, 402},
		"the login":               {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, loginShown) }, CodeEcho, 402},
		"the login in its header": {func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X-You", loginShown) }, CodeEcho, 402},
		"an error":                {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }, "", 503},
	} {
		t.Run(name, func(t *testing.T) {
			p := withAccount(t, c.answer)
			status, body, _ := p.do(p.about(accountPath, loginShown))
			if status != c.status || !strings.Contains(body, c.code) || strings.Contains(body, loginShown) {
				t.Errorf("status %d, %.300s", status, body)
			}
			if told := len(p.refusals) == 1 && p.refusals[0].Code == c.code; told != (c.code != "") {
				t.Errorf("told %v", p.refusals)
			}
		})
	}
}
