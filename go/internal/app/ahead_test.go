package app

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/insomnia-pods/insomnia"
	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/grant"
	"github.com/insomnia-pods/insomnia/go/internal/grant/granttest"
	"github.com/insomnia-pods/insomnia/go/internal/pod"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/internal/secret"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Walls are built ahead only with consent, and where nothing that comes later changes them.
func TestForeseen(t *testing.T) {
	home := t.TempDir()
	for _, name := range []string{"HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"} {
		t.Setenv(name, filepath.Join(home, name))
	}
	a := &App{Resolver: &resolve.Resolver{Library: insomnia.Library, Dir: home}}
	canonical, problems := manifest.Check([]byte(granttest.Rich))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	e := &manifest.Envelope{Manifest: canonical, Digest: manifest.Digest(canonical),
		Profile: manifest.Identity{Name: "x", Source: "named", Ref: "acme:x", Attr: "insomnia.profiles.x"}}
	theirs, err := SnapshotOf(&pod.Pod{Name: "x", Source: pod.Source{Target: "github:acme/x"}}, e)
	if err != nil {
		t.Fatal(err)
	}
	own, err := SnapshotOf(&pod.Pod{Name: "x", Source: pod.Source{Target: "builtin:coder"}}, e)
	if err != nil {
		t.Fatal(err)
	}
	bound := ""
	try := func(name string, want bool, s *Snapshot, o StartOptions) {
		t.Helper()
		if err := os.MkdirAll(config.UserDir(), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(config.UserDir(), "config.toml"), []byte(bound), 0o600); err != nil {
			t.Fatal(err)
		}
		if o.Bindings == nil {
			o.Bindings = func() (*secret.Bindings, error) { return secret.Load(config.UserDir(), secret.UserStore()) }
		}
		if got := a.foreseen(&Ready{snapshot: s, options: o}); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
	ahead := StartOptions{Ahead: &Ahead{}}
	try("one's own", true, own, ahead)
	try("nothing was begun", false, own, StartOptions{})
	try("without a field", false, own, StartOptions{Ahead: &Ahead{}, Unenforced: []string{"sandbox.network"}})
	try("no bindings", false, own, StartOptions{Ahead: &Ahead{}, Bindings: func() (*secret.Bindings, error) { return nil, errors.New("damaged") }})
	try("without consent", false, theirs, ahead)
	consents, err := a.Consents()
	if err != nil {
		t.Fatal(err)
	}
	if err := consents.Grant(t.Context(), theirs.Source(), grant.Of(theirs.Manifest)); err != nil {
		t.Fatal(err)
	}
	try("with consent", true, theirs, ahead)
	name := ""
	for _, use := range secret.Uses(own.Manifest) {
		if use.Pointer == "/model/auth" {
			name = use.Name
		}
	}
	bound = "[secrets.\"" + name + "\"]\nuri = \"login:claude-code\"\n"
	try("with a login", false, own, ahead)
}
