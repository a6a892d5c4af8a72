package gateway

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"strings"
)

// answerBody is the body of an answer on its way to the program: each read passes on what
// has arrived.
type answerBody struct {
	from    io.ReadCloser
	meter   *meter // nil if nothing is counted
	watch   *watch
	trailer http.Header
	failed  func()
}

func (a *answerBody) Read(p []byte) (int, error) {
	for {
		held := copy(p, a.watch.held)
		if held == len(p) && held > 0 {
			return 0, io.ErrShortBuffer
		}
		n, err := a.from.Read(p[held:])
		if a.meter != nil {
			a.meter.pass(p[held : held+n])
		}
		pass, found := a.watch.check(p[:held+n], err != nil)
		if found || err == io.EOF && a.watch.inHeader(a.trailer) {
			a.failed()
			return 0, errEcho()
		}
		if pass > 0 || err != nil {
			return pass, err
		}
	}
}

func (a *answerBody) Close() error { return a.from.Close() }

// watch searches the answer to a request for the request's secrets. It adds no delay,
// except that a tail that could begin a secret waits for the bytes that follow.
type watch struct {
	secrets []string
	longest int
	// passed is the tail of what has passed, too short to begin a secret. held is the data
	// after it that may begin one.
	passed, held []byte
	joined       []byte
}

// shortest is the minimum length of a secret, and of a partial match: fewer bytes may
// match by chance.
const shortest = 8

func newWatch(secrets []string) *watch {
	w := &watch{}
	for _, s := range secrets {
		if len(s) >= shortest {
			w.secrets = append(w.secrets, s)
			w.longest = max(w.longest, len(s))
		}
	}
	return w
}

// check searches the held data and what follows it, and returns how many bytes may pass.
func (w *watch) check(data []byte, last bool) (pass int, found bool) {
	if len(w.secrets) == 0 {
		return len(data), false
	}
	// The seam between old and new data.
	w.joined = append(append(w.joined[:0], w.passed...), data[:min(len(data), w.longest)]...)
	end := w.joined
	if len(data) >= w.longest {
		end = data[len(data)-w.longest:]
	}
	hold := 0
	for _, s := range w.secrets {
		if bytes.Contains(w.joined, []byte(s)) || bytes.Contains(data, []byte(s)) {
			return 0, true
		}
		if !last {
			hold = max(hold, min(beginning(end, s), len(data)))
		}
	}
	pass = len(data) - hold
	w.held = append(w.held[:0], data[pass:]...)
	w.passed = append(w.passed, data[max(0, pass-shortest+1):pass]...)
	w.passed = w.passed[max(0, len(w.passed)-shortest+1):]
	return pass, false
}

// beginning returns how many bytes at the end of data match the start of a secret; 0 if
// fewer than shortest do.
func beginning(data []byte, secret string) int {
	for at := max(0, len(data)-len(secret)+1); at+shortest <= len(data); at++ {
		i := bytes.Index(data[at:], []byte(secret[:shortest]))
		if i < 0 {
			return 0
		}
		if at += i; strings.HasPrefix(secret, string(data[at:])) {
			return len(data) - at
		}
	}
	return 0
}

func (w *watch) inHeader(h http.Header) bool {
	for name, values := range h {
		for _, s := range w.secrets {
			if bytes.Contains([]byte(name), []byte(s)) {
				return true
			}
			for _, value := range values {
				if bytes.Contains([]byte(value), []byte(s)) {
					return true
				}
			}
		}
	}
	return false
}

func isCertificate(err error) bool {
	var verification *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var host x509.HostnameError
	return errors.As(err, &verification) || errors.As(err, &authority) || errors.As(err, &host)
}
