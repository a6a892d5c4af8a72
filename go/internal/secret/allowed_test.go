//go:build unix

package secret

import (
	"context"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

func TestAllowed(t *testing.T) {
	host := func(text string) Destination { return Destination{Host: text} }
	command := func(argv ...string) Destination { return Destination{Command: argv} }
	for _, test := range []struct {
		hosts, commands []string
		to              Destination
		ok              bool
	}{
		{nil, nil, host("api.example.org"), false},
		{[]string{"api.example.org"}, nil, host("api.example.org"), true},
		{[]string{"api.example.org:443"}, nil, host("api.example.org"), true},
		{[]string{"b.example.org", "api.example.org"}, nil, host("api.example.org"), true},
		{[]string{"api.example.org"}, nil, host("api.example.org:8443"), false},
		{[]string{"api.example.org:8443"}, nil, host("api.example.org"), false},
		{[]string{"api.example.org"}, nil, host("http://api.example.org"), false},
		{[]string{"http://api.example.org"}, nil, host("api.example.org"), false},
		{[]string{"http://api.example.org"}, nil, host("http://api.example.org"), true},
		{[]string{"http://localhost:80"}, nil, host("http://localhost"), true},
		{[]string{"localhost:8080"}, nil, host("http://localhost:8080"), false},
		{[]string{"example.org"}, nil, host("api.example.org"), false},
		{[]string{"api.example.org"}, nil, host("example.org"), false},
		{[]string{"api.example.org"}, nil, host("api.example.org.evil.net"), false},
		{[]string{""}, nil, Destination{}, false},
		{[]string{"a:99999"}, nil, Destination{Unknown: "no host"}, false},
		{[]string{"/bin/sh"}, nil, command("/bin/sh"), false},
		{nil, []string{"/bin/sh"}, host("sh"), false},
		{nil, []string{"/bin/sh"}, command("/bin/sh"), true},
		{nil, []string{"/bin/sh"}, command("/bin/sh", "-c", "x"), false},
	} {
		b := Binding{Name: "a.b", URI: "exec:op read 'x y'", Hosts: test.hosts, Commands: test.commands, At: diag.Position{File: "/c.toml", Line: 3}}
		err := Allowed(b, Use{Name: "a.b", To: test.to})
		if (err == nil) != test.ok {
			t.Errorf("%v %v for %v: %s", test.hosts, test.commands, test.to, report(err))
		}
		if err == nil {
			continue
		}
		// The message names the secret, where it would go, and the command that allows it.
		text := report(err)
		says := []string{"a.b", "/c.toml:3"}
		switch {
		case test.to.Host != "":
			says = append(says, test.to.Host, `insomnia secret bind a.b 'exec:op read '\''x y'\''' --host `+test.to.Host)
		case len(test.to.Command) > 0:
			says = append(says, JoinWords(test.to.Command), `insomnia secret bind a.b 'exec:op read '\''x y'\''' --command `, "/bin/sh")
		}
		for _, s := range says {
			if !strings.Contains(text, s) {
				t.Errorf("%q does not stand in: %s", s, text)
			}
		}
		if diag.From(err).Exit != diag.ExitRefused {
			t.Error(text)
		}
	}
}

// Whatever address a manifest gives, what is allowed is a host of the binding.
func TestOnlyBoundHosts(t *testing.T) {
	b := Binding{Name: "a", URI: "env:A", Hosts: []string{"api.example.org", "http://localhost:8080"}}
	rapid.Check(t, func(t *rapid.T) {
		address := manifest.URL(rapid.OneOf(rapid.String(), rapid.StringMatching(`https?://[a-zA-Z0-9.@:/\\%-]{0,30}`),
			rapid.StringMatching(`https?://(api\.example\.org|localhost)[.:@/0-9a-z]{0,12}`)).Draw(t, "url"))
		if Allowed(b, Use{Name: "a", To: urlHost(address)}) != nil {
			return
		}
		rest, secure := strings.CutPrefix(strings.ToLower(string(address)), "https://api.example.org")
		if !secure {
			rest, _ = strings.CutPrefix(strings.ToLower(string(address)), "http://localhost:8080")
			rest = strings.TrimLeft(rest, "0123456789") // zeros before the port
		} else if port, ok := strings.CutPrefix(rest, ":"); ok {
			rest = strings.TrimLeft(port, "0123456789")
		}
		if rest != "" && rest[0] != '/' && rest[0] != '?' && rest[0] != '#' {
			t.Fatalf("%q is allowed", address)
		}
	})
}

// For is the way to a value for a use: it asks Allowed, and gives the field.
func TestForAUse(t *testing.T) {
	t.Setenv("SECRET_A", canary)
	t.Setenv("SECRET_LINES", canary+"\nX-Injected: 1")
	b := bound("env:SECRET_A", "api.example.org")
	use := Use{Path: "model.auth", Pointer: "/model/auth", Name: "a", To: Destination{Host: "api.example.org"}}
	s, err := b.For(context.Background(), use)
	if err != nil {
		t.Fatal(report(err))
	}
	s.Discard()
	for code, other := range map[string]Use{
		"secret-host":        {Path: "model.auth", Name: "a", To: Destination{Host: "evil.example.net"}},
		"secret-command":     {Path: "mcpServers.x.env.A", Name: "a", To: Destination{Command: []string{"x"}}},
		"secret-destination": {Path: "model.auth", Name: "a", To: Destination{Unknown: "why"}},
		"secret-unbound":     {Path: "model.auth", Name: "b", To: Destination{Host: "api.example.org"}},
		"secret-name":        {Path: "model.auth", Name: "../a", To: Destination{Host: "api.example.org"}},
	} {
		s, err := b.For(context.Background(), other)
		if s != nil || !diag.CodeIs(err, code) || diag.From(err).Diagnostics[0].Path != other.Path {
			t.Errorf("%s: %s", code, report(err))
		}
	}
	// Nothing is injected into a header.
	b.all["a"] = Binding{Name: "a", URI: "env:SECRET_LINES", Hosts: []string{"api.example.org"}, Commands: []string{"/bin/x"}}
	if _, err := b.For(context.Background(), use); !diag.CodeIs(err, "secret-value") || strings.Contains(report(err), canary) {
		t.Error(report(err))
	}
	use.To = Destination{Command: []string{"/bin/x"}}
	if s, err := b.For(context.Background(), use); err != nil {
		t.Error(report(err))
	} else {
		s.Discard()
	}
}
