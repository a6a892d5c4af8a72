package pod

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	insomnia "github.com/insomnia-pods/insomnia"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// gitIn runs git in a repository of the test.
func gitIn(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=test", "-c", "user.email=test@localhost"}, args...)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

func resolver(t *testing.T, dir string) *resolve.Resolver {
	return &resolve.Resolver{Library: insomnia.Library, Version: "test", Dir: dir, CacheDir: filepath.Join(t.TempDir(), "cache")}
}

// createFrom resolves a reference for real and makes a Pod of it.
func createFrom(t *testing.T, s *Store, r *resolve.Resolver, ref string) *Pod {
	t.Helper()
	selected, err := reference.Parse(ref, r.Dir)
	if err != nil {
		t.Fatal(err)
	}
	result, err := r.Resolve(ctx, selected, resolve.Options{Provenance: true})
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Create(ctx, New{Source: Source{Target: result.Again, Folder: result.Folder},
		Envelope: &manifest.Envelope{Schema: manifest.EnvelopeSchema, Profile: result.Profile, Provenance: result.Provenance,
			Manifest: result.Manifest, Digest: result.Digest()}})
	if err != nil {
		t.Fatal(err)
	}
	return must[*Pod](t)(s.Find(p.ID))
}

func wantDrift(t *testing.T, r *resolve.Resolver, p *Pod, state DriftState, detail string) {
	t.Helper()
	d := Drifts{Library: r.LibraryDigest}
	if got := d.Of(ctx, p); got.State != state || !strings.Contains(got.Detail, detail) {
		t.Errorf("drift is %+v, want %s with %q", got, state, detail)
	}
}

const profileText = `{ insomnia }: insomnia.lib.mkProfile { name = "x"; imports = [ insomnia.insomniaProfiles.coder ./team/turns.nix ]; }`

func TestDriftOfProfileFile(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "x.nix"), profileText)
	write(t, filepath.Join(dir, "team/turns.nix"), "{ limits.maxTurns = 7; }")
	write(t, filepath.Join(dir, "unread"), "1")
	r, s := resolver(t, dir), newStore(t)
	p := createFrom(t, s, r, "./x.nix")

	wantDrift(t, r, p, Unchanged, "")
	write(t, filepath.Join(dir, "unread"), "2")
	wantDrift(t, r, p, Unchanged, "")
	write(t, filepath.Join(dir, "team/turns.nix"), "{ limits.maxTurns = 8; }")
	wantDrift(t, r, p, Changed, "team/turns.nix")
	write(t, filepath.Join(dir, "team/turns.nix"), "{ limits.maxTurns = 7; }")
	wantDrift(t, r, p, Unchanged, "")

	other := Drifts{Library: func() string { return "sha256-other" }}
	if got := other.Of(ctx, p); got.State != Changed || !strings.Contains(got.Detail, "library") {
		t.Errorf("with another library: %+v", got)
	}
	if err := os.Remove(filepath.Join(dir, "team/turns.nix")); err != nil {
		t.Fatal(err)
	}
	wantDrift(t, r, p, Changed, "team/turns.nix is gone")
	if err := os.Remove(filepath.Join(dir, "x.nix")); err != nil {
		t.Fatal(err)
	}
	wantDrift(t, r, p, Gone, "x.nix")
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	wantDrift(t, r, p, Gone, "x.nix")
}

// What home-manager does when a profile changes: the link leads to another file.
func TestDriftOfProfileBehindLink(t *testing.T) {
	dir := t.TempDir()
	text := `{ insomnia }: insomnia.lib.mkProfile { name = "x"; imports = [ insomnia.insomniaProfiles.coder ]; }`
	for _, folder := range []string{"first", "same", "other"} {
		write(t, filepath.Join(dir, folder, "x.nix"), text)
	}
	write(t, filepath.Join(dir, "other", "x.nix"), text+"\n")
	link := filepath.Join(dir, "link.nix")
	lead := func(to string) {
		t.Helper()
		_ = os.Remove(link)
		if err := os.Symlink(filepath.Join(dir, to), link); err != nil {
			t.Fatal(err)
		}
	}
	lead("first/x.nix")
	r, s := resolver(t, dir), newStore(t)
	p := createFrom(t, s, r, "./link.nix")
	wantDrift(t, r, p, Unchanged, "")
	lead("same/x.nix")
	wantDrift(t, r, p, Unchanged, "")
	lead("other/x.nix")
	wantDrift(t, r, p, Changed, "x.nix")
	lead("nowhere")
	wantDrift(t, r, p, Gone, "link.nix")
}

