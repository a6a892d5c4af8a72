package egress

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// Limits of a proxy.
const (
	maxConnections = 256
	maxHeader      = 64 << 10
	lookupPatience = 10 * time.Second
	dialPatience   = 10 * time.Second // for each address of a host
	headPatience   = 30 * time.Second
	// idle is how long a connection may carry nothing in either direction.
	idle = 15 * time.Minute
)

// Config configures a proxy.
type Config struct {
	// Domains are those of sandbox.allowedDomains.
	Domains []manifest.Domain
	// Except are hosts that are never reached, even if Domains allow them.
	Except []string
	// Hosts expands the groups in Domains, as recorded with the Pod.
	Hosts *manifest.Hosts
	// AllowPrivate allows names to resolve to addresses of this machine and of networks
	// behind it.
	AllowPrivate bool
	// Log receives each attempt, from several goroutines; nil to log nothing. It must not
	// block.
	Log func(Attempt)
}

// Attempt is an attempt to reach a host.
type Attempt struct {
	// Host and Port are as the program requested them. The host is untrusted text of at
	// most 255 bytes.
	Host string
	Port uint16
	// Refused is the reason for a refusal; empty if the attempt was allowed.
	Refused string
}

// Proxy connects to allowed hosts.
type Proxy struct {
	config Config
	rules  rules
	plain  *httputil.ReverseProxy

	lookup func(context.Context, string) ([]netip.Addr, error)
	dial   func(context.Context, string, string) (net.Conn, error)
	idle   time.Duration
}

// New returns a proxy. It opens nothing.
func New(config Config) *Proxy {
	p := &Proxy{config: config, rules: rulesOf(config.Domains, config.Hosts), idle: idle}
	p.lookup = func(ctx context.Context, name string) ([]netip.Addr, error) {
		return net.DefaultResolver.LookupNetIP(ctx, "ip", name)
	}
	p.dial = (&net.Dialer{Timeout: dialPatience}).DialContext
	p.plain = &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.Out.URL = r.In.URL },
		Transport: &http.Transport{
			Proxy: nil,
			DialContext: func(ctx context.Context, _, address string) (net.Conn, error) {
				return p.connect(ctx, address)
			},
			MaxConnsPerHost: 32, IdleConnTimeout: time.Minute, MaxIdleConns: 32,
			MaxResponseHeaderBytes: 1 << 20, DisableCompression: true,
		},
		FlushInterval: -1,
		ErrorHandler:  func(w http.ResponseWriter, _ *http.Request, err error) { answer(w, err) },
		ErrorLog:      nothing,
	}
	return p
}

// Serve answers on a listener until the context ends, then closes it and all connections.
func (p *Proxy) Serve(ctx context.Context, listener net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	server := &http.Server{
		Handler:           p,
		ReadHeaderTimeout: headPatience,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          nothing,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	err := server.Serve(&limited{Listener: listener, free: make(chan struct{}, maxConnections)})
	if ctx.Err() != nil || errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// ServeHTTP answers one request.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodConnect {
		p.tunnel(w, r)
		return
	}
	if r.URL.Scheme != "http" || r.URL.Host == "" || r.URL.User != nil {
		answer(w, &refusal{why: "this proxy takes CONNECT, and addresses that begin with http:// and name no user"})
		return
	}
	if _, _, err := target(r.URL, r.URL.Host); err != nil {
		answer(w, err)
		return
	}
	p.plain.ServeHTTP(w, r)
}

// target returns the normalized host and the port of a request.
func target(u *url.URL, authority string) (name string, port uint16, err error) {
	text := u.Port()
	if text == "" {
		text = "80"
	}
	number, err := strconv.ParseUint(text, 10, 16)
	if err != nil || number == 0 {
		return "", 0, &refusal{host: authority, why: "the port must be a number from 1 to 65535"}
	}
	host := u.Hostname()
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	name, problem := grammar.HostName(host)
	if problem != nil {
		return "", 0, &refusal{host: authority, why: problem.Message}
	}
	return name, uint16(number), nil
}

