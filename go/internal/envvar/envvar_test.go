package envvar

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestDangerous(t *testing.T) {
	for _, name := range strings.Fields("PATH LD_PRELOAD LD_LIBRARY_PATH DYLD_INSERT_LIBRARIES NODE_OPTIONS BASH_ENV ENV IFS " +
		"GIT_SSH_COMMAND GIT_CONFIG_COUNT GIT_CONFIG_KEY_0 GIT_TRACE_CURL PYTHONPATH PYTHONSTARTUP PERL5OPT RUBYOPT JAVA_TOOL_OPTIONS " +
		"HTTPS_PROXY https_proxy all_proxy NO_PROXY SSL_CERT_FILE SSLKEYLOGFILE NODE_EXTRA_CA_CERTS HOME XDG_CONFIG_HOME npm_config_registry " +
		"NPM_CONFIG_SCRIPT_SHELL PIP_INDEX_URL LD_ BASH_FUNC_ls INSOMNIA_IDENTITY TMPDIR LANGUAGE NLSPATH RUSTC_WRAPPER PROMPT_COMMAND") {
		if Dangerous(name) == "" {
			t.Errorf("%s is not in the table", name)
		}
	}
	// Names that tools use for tokens, and their like.
	for _, name := range strings.Fields("TOKEN GITHUB_TOKEN GH_TOKEN GIT_TOKEN NODE_AUTH_TOKEN NPM_TOKEN ANTHROPIC_API_KEY AWS_SECRET_ACCESS_KEY " +
		"DATABASE_URL CARGO_REGISTRY_TOKEN UV_PUBLISH_TOKEN SENTRY_AUTH_TOKEN ENVIRONMENT PATH_TOKEN MYPATH SSH_KEY DOCKER_TOKEN PS PROXY_TOKEN") {
		if why := Dangerous(name); why != "" {
			t.Errorf("%s %s", name, why)
		}
	}
	for _, row := range dangerous {
		for _, pattern := range strings.Fields(row.names) {
			if strings.Count(pattern, "*") > 1 || strings.Trim(pattern, "*") == "" || strings.Contains(strings.Trim(pattern, "*"), "*") {
				t.Errorf("%q: a * is at one end, with something next to it", pattern)
			}
		}
	}
}

func TestHarmless(t *testing.T) {
	for _, test := range []struct {
		name, value string
		want        bool
	}{
		{"LANG", "de_DE.UTF-8@euro", true},
		{"LANG", "", true},
		{"LC_ALL", "C.UTF-8", true},
		{"TZ", "Europe/Berlin", true},
		{"TZ", "EST5EDT,M3.2.0,M11.1.0", true},
		{"TERM", "xterm-256color", true},
		{"NO_COLOR", "1", true},
		{"TZ", ":/etc/shadow", false},
		{"TZ", "/etc/shadow", false},
		{"TZ", "../../../etc/shadow", false},
		{"TZ", "Europe/..", false},
		{"LANG", "x/y", false},
		{"TERM", "../x", false},
		{"LC_ALL", "a b", false},
		{"LC_ALL", "a\nb", false},
		{"NO_COLOR", "$(id)", false},
		{"LANG", strings.Repeat("x", 65), false},
		{"lang", "C", false},
		{"LANGUAGE", "de", false},
		{"LCX", "de", false},
		{"PATH", "x", false},
		{"LC_PROXY", "x", false},
		{"TOKEN", "x", false},
	} {
		if got := Harmless(test.name, test.value); got != test.want {
			t.Errorf("%s=%q: %t", test.name, test.value, got)
		}
	}
}

// No variable is in both tables, whatever it is called.
func TestTablesAreApart(t *testing.T) {
	for _, row := range harmless {
		if Dangerous(strings.TrimSuffix(row.name, "*")) != "" {
			t.Errorf("%s is in both tables", row.name)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`(LC_|LANG|TZ|TERM|NO_COLOR)?[A-Z_]{0,8}`).Draw(t, "name")
		if Harmless(name, "C") && Dangerous(name) != "" {
			t.Fatalf("%s is in both tables", name)
		}
	})
}
