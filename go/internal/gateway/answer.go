package gateway

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
)

// answerBody is the body of an answer on its way to the program: what comes in goes out
// with the same read.
type answerBody struct {
	from    io.ReadCloser
	meter   *meter // nil where nothing is counted
	watch   *watch
	trailer http.Header
	failed  func()
}

func (a *answerBody) Read(p []byte) (int, error) {
	for {
		held := copy(p, a.watch.held)
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

// watch looks for the secrets of a request in its answer. It delays nothing: only an end
// that is the beginning of a secret waits for what follows.
type watch struct {
	secrets []string
	// held is the end of what came, and the beginning of a secret.
	held []byte
}

// shortest is how many bytes of a secret are one: fewer may come by chance.
const shortest = 8

func newWatch(secrets []string) *watch {
	w := &watch{}
	for _, s := range secrets {
		if len(s) >= shortest {
			w.secrets = append(w.secrets, s)
		}
	}
	return w
}

// check looks at what was held and what came after it, and returns how much of it may pass.
func (w *watch) check(data []byte, last bool) (pass int, found bool) {
	hold := 0
	for _, s := range w.secrets {
		if bytes.Contains(data, []byte(s)) {
			return 0, true
		}
		if last {
			continue
		}
		end := data[max(0, len(data)-len(s)+1):]
		for i := bytes.Index(end, []byte(s[:shortest])); i >= 0; {
			if len(end)-i <= len(s) && string(end[i:]) == s[:len(end)-i] {
				hold = max(hold, len(end)-i)
				break
			}
			next := bytes.Index(end[i+1:], []byte(s[:shortest]))
			if next < 0 {
				break
			}
			i += 1 + next
		}
	}
	w.held = append(w.held[:0], data[len(data)-hold:]...)
	return len(data) - hold, false
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
