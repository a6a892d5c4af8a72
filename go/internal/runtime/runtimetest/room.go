package runtimetest

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/insomnia-pods/insomnia"
	"github.com/insomnia-pods/insomnia/go/internal/modelmock"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Token is the token that programs send to the gateway; no file, tool or message may
// contain it.
const Token = "canary-token-6d1f"

// Room is the environment of a test: directories, a model and a guard.
type Room struct {
	// Driver and Program are under test; Program is the path of the executable.
	Driver  *runtime.Driver
	Program string
	// Home, Workspace, State, Files and Temp are directories of the room.
	Home, Workspace, State, Files, Temp string
	// Model is the scripted model, Gateway its address.
	Model   *modelmock.Mock
	Gateway string
	// Guard answers the hooks.
	Guard *Guard
	// Insomnia is the program that hooks run.
	Insomnia string
	// Wrapper holds words before the program, such as strace and its options.
	Wrapper []string
	// Env holds variables in addition to those of the plan, as NAME=VALUE.
	Env []string
	// Secrets holds values of secrets by their pointer; other values are derived from the
	// pointer.
	Secrets map[string]string

	t testing.TB
}

// New returns a room. If the program cannot be found, the test is skipped, or fails with
// CI=true.
func New(t testing.TB, d *runtime.Driver, script modelmock.Script) *Room {
	t.Helper()
	r := &Room{Driver: d, t: t, Model: modelmock.New(script, nil), Insomnia: Insomnia(t)}
	r.Program = find(t, d.Program)
	root, err := os.MkdirTemp("", "room-")
	if err == nil {
		root, err = filepath.EvalSymlinks(root)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(root) })
	for name, dir := range map[string]*string{"home": &r.Home, "work": &r.Workspace, "state": &r.State, "files": &r.Files, "tmp": &r.Temp} {
		*dir = filepath.Join(root, name)
		if err := os.Mkdir(*dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	server := httptest.NewUnstartedServer(r.authorized(r.Model))
	server.Listener, err = net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server.Start()
	t.Cleanup(server.Close)
	r.Gateway = server.URL
	r.Guard = newGuard(t, r, filepath.Join(root, "guard.sock"))
	return r
}

// authorized rejects requests without the token.
func (r *Room) authorized(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if q.Header.Get("Authorization") != "Bearer "+Token && q.Header.Get("X-Api-Key") != Token {
			http.Error(w, `{"type":"error","error":{"type":"authentication_error","message":"the token is not shown"}}`, http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, q)
	})
}

// Launch returns the inputs of a headless start with a new session.
func (r *Room) Launch(m *manifest.Manifest) runtime.Launch {
	system := []string{string(m.Prompts.System)}
	for _, a := range m.Prompts.Append {
		system = append(system, string(a))
	}
	return runtime.Launch{
		Manifest: m, Pod: "tried", Workspace: r.Workspace, State: r.State, Files: r.Files, Insomnia: r.Insomnia,
		Guard: r.Guard.Socket, Gateway: r.Gateway, Token: Token, System: strings.Join(system, "\n\n"),
		Session: uuid.NewString(), Headless: true, Prompt: "Begin.",
	}
}

// Write writes the files of a plan.
func (r *Room) Write(plan *runtime.Plan) {
	r.t.Helper()
	for _, f := range plan.Files {
		_, err := os.Lstat(f.Path)
		if err == nil && f.Keep {
			continue
		}
		os.Remove(f.Path)
		if f.Gone {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(f.Path), 0o700); err != nil {
			r.t.Fatal(err)
		}
		if f.Link != "" {
			err = os.Symlink(f.Link, f.Path)
		} else {
			err = os.WriteFile(f.Path, f.Content, f.Mode)
		}
		if err != nil {
			r.t.Fatal(err)
		}
	}
}

// environment returns the environment of the program, built from scratch.
func (r *Room) environment(plan *runtime.Plan) []string {
	env := []string{
		"PATH=" + filepath.Dir(r.Program) + ":/usr/local/bin:/usr/bin:/bin", "HOME=" + r.Home, "TMPDIR=" + r.Temp,
		"TERM=xterm-256color", "LANG=C.UTF-8", "USER=nobody",
	}
	return slices.Concat(env, plan.Env, r.Env)
}

// text returns the content of a descriptor.
func (r *Room) text(d runtime.Descriptor) string {
	var b strings.Builder
	for _, p := range d.Text {
		b.WriteString(r.part(p))
	}
	return b.String()
}

// Builtin resolves a built-in profile.
func Builtin(t testing.TB, name string) *manifest.Manifest {
	t.Helper()
	resolver := &resolve.Resolver{Library: insomnia.Library, Version: "test", Dir: t.TempDir(), CacheDir: t.TempDir()}
	selected, err := reference.Parse("builtin:"+name, resolver.Dir)
	if err != nil {
		t.Fatal(err)
	}
	resolved, err := resolver.Resolve(context.Background(), selected, resolve.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m, problems := manifest.Decode(resolved.Manifest)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return m
}
