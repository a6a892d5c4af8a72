package gateway

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
)

// withLogin is a gateway of a program that shows its own login.
func withLogin(t *testing.T, dialect int, answer http.HandlerFunc) *pod {
	t.Helper()
	return newPod(t, dialect, answer, func(p *pod) {
		own := *driver
		own.Login = &runtime.Login{}
		p.config.Driver, p.config.Key, p.config.Login = &own, nil, true
	})
}

const loginShown = "login-canary-0123456789"

func (p *pod) loggedIn(path, body, as string) *http.Request {
	r := p.request("POST", path, body)
	r.Header.Del("X-Api-Key")
	r.Header.Set("Authorization", "Bearer "+as)
	return r
}

// A login is passed on unchanged, and everything else is checked as with a key. Only the
// login that the conversation begins with is accepted.
func TestLogin(t *testing.T) {
	each(t, func(t *testing.T, dialect int) {
		d := dialects[dialect]
		p := withLogin(t, dialect, nil)
		good := fmt.Sprintf(d.request, "big", "")
		for name, r := range map[string]*http.Request{
			"nothing shown": p.loggedIn(d.path, good, ""),
			"a space in it": p.loggedIn(d.path, good, "a b"),
			"too long":      p.loggedIn(d.path, good, strings.Repeat("x", maxKeyBytes+1)),
		} {
			if code, _ := p.refused(r); code != CodeToken {
				t.Errorf("%s: %s", name, code)
			}
		}
		for name, change := range map[string]func(http.Header){
			"no header":    func(h http.Header) { h.Del("Authorization") },
			"not a bearer": func(h http.Header) { h.Set("Authorization", "Basic "+loginShown) },
			"two":          func(h http.Header) { h.Add("Authorization", "Bearer "+loginShown) },
			"a key too":    func(h http.Header) { h.Set("X-Api-Key", loginShown) },
		} {
			r := p.loggedIn(d.path, good, loginShown)
			change(r.Header)
			if code, _ := p.refused(r); code != CodeToken {
				t.Errorf("%s: %s", name, code)
			}
		}
		// What does not keep to the manifest does not count as the first request.
		if code, _ := p.refused(p.loggedIn(d.path, fmt.Sprintf(d.request, "other", ""), "login-of-a-stranger")); code != CodeModel {
			t.Errorf("another model: %s", code)
		}
		for range 2 {
			if status, body, _ := p.do(p.loggedIn(d.path, good, loginShown)); status != 200 || body != d.stream {
				t.Fatalf("status %d, %.200s", status, body)
			}
		}
		for _, seen := range p.seen {
			if got := seen.Header.Values("Authorization"); len(got) != 1 || got[0] != "Bearer "+loginShown || seen.Header.Get("X-Api-Key") != "" {
				t.Errorf("the API was shown %q", got)
			}
		}
		for _, other := range []string{"login-of-a-stranger", loginShown + "x", token} {
			if code, message := p.refused(p.loggedIn(d.path, good, other)); code != CodeToken || strings.Contains(message, other) {
				t.Errorf("%s: %s", other, code)
			}
		}
		if len(p.refusals) != 1 {
			t.Errorf("told %v", p.refusals)
		}
	})
}

// A login that the API does not accept ends the Pod with a word, and an answer that has it
// is cut off.
func TestLoginOfNoUse(t *testing.T) {
	each(t, func(t *testing.T, dialect int) {
		d := dialects[dialect]
		good := fmt.Sprintf(d.request, "big", "")
		p := withLogin(t, dialect, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) })
		status, body, _ := p.do(p.loggedIn(d.path, good, loginShown))
		if status != http.StatusPaymentRequired || !strings.Contains(body, CodeLogin) || !strings.Contains(body, "does not accept the login of Test") {
			t.Errorf("status %d, %s", status, body)
		}
		if len(p.refusals) != 1 || p.refusals[0].Code != CodeLogin {
			t.Errorf("told %v", p.refusals)
		}
		p = withLogin(t, dialect, func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "you are "+loginShown) })
		resp, err := plain.RoundTrip(p.loggedIn(d.path, good, loginShown))
		if err == nil {
			text, _ := io.ReadAll(resp.Body)
			resp.Body.Close()
			if strings.Contains(string(text), loginShown) {
				t.Errorf("the answer is %s", text)
			}
		}
	})
}

// Where a login is for another address than a key, requests go there.
func TestAddressOfLogin(t *testing.T) {
	var paths []string
	api := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { paths = append(paths, r.URL.Path) }))
	defer api.Close()
	p := newPod(t, 1, nil, func(p *pod) {
		own := *driver
		own.Login = &runtime.Login{API: api.URL + "/backend"}
		p.config.Driver, p.config.Key, p.config.Login = &own, nil, true
	})
	if status, body, _ := p.do(p.loggedIn("/v1/responses", fmt.Sprintf(dialects[1].request, "big", ""), loginShown)); status != 200 || fmt.Sprint(paths) != "[/backend/responses]" || p.passed() != 0 {
		t.Errorf("status %d, %s, paths %v, %d at the address of the model", status, body, paths, p.passed())
	}
	own := *driver
	own.Login = &runtime.Login{}
	for name, change := range map[string]func(*Config){"with a key": func(c *Config) { c.Driver = &own }, "without a login": func(c *Config) { c.Key = nil }} {
		c := p.config
		c.Driver, c.Key = driver, func(func([]byte) error) error { return nil }
		change(&c)
		if _, err := New(c); err == nil {
			t.Errorf("%s: there is a gateway", name)
		}
	}
}

// A subscription token is a key that is sent like a login; a token that is no longer
// accepted ends the Pod with a message.
func TestSubscription(t *testing.T) {
	status := 200
	p := newPod(t, 0, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }, func(p *pod) { p.config.Subscription = true })
	d := dialects[0]
	good := fmt.Sprintf(d.request, "big", "")
	if got, body, _ := p.do(p.request("POST", d.path, good, "Anthropic-Beta", "oauth-1")); got != 200 {
		t.Fatalf("status %d, %s", got, body)
	}
	if h := p.seen[0].Header; h.Get("Authorization") != "Bearer "+canary || h.Get("X-Api-Key") != "" || h.Get("Anthropic-Beta") != "oauth-1" {
		t.Errorf("the API was shown %v", h)
	}
	if code, _ := p.refused(p.request("POST", d.path, good, "Authorization", "Bearer "+canary)); code != CodeToken {
		t.Error(code)
	}
	status = http.StatusUnauthorized
	if got, body, _ := p.do(p.request("POST", d.path, good)); got != http.StatusPaymentRequired || !strings.Contains(body, "does not accept the token for the subscription of Test") || len(p.refusals) != 1 {
		t.Errorf("status %d, %s, told %v", got, body, p.refusals)
	}
}
