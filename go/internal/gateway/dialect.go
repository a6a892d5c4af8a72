package gateway

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

// route is a request that a dialect supports.
type route struct {
	method, path string
	// to is appended to the base address of the API; empty if the gateway answers the
	// request itself.
	to string
	// read parses the body.
	read func([]byte) (*asked, error)
	// query lists the parameters that the request may have.
	query []string
	// counts is set if a model answers, which costs tokens.
	counts bool
}

// dialect describes the API of a model.
type dialect struct {
	routes []route
	// authorize adds the key to the header.
	authorize func(h http.Header, key string)
	// shared is a suffix of a base address that the paths also contain.
	shared string
}

// list is the request for the available models.
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

// route finds the dialect's route for a request, by its raw path: the path is not
// cleaned, decoded or redirected.
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

// target returns the address of a request.
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
