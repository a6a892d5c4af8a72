package egress

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

// world is a network in small: names, and servers that all addresses lead to.
type world struct {
	*testing.T
	names  map[string][]string
	proxy  *Proxy
	socket string

	mu       sync.Mutex
	attempts []string
	dialed   []string
}

func newWorld(t *testing.T, config Config) *world {
	t.Helper()
	w := &world{T: t, names: map[string][]string{
		"example.org": {"203.0.114.7"}, "api.example.org": {"203.0.114.8"}, "evil.test": {"203.0.114.9"}, "localhost": {"127.0.0.1", "::1"},
		"metadata.test": {"169.254.169.254"}, "inside.test": {"10.0.0.5"}, "mixed.test": {"10.0.0.5", "203.0.114.7"}, "mapped.test": {"::ffff:127.0.0.1"}, "six.test": {"2001:db9::1"},
	}}
	config.Log = func(a Attempt) {
		w.mu.Lock()
		defer w.mu.Unlock()
		outcome := "allowed"
		if a.Refused != "" {
			outcome = "refused"
		}
		w.attempts = append(w.attempts, fmt.Sprintf("%s:%d %s", a.Host, a.Port, outcome))
	}
	w.proxy = New(config)
	w.proxy.lookup = func(_ context.Context, name string) (found []netip.Addr, _ error) {
		for _, text := range w.names[name] {
			found = append(found, netip.MustParseAddr(text))
		}
		if found == nil {
			return nil, errors.New("no such host")
		}
		return found, nil
	}
	dir, err := os.MkdirTemp("", "egress")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	w.socket = filepath.Join(dir, "egress.sock")
	listener, err := net.Listen("unix", w.socket)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.proxy.Serve(ctx, listener) }()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("ended with %v", err)
			}
		case <-time.After(10 * time.Second):
			t.Error("does not end")
		}
	})
	return w
}

// leadTo makes all addresses lead to a server.
func (w *world) leadTo(server string) {
	w.proxy.dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		w.mu.Lock()
		w.dialed = append(w.dialed, address)
		w.mu.Unlock()
		return (&net.Dialer{}).DialContext(ctx, network, server)
	}
}

// client goes through the proxy.
func (w *world) client() *http.Client {
	return &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", w.socket)
		},
		Proxy:           func(*http.Request) (*url.URL, error) { return url.Parse("http://proxy") },
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true,
	}}
}

