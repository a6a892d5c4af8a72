package gateway

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

const (
	serviceToken = "QWERTYUIOPASDFGHJKLZXCVBNM"
	login        = "Basic Y2FuYXJ5Om9mIHNlcnZpY2Vz"
)

// served is a service in front of a host, which records what it was asked.
type served struct {
	*testing.T
	*Service
	address string
	seen    []*http.Request
	answer  http.HandlerFunc
}

func newServed(t *testing.T, paths ...manifest.ServicePath) *served {
	t.Helper()
	s := &served{T: t}
	host := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.seen = append(s.seen, r)
		if s.answer != nil {
			s.answer(w, r)
		}
	}))
	t.Cleanup(host.Close)
	rules := manifest.Service{Host: manifest.ServiceHost(strings.TrimPrefix(host.URL, "https://")), Methods: []manifest.HTTPMethod{"GET", "POST", "OPTIONS"}, Paths: paths,
		Auth: &manifest.ServiceAuth{Header: "Authorization"}}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.address = "http://" + l.Addr().String() + "/" + serviceToken
	if s.Service, err = NewService(rules, s.address, login, []string{strings.TrimPrefix(login, "Basic ")}); err != nil {
		t.Fatal(err)
	}
	s.proxy.Transport.(*http.Transport).TLSClientConfig = &tls.Config{RootCAs: host.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}
	server := s.Server()
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	return s
}

// ask sends a request line and headers as they are, and returns the status and the body.
func (s *served) ask(line string, headers ...string) (int, string) {
	s.Helper()
	place, _, _ := strings.Cut(strings.TrimPrefix(s.address, "http://"), "/")
	conn, err := net.Dial("tcp", place)
	if err != nil {
		s.Fatal(err)
	}
	defer conn.Close()
	method, path, _ := strings.Cut(line, " ")
	fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n%s\r\n", method, strings.Replace(path, "TOKEN", serviceToken, 1), place, strings.Join(append(headers, ""), "\r\n"))
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		s.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	text := string(body)
	for name, values := range resp.Header {
		text += "\n" + name + ": " + strings.Join(values, ", ")
	}
	if err != nil {
		text += "\ncut off"
	}
	if strings.Contains(text, "Y2FuYXJ5") {
		s.Errorf("%s: the credential is in the answer:\n%s", line, text)
	}
	return resp.StatusCode, text
}

