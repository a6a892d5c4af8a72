// Package envvar classifies environment variables by their names: which can
// change what a program runs or whom it talks to, and which never can.
//
// Both tables are here and nowhere else. A name in neither of them is one that
// only its program knows; callers decide what that means.
package envvar

import "strings"

// dangerous are names that change what a program runs, what it loads, where it sends
// data or where it finds its settings. A `*` at the end matches any end, one at the
// beginning any beginning; case is ignored.
var dangerous = []struct{ why, names string }{
	{"loads code into programs", "LD_* DYLD_* GCONV_PATH GLIBC_TUNABLES MALLOC_* OPENSSL_CONF OPENSSL_CONF_INCLUDE " +
		"OPENSSL_MODULES OPENSSL_ENGINES GTK_MODULES GTK_PATH GIO_MODULE_DIR GIO_EXTRA_MODULES QT_PLUGIN_PATH QT_QPA_PLATFORM_PLUGIN_PATH"},
	{"decides which programs run", "PATH PATHEXT COMSPEC SHELL EDITOR VISUAL PAGER MANPAGER BROWSER LESSOPEN LESSCLOSE " +
		"SSH_ASKPASS SUDO_ASKPASS MAKEFLAGS MFLAGS GNUMAKEFLAGS *_COMMAND *_WRAPPER"},
	{"runs code in shells", "BASH_ENV ENV BASH_FUNC_* SHELLOPTS BASHOPTS BASH_XTRACEFD BASH_LOADABLES_PATH IFS CDPATH " +
		"GLOBIGNORE PS0 PS1 PS2 PS4 PROMPT_COMMAND ZDOTDIR FPATH fish_*"},
	{"runs code in Git, or sends it elsewhere", "GIT_SSH GIT_SSH_* GIT_EXEC_PATH GIT_CONFIG GIT_CONFIG_* GIT_DIR GIT_WORK_TREE " +
		"GIT_COMMON_DIR GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_NAMESPACE GIT_TEMPLATE_DIR " +
		"GIT_PROXY_* GIT_ASKPASS GIT_EDITOR GIT_SEQUENCE_EDITOR GIT_PAGER GIT_EXTERNAL_DIFF GIT_DIFF_OPTS GIT_ALLOW_PROTOCOL " +
		"GIT_PROTOCOL_FROM_USER GIT_TRACE* GIT_SSL_* GIT_ATTR_*"},
	{"runs code in interpreters", "NODE_OPTIONS NODE_PATH NODE_REPL_* NODE_PENDING_* NODE_V8_COVERAGE NODE_COMPILE_CACHE DENO_DIR DENO_* BUN_* " +
		"PYTHON* PERL* RUBYOPT RUBYLIB RUBYSHELL RUBY_* GEM_HOME GEM_PATH BUNDLE_GEMFILE BUNDLE_PATH BUNDLE_BIN* " +
		"JAVA_HOME JAVA_TOOL_OPTIONS JAVA_OPTS _JAVA_OPTIONS JDK_JAVA_OPTIONS CLASSPATH MAVEN_OPTS GRADLE_OPTS " +
		"DOTNET_* CORECLR_* COR_* COMPlus_* LUA_* PHPRC PHP_INI_SCAN_DIR R_PROFILE* R_ENVIRON* R_LIBS* R_HOME JULIA_* " +
		"ERL_* ELIXIR_ERL_OPTIONS GUILE_* TCLLIBPATH VIMINIT EXINIT EMACSLOADPATH WASMTIME_*"},
	{"runs code in build tools, or fetches it elsewhere", "npm_config_* YARN_RC_FILENAME YARN_YARN_PATH YARN_REGISTRY* YARN_PLUGINS " +
		"PIP_* UV_INDEX* UV_DEFAULT_INDEX UV_EXTRA_INDEX_URL UV_FIND_LINKS UV_PYTHON* UV_CONFIG_FILE UV_TOOL_* UV_CACHE_DIR VIRTUAL_ENV CONDA_PREFIX " +
		"GOFLAGS GOENV GOROOT GOPATH GOPROXY GONOSUMDB GOSUMDB GOTOOLCHAIN CC CXX RUSTFLAGS RUSTC* RUSTUP_* CARGO_HOME CARGO_TARGET_* " +
		"NIX_* DOCKER_HOST DOCKER_CONFIG DOCKER_CONTEXT CONTAINER_HOST KUBECONFIG"},
	{"sends traffic elsewhere", "*_PROXY HOSTALIASES LOCALDOMAIN RES_OPTIONS RESOLV_HOST_CONF RESOLV_*"},
	{"decides which servers are trusted, or writes their keys out", "SSL_CERT_* SSLKEYLOGFILE CURL_CA_BUNDLE CURL_HOME CURL_SSL_BACKEND " +
		"REQUESTS_CA_BUNDLE NODE_EXTRA_CA_CERTS NODE_TLS_REJECT_UNAUTHORIZED NODE_USE_* GNUTLS_* AWS_CA_BUNDLE"},
	{"decides where settings and data are found", "HOME USERPROFILE HOMEDRIVE HOMEPATH APPDATA LOCALAPPDATA PROGRAMDATA XDG_* TMPDIR TMP TEMP " +
		"PWD OLDPWD USER LOGNAME NLSPATH LOCPATH LANGUAGE TZDIR TERMINFO TERMINFO_DIRS TERMCAP DBUS_* SSH_AUTH_SOCK GNUPGHOME " +
		"DISPLAY WAYLAND_DISPLAY CREDENTIALS_DIRECTORY SystemRoot windir INSOMNIA_*"},
}

