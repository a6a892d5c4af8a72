package sandbox

import (
	"slices"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

func TestEnvironment(t *testing.T) {
	user := map[string]string{
		"PATH": "/usr/bin:/home/a/bin", "HOME": "/home/a", "USER": "a", "SHELL": "/bin/zsh", "TERM": "xterm", "LANG": "C.UTF-8", "LC_TIME": "de_DE.UTF-8",
		"TMPDIR": "/tmp/user/1000", "SSH_AUTH_SOCK": "/run/x", "DISPLAY": ":0", "LD_PRELOAD": "/x.so", "AWS_PROFILE": "dev", "HTTPS_PROXY": "http://company:3128",
		"ANTHROPIC_API_KEY": "canary", "EDITOR": "vi", "XDG_RUNTIME_DIR": "/run/user/1000",
	}
	const proxy = "http://127.0.0.1:4101"
	lookup := func(name string) (string, bool) {
		value, ok := user[name]
		return value, ok && name != "ANTHROPIC_API_KEY"
	}
	const always = "HOME=/home/b LANG=C.UTF-8 LC_TIME=de_DE.UTF-8 PATH=/usr/bin:/home/a/bin SHELL=/bin/zsh TERM=xterm USER=a"
	const proxies = "ALL_PROXY=P HTTPS_PROXY=P HTTP_PROXY=P NO_PROXY=L all_proxy=P http_proxy=P https_proxy=P no_proxy=L"
	for _, test := range []struct {
		name   string
		change func(*manifest.Sandbox)
		own    []string
		want   string
	}{
		{"nothing", func(*manifest.Sandbox) {}, nil, always},
		{"inherited", func(s *manifest.Sandbox) { s.InheritEnv = []manifest.EnvName{"AWS_PROFILE", "MISSING", "TMPDIR"} }, nil, always + " AWS_PROFILE=dev"},
		{"a secret", func(s *manifest.Sandbox) { s.InheritEnv = []manifest.EnvName{"ANTHROPIC_API_KEY"} }, nil, always},
		{"set", func(s *manifest.Sandbox) { s.Env = map[manifest.EnvName]manifest.Argument{"CI": "true", "LANG": "C"} }, nil,
			strings.Replace(always, "LANG=C.UTF-8", "LANG=C", 1) + " CI=true"},
		{"the program's own win", func(s *manifest.Sandbox) { s.Env = map[manifest.EnvName]manifest.Argument{"CODEX_HOME": "/x"} }, []string{"CODEX_HOME=/own", "A=b=c"},
			always + " CODEX_HOME=/own A=b=c"},
		{"allowlist", func(s *manifest.Sandbox) { s.Network = "allowlist" }, nil, always + " " + proxies},
		{"allowlist with a proxy of the profile", func(s *manifest.Sandbox) {
			s.Network, s.Env = "allowlist", map[manifest.EnvName]manifest.Argument{"https_proxy": "http://evil"}
		}, nil, always + " " + proxies},
		{"full", func(s *manifest.Sandbox) { s.Network = "full" }, nil, always},
		{"full, inherited", func(s *manifest.Sandbox) { s.Network, s.InheritEnv = "full", []manifest.EnvName{"HTTPS_PROXY"} }, nil,
			always + " HTTPS_PROXY=http://company:3128"},
	} {
		s := Spec{Manifest: &manifest.Manifest{}, Home: "/home/b"}
		test.change(&s.Manifest.Sandbox)
		want := strings.Fields(strings.ReplaceAll(strings.ReplaceAll(test.want, "=P", "="+proxy), "=L", "="+local))
		slices.Sort(want)
		if got := Environment(s, test.own, proxy, lookup); !slices.Equal(got, want) {
			t.Errorf("%s:\n got %q\nwant %q", test.name, got, want)
		}
	}
}
