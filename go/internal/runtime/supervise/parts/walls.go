//go:build unix

// Package parts provides the parts of a supervisor on this machine: the walls of the
// sandbox, and the gateway, the guard and the proxy behind their sockets.
package parts

import (
	"context"
	"encoding/json"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/inner"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/sandbox"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise/server"
	"github.com/insomnia-pods/insomnia/go/internal/userdir"
)

// Walls puts a command behind the walls that the manifest requires. A field that cannot
// be enforced here is an error unless the user allows that.
func Walls(ctx context.Context, s *server.Setting, argv []string) (*server.Walled, error) {
	spec := sandbox.Spec{
		Manifest: s.Manifest, Workspace: s.Workspace, Home: s.Home,
		ReadOnly: append([]string{s.Launch.Files, s.Insomnia}, programs(s.Program)...),
		Writable: []string{s.Launch.State},
		Hidden:   hidden(s),
		Masks:    filepath.Join(s.Dir, "masked"),
		Sockets:  s.Sockets, Unenforced: s.Unenforced,
	}
	mechanism := s.Walls
	if mechanism == nil {
		found := sandbox.Probe(ctx, s.Insomnia)
		mechanism = &found
	}
	if s.Launch.Login != "" {
		if err := apart(s, *mechanism); err != nil {
			return nil, err
		}
		// Of this directory, only the login is visible inside, and nothing can write to it.
		spec.Hidden = append(spec.Hidden, filepath.Dir(s.Launch.Login))
		spec.ReadOnly = append(spec.ReadOnly, s.Launch.Login)
	}
	if gaps := mechanism.Gaps(spec); len(gaps) > 0 {
		return nil, unheld(s, gaps)
	}
	wrapped, err := mechanism.Wrap(spec, argv)
	if err != nil {
		return nil, diag.Errorf(diag.ExitMissing, "no-sandbox", "cannot build the sandbox of Pod `%s`: %v", s.Name, err).
			Hintf("look at what this machine has for it: insomnia doctor")
	}
	w := &server.Walled{Argv: wrapped.Argv, Env: wrapped.Env, Namespaced: mechanism.Kind == sandbox.Bubblewrap, PrivateNetwork: wrapped.PrivateNetwork}
	if w.PrivateNetwork {
		host, published := spec.Ports()
		w.Published = published
		for _, port := range host {
			w.Relays = append(w.Relays, inner.Relay{Listen: "127.0.0.1:" + strconv.Itoa(int(port)), Socket: spec.PortSocket(port)})
		}
	}
	if wrapped.Landlock != nil {
		if w.Rules, err = json.Marshal(wrapped.Landlock); err != nil {
			return nil, err
		}
	}
	w.Environment = func(own []string, proxy string) []string {
		user := map[string]string{}
		for _, variable := range s.Environment { // unknown when the walls are built ahead
			name, value, _ := strings.Cut(variable, "=")
			user[name] = value
		}
		return sandbox.Environment(spec, slices.Concat(wrapped.Variables, own), proxy, func(name string) (string, bool) {
			value, ok := user[name]
			return value, ok
		})
	}
	return w, nil
}

// unheld returns the error for fields that cannot be enforced here.
func unheld(s *server.Setting, gaps []sandbox.Gap) error {
	e := &diag.Error{Exit: diag.ExitRefused}
	for _, gap := range gaps {
		path := strings.ReplaceAll(strings.TrimPrefix(gap.Pointer, "/"), "/", ".")
		d := diag.Errorf(diag.ExitRefused, "not-enforced", "%s cannot be enforced here: %s", path, gap.Why).
			Hintf("%s; or do without it: insomnia pod resume %s --allow-unenforced %s", gap.Remedy, s.Name, path).Diagnostics[0]
		d.Path, d.Pointer = path, gap.Pointer
		e.Diagnostics = append(e.Diagnostics, d)
	}
	return e
}

// programs returns the paths of an agent program: the path at which it was found, the
// target of links, and the packages that contain it.
func programs(path string) []string {
	all := []string{path}
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return all
	}
	if real != path {
		all = append(all, real)
	}
	const packages = "/node_modules/"
	if i := strings.Index(real, packages); i >= 0 {
		all = append(all, real[:i+len(packages)-1])
	}
	return all
}

// hidden returns our directories that are invisible inside: Pods and consents, secrets,
// the user's config, and the sockets of other Pods.
func hidden(s *server.Setting) []string {
	all := []string{filepath.Dir(s.Dir), filepath.Dir(filepath.Dir(s.Sockets))}
	for _, find := range []func(...string) (string, error){userdir.State, userdir.Data, userdir.Config} {
		if dir, err := find("insomnia"); err == nil {
			all = append(all, dir)
		}
	}
	for i, dir := range all {
		if real, err := filepath.EvalSymlinks(dir); err == nil {
			all[i] = real
		}
	}
	// A directory below a hidden one needs no separate wall.
	slices.Sort(all)
	var outermost []string
	for _, dir := range all {
		if n := len(outermost); n == 0 || dir != outermost[n-1] && !strings.HasPrefix(dir, outermost[n-1]+"/") {
			outermost = append(outermost, dir)
		}
	}
	return outermost
}
