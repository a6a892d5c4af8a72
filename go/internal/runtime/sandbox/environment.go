package sandbox

import (
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

// usual lists variables of the user that every program gets: none of them names a secret
// or a socket. TMPDIR is not included, because /tmp is a different directory inside.
const usual = "PATH USER LOGNAME SHELL TERM COLORTERM NO_COLOR TZ LANG LANGUAGE LC_ALL LC_ADDRESS LC_COLLATE LC_CTYPE LC_IDENTIFICATION " +
	"LC_MEASUREMENT LC_MESSAGES LC_MONETARY LC_NAME LC_NUMERIC LC_PAPER LC_TELEPHONE LC_TIME"

// local lists the hosts that are reached without a proxy.
const local = "127.0.0.1,localhost,::1"

// Environment returns the whole environment of the agent program, as NAME=VALUE sorted by
// name. It has the usual variables of the user, those of sandbox.inheritEnv and
// sandbox.env, the proxy if the network is an allowlist, and the program's own, which
// win. proxy is the address of the proxy inside, such as http://127.0.0.1:4101; empty for
// none. lookup finds a variable of the user; it must not return one that contains a
// secret.
func Environment(s Spec, own []string, proxy string, lookup func(string) (string, bool)) []string {
	env := map[string]string{}
	inherit := func(name string) {
		if value, ok := lookup(name); ok && name != "TMPDIR" {
			env[name] = value
		}
	}
	for name := range strings.FieldsSeq(usual) {
		inherit(name)
	}
	box := &s.Manifest.Sandbox
	for _, name := range box.InheritEnv {
		inherit(string(name))
	}
	if _, ok := env["PATH"]; !ok {
		env["PATH"] = "/usr/local/bin:/usr/bin:/bin"
	}
	env["HOME"] = s.Home
	for name, value := range box.Env {
		env[string(name)] = string(value)
	}
	if box.Network == manifest.Network("allowlist") && proxy != "" {
		for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"} {
			env[name], env[strings.ToLower(name)] = proxy, proxy
		}
		env["NO_PROXY"], env["no_proxy"] = local, local
	}
	for _, variable := range own {
		if name, value, ok := strings.Cut(variable, "="); ok {
			env[name] = value
		}
	}
	list := make([]string, 0, len(env))
	for name, value := range env {
		list = append(list, name+"="+value)
	}
	slices.Sort(list)
	return list
}
