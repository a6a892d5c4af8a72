package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/insomnia-pods/insomnia/go/nix/address"
)

const maxRedirects = 5

// StatusError is an answer of a server that is not the source.
type StatusError struct {
	Host   string
	Code   int    // of HTTP
	Status string // as the server sends it
	// Limited: the server answers no more requests for now.
	Limited bool
}

func (e *StatusError) Error() string { return e.Host + " answers " + e.Status }

// open asks a server and returns its answer, whose body is to be closed.
func (s *Store) open(ctx context.Context, at, accept string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDownload, err)
	}
	if accept != "" {
		request.Header.Set("Accept", accept)
	}
	response, err := s.client().Do(request)
	if err != nil {
		var typed *HostError
		if errors.As(err, &typed) {
			return nil, typed
		}
		if cause := context.Cause(ctx); cause == errSilent {
			err = cause
		}
		return nil, fmt.Errorf("%w: %w", ErrDownload, err)
	}
	if response.StatusCode == http.StatusOK {
		return response, nil
	}
	response.Body.Close()
	e := &StatusError{Host: response.Request.URL.Host, Code: response.StatusCode, Status: response.Status,
		Limited: response.StatusCode == http.StatusTooManyRequests || response.Header.Get("X-Ratelimit-Remaining") == "0"}
	switch response.StatusCode {
	case http.StatusNotFound, http.StatusGone, http.StatusUnprocessableEntity:
		return nil, fmt.Errorf("%w: %w", ErrNotFound, e)
	}
	return nil, fmt.Errorf("%w: %w", ErrDownload, e)
}

// get reads a short answer of a server.
func (s *Store) get(ctx context.Context, at, accept string) ([]byte, error) {
	a, err := address.Parse(at)
	if err != nil {
		return nil, err
	}
	if err := s.PermitAddress(a); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, s.timeout(), errSilent)
	defer cancel()
	response, err := s.open(ctx, a.String(), accept)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	return io.ReadAll(io.LimitReader(response.Body, 1<<20))
}

func (s *Store) client() *http.Client {
	client := &http.Client{Transport: s.transport()}
	if s.Client != nil {
		*client = *s.Client
	}
	client.CheckRedirect = s.redirect
	return client
}

// redirect checks the address that a server redirects to as if the lock named it.
func (s *Store) redirect(to *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return fmt.Errorf("more than %d redirects", maxRedirects)
	}
	a, err := address.Parse(to.URL.String())
	if err != nil {
		return fmt.Errorf("redirect refused: %w", err)
	}
	if from := via[len(via)-1].URL.Scheme; a.Scheme != from && a.Scheme != address.HTTPS {
		return fmt.Errorf("redirect from %s to %s refused", from, a.Scheme)
	}
	return s.PermitAddress(a)
}

// transport connects to public addresses and to the hosts that were named. A
// name is judged by the address that is connected to, so that it does not help
// to answer with another one a moment later.
func (s *Store) transport() *http.Transport {
	proxies := &proxies{}
	return &http.Transport{
		Proxy: proxies.of,
		DialContext: func(ctx context.Context, network, hostPort string) (net.Conn, error) {
			dialer := &net.Dialer{Timeout: s.timeout()}
			host, _, err := net.SplitHostPort(hostPort)
			if err != nil {
				return nil, err
			}
			if !s.named(strings.ToLower(host), strings.ToLower(hostPort)) && !proxies.has(hostPort) {
				dialer.Control = publicOnly(hostPort)
			}
			return dialer.DialContext(ctx, network, hostPort)
		},
		ForceAttemptHTTP2:      true,
		DisableCompression:     true, // the bytes counted are the bytes stored
		DisableKeepAlives:      true,
		TLSHandshakeTimeout:    10 * time.Second,
		MaxResponseHeaderBytes: 1 << 20,
	}
}

// publicOnly refuses connections to private addresses.
func publicOnly(hostPort string) func(network, at string, _ syscall.RawConn) error {
	return func(_, at string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(at)
		if err != nil || !address.Public(to.Addr()) {
			return &HostError{hostPort, "has the private address " + to.Addr().String()}
		}
		return nil
	}
}

// proxies are the user's own, from the environment. They may be at private addresses.
type proxies struct {
	mu   sync.Mutex
	seen map[string]bool
}

func (p *proxies) of(r *http.Request) (*url.URL, error) {
	u, err := http.ProxyFromEnvironment(r)
	if err != nil || u == nil {
		return u, err
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443", "socks5": "1080", "socks5h": "1080"}[u.Scheme]
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.seen == nil {
		p.seen = map[string]bool{}
	}
	p.seen[net.JoinHostPort(u.Hostname(), port)] = true
	return u, nil
}

func (p *proxies) has(hostPort string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seen[hostPort]
}