// Dangerous returns why a variable of this name can change what a program runs
// or whom it talks to, as the end of a sentence that begins with its name; it is
// empty for every other name.
func Dangerous(name string) (why string) {
	for _, row := range dangerous {
		if In(row.names, name) {
			return row.why
		}
	}
	return ""
}

// In reports whether a name is in a list of names and patterns with spaces
// between them, as in the table of dangerous ones.
func In(names, name string) bool {
	for pattern := range strings.FieldsSeq(names) {
		if matches(pattern, name) {
			return true
		}
	}
	return false
}

// harmless are names whose values can do neither, if they are plain words.
// Keep it short: each needs a reason.
var harmless = []struct{ name, why string }{
	{"LANG", "names a locale; the C library refuses names that are paths"},
	{"LC_*", "names a locale for one category, as LANG does"},
	{"TZ", "names a time zone below the system's own directory"},
	{"TERM", "names a terminal; terminfo refuses names that are paths"},
	{"NO_COLOR", "is only looked at for whether it is set"},
}

// Harmless reports whether a variable with this value can neither run code nor
// redirect a program, whatever the program is. TZ may have a `/` between words;
// no other value may, so that none is a path.
func Harmless(name, value string) bool {
	if len(value) > 64 || strings.Contains(value, "..") || strings.HasPrefix(value, "/") {
		return false
	}
	for _, c := range []byte(value) {
		plain := c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || strings.IndexByte("_.@+-,", c) >= 0
		if !plain && (c != '/' || name != "TZ") {
			return false
		}
	}
	for _, row := range harmless {
		if start, open := strings.CutSuffix(row.name, "*"); name == row.name || open && strings.HasPrefix(name, start) {
			return Dangerous(name) == ""
		}
	}
	return false
}

func matches(pattern, name string) bool {
	if end, open := strings.CutPrefix(pattern, "*"); open {
		return len(name) >= len(end) && strings.EqualFold(name[len(name)-len(end):], end)
	}
	if start, open := strings.CutSuffix(pattern, "*"); open {
		return len(name) >= len(start) && strings.EqualFold(name[:len(start)], start)
	}
	return strings.EqualFold(name, pattern)
}
