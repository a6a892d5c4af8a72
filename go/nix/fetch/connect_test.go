package fetch_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/nix/address"
	"github.com/insomnia-pods/insomnia/go/nix/fetch"
	"github.com/insomnia-pods/insomnia/go/nix/flake"
)

// counting serves one archive and counts what it is asked.
func counting(t *testing.T, handler http.HandlerFunc) (server *httptest.Server, requests *atomic.Int64) {
	t.Helper()
	requests = &atomic.Int64{}
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		handler(w, r)
	}))
	t.Cleanup(server.Close)
	return server, requests
}

func tarball(url string) *flake.Locked { return &flake.Locked{Type: "tarball", URL: url} }

// Verdicts over addresses, before anything is sent: nothing is connected to.
func TestPermit(t *testing.T) {
	typed := []string{"127.0.0.1:8080", "git.example.org"}
	const rev = "0123456789abcdef0123456789abcdef01234567"
	for _, test := range []struct {
		locked *flake.Locked
		want   string // of the error; "" when it may be downloaded
	}{
		{tarball("https://example.org/a.tar.gz"), ""},
		{tarball("HTTPS://example.org/a.tar.gz"), ""},
		{tarball("http://git.example.org/a.tar.gz"), ""},
		{tarball("HTTP://GIT.example.org.:99/a.tar.gz"), ""},
		{tarball("http://127.0.0.1:8080/a.tar.gz"), ""},
		{tarball("http://127.0.0.1:8081/a.tar.gz"), "plain HTTP"},
		{tarball("http://example.org/a.tar.gz"), "plain HTTP"},
		{tarball("https://127.0.0.1/a.tar.gz"), "private address"},
		{tarball("https://[::ffff:127.0.0.1]/a.tar.gz"), "private address"},
		{tarball("https://169.254.169.254/latest/meta-data"), "private address"},
		{tarball("https://[fd00:ec2::254]/latest"), "private address"},
		{tarball("https://LOCALHOST/a.tar.gz"), "private address"},
		{tarball("https://x.localhost./a.tar.gz"), "private address"},
		{tarball("https://10.1.2.3/a.tar.gz"), "private address"},
		{tarball("https://0x7f.0.0.1/a.tar.gz"), "four decimal parts"},
		{tarball("https://2130706433/a.tar.gz"), "four decimal parts"},
		{tarball("https://example.org@127.0.0.1/a.tar.gz"), "user name"},
		{tarball(`https://example.org\@127.0.0.1/a.tar.gz`), "backslash"},
		{tarball("http:/127.0.0.1:8080/a.tar.gz"), "must follow the scheme"},
		{tarball("ftp://example.org/a.tar.gz"), "unknown scheme"},
		{tarball("ssh://example.org/a.tar.gz"), "only Nix"},
		{&flake.Locked{Type: "git", URL: "https://example.org/r", Rev: rev}, ""},
		{&flake.Locked{Type: "git", URL: "ssh://git@example.org/r", Rev: rev}, ""},
		{&flake.Locked{Type: "git", URL: "ssh://-oProxyCommand=id/r", Rev: rev}, "invalid host"},
		{&flake.Locked{Type: "git", URL: "ssh://git@10.0.0.1/r", Rev: rev}, "private address"},
		{&flake.Locked{Type: "git", URL: "git://example.org/r", Rev: rev}, "unknown scheme"},
		{&flake.Locked{Type: "git", URL: "ext::sh", Rev: rev}, "unknown scheme"},
		{&flake.Locked{Type: "git", URL: "https://example.org/r", Rev: "--upload-pack=id"}, "full name of a commit"},
		{&flake.Locked{Type: "git", URL: "https://example.org/r", Rev: "main"}, "full name of a commit"},
		{&flake.Locked{Type: "git", URL: "https://example.org/r", Ref: "-x"}, "branch or tag"},
		{&flake.Locked{Type: "git", URL: "https://example.org/r", Ref: "a:b"}, "branch or tag"},
		{&flake.Locked{Type: "github", Owner: "o", Repo: "r", Rev: rev}, ""},
		{&flake.Locked{Type: "github", Owner: "../..", Repo: "r?x", Rev: rev}, ""}, // escaped
		{&flake.Locked{Type: "github", Host: "evil.example/x?", Owner: "o", Repo: "r", Rev: rev}, "invalid host"},
		{&flake.Locked{Type: "github", Host: "a@127.0.0.1", Owner: "o", Repo: "r", Rev: rev}, "invalid host"},
		{&flake.Locked{Type: "gitlab", Host: "127.0.0.1", Owner: "o", Repo: "r", Rev: rev}, "private address"},
		{&flake.Locked{Type: "sourcehut", Host: "127.1", Owner: "o", Repo: "r", Rev: rev}, "four decimal parts"},
		{&flake.Locked{Type: "hg", URL: "https://example.org/r"}, "only Nix"},
	} {
		err := (&fetch.Store{Hosts: typed}).Permit(test.locked)
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%+v: %v, not %q", *test.locked, err, test.want)
		}
	}
}

