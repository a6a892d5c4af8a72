package gateway

import (
	"crypto/subtle"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Service forwards requests of commands to a host over https, and adds a credential that
// the commands never see. It is an HTTP handler; do not put a multiplexer in front of it.
type Service struct {
	rules manifest.Service
	// base is the service's address for commands. It ends with a token, because other users
	// can reach the port unless the Pod has its own loopback interface.
	base  *url.URL
	value string
	watch []string
	proxy *httputil.ReverseProxy
}

// NewService returns a service. base is its address for commands, with an unguessable
// path and no trailing slash. value is the content of the credential's header, with
// secrets filled in; empty if the service has none.
func NewService(rules manifest.Service, base, value string, secrets []string) (*Service, error) {
	at, err := url.Parse(base)
	if err != nil || len(at.Path) < 16 {
		return nil, errors.New("a service needs an address with a token")
	}
	for _, c := range []byte(value) {
		if c < ' ' || c > '~' {
			return nil, errors.New("the credential has characters that a header cannot have")
		}
	}
	s := &Service{rules: rules, base: at, value: value, watch: append([]string{value}, secrets...)}
	host := &url.URL{Scheme: "https", Host: string(rules.Host)}
	s.proxy = &httputil.ReverseProxy{
		Transport: transportTo(host), FlushInterval: -1, BufferPool: &buffers, ErrorLog: log.New(io.Discard, "", 0),
		Rewrite:        func(pr *httputil.ProxyRequest) { s.rewrite(host, pr) },
		ModifyResponse: s.answered,
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			if r.Context().Err() != nil {
				panic(http.ErrAbortHandler)
			}
			if errors.Is(err, errServiceEcho) {
				refuseService(w, http.StatusBadGateway, err.Error())
				return
			}
			refuseService(w, http.StatusBadGateway, "cannot reach "+string(rules.Host)+": "+reason(err))
		},
	}
	return s, nil
}

var errServiceEcho = errors.New("the answer has the credential of the service in it, and was cut off before it")

// Server returns an HTTP server for the service.
func (s *Service) Server() *http.Server {
	return &http.Server{Handler: s, ReadHeaderTimeout: 30 * time.Second, MaxHeaderBytes: 64 << 10, DisableGeneralOptionsHandler: true, ErrorLog: log.New(io.Discard, "", 0)}
}

func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	escaped, ok := strings.CutPrefix(r.URL.EscapedPath(), "/")
	token, escaped, _ := strings.Cut(escaped, "/")
	switch {
	case !ok || subtle.ConstantTimeCompare([]byte(token), []byte(s.base.Path[1:])) != 1:
		refuseService(w, http.StatusNotFound, "no such service")
	case r.Method == http.MethodConnect || r.URL.Host != "" || r.URL.User != nil || r.Header.Get("Upgrade") != "":
		refuseService(w, http.StatusBadRequest, "a service takes plain requests")
	case !slices.Contains(s.rules.Methods, manifest.HTTPMethod(r.Method)):
		refuseService(w, http.StatusForbidden, "the method "+quote(r.Method)+" is not among the methods of the service")
	case !s.allows("/" + escaped):
		refuseService(w, http.StatusForbidden, "the path "+quote("/"+escaped)+" is not among the paths of the service")
	default:
		s.proxy.ServeHTTP(w, r)
	}
}

// allows reports whether a request path, still escaped, may be forwarded. Paths that
// servers interpret differently may not.
func (s *Service) allows(escaped string) bool {
	plain, err := url.PathUnescape(escaped)
	if err != nil || strings.ContainsAny(plain, "%\\;") || strings.ContainsFunc(plain, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return false
	}
	segments := strings.Split(escaped[1:], "/")
	for i, segment := range segments {
		if !wholeName(segment, i == len(segments)-1) {
			return false
		}
	}
	parts := strings.Split(plain[1:], "/")
	return slices.ContainsFunc(s.rules.Paths, func(p manifest.ServicePath) bool { return matchParts(strings.Split(string(p)[1:], "/"), parts) })
}

// wholeName reports whether a part of a path, still escaped, is a name. Names of npm
// contain a slash: @scope%2fname.
func wholeName(escaped string, last bool) bool {
	plain, _ := url.PathUnescape(escaped)
	if i := strings.IndexByte(plain, '/'); i >= 0 {
		if plain[0] != '@' || strings.Count(plain, "/") > 1 {
			return false
		}
		return wholeName(url.PathEscape(plain[:i]), false) && wholeName(url.PathEscape(plain[i+1:]), false)
	}
	return plain != "." && plain != ".." && (plain != "" || last)
}

// matchParts matches the parts of a path: ** matches everything below, * matches within a
// name.
func matchParts(pattern, path []string) bool {
	for i, p := range pattern {
		if p == "**" {
			if i == len(pattern)-1 {
				return len(path) > i
			}
			for j := i; j < len(path); j++ {
				if matchParts(pattern[i+1:], path[j:]) {
					return true
				}
			}
			return false
		}
		if i >= len(path) || !matchName(p, path[i]) {
			return false
		}
	}
	return len(path) == len(pattern)
}

func matchName(pattern, name string) bool {
	first, rest, several := strings.Cut(pattern, "*")
	if !several {
		return pattern == name
	}
	name, ok := strings.CutPrefix(name, first)
	if !ok {
		return false
	}
	pieces := strings.Split(rest, "*")
	for _, piece := range pieces[:len(pieces)-1] {
		i := strings.Index(name, piece)
		if i < 0 {
			return false
		}
		name = name[i+len(piece):]
	}
	return strings.HasSuffix(name, pieces[len(pieces)-1])
}

func (s *Service) rewrite(host *url.URL, pr *httputil.ProxyRequest) {
	out := pr.Out
	escaped := strings.TrimPrefix(pr.In.URL.EscapedPath(), s.base.Path)
	plain, _ := url.PathUnescape(escaped)
	out.URL = &url.URL{Scheme: host.Scheme, Host: host.Host, Path: plain, RawPath: escaped, RawQuery: pr.In.URL.RawQuery}
	out.Host, out.TransferEncoding, out.Trailer = "", nil, nil
	for _, name := range kept[4:] {
		out.Header.Del(name)
	}
	for name := range out.Header {
		if slices.ContainsFunc(keptPrefixes[:], func(p string) bool { return strings.HasPrefix(name, p) }) {
			delete(out.Header, name)
		}
	}
	// The credential would be visible in an uncompressed answer.
	out.Header.Set("Accept-Encoding", "identity")
	if s.rules.Auth != nil {
		out.Header.Del(string(s.rules.Auth.Header))
		out.Header.Set(string(s.rules.Auth.Header), s.value)
	}
}

// answered keeps the credential out of answers. If the host redirects to another of its
// paths, commands stay with the service.
func (s *Service) answered(resp *http.Response) error {
	watch := newWatch(s.watch)
	if watch.inHeader(resp.Header) {
		return errServiceEcho
	}
	if to, err := resp.Location(); err == nil && to.Scheme == "https" && strings.EqualFold(to.Host, string(s.rules.Host)) && to.User == nil {
		moved := *s.base
		moved.Path, moved.RawPath, moved.RawQuery, moved.Fragment = s.base.Path+to.Path, s.base.Path+to.EscapedPath(), to.RawQuery, to.Fragment
		resp.Header.Set("Location", moved.String())
	}
	resp.Header.Del("Alt-Svc")
	resp.Body = &answerBody{from: resp.Body, watch: watch, trailer: resp.Trailer, failed: func() {}}
	return nil
}

func refuseService(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, "insomnia: "+message+"\n")
}