// connect connects to HOST:PORT if it is allowed.
func (p *Proxy) connect(ctx context.Context, authority string) (net.Conn, error) {
	name, port, err := target(&url.URL{Host: authority}, authority)
	if err == nil {
		var conn net.Conn
		if conn, err = p.reach(ctx, name, port); err == nil {
			p.log(name, port, "")
			return conn, nil
		}
	} else {
		name = authority
	}
	p.log(name, port, err.Error())
	return nil, err
}

func (p *Proxy) log(host string, port uint16, refused string) {
	if p.config.Log != nil {
		p.config.Log(Attempt{Host: host[:min(len(host), 255)], Port: port, Refused: refused})
	}
}

// reach resolves a name and connects to its first permitted address.
func (p *Proxy) reach(ctx context.Context, name string, port uint16) (net.Conn, error) {
	shown := net.JoinHostPort(name, strconv.Itoa(int(port)))
	if slices.Contains(p.config.Except, name) {
		return nil, &refusal{host: shown, why: "not reached by a Pod that uses the login of its program"}
	}
	if !p.rules.allow(name, port) {
		entry := name
		if port != 80 && port != 443 {
			entry = shown
		}
		return nil, &refusal{host: shown, why: "not among the hosts that this Pod may reach", hint: "add " + diag.Quote(entry) + " to sandbox.allowedDomains"}
	}
	addresses, err := p.addresses(ctx, name)
	if err != nil {
		return nil, &failure{host: shown, err: err}
	}
	var last error = &refusal{host: shown, why: "has no address"}
	for _, addr := range addresses {
		addr = addr.Unmap()
		if !p.open(name, addr, port) {
			last = &refusal{host: shown, why: fmt.Sprintf("its address %s is one of this machine or of a network behind it", addr),
				hint: "add " + diag.Quote(entryOf(addr, port)) + " to sandbox.allowedDomains as well"}
			continue
		}
		conn, err := p.dial(ctx, "tcp", netip.AddrPortFrom(addr, port).String())
		if err == nil {
			return conn, nil
		}
		last = &failure{host: shown, err: err}
	}
	return nil, last
}

func entryOf(addr netip.Addr, port uint16) string {
	if port == 80 || port == 443 {
		return addr.String()
	}
	return netip.AddrPortFrom(addr, port).String()
}

func (p *Proxy) addresses(ctx context.Context, name string) ([]netip.Addr, error) {
	if addr, err := netip.ParseAddr(name); err == nil {
		return []netip.Addr{addr}, nil
	}
	within, cancel := context.WithTimeout(ctx, lookupPatience)
	defer cancel()
	addresses, err := p.lookup(within, name)
	return addresses[:min(len(addresses), 8)], err
}

// open reports whether the proxy may connect to an address of an allowed host.
func (p *Proxy) open(name string, addr netip.Addr, port uint16) bool {
	if p.config.AllowPrivate || p.rules.allow(addr.String(), port) {
		return true
	}
	if name == "localhost" {
		return addr.IsLoopback()
	}
	return !private(addr) && !own(addr)
}

// refusal is an error for a host that the manifest does not allow.
type refusal struct{ host, why, hint string }

func (r *refusal) Error() string {
	text := r.why
	if r.host != "" {
		text = diag.Quote(r.host[:min(len(r.host), 300)]) + ": " + r.why
	}
	if r.hint != "" {
		text += "; " + r.hint
	}
	return text
}

// failure is an error for a host that is allowed but unreachable.
type failure struct {
	host string
	err  error
}

func (f *failure) Error() string { return "cannot reach " + diag.Quote(f.host) + ": " + f.err.Error() }

// answer tells the program why its request failed.
func answer(w http.ResponseWriter, err error) {
	var refused *refusal
	status := http.StatusBadGateway
	if errors.As(err, &refused) {
		status = http.StatusForbidden
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Proxy-Status", "insomnia")
	w.WriteHeader(status)
	io.WriteString(w, "insomnia: "+err.Error()+"\n")
}