// A redirect is judged as an address of its own, and followed five times at most.
func TestRedirects(t *testing.T) {
	data := archive(t, "x/flake.nix", "{ }")
	other, asked := counting(t, func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(data)) })
	to := ""
	server, _ := counting(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case strings.HasPrefix(r.URL.Path, "/hop"):
			if n := r.URL.Path[len("/hop"):]; n != "0" {
				http.Redirect(w, r, "/hop"+string(n[0]-1), http.StatusFound)
				return
			}
			w.Write([]byte(data))
		default:
			w.Header().Set("Location", to)
			w.WriteHeader(http.StatusFound)
		}
	})
	host := strings.TrimPrefix(server.URL, "http://")
	store := func(more ...string) *fetch.Store {
		return &fetch.Store{Dir: t.TempDir(), Hosts: append(more, host)}
	}
	get := func(s *fetch.Store, path string) error {
		_, err := s.Lock(t.Context(), tarball(server.URL+path))
		return err
	}
	if err := get(store(), "/hop5"); err != nil {
		t.Error(err)
	}
	for path, want := range map[string]string{"/hop6": "more than 5 redirects", "/loop": "more than 5 redirects"} {
		if err := get(store(), path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
	for _, test := range []struct{ to, want string }{
		{other.URL + "/a", "plain HTTP"},
		{"http://169.254.169.254/latest", "plain HTTP"},
		{"https://169.254.169.254/latest", "private address"},
		{"https://localhost/", "private address"},
		{"file:///etc/passwd", "redirect"},
		{"FILE:///etc/passwd", "redirect"},
		{"ssh://example.org/", "redirect"},
		{"https://a:b@example.org/", "user name"},
		{"https://0x7f000001/", "four decimal parts"},
	} {
		to = test.to
		if err := get(store(), "/to"); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("to %s: %v, not %q", test.to, err, test.want)
		}
	}
	if n := asked.Load(); n != 0 {
		t.Errorf("the other server got %d requests", n)
	}
	to = other.URL + "/a"
	if err := get(store(strings.TrimPrefix(other.URL, "http://")), "/to"); err != nil || asked.Load() != 1 {
		t.Error(err, asked.Load())
	}
}

// A redirect from https to http is refused, whether the host was named or not.
func TestRedirectFromHTTPS(t *testing.T) {
	plain, asked := counting(t, func(w http.ResponseWriter, _ *http.Request) {})
	secure := httptest.NewTLSServer(http.RedirectHandler(plain.URL, http.StatusFound))
	defer secure.Close()
	store := &fetch.Store{Dir: t.TempDir(), Hosts: []string{"127.0.0.1"}, Client: secure.Client()}
	_, err := store.Lock(t.Context(), tarball(secure.URL+"/a"))
	if err == nil || !strings.Contains(err.Error(), "redirect from https to http") || asked.Load() != 0 {
		t.Errorf("%v, %d requests", err, asked.Load())
	}
}

