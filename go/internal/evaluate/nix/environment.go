package nix

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// passed are the variables that Nix gets from ours. Everything else stays
// behind: API keys have no business in an evaluation, GIT_DIR and its like (set
// in git hooks) break git flakes, NIX_PATH opens files outside the source.
var passed = []string{
	"PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "TMP", "TEMP", "TERM", "TZ", "LANG", "LANGUAGE",
	"XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS", "XDG_STATE_HOME", "XDG_RUNTIME_DIR", "NIX_CACHE_HOME",
	"NIX_CONFIG", "NIX_CONF_DIR", "NIX_USER_CONF_FILES", "NIX_REMOTE", "NIX_STORE_DIR", "NIX_STATE_DIR", "NIX_LOG_DIR",
	"NIX_DATA_DIR", "NIX_DAEMON_SOCKET_PATH", "NIX_SSL_CERT_FILE",
	"LOCALE_ARCHIVE", "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE",
}

// passedForDownloads are wanted only where the network may be used.
var passedForDownloads = []string{
	"http_proxy", "https_proxy", "all_proxy", "no_proxy", "ftp_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY",
	"SSH_AUTH_SOCK",
}

// guards are appended to NIX_CONFIG and so win over the user's configuration.
//
// The global registry is an empty local file: an indirect reference such as
// `insomnia#coder` resolves only through what the user or the system has
// registered (`nix registry add`), never through a list downloaded on the way.
// A flake's own nixConfig is ignored, import-from-derivation is off, so nothing
// is built. The evaluation cache never helps `nix eval`.
const guards = `
extra-experimental-features = nix-command flakes
accept-flake-config = false
allow-import-from-derivation = false
warn-dirty = false
eval-cache = false
`

// closedProxy is an address at which nothing listens.
const closedProxy = "http://127.0.0.1:1"

// environment returns the environment of a call. Without the network, HTTP goes to a
// closed port, git may use local repositories only, and substituters are disabled.
func (n *Nix) environment(from []string, network bool) ([]string, error) {
	dir, err := n.emptyState()
	if err != nil {
		return nil, err
	}
	var env []string
	config := ""
	for _, entry := range from {
		name, value, _ := strings.Cut(entry, "=")
		switch {
		case name == "NIX_CONFIG":
			config = value
		case slices.Contains(passed, name), strings.HasPrefix(name, "LC_"), network && slices.Contains(passedForDownloads, name):
			env = append(env, entry)
		}
	}
	config += guards + "flake-registry = " + filepath.Join(dir, "registry.json") + "\n"
	if !network {
		config += "substitute = false\ndownload-attempts = 1\n"
		env = append(env,
			"http_proxy="+closedProxy, "https_proxy="+closedProxy, "all_proxy="+closedProxy, "ftp_proxy="+closedProxy,
			"HTTPS_PROXY="+closedProxy, "ALL_PROXY="+closedProxy, "no_proxy=", "NO_PROXY=",
			"AWS_EC2_METADATA_DISABLED=true",
			"GIT_ALLOW_PROTOCOL=file")
	}
	return append(env,
		"NIX_CONFIG="+config,
		"NIX_PATH=",
		// Nix remembers there which settings of flakes the user trusted, and applies them
		// silently.
		"XDG_DATA_HOME="+filepath.Join(dir, "data"),
		"GIT_TERMINAL_PROMPT=0",
		"NO_COLOR=1",
	), nil
}

// emptyState is a folder with an empty registry and no data in it.
func (n *Nix) emptyState() (string, error) {
	dir := filepath.Join(n.CacheDir, "nix")
	registry := filepath.Join(dir, "registry.json")
	if _, err := os.Stat(registry); err == nil {
		return dir, nil
	}
	err := os.MkdirAll(dir, 0o700)
	if err == nil {
		err = os.WriteFile(registry+".new", []byte(`{"flakes":[],"version":2}`+"\n"), 0o600)
	}
	if err == nil {
		err = os.Rename(registry+".new", registry)
	}
	if err != nil {
		return "", diag.Errorf(diag.ExitMissing, "cache-not-writable", "cannot write to the cache folder: %v", err).
			Hintf("set XDG_CACHE_HOME to a folder that can be written")
	}
	return dir, nil
}
