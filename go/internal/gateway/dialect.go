package gateway

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

// route is a request that a dialect has.
type route struct {
	method, path string
	// to is what the base address of the API is followed by; empty for a request that is
	// answered here.
	to string
	// read reads the body.
	read func([]byte) (*asked, error)
	// query are the parameters that the request may have.
	query []string
	// counts says that the answer is one of the model and costs tokens.
	counts bool
}

// dialect is what is known of the API of a model.
type dialect struct {
	routes []route
	// authorize puts the key into the header.
	authorize func(h http.Header, key string)
	// shared is the end of a base address that the paths have too.
	shared string
}

// list asks which models there are.
var list = route{method: http.MethodGet, path: "/v1/models", query: []string{"client_version", "limit"}}

func bearer(h http.Header, key string) { h.Set("Authorization", "Bearer "+key) }

func dialectOf(api manifest.WireAPI) *dialect {
	switch api {
	case "anthropic":
		return &dialect{
			routes: []route{
				{method: http.MethodPost, path: "/v1/messages", to: "/v1/messages", read: readAnthropic, query: []string{"beta"}, counts: true},
				{method: http.MethodPost, path: "/v1/messages/count_tokens", to: "/v1/messages/count_tokens", read: readAnthropic, query: []string{"beta"}},
				list,
			},
			authorize: func(h http.Header, key string) { h.Set("X-Api-Key", key) },
			shared:    "/v1",
		}
	case "openai-responses":
		return &dialect{
			routes: []route{
				{method: http.MethodPost, path: "/v1/responses", to: "/responses", read: readResponses, counts: true},
				list,
			},
			authorize: bearer,
		}
	case "openai-chat":
		return &dialect{
			routes: []route{
				{method: http.MethodPost, path: "/v1/chat/completions", to: "/chat/completions", read: readChat, counts: true},
				list,
			},
			authorize: bearer,
		}
	}
	return nil
}

// route finds the request of the dialect, as it is written: no path is cleaned, decoded
// or redirected.
func (d *dialect) route(r *http.Request) (*route, *Refusal) {
	u := r.URL
	if u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" || u.RawPath != "" || u.Fragment != "" {
		return nil, refuse(CodePath, "the address of the request must be a plain path")
	}
	if r.Header.Get("Upgrade") != "" || r.Method == http.MethodConnect {
		return nil, refuse(CodePath, "WebSocket and other protocols are not passed on; use HTTP")
	}
	if len(r.Trailer) > 0 {
		return nil, refuse(CodePath, "the request has trailers")
	}
	for i := range d.routes {
		to := &d.routes[i]
		if to.method != r.Method || to.path != u.Path {
			continue
		}
		query, err := url.ParseQuery(u.RawQuery)
		if err != nil {
			return nil, refuse(CodePath, "the query of the request is invalid")
		}
		for name := range query {
			if !slices.Contains(to.query, name) {
				return nil, refuse(CodePath, "unknown parameter %s in the query of %s", quote(name), to.path)
			}
		}
		return to, nil
	}
	return nil, refuse(CodePath, "%s %s is not passed on", quote(r.Method), quote(u.Path))
}

// target is the address that a request goes to.
func (d *dialect) target(base *url.URL, to *route, query string) *url.URL {
	u := *base
	path := strings.TrimSuffix(base.Path, "/")
	if d.shared != "" {
		path = strings.TrimSuffix(path, d.shared)
	}
	u.Path, u.RawPath = path+to.to, ""
	switch {
	case base.RawQuery == "":
		u.RawQuery = query
	case query != "":
		u.RawQuery = base.RawQuery + "&" + query
	}
	return &u
}