// A name is judged by the address that is connected to: one that looks public
// when it is checked, and is private a moment later, does not help.
func TestNameOfPrivateAddress(t *testing.T) {
	server, asked := counting(t, func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(archive(t, "a", "b"))) })
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(server.URL, "http://"))
	names := &fakeDNS{}
	names.serve(t)
	var refused *fetch.HostError
	store := &fetch.Store{Dir: t.TempDir()}
	names.set(net.IPv4(127, 0, 0, 1))
	if _, err := store.Lock(t.Context(), tarball("https://rebind.example.test:"+port+"/a")); !errors.As(err, &refused) || !strings.Contains(refused.Reason, "private address 127.0.0.1") {
		t.Errorf("%v", err)
	}
	if _, err := store.Lock(t.Context(), &flake.Locked{Type: "git", URL: "https://rebind.example.test:" + port + "/a"}); !errors.As(err, &refused) {
		t.Errorf("git: %v", err)
	}
	if asked.Load() != 0 {
		t.Errorf("%d requests", asked.Load())
	}
	// git is told the address that was judged, whatever the name means later.
	names.set(net.IPv4(203, 0, 113, 7))
	a, err := address.Parse("https://rebind.example.test/r")
	if err != nil {
		t.Fatal(err)
	}
	config, err := fetch.GitConfig(store, t.Context(), a)
	if err != nil || !slices.Contains(config, "http.curloptResolve=rebind.example.test:443:203.0.113.7") {
		t.Errorf("%q, %v", config, err)
	}
	names.set(net.IPv4(127, 0, 0, 1))
	store.Hosts = []string{"rebind.example.test"}
	if _, err := store.Lock(t.Context(), tarball("http://rebind.example.test:"+port+"/a")); err != nil || asked.Load() != 1 {
		t.Errorf("a host that was named: %v, %d requests", err, asked.Load())
	}
}

// A server that goes silent ends the download, and so does ctrl-C.
func TestSilentServer(t *testing.T) {
	done := make(chan struct{})
	server, _ := counting(t, func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte("begin"))
		w.(http.Flusher).Flush()
		select {
		case <-r.Context().Done():
		case <-done:
		}
	})
	defer close(done)
	store := &fetch.Store{Dir: t.TempDir(), Hosts: []string{"127.0.0.1"}, Timeout: 100 * time.Millisecond}
	began := time.Now()
	_, err := store.Lock(t.Context(), tarball(server.URL+"/a"))
	if err == nil || !strings.Contains(err.Error(), "sent nothing for too long") || time.Since(began) > 10*time.Second {
		t.Errorf("%v after %s", err, time.Since(began))
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	store.Timeout = time.Minute
	if _, err := store.Lock(ctx, tarball(server.URL+"/a")); err == nil || time.Since(began) > 20*time.Second {
		t.Errorf("%v after %s", err, time.Since(began))
	}
	if left, _ := filepath.Glob(filepath.Join(store.Dir, ".new-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// A server's answer keeps enough for a hint.
func TestStatus(t *testing.T) {
	for code, want := range map[int]fetch.StatusError{
		http.StatusForbidden: {Code: 403, Limited: true}, http.StatusTooManyRequests: {Code: 429, Limited: true},
		http.StatusUnauthorized: {Code: 401}, http.StatusNotFound: {Code: 404},
	} {
		server, _ := counting(t, func(w http.ResponseWriter, _ *http.Request) {
			if code == http.StatusForbidden {
				w.Header().Set("X-RateLimit-Remaining", "0")
			}
			w.WriteHeader(code)
		})
		store := &fetch.Store{Dir: t.TempDir(), Hosts: []string{"127.0.0.1"}}
		_, err := store.Lock(t.Context(), tarball(server.URL))
		var got *fetch.StatusError
		if !errors.As(err, &got) || got.Code != want.Code || got.Limited != want.Limited {
			t.Errorf("%d: %v", code, err)
		}
	}
}

// A local archive that is not what was named does not tell its hash.
func TestLocalHashIsNotTold(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret.tar.gz")
	if err := os.WriteFile(file, []byte(archive(t, "key", "CANARY")), 0o600); err != nil {
		t.Fatal(err)
	}
	l := tarball("FILE://" + file)
	store := &fetch.Store{Dir: t.TempDir()}
	locked, err := store.Lock(t.Context(), l)
	if err != nil {
		t.Fatal(err)
	}
	l.NarHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	if _, err := store.Fetch(t.Context(), l); !errors.Is(err, fetch.ErrLocal) || strings.Contains(err.Error(), locked.NarHash) {
		t.Error(err)
	}
	a, err := address.Parse(l.URL)
	if err != nil || !a.Local() {
		t.Errorf("%+v, %v", a, err)
	}
}