// connect asks for a tunnel and returns the status and what is said.
func (w *world) connect(target string) (int, string, net.Conn) {
	w.Helper()
	conn, err := net.Dial("unix", w.socket)
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	fmt.Fprintf(conn, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n", target, target)
	r := bufio.NewReader(conn)
	response, err := http.ReadResponse(r, &http.Request{Method: "CONNECT"})
	if err != nil {
		return 0, err.Error(), conn
	}
	if response.StatusCode == 200 {
		return 200, "", conn
	}
	body, _ := io.ReadAll(response.Body)
	return response.StatusCode, string(body), conn
}

func TestConnect(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	hosts := &manifest.Hosts{Packages: []string{"registry.test", "*.cdn.test"}, GitRemotes: []string{"git.test:22"}}
	for _, test := range []struct {
		domains, target string
		status          int
		says            string
		dialed          string
	}{
		{"example.org", "example.org:443", 200, "", "203.0.114.7:443"},
		{"example.org", "example.org:80", 200, "", ""},
		{"example.org", "EXAMPLE.org:443", 200, "", ""},
		{"example.org", "example.org.:443", 200, "", ""},
		{"example.org", "example.org:22", 403, "add `example.org:22` to sandbox.allowedDomains", ""},
		{"example.org", "example.org:8443", 403, "add `example.org:8443`", ""},
		{"example.org", "api.example.org:443", 403, "add `api.example.org` to sandbox.allowedDomains", ""},
		{"example.org", "evil.test:443", 403, "add `evil.test` to", ""},
		{"example.org", "notexample.org:443", 403, "not among the hosts", ""},
		{"example.org", "example.org.evil.test:443", 403, "not among the hosts", ""},
		{"example.org", "203.0.114.7:443", 403, "not among the hosts", ""},
		{"example.org", "example.org:0", 403, "number from 1", ""},
		{"example.org", "example.org:99999", 403, "number from 1", ""},
		{"example.org", "example.org", 400, "", ""},
		{"example.org", "[::1]:443", 403, "not among", ""},
		{"example.org", "0x7f.1:443", 403, "unusual notation", ""},
		{"example.org", "2130706433:443", 403, "unusual notation", ""},
		{"example.org:22", "example.org:22", 200, "", "203.0.114.7:22"},
		{"example.org:22", "example.org:443", 403, "", ""},
		{"*.example.org", "api.example.org:443", 200, "", ""},
		{"*.example.org", "example.org:443", 403, "", ""},
		{"missing.test", "missing.test:443", 502, "no such host", ""},
		{"", "example.org:443", 403, "", ""},

		{"@packages", "registry.test:443", 502, "no such host", ""},
		{"@packages", "git.test:22", 403, "", ""},
		{"@git-remotes", "git.test:22", 502, "no such host", ""},
		{"@git-remotes", "git.test:443", 403, "", ""},
		{"@git-remotes", "registry.test:443", 403, "", ""},
		{"@nix", "example.org:443", 403, "", ""},

		// Names that lead to this machine or behind it.
		{"metadata.test", "metadata.test:80", 403, "169.254.169.254", ""},
		{"inside.test", "inside.test:443", 403, "add `10.0.0.5` to sandbox.allowedDomains as well", ""},
		{"inside.test:8080", "inside.test:8080", 403, "add `10.0.0.5:8080`", ""},
		{"inside.test 10.0.0.5", "inside.test:443", 200, "", "10.0.0.5:443"},
		{"inside.test 10.0.0.5:8080", "inside.test:443", 403, "", ""},
		{"mapped.test", "mapped.test:443", 403, "127.0.0.1", ""},
		{"mixed.test", "mixed.test:443", 200, "", "203.0.114.7:443"},
		{"10.0.0.5", "10.0.0.5:443", 200, "", "10.0.0.5:443"},
		{"10.0.0.5", "[::ffff:10.0.0.5]:443", 200, "", "10.0.0.5:443"},
		{"::1", "[::1]:443", 200, "", "[::1]:443"},
		{"localhost:8080", "localhost:8080", 200, "", "127.0.0.1:8080"},
		{"localhost:8080", "127.0.0.1:8080", 403, "", ""},
		{"localhost:8080", "localhost:22", 403, "", ""},
		{"six.test", "six.test:443", 200, "", "[2001:db9::1]:443"},
	} {
		t.Run(test.domains+" "+test.target, func(t *testing.T) {
			config := Config{Hosts: hosts}
			for _, domain := range strings.Fields(test.domains) {
				config.Domains = append(config.Domains, manifest.Domain(domain))
			}
			w := newWorld(t, config)
			w.leadTo(strings.TrimPrefix(server.URL, "http://"))
			status, says, _ := w.connect(test.target)
			if test.status == 400 && status == 403 {
				status = 400
			}
			if status != test.status || !strings.Contains(says, test.says) {
				t.Errorf("%d %s", status, says)
			}
			w.mu.Lock()
			defer w.mu.Unlock()
			if (status == 200) != (len(w.dialed) > 0) || test.dialed != "" && strings.Join(w.dialed, " ") != test.dialed {
				t.Errorf("dialed %q", w.dialed)
			}
			if status != 400 && len(w.attempts) != 1 {
				t.Errorf("log: %q", w.attempts)
			}
		})
	}
}

// The proxy connects to the address that it checked, however often the name is resolved
// and whatever it resolves to later.
func TestRebinding(t *testing.T) {
	w := newWorld(t, Config{Domains: []manifest.Domain{"rebind.test"}})
	answers := []string{"203.0.114.7", "127.0.0.1", "127.0.0.1"}
	w.proxy.lookup = func(context.Context, string) ([]netip.Addr, error) {
		answer := answers[0]
		answers = answers[1:]
		return []netip.Addr{netip.MustParseAddr(answer)}, nil
	}
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	w.leadTo(strings.TrimPrefix(server.URL, "http://"))
	if status, says, _ := w.connect("rebind.test:443"); status != 200 || len(answers) != 2 || w.dialed[0] != "203.0.114.7:443" {
		t.Errorf("%d %s %q %q", status, says, answers, w.dialed)
	}
	if status, says, _ := w.connect("rebind.test:443"); status != 403 || len(w.dialed) != 1 {
		t.Errorf("%d %s %q", status, says, w.dialed)
	}
}

func TestPrivate(t *testing.T) {
	for _, text := range strings.Fields("127.0.0.1 127.9.9.9 0.0.0.0 10.1.2.3 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1 100.100.100.200 " +
		"192.0.0.192 198.18.0.1 224.0.0.1 255.255.255.255 240.0.0.1 :: ::1 fe80::1 fc00::1 fd00:ec2::254 ff02::1 fec0::1 ::ffff:10.0.0.1 ::127.0.0.1 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 2002:7f00:1::") {
		if !private(netip.MustParseAddr(text)) {
			t.Errorf("%s is taken for public", text)
		}
	}
	for _, text := range strings.Fields("1.1.1.1 172.32.0.1 100.128.0.1 9.9.9.9 2606:4700::1111 64:ff9b::101:101 2002:101:101::1") {
		if private(netip.MustParseAddr(text)) {
			t.Errorf("%s is taken for private", text)
		}
	}
	if !private(netip.MustParseAddr("fe80::1%eth0")) || !private(netip.Addr{}) || !own(netip.MustParseAddr("127.0.0.1")) {
		t.Error("an address with a zone, none, or one of this machine")
	}
}

// https goes through CONNECT and http by its address, both byte for byte.
func TestThroughIt(t *testing.T) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/away" {
			http.Redirect(w, r, "http://evil.test/", http.StatusFound)
			return
		}
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s %s %q %v", r.Method, r.Host, r.URL, body, r.Header["Proxy-Authorization"])
	})
	for scheme, server := range map[string]*httptest.Server{"http": httptest.NewServer(handler), "https": httptest.NewTLSServer(handler)} {
		w := newWorld(t, Config{Domains: []manifest.Domain{"example.org"}})
		defer server.Close()
		w.leadTo(server.Listener.Addr().String())
		response, err := w.client().Post(scheme+"://example.org/a%2Fb?c=d", "text/plain", strings.NewReader("body"))
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		if got := string(body); got != `POST example.org /a%2Fb?c=d "body" []` {
			t.Errorf("%s: %s", scheme, got)
		}
		// The client follows redirects; the proxy does not let it.
		response, err = w.client().Get(scheme + "://example.org/away")
		if err != nil {
			t.Fatal(err)
		}
		body, _ = io.ReadAll(response.Body)
		if response.StatusCode != 403 || !strings.Contains(string(body), "insomnia: `evil.test:80`: not among the hosts that this Pod may reach; add `evil.test` to sandbox.allowedDomains") {
			t.Errorf("%s: %d %s", scheme, response.StatusCode, body)
		}
	}
}