// What is among the methods and the paths is passed on, with the credential and nothing in
// its place; nothing else reaches the host.
func TestService(t *testing.T) {
	for _, c := range []struct {
		line, header string
		path         string // that the host sees; empty for a refusal
	}{
		{"GET /TOKEN/team/a.git/info/refs?service=git-upload-pack", "", "/team/a.git/info/refs?service=git-upload-pack"},
		{"POST /TOKEN/team/a.git/git-upload-pack", "Content-Length: 0", "/team/a.git/git-upload-pack"},
		{"GET /TOKEN/team/.git/x", "", "/team/.git/x"},
		{"GET /TOKEN/team/a.git/", "", "/team/a.git/"},
		{"GET /TOKEN/team/a%20b.git/x%7Ey", "", "/team/a%20b.git/x%7Ey"},
		{"GET /TOKEN/@scope%2fname", "", "/@scope%2fname"},
		{"GET /TOKEN/team/a.git/x", "Authorization: Basic other", "/team/a.git/x"},
		{"GET /TOKEN/team/a.git/x", "Connection: authorization", "/team/a.git/x"},
		{"GET /TOKEN/team/a.git", "", ""},
		{"GET /TOKEN/other/a.git/x", "", ""},
		{"GET /TOKEN/team/a/x", "", ""},
		{"GET /TOKEN/team/b/a.git/x", "", ""},
		{"GET /TOKEN/team/a.git/../../other/x", "", ""},
		{"GET /TOKEN/team/a.git/%2e%2e/%2e%2e/other", "", ""},
		{"GET /TOKEN/team/a.git/..%2f..%2fother", "", ""},
		{"GET /TOKEN/team/a.git/%252e%252e/x", "", ""},
		{"GET /TOKEN/team/a.git/./x", "", ""},
		{"GET /TOKEN/team/a.git//x", "", ""},
		{"GET /TOKEN//team/a.git/x", "", ""},
		{"GET /TOKEN/team%2fa.git/x", "", ""},
		{`GET /TOKEN/team/a.git/..\..\other`, "", ""},
		{"GET /TOKEN/team/a.git/..;/x", "", ""},
		{"GET /TOKEN/team/a.git/%00", "", ""},
		{"GET /TOKEN/@scope%2f..", "", ""},
		{"GET /TOKEN", "", ""},
		{"GET /team/a.git/x", "", ""},
		{"GET /QWERTY/team/a.git/x", "", ""},
		{"GET /", "", ""},
		{"GET https://evil.test/TOKEN/team/a.git/x", "", ""},
		{"DELETE /TOKEN/team/a.git/x", "", ""},
		{"get /TOKEN/team/a.git/x", "", ""},
		{"OPTIONS *", "", ""},
		{"CONNECT evil.test:443", "", ""},
		{"GET /TOKEN/team/a.git/x", "Upgrade: websocket\r\nConnection: upgrade", ""},
	} {
		s := newServed(t, "/team/*.git/**", "/@*/*")
		status, text := s.ask(c.line, append(strings.Split(c.header, "\r\n"), "X-HTTP-Method-Override: DELETE", "X-Original-URL: /other", "X-Forwarded-Host: evil.test", "Cookie: a=b")[btoi(c.header == ""):]...)
		if c.path == "" {
			if status < 400 || len(s.seen) > 0 {
				t.Errorf("%s %q: %d %s, %d requests", c.line, c.header, status, text, len(s.seen))
			}
			continue
		}
		if status != 200 || len(s.seen) != 1 {
			t.Errorf("%s: %d %s", c.line, status, text)
			continue
		}
		got := s.seen[0]
		if got.RequestURI != c.path || got.Host != string(s.rules.Host) || len(got.Header.Values("Authorization")) != 1 || got.Header.Get("Authorization") != login {
			t.Errorf("%s: the host saw %s at %s with %v", c.line, got.RequestURI, got.Host, got.Header)
		}
		for _, name := range []string{"X-Http-Method-Override", "X-Original-Url", "X-Forwarded-Host", "X-Forwarded-For", "Cookie"} {
			if got.Header.Get(name) != "" {
				t.Errorf("%s was passed on", name)
			}
		}
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// The credential does not come back, and a path of the host leads to the service.
func TestServiceAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		says   string
	}{
		"echo in a header": {func(w http.ResponseWriter, r *http.Request) { w.Header().Set("X-Was", r.Header.Get("Authorization")) }, "was cut off"},
		"echo in the body": {func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, strings.Repeat("x", 100000)+r.Header.Get("Authorization"))
		}, ""},
		"echo in pieces": {func(w http.ResponseWriter, r *http.Request) {
			for _, c := range r.Header.Get("Authorization") {
				fmt.Fprintf(w, "%c", c)
				w.(http.Flusher).Flush()
			}
		}, ""},
		"moved":         {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/b?c=d", 302) }, "Location: ADDRESS/b?c=d"},
		"moved, whole":  {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "https://"+r.Host+"/b%20c", 302) }, "Location: ADDRESS/b%20c"},
		"led elsewhere": {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "https://evil.test/b", 302) }, "Location: https://evil.test/b"},
		"plain":         {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "http://"+r.Host+"/b", 302) }, "Location: http://127.0.0.1"},
		"an error":      {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503); io.WriteString(w, "later") }, "later"},
	} {
		s := newServed(t, "/**")
		s.answer = c.answer
		if status, text := s.ask("GET /TOKEN/a"); !strings.Contains(text, strings.ReplaceAll(c.says, "ADDRESS", s.address)) {
			t.Errorf("%s: %d %.300s", name, status, text)
		}
		if len(s.seen) != 1 {
			t.Errorf("%s: %d requests", name, len(s.seen))
		}
	}
}

func TestServicePaths(t *testing.T) {
	for _, c := range []struct {
		pattern, path string
		matches       bool
	}{
		{"/**", "/", true}, {"/**", "/a/b/", true}, {"/", "/", true}, {"/", "/a", false}, {"/a", "/a", true}, {"/a", "/a/", false}, {"/a/", "/a/", true},
		{"/a/**", "/a/b", true}, {"/a/**", "/a/", true}, {"/a/**", "/a", false}, {"/a/*", "/a/b", true}, {"/a/*", "/a/b/c", false},
		{"/a/**/z", "/a/z", true}, {"/a/**/z", "/a/b/c/z", true}, {"/a/**/z", "/a/b/c", false}, {"/*a*b*", "/xaybz", true}, {"/*a*b*", "/ba", false}, {"/a*a", "/a", false},
	} {
		s := &Service{rules: manifest.Service{Paths: []manifest.ServicePath{manifest.ServicePath(c.pattern)}}}
		if got := s.allows(c.path); got != c.matches {
			t.Errorf("%s and %s: %v", c.pattern, c.path, got)
		}
	}
}
