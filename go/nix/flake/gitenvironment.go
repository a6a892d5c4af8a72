package flake

import (
	"os"
	"strings"
)

// gitVariables are what git gets of this process's environment. All else stays
// behind: keys have no business in git, nor in the helpers that it runs, and
// GIT_DIR and its like point it elsewhere.
var gitVariables = map[string]bool{
	"PATH": true, "HOME": true, "USER": true, "LOGNAME": true, "TMPDIR": true, "LANG": true, "LANGUAGE": true, "TZ": true,
	"XDG_CONFIG_HOME": true, "XDG_CACHE_HOME": true, "SYSTEMROOT": true,
}

// gitVariablesForDownloads are wanted only where the network may be used.
var gitVariablesForDownloads = map[string]bool{
	"http_proxy": true, "https_proxy": true, "all_proxy": true, "no_proxy": true,
	"HTTP_PROXY": true, "HTTPS_PROXY": true, "ALL_PROXY": true, "NO_PROXY": true,
	"SSL_CERT_FILE": true, "SSL_CERT_DIR": true, "CURL_CA_BUNDLE": true, "NIX_SSL_CERT_FILE": true,
	"SSH_AUTH_SOCK": true, "XDG_RUNTIME_DIR": true, "DBUS_SESSION_BUS_ADDRESS": true,
}

// GitEnvironment is the environment for a call of the installed git; network
// tells whether the call downloads.
func GitEnvironment(network bool) []string {
	var out []string
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if gitVariables[name] || strings.HasPrefix(name, "LC_") || network && gitVariablesForDownloads[name] {
			out = append(out, entry)
		}
	}
	return append(out, "GIT_TERMINAL_PROMPT=0")
}
