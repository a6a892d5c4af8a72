package gateway

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"sync/atomic"
	"syscall"
	"time"
)

// Limits on retries to reach the API. They are short until it has been reached once,
// since the machine may have no network or the address may be wrong. They are longer
// afterwards, when a network may come back. Programs would retry silently for minutes.
var (
	firstPatience = 4 * time.Second
	laterPatience = time.Minute
	firstPause    = 500 * time.Millisecond
	mostPause     = 5 * time.Second
)

// patient retries while the API is unreachable, which means that nothing was sent.
type patient struct {
	next    http.RoundTripper
	reached atomic.Bool
}

func (t *patient) RoundTrip(req *http.Request) (*http.Response, error) {
	patience := firstPatience
	if t.reached.Load() {
		patience = laterPatience
	}
	until := time.Now().Add(patience)
	for pause := firstPause; ; pause = min(2*pause, mostPause) {
		resp, err := t.next.RoundTrip(req)
		if err == nil {
			t.reached.Store(true)
			return resp, nil
		}
		if !unreached(err) || req.GetBody == nil || time.Now().Add(pause).After(until) {
			return nil, err
		}
		select {
		case <-req.Context().Done():
			return nil, err
		case <-time.After(pause):
		}
		body, bodyErr := req.GetBody()
		if bodyErr != nil {
			return nil, err
		}
		req = req.Clone(req.Context())
		req.Body = body
	}
}

// unreached reports whether no connection was made.
func unreached(err error) bool {
	var name *net.DNSError
	var op *net.OpError
	return errors.As(err, &name) || errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect")
}

// remedy returns a hint for an API that cannot be reached.
func remedy(base *url.URL, err error) string {
	var op *net.OpError
	switch {
	case errors.As(err, &op) && op.Op == "proxyconnect":
		return "check the proxy that HTTPS_PROXY names"
	case loopback(base.Hostname()) || errors.Is(err, syscall.ECONNREFUSED):
		return "check that the server of the model is running"
	}
	return "check the network of this machine"
}
