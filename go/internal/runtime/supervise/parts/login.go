//go:build unix

package parts

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/sandbox"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise/server"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// apart refuses a start with a login if commands of the Pod could read it or send it
// anywhere.
func apart(s *server.Setting, m sandbox.Mechanism) error {
	refuse := func(hint, format string, args ...any) error {
		return diag.Errorf(diag.ExitRefused, "login-walls", "cannot start Pod `%s` with the login of %s: %s", s.Name, s.Driver.Title, diag.Sprintf(format, args...)).
			Hintf("%s; or bind a key in place of the login: insomnia secret bind", hint)
	}
	dir := filepath.Dir(s.Launch.Login)
	switch {
	case m.Kind != sandbox.Bubblewrap:
		return refuse(m.Remedy, "only bubblewrap keeps the login apart, and %s", m.Why)
	case !m.HidesFiles():
		return refuse("use a kernel with Landlock (Linux 5.19 or later)", "only Landlock keeps commands from reading the login, and the kernel has none")
	case s.Manifest.Sandbox.Network == manifest.Network("full"):
		return refuse(`set sandbox.network = "allowlist"`, "with sandbox.network = \"full\" it could be sent anywhere")
	case s.Workspace == dir || strings.HasPrefix(s.Workspace, dir+"/"):
		return refuse("start the Pod elsewhere", "the workspace is in %s, which is hidden", diag.Quote(dir))
	}
	return nil
}

// guarded returns the manifest for the guard, which also denies reading the login.
func guarded(s *server.Setting) *manifest.Manifest {
	if s.Launch.Login == "" {
		return s.Manifest
	}
	m := *s.Manifest
	m.Sandbox.DenyRead = append(slices.Clone(m.Sandbox.DenyRead), literal(s.Launch.Login))
	return &m
}

// literal returns a glob that matches one path.
func literal(path string) manifest.PathGlob {
	var b strings.Builder
	for _, c := range path {
		if strings.ContainsRune("*?[]{}", c) {
			b.WriteString("[" + string(c) + "]")
		} else {
			b.WriteRune(c)
		}
	}
	return manifest.PathGlob(b.String())
}
