package secret

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// What a user types for a host: taken as it is, or refused with what to write.
func TestBindHost(t *testing.T) {
	const nothing = ""
	for _, test := range []struct{ text, instead, why string }{
		{"api.example.com", "api.example.com", ""},
		{"api.example.com:8443", "api.example.com:8443", ""},
		{"api.example.com:443", "api.example.com:443", ""},
		{"http://localhost:8080", "http://localhost:8080", ""},
		{"localhost", "localhost", ""},
		{"127.0.0.1:11434", "127.0.0.1:11434", ""},
		{"https://api.example.com", "api.example.com", "https is meant without a scheme"},
		{"https://api.example.com/", "api.example.com", "not contain a path"},
		{"https://api.example.com/path", "api.example.com", "not contain a path"},
		{"https://api.example.com:8443/v1?x=1", "api.example.com:8443", "not contain a path"},
		{"api.example.com/v1", "api.example.com", "not contain a path"},
		{"http://localhost:8080/v1", "http://localhost:8080", "not contain a path"},
		{"HTTP://localhost", "http://localhost", "lowercase"},
		{"wss://api.example.com", "api.example.com", "only https and http"},
		{"ftp://api.example.com/x", "api.example.com", "only https and http"},
		{"https://user:" + canary + "@api.example.com/?key=" + canary, "api.example.com", "not contain a user"},
		{"API.Example.COM", "api.example.com", "lowercase"},
		{"api.example.com.", "api.example.com", "no dot"},
		{"https://API.example.com.:8443/", "api.example.com:8443", "no dot"},
		{"*.example.com", nothing, "wildcards are not"},
		{"*", nothing, "wildcards are not"},
		{"münchen.example", "xn--mnchen-3ya.example", "xn--"},
		{"MÜNCHEN.example:8443", "xn--mnchen-3ya.example:8443", "lowercase"},
		{"例え.テスト", "xn--r8jz45g.xn--zckzah", "xn--"},
		{"xn--mnchen-3ya.example", "xn--mnchen-3ya.example", ""},
		{"аpi.example.com", "xn--pi-6kc.example.com", "xn--"}, // a Cyrillic a
		{"[::1]:8080", "[::1]:8080", ""},
		{"http://[::1]:8080/v1", "http://[::1]:8080", "not contain a path"},
		{"::1", "[::1]", "in brackets"},
		{"[2001:db8::1]", "[2001:db8::1]", ""},
		{"[2001:DB8:0::1]", "[2001:db8::1]", "short form"},
		{"[::ffff:127.0.0.1]", "[::ffff:127.0.0.1]", ""},
		{"[fe80::1%eth0]:80", nothing, "not an IPv6 address"},
		{"[abc]", nothing, "not an IPv6 address"},
		{"[127.0.0.1]", nothing, "not an IPv6 address"},
		{"api.example.com:0", "api.example.com", "a port must be"},
		{"api.example.com:99999", "api.example.com", "a port must be"},
		{"api.example.com:x", "api.example.com", "a port must be"},
		{"api.example.com:", "api.example.com", "a port must be"},
		{"api.example.com:+80", "api.example.com", "a port must be"},
		{"", nothing, "not the name"},
		{"https://", nothing, "without a scheme"},
		{"a b", nothing, "not the name"},
		{"-x", nothing, "not the name"},
		{"a_b.example", "a_b.example", ""},
		{"my_ollama:11434", "my_ollama:11434", ""},
		{"api.example.com\n", nothing, "not the name"},
		{"api…example.com", nothing, "not the name"},
	} {
		instead, err := BindHost(test.text)
		if instead != test.instead || (err == nil) != (test.why == "") || err != nil && (!strings.Contains(err.Error(), test.why) || diag.From(err).Exit != diag.ExitUsage) {
			t.Errorf("%q: %q, %s", test.text, instead, report(err))
		}
		if strings.Contains(report(err), canary) {
			t.Errorf("%q is in the error", test.text)
		}
	}
}

// What is accepted or suggested is a host that a binding can hold and that
// matches itself.
func TestBoundHostsAreUsable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`(https?://|[a-z]+://)?[a-zA-Zäß0-9.@:*/\\\[\]%-]{0,20}(:[0-9]{0,6})?(/.*)?`)).Draw(t, "text")
		instead, err := BindHost(text)
		if err == nil && instead != text {
			t.Fatalf("%q became %q", text, instead)
		}
		if instead == "" {
			return
		}
		if again, err := BindHost(instead); err != nil || again != instead {
			t.Fatalf("%q: %q is refused: %s", text, instead, report(err))
		}
		if err := config.CheckBinding("a", config.Binding{URI: "env:A", Hosts: []config.Host{config.Host(instead)}}); err != nil {
			t.Fatalf("%q: %q does not fit a config: %s", text, instead, report(err))
		}
		if canonical(instead) == "" {
			t.Fatalf("%q: %q matches nothing", text, instead)
		}
	})
}
