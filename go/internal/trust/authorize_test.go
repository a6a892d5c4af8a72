package trust

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/grant/granttest"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

func canonical(t testing.TB, data []byte) []byte {
	t.Helper()
	out, problems := manifest.Check(data)
	if len(problems) > 0 {
		t.Fatalf("%+v", problems)
	}
	return out
}

// runtime stands for what starts Pods: it runs only what is authorized.
type runtime struct {
	store   *Store
	ask     func(context.Context, *Verdict) (bool, error)
	started int
}

// Worded is the error that a user sees, which package words makes.
var Worded func(error) error

func (r *runtime) start(source Source, data []byte) error {
	if err := r.store.Authorize(context.Background(), Request{Source: source, Manifest: data, Ask: r.ask}); err != nil {
		return Worded(err)
	}
	r.started++
	return nil
}

func TestApproveThenSwap(t *testing.T) {
	r := &runtime{store: Open(filepath.Join(t.TempDir(), "trust"))}
	good := canonical(t, []byte(granttest.Rich))
	err := r.start(project, good)
	e := diag.From(err)
	if e.Exit != diag.ExitRefused || code1(err) != "consent-missing" || r.started != 0 {
		t.Fatalf("started without consent: %v", err)
	}
	digest := whole(t).Digest()
	if want := "insomnia trust grant project:coder --grants " + digest; !strings.Contains(e.Diagnostics[0].Hint, want) {
		t.Errorf("the hint is %q, without %q", e.Diagnostics[0].Hint, want)
	}
	consent(t, r.store, project, whole(t))
	if err := r.start(project, good); err != nil || r.started != 1 {
		t.Fatal(err)
	}
	// The same name and place, another command.
	swapped := canonical(t, granttest.With(t, "/mcpServers/x/command", "evil"))
	if err := r.start(project, swapped); code1(err) != "consent-missing" || r.started != 1 {
		t.Fatalf("what was swapped has started: %v", err)
	} else if text := err.Error(); !strings.Contains(text, "evil -v") || strings.Contains(text, "bash") {
		t.Errorf("the message shows not just what is new:\n%s", text)
	}
	narrower := canonical(t, granttest.With(t, "/permissions/mode", "ask"))
	if err := r.start(project, narrower); err != nil || r.started != 2 {
		t.Errorf("narrower, and refused: %v", err)
	}
	if err := r.start(Source{Key: "/elsewhere/coder.nix", Ref: "./coder.nix"}, good); code1(err) != "consent-missing" {
		t.Errorf("the consent holds for another source too: %v", err)
	}
	for _, own := range []Source{{Key: "builtin:coder", Own: true}, {Key: "/home/ada/.config/insomnia/profiles/x.nix", Own: true}} {
		if err := r.start(own, swapped); err != nil {
			t.Errorf("%s: %v", own.Key, err)
		}
	}
}

func TestDamagedConsentAuthorizesNothing(t *testing.T) {
	r := &runtime{store: Open(filepath.Join(t.TempDir(), "trust"))}
	consent(t, r.store, project, whole(t))
	if err := os.WriteFile(r.store.path(project.Key), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := r.start(project, canonical(t, []byte(granttest.Rich))); code1(err) != "consent-damaged" || r.started != 0 {
		t.Error(err)
	}
}

func TestAskingOnATerminal(t *testing.T) {
	r := &runtime{store: Open(filepath.Join(t.TempDir(), "trust"))}
	good := canonical(t, []byte(granttest.Rich))
	var answer bool
	var failure error
	asked := 0
	r.ask = func(_ context.Context, v *Verdict) (bool, error) {
		if asked++; v.Now.Digest() != whole(t).Digest() || len(v.Changes) == 0 {
			t.Errorf("asked about %+v", v)
		}
		return answer, failure
	}
	if err := r.start(project, good); code1(err) != "consent-missing" || asked != 1 {
		t.Error("no is not taken for no", err)
	}
	failure = context.Canceled
	if err := r.start(project, good); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	answer, failure = true, nil
	if err := r.start(project, good); err != nil {
		t.Error(err)
	}
	if err := r.start(project, good); err != nil || asked != 3 || r.started != 2 {
		t.Errorf("asked %d times, started %d: %v", asked, r.started, err)
	}
}

func TestSourceKeys(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(dir, "config")
	t.Setenv("XDG_CONFIG_HOME", config)
	file := filepath.Join(dir, "p", "coder.nix")
	for _, folder := range []string{filepath.Dir(file), filepath.Join(config, "insomnia", "profiles")} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	link := filepath.Join(dir, "link")
	if err := errors.Join(os.WriteFile(file, nil, 0o600), os.Symlink(filepath.Dir(file), link)); err != nil {
		t.Fatal(err)
	}
	const rev = "0123456789abcdef0123456789abcdef01234567"
	for _, test := range []struct {
		again, attr string
		want        Source
	}{
		{"builtin:coder", "", Source{Key: "builtin:coder", Own: true}},
		{file, "", Source{Key: file}},
		{filepath.Join(link, "coder.nix"), "", Source{Key: file}},
		{filepath.Join(config, "insomnia", "profiles", "x.nix"), "", Source{Key: filepath.Join(config, "insomnia", "profiles", "x.nix"), Own: true}},
		{filepath.Join(config, "insomnia", "profiles", "..", "x.nix"), "", Source{Key: filepath.Join(config, "insomnia", "x.nix")}},
		{filepath.Join(config, "insomnia", "profiles-of-others", "x.nix"), "", Source{Key: filepath.Join(config, "insomnia", "profiles-of-others", "x.nix")}},
		{dir + "/p#coder", "insomniaProfiles.coder", Source{Key: dir + "/p#insomniaProfiles.coder"}},
		{"path:" + link + "#coder", "insomniaProfiles.coder", Source{Key: dir + "/p#insomniaProfiles.coder"}},
		{"git+file://" + dir + "/p#a", "insomniaProfiles.a", Source{Key: dir + "/p#insomniaProfiles.a"}},
		{"git+file://" + dir + "/p?dir=sub&rev=" + rev + "#a", "insomniaProfiles.a", Source{Key: dir + "/p/sub#insomniaProfiles.a"}},
		{"github:o/r#a", "insomniaProfiles.a", Source{Key: "github:o/r#insomniaProfiles.a"}},
		{"github:o/r/" + rev + "?narHash=sha256-x#a", "insomniaProfiles.a", Source{Key: "github:o/r#insomniaProfiles.a"}},
		{"github:o/r/main?dir=x&lastModified=1#a", "insomniaProfiles.a", Source{Key: "github:o/r?dir=x&ref=main#insomniaProfiles.a"}},
		{filepath.Join(dir, "a#b", "coder.nix"), "", Source{Key: filepath.Join(dir, "a#b", "coder.nix")}},
		{"", "", Source{Key: "manifest:sha256-x"}},
	} {
		if got := SourceOf(manifest.Identity{Attr: test.attr}, test.again, "sha256-x"); got != test.want {
			t.Errorf("%s: %+v, not %+v", test.again, got, test.want)
		}
	}
}