// The host of the address counts, not that of a header.
func TestHostHeader(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Host) }))
	defer server.Close()
	w := newWorld(t, Config{Domains: []manifest.Domain{"example.org"}})
	w.leadTo(server.Listener.Addr().String())
	for request, want := range map[string]string{
		"GET http://example.org/ HTTP/1.1\r\nHost: evil.test\r\n\r\n":     "200 example.org",
		"GET http://evil.test/ HTTP/1.1\r\nHost: example.org\r\n\r\n":     "403 ",
		"GET / HTTP/1.1\r\nHost: example.org\r\n\r\n":                     "403 ",
		"GET https://example.org/ HTTP/1.1\r\nHost: example.org\r\n\r\n":  "403 ",
		"GET ftp://example.org/ HTTP/1.1\r\nHost: example.org\r\n\r\n":    "403 ",
		"GET http://a:b@example.org/ HTTP/1.1\r\nHost: evil.test\r\n\r\n": "403 ",
		"GET http://example.org:22/ HTTP/1.1\r\nHost: evil.test\r\n\r\n":  "403 ",
		"hello\r\n\r\n": "400 ",
		"CONNECT / HTTP/1.1\r\nHost: example.org:443\r\n\r\n": "403 ",
	} {
		conn, err := net.Dial("unix", w.socket)
		if err != nil {
			t.Fatal(err)
		}
		conn.SetDeadline(time.Now().Add(20 * time.Second))
		io.WriteString(conn, request)
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Errorf("%q: %v", request, err)
			continue
		}
		body, _ := io.ReadAll(response.Body)
		got := strconv.Itoa(response.StatusCode) + " " + string(body)
		if want[:3] == "200" && got != want || !strings.HasPrefix(got, want) {
			t.Errorf("%q: %s", request, got)
		}
		conn.Close()
	}
}

// What is excepted is not reached, however it is allowed or written.
func TestExcept(t *testing.T) {
	w := newWorld(t, Config{Domains: []manifest.Domain{"*.example.org", "example.org"}, Except: []string{"api.example.org"}})
	for _, target := range []string{"api.example.org:443", "API.Example.org:443", "api.example.org.:443", "api.example.org:80"} {
		if status, text, _ := w.connect(target); status == 200 || strings.Contains(text, "add ") {
			t.Errorf("%s: %d %s", target, status, text)
		}
	}
	if len(w.dialed) > 0 {
		t.Errorf("dialed %v", w.dialed)
	}
}
