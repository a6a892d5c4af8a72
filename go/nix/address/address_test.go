package address_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/nix/address"
)

// What each address means: the one way to write it, or why it is refused.
func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"https://example.org/a.tar.gz":                     "https://example.org/a.tar.gz",
		"HTTPS://EXAMPLE.org/A.tar.gz?X=y":                 "https://example.org/A.tar.gz?X=y",
		"hTtP://example.org":                               "http://example.org",
		"https://example.org:443/a":                        "https://example.org/a",
		"https://example.org:0080/a":                       "https://example.org:80/a",
		"https://example.org./a":                           "https://example.org/a",
		"https://xn--bcher-kva.example/":                   "https://xn--bcher-kva.example/",
		"https://[::1]:8443/a":                             "https://[::1]:8443/a",
		"https://[0:0:0:0:0:0:0:1]/a":                      "https://[::1]/a",
		"http://127.0.0.1:8080/a":                          "http://127.0.0.1:8080/a",
		"ssh://git@example.org/o/r":                        "ssh://git@example.org/o/r",
		"SSH://example.org:2222/o/r":                       "ssh://example.org:2222/o/r",
		"file:///srv/repo":                                 "file:///srv/repo",
		"FILE:///srv/repo":                                 "file:///srv/repo",
		"File:/srv/repo":                                   "file:///srv/repo",
		"file://LOCALHOST/srv":                             "file:///srv",
		"fIlE:///a%20b":                                    "file:///a%20b",
		"https://10.0.0.1/a":                               "https://10.0.0.1/a",
		"":                                                 "scheme is missing",
		"example.org/a":                                    "scheme is missing",
		"gopher://example.org/":                            "unknown scheme",
		"ext::sh -c id":                                    "control characters",
		"ext::sh":                                          "unknown scheme",
		"f%69le:///etc":                                    "unknown scheme",
		"git+file:///etc":                                  "unknown scheme",
		" file:///etc":                                     "control characters",
		"http:/example.org":                                "must follow the scheme",
		"http:example.org":                                 "must follow the scheme",
		`http:\\example.org`:                               "backslash",
		`https://example.org\@evil.example/`:               "backslash",
		"https:///a":                                       "host is missing",
		"https://user:pw@example.org/":                     "not allowed",
		"https://github.com@evil.example/":                 "not allowed",
		"https://@evil.example/":                           "not allowed",
		"ssh://git:pw@example.org/":                        "password is not allowed",
		"ssh://-oProxyCommand=id/x":                        "invalid host",
		"ssh://-l@example.org/x":                           "invalid user",
		"ssh://@example.org/x":                             "invalid user",
		"https://example.org/a#b":                          "fragment",
		"https://example.org/a\nb":                         "control characters",
		"https://example.org/a%0ab":                        "control character in the path",
		"https://example.org/a%zz":                         "percent-encoding",
		"https://ex%61mple.org/":                           "percent-encoded",
		"https://exämple.org/":                             "beyond ASCII",
		"https://ｅxample.org/":                             "beyond ASCII",
		"https://example..org/":                            "invalid host",
		"https://example.org../":                           "invalid host",
		"https://ex!mple.org/":                             "invalid host",
		"http://0177.0.0.1/":                               "four decimal parts",
		"http://2130706433/":                               "four decimal parts",
		"http://0x7f000001/":                               "four decimal parts",
		"http://0x7f.0x1/":                                 "four decimal parts",
		"http://127.1/":                                    "four decimal parts",
		"http://example.0x1/":                              "four decimal parts",
		"http://[::1/":                                     "`]` is missing",
		"http://[fe80::1%25eth0]/":                         "IPv6",
		"http://[127.0.0.1]/":                              "IPv6",
		"http://example.org:99999/":                        "invalid port",
		"http://example.org:+80/":                          "invalid port",
		"http://example.org:/":                             "invalid port",
		"http://example.org:0/":                            "invalid port",
		"file://server/share":                              "no host",
		"file://":                                          "absolute path",
		"file:relative":                                    "absolute path",
		"https://" + strings.Repeat("a.", 130) + "org/":    "253 bytes",
		"https://example.org/" + strings.Repeat("a", 4096): "4096 bytes",
	} {
		got, err := address.Parse(text)
		if err == nil {
			if got.String() != want {
				t.Errorf("%q: %s, not %s", text, got, want)
			}
			if again, err := address.Parse(got.String()); err != nil || again != got {
				t.Errorf("%q: %+v is read back as %+v, %v", text, got, again, err)
			}
			continue
		}
		var e *address.Error
		if !errors.As(err, &e) || !strings.Contains(e.Reason, want) {
			t.Errorf("%q: %v, not %q", text, err, want)
		}
		if strings.Contains(err.Error(), "pw") {
			t.Errorf("%q: the password is shown: %v", text, err)
		}
	}
}

// FuzzParse: what is accepted is read back as the same, is printable, and has no
// user but for ssh.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"https://a.b/c?d", "FILE:///x", "ssh://git@h:1/x", "http://[::1]:2/", "http://127.1", "https://a@b/"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := address.Parse(text)
		if err != nil {
			return
		}
		again, err := address.Parse(a.String())
		if err != nil || again != a {
			t.Fatalf("%q: %+v is read back as %+v, %v", text, a, again, err)
		}
		if a.Scheme != address.SSH && strings.Contains(strings.SplitN(a.String(), "/", 4)[2], "@") {
			t.Fatalf("%q has a user", text)
		}
		if (a.Host == "") != a.Local() || strings.HasPrefix(a.Host, "-") {
			t.Fatalf("%q: host %q", text, a.Host)
		}
	})
}

func TestHost(t *testing.T) {
	for _, good := range []string{"gitlab.example.org", "10.0.0.1:8443", "[::1]", "localhost"} {
		if err := address.Host(good); err != nil {
			t.Error(err)
		}
	}
	for _, bad := range []string{"", "evil.example/x?", "a@b", "a#b", "-x", "127.1", "a b", "a:b"} {
		if address.Host(bad) == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}

func TestPublic(t *testing.T) {
	for text, want := range map[string]bool{
		"93.184.216.34": true, "8.8.8.8": true, "2606:4700::1111": true, "100.128.0.1": true, "172.32.0.1": true,
		"127.0.0.1": false, "127.255.255.254": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false,
		"169.254.169.254": false, "100.64.0.1": false, "0.0.0.0": false, "0.1.2.3": false, "224.0.0.1": false,
		"255.255.255.255": false, "240.0.0.1": false, "192.0.0.8": false, "198.18.0.1": false,
		"::": false, "::1": false, "fe80::1": false, "fe80::1%eth0": false, "fc00::1": false, "fd00:ec2::254": false, "fec0::1": false, "ff02::1": false,
		"::ffff:127.0.0.1": false, "::ffff:8.8.8.8": true, "::10.0.0.1": false, "64:ff9b::7f00:1": false, "64:ff9b::808:808": true,
		"2002:7f00:1::": false, "2002:808:808::": true, "2001::1": false, "100::1": false,
	} {
		if got := address.Public(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	for text, want := range map[string]bool{
		"http://localhost/": true, "https://x.LOCALHOST./": true, "https://[::1]/": true, "https://169.254.169.254/": true, "https://example.org/": false,
	} {
		a, err := address.Parse(text)
		if err != nil || a.Private() != want {
			t.Errorf("%s: %v, %v", text, a.Private(), err)
		}
	}
}
