package gateway

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"
)

// loggedIn takes the login that a request shows. The request may show no other
// credential.
func (p *passage) loggedIn(h http.Header) *Refusal {
	shown := h.Values("Authorization")
	if len(shown) != 1 || len(h.Values("X-Api-Key")) > 0 {
		return refuse(CodeToken, "the request does not have the login of the program")
	}
	scheme, login, _ := strings.Cut(shown[0], " ")
	if !strings.EqualFold(scheme, "Bearer") || login == "" || len(login) > maxKeyBytes || strings.ContainsFunc(login, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return refuse(CodeToken, "the request does not have the login of the program")
	}
	p.key = login
	return nil
}

// keep requires the login that the conversation began with. It is called only for
// requests that comply with the manifest.
func (g *Gateway) keep(p *passage) *Refusal {
	sum := sha256.Sum256([]byte(p.key))
	g.mu.Lock()
	if g.login == [sha256.Size]byte{} {
		g.login = sum
	}
	same := subtle.ConstantTimeCompare(sum[:], g.login[:]) == 1
	g.mu.Unlock()
	if !same {
		return refuse(CodeToken, "the login of the request differs from the one at the start of the Pod; resume the Pod to use it")
	}
	g.hide(p)
	return nil
}

// hide keeps the login of a request out of answers and traces.
func (g *Gateway) hide(p *passage) {
	p.secrets = append([]string{p.key}, g.secrets...)
	g.config.Trace.hide(p.key)
}