func TestDriftOfFlakeInGit(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "flake.nix"), `{ outputs = _: { insomniaProfiles.x = builtins.fromJSON (builtins.readFile ./x.json); }; }`)
	write(t, filepath.Join(dir, "x.json"), string(envelope(t, 7).Manifest))
	write(t, filepath.Join(dir, "README.md"), "1")
	gitIn(t, dir, "init", "-q")
	gitIn(t, dir, "add", ".")
	gitIn(t, dir, "commit", "-qm", "first")
	r, s := resolver(t, dir), newStore(t)
	p := createFrom(t, s, r, ".#x")
	// As if the installed Nix had evaluated it: the files that it reads are not known.
	e := must[*manifest.Envelope](t)(s.Envelope(p, 0))
	e.Provenance.Files = nil
	whole := must[*Pod](t)(s.Create(ctx, New{Source: p.Source, Envelope: e}))

	wantDrift(t, r, p, Unchanged, "")
	wantDrift(t, r, whole, Unchanged, "")
	write(t, filepath.Join(dir, "untracked"), "")
	wantDrift(t, r, p, Unchanged, "")
	wantDrift(t, r, whole, Unchanged, "")
	write(t, filepath.Join(dir, "README.md"), "2")
	wantDrift(t, r, p, Unchanged, "")
	wantDrift(t, r, whole, Changed, dir)
	write(t, filepath.Join(dir, "README.md"), "1")
	wantDrift(t, r, whole, Unchanged, "")
	write(t, filepath.Join(dir, "x.json"), string(envelope(t, 8).Manifest))
	wantDrift(t, r, p, Changed, "x.json")
	wantDrift(t, r, whole, Changed, dir)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	wantDrift(t, r, p, Gone, dir)
	wantDrift(t, r, whole, Gone, dir)
}

func TestDriftWithoutSourceHere(t *testing.T) {
	r, s := resolver(t, t.TempDir()), newStore(t)
	wantDrift(t, r, createFrom(t, s, r, "builtin:coder"), Unchanged, "")

	remote := envelope(t, 1)
	remote.Provenance = &manifest.Provenance{URL: "github:owner/repo/0123", NarHash: "sha256-x", Files: []manifest.ReadFile{
		{File: "/nix/store/00000000000000000000000000000000-source/flake.nix", SHA256: "sha256-0123456789012345678901234567890123456789012="}}}
	p := must[*Pod](t)(s.Create(ctx, New{Source: Source{Target: "github:owner/repo#x"}, Envelope: remote}))
	wantDrift(t, r, p, Unknown, "not on this machine")

	p = must[*Pod](t)(s.Create(ctx, New{Envelope: envelope(t, 1)}))
	wantDrift(t, r, p, Unknown, "manifest")
}

func TestDriftFollowsTheCurrentGeneration(t *testing.T) {
	dir := t.TempDir()
	text := `{ insomnia }: insomnia.lib.mkProfile { name = "x"; imports = [ insomnia.insomniaProfiles.coder ]; limits.maxTurns = 1; }`
	write(t, filepath.Join(dir, "x.nix"), text)
	r, s := resolver(t, dir), newStore(t)
	first := createFrom(t, s, r, "./x.nix")
	write(t, filepath.Join(dir, "x.nix"), strings.Replace(text, "= 1", "= 2", 1))
	wantDrift(t, r, first, Changed, "x.nix")
	second := createFrom(t, s, r, "./x.nix")
	p := must[*Pod](t)(s.Add(ctx, first, must[*manifest.Envelope](t)(s.Envelope(second, 0))))
	wantDrift(t, r, p, Unchanged, "")
	p = must[*Pod](t)(s.Rollback(ctx, p, 1))
	wantDrift(t, r, p, Changed, "x.nix")
}
