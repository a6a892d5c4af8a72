package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/insomnia-pods/insomnia"
	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate/nix"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// user answers every question alike, and remembers what it was told and asked.
type user struct {
	yes   bool
	err   error // instead of an answer
	told  []diag.Diagnostic
	asked []app.Question
}

func (u *user) Tell(d ...diag.Diagnostic) { u.told = append(u.told, d...) }

func (u *user) Ask(_ context.Context, q app.Question) (bool, error) {
	u.asked = append(u.asked, q)
	return u.yes && u.err == nil, u.err
}

// world is a home and a project on a real disk.
type world struct {
	*app.App
	*user
	t       *testing.T
	options resolve.Options
}

func newWorld(t *testing.T) *world {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"} {
		t.Setenv(name, filepath.Join(dir, name))
	}
	project := filepath.Join(dir, "project")
	w := &world{user: &user{}, t: t}
	w.App = &app.App{User: w.user, Resolver: &resolve.Resolver{Nix: &nix.Nix{}, Library: insomnia.Library, Dir: project, CacheDir: resolve.UserCacheDir()}}
	w.write(".insomnia/profiles/mine.nix", profile("mine", ""))
	return w
}

func profile(name, more string) string {
	return `{ insomnia }: insomnia.lib.mkProfile { name = "` + name + `"; model.ref = "anthropic/claude-sonnet-4-5"; ` + more + ` }`
}

// write writes a file of the project, or of the user's config with user/ before it.
func (w *world) write(name, text string) {
	w.t.Helper()
	path := filepath.Join(w.Resolver.Dir, name)
	if below, ok := strings.CutPrefix(name, "user/"); ok {
		path = filepath.Join(os.Getenv("XDG_CONFIG_HOME"), "insomnia", below)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) create(ref string) *app.Snapshot {
	w.t.Helper()
	d, err := w.Draft(w.t.Context(), app.What{Ref: ref}, w.options, manifest.Inputs{})
	if err != nil {
		w.t.Fatal(err)
	}
	s, err := w.Create(w.t.Context(), d)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

func has(err error, code string) bool { return err != nil && diag.CodeIs(err, code) }

// A profile, the manifest that it resolves to and its envelope are one manifest,
// however they are named, and each names it in one way.
func TestOneManifestByThreeNames(t *testing.T) {
	w := newWorld(t)
	w.options.Provenance = true
	r, err := w.Resolve(t.Context(), app.What{Ref: "mine"}, w.options)
	if err != nil {
		t.Fatal(err)
	}
	envelope, err := r.Envelope()
	if err != nil {
		t.Fatal(err)
	}
	w.write("m.json", string(r.Manifest))
	w.write("e.json", string(envelope))
	whats := []app.What{{Ref: "mine"}, {Ref: "project:mine"}, {Ref: "./.insomnia/profiles/mine.nix"}, {Manifest: "m.json"}, {FromResolved: "e.json"}, app.Named("m.json")}
	for _, what := range whats {
		got, err := w.Resolve(t.Context(), what, w.options)
		if err != nil || got.Digest() != r.Digest() || (got.Selection != nil) != (what.Ref != "") {
			t.Errorf("%+v: %v, %+v", what, err, got)
		}
		d, err := w.Draft(t.Context(), what, resolve.Options{}, manifest.Inputs{})
		if err != nil || d.New.Envelope.Digest != r.Digest() || d.New.Envelope.Provenance == nil && what.Manifest == "" {
			t.Errorf("%+v: %v", what, err)
		}
	}
	for _, what := range []app.What{{Ref: "mine", Manifest: "m.json"}, {Ref: "mine", FromResolved: "e.json"}, {Manifest: "m.json", FromResolved: "e.json"}, {Ref: "a", Manifest: "b", FromResolved: "c"}} {
		if _, err := w.Resolve(t.Context(), what, resolve.Options{}); !has(err, "usage") {
			t.Errorf("%+v: %v", what, err)
		}
	}
	for _, options := range []resolve.Options{{Root: "."}, {Overrides: []resolve.Override{{Input: "a", Ref: "b"}}}} {
		if _, err := w.Resolve(t.Context(), app.What{Manifest: "m.json"}, options); !has(err, "usage") {
			t.Errorf("%+v: %v", options, err)
		}
	}
}

// The user is told what was chosen if the reference leaves that open.
func TestChoicesAreTold(t *testing.T) {
	w := newWorld(t)
	w.write(".insomnia/config.toml", "default = \"project:mine\"\n[aliases]\nm = \"project:mine\"\n")
	for ref, want := range map[string]string{"": "mine (default, from .insomnia/config.toml:1)", "m": "m (alias for project:mine, from .insomnia/config.toml:3)", "mine": "", "project:mine": ""} {
		w.told = nil
		r, err := w.Resolve(t.Context(), app.What{Ref: ref}, w.options)
		if err != nil || r.Profile.Source != "project" {
			t.Fatal(ref, err)
		}
		got := ""
		for _, d := range w.told {
			got += d.Message
		}
		if got != want || want != "" && w.told[0].Code != app.Chosen {
			t.Errorf("%q: told %q, want %q", ref, got, want)
		}
	}
}

// A name that several profiles have is refused with all of them, broken ones too.
func TestAmbiguousName(t *testing.T) {
	w := newWorld(t)
	w.write("user/profiles/mine.nix", "{ insomnia }: {")
	_, err := w.Choose(t.Context(), "mine", w.options)
	if !has(err, "name-ambiguous") {
		t.Fatal(err)
	}
	hint := diag.From(err).Diagnostics[0].Hint
	for _, want := range []string{"user:mine     broken: syntax error", "project:mine  a role of its own: "} {
		if !strings.Contains(hint, want) {
			t.Errorf("%q is not in\n%s", want, hint)
		}
	}
}

// A list that is shown while it grows ends in the same state as one that is not, and
// lists that were shown do not change afterwards.
func TestListsGrow(t *testing.T) {
	w := newWorld(t)
	w.write("user/profiles/broken.nix", "{ insomnia }: {")
	w.write("user/config.toml", "default = \"user:none\"\n[aliases]\na = \"b\"\nb = \"a\"\n")
	w.write("flake.nix", `{ outputs = { self }: throw "not for insomnia"; }`)
	want, err := w.Profiles(t.Context(), w.options, nil)
	if err != nil {
		t.Fatal(err)
	}
	encode := func(list app.Profiles) string {
		list.Busy = ""
		data, err := json.Marshal(list)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	var shown []app.Profiles
	var then []string
	got, err := w.Profiles(t.Context(), w.options, func(list app.Profiles) {
		shown, then = append(shown, list), append(then, encode(list))
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(encode(want), encode(got)); diff != "" {
		t.Error(diff)
	}
	if last := shown[len(shown)-1]; encode(last) != encode(want) || last.Busy != "" || len(shown) < 3 || shown[0].Busy == "" {
		t.Errorf("%d lists, the last: %+v", len(shown), last)
	}
	for i, list := range shown {
		if encode(list) != then[i] {
			t.Errorf("list %d has changed after it was shown", i)
		}
	}
	codes := ""
	for _, d := range want.Problems {
		codes += d.Code + " "
	}
	if codes != "evaluation-failed profile-not-found alias-cycle " || len(want.Passed) != 0 {
		t.Error(codes, want.Passed)
	}
	// A flake that has nothing to do with insomnia is passed over.
	w.write("flake.nix", `{ outputs = { self }: throw "x"; }`)
	if list, err := w.Profiles(t.Context(), w.options, nil); err != nil || len(list.Problems) != 2 || len(list.Passed) != 1 {
		t.Error(list.Problems, list.Passed, err)
	}
	for _, row := range want.Rows {
		if row.Ok != (row.Broken == "") || !row.Known || row.Ok != (row.Summary != nil) || row.Ok != (row.Manifest != nil) {
			t.Errorf("%+v", row)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := w.Profiles(ctx, w.options, func(app.Profiles) { cancel() }); err == nil {
		t.Error("a list that was cancelled ends as one that was not")
	}
}

// Nothing is written before Create and Take.
func TestDraftsAndReloadsWriteNothing(t *testing.T) {
	w := newWorld(t)
	state := os.Getenv("XDG_STATE_HOME")
	if _, err := w.Draft(t.Context(), app.What{Ref: "mine"}, w.options, manifest.Inputs{}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(state); !os.IsNotExist(err) {
		t.Fatal("a draft writes state")
	}
	s := w.create("mine")
	before := tree(t, state)
	w.write(".insomnia/profiles/mine.nix", profile("mine", `tools.deny = [ "bash" ];`))
	r, err := w.Reload(t.Context(), s.Pod, w.options)
	if err != nil {
		t.Fatal(err)
	}
	if tree(t, state) != before {
		t.Error("a reload writes before it is taken")
	}
	if r.Same() || r.Moved || len(r.Changes) == 0 || r.Generation() != 2 {
		t.Errorf("%+v", r)
	}
	now, err := w.Take(t.Context(), r)
	if err != nil || now.Current != 2 {
		t.Fatal(now, err)
	}
	if _, err := w.Take(t.Context(), r); err == nil {
		t.Error("the same result is taken twice")
	}
	again, err := w.Snapshot(s.Pod.Name)
	if err != nil || again.Envelope.Digest != r.To {
		t.Error(again, err)
	}
}

func tree(t *testing.T, dir string) string {
	t.Helper()
	out, err := exec.Command("find", dir, "-type", "f", "-exec", "sha256sum", "{}", "+").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

// What a reload finds: nothing, files that changed without effect, a change.
func TestReload(t *testing.T) {
	w := newWorld(t)
	s := w.create("mine")
	for _, step := range []struct {
		text              string
		same, moved, more bool
	}{
		{profile("mine", ""), true, false, false},
		{profile("mine", "") + "\n# said", false, true, false},
		{profile("mine", `tools.deny = [ "bash" ];`), false, false, true},
	} {
		w.write(".insomnia/profiles/mine.nix", step.text)
		r, err := w.Reload(t.Context(), s.Pod, w.options)
		if err != nil || r.Same() != step.same || r.Moved != step.moved || (len(r.Changes) > 0) != step.more {
			t.Errorf("%s: %v, %+v", step.text, err, r)
		}
	}
	if err := os.Remove(filepath.Join(w.Resolver.Dir, ".insomnia/profiles/mine.nix")); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Reload(t.Context(), s.Pod, w.options); err == nil {
		t.Error("a profile that is gone is resolved again")
	}
	w.write("m.json", string(s.Envelope.Manifest))
	d, err := w.Draft(t.Context(), app.What{Manifest: "m.json"}, w.options, manifest.Inputs{})
	if err != nil {
		t.Fatal(err)
	}
	made, err := w.Create(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Reload(t.Context(), made.Pod, w.options); !has(err, "no-profile") {
		t.Error(err)
	}
}

// Consent: the answers to the question, and to what it is remembered.
func TestConsent(t *testing.T) {
	for name, test := range map[string]struct {
		user         user
		digest, code string
	}{
		"yes":                 {user{yes: true}, "", ""},
		"no":                  {user{}, "", "consent-refused"},
		"nobody":              {user{err: app.ErrNobody}, "", "consent-missing"},
		"the digest":          {user{err: app.ErrNobody}, "now", ""},
		"another digest":      {user{yes: true}, "sha256-x", "grants-differ"},
		"interrupted":         {user{yes: true, err: context.Canceled}, "", "interrupted"},
		"yes, and its digest": {user{yes: true}, "now", ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			s := w.create("mine")
			*w.user = test.user
			v, err := w.Judge(s.Source(), s.Envelope.Manifest)
			if err != nil || v.Consented() {
				t.Fatal(v, err)
			}
			digest := test.digest
			if digest == "now" {
				digest = v.Now.Digest()
			}
			err = w.Grant(t.Context(), v, digest)
			if code := codeOf(err); code != test.code {
				t.Fatalf("%v, want %q", err, test.code)
			}
			if asked := len(w.asked); asked != 0 && digest != "" || asked != 1 && digest == "" || asked == 1 && w.asked[0].Grants != v {
				t.Errorf("%d questions", asked)
			}
			// A start asks again unless there is consent.
			w.user.yes, w.user.err, w.asked = false, app.ErrNobody, nil
			err = w.Authorize(t.Context(), s)
			if granted := test.code == ""; (err == nil) != granted || len(w.asked) != 0 && granted {
				t.Errorf("%v, %d questions", err, len(w.asked))
			}
			if err != nil && !has(err, "consent-missing") {
				t.Error(err)
			}
		})
	}
}

func codeOf(err error) string {
	if err == nil {
		return ""
	}
	return diag.From(err).Diagnostics[0].Code
}

// A download that a project requests is asked about, with the project's file; nothing is
// sent before the answer.
func TestProjectsAskForDownloads(t *testing.T) {
	w := newWorld(t)
	w.write(".insomnia/config.toml", "[aliases]\nfar = \"http://127.0.0.1:9/a.tar.gz#x\"\n")
	w.options.Downloads = resolve.Downloads{Rule: resolve.TypedRule, Hosts: []string{"127.0.0.1"}}
	for _, answer := range []user{{}, {err: app.ErrNobody}} {
		*w.user = answer
		_, err := w.Resolve(t.Context(), app.What{Ref: "far"}, w.options)
		if !has(err, "download-refused") || len(w.asked) != 1 {
			t.Fatal(err, w.asked)
		}
		d := w.asked[0].Download
		if d == nil || d.By.What != "the alias `far`" || d.By.At.Line != 2 || d.Host != "127.0.0.1" || !strings.HasPrefix(d.Ref, "http://127.0.0.1:9/a.tar.gz") {
			t.Errorf("%+v", d)
		}
	}
	// Looking asks nothing.
	*w.user = user{yes: true}
	if _, err := w.Resolve(t.Context(), app.What{Ref: "far"}, resolve.Options{}); !has(err, "not-downloaded") || len(w.asked) != 0 {
		t.Error(err, w.asked)
	}
	if _, err := w.Profiles(t.Context(), w.options, nil); err != nil || len(w.asked) != 0 {
		t.Error(err, w.asked)
	}
}

// Pods are listed at once, and end with how their profiles compare.
func TestListPods(t *testing.T) {
	w := newWorld(t)
	first, second := w.create("mine"), w.create("builtin:coder")
	w.write(".insomnia/profiles/mine.nix", profile("mine", `tools.deny = [ "bash" ];`))
	damaged := filepath.Join(os.Getenv("XDG_STATE_HOME"), "insomnia", "pods", "01a21e26-af00-74f0-b771-660c720e2ecc")
	if err := os.MkdirAll(damaged, 0o700); err != nil {
		t.Fatal(err)
	}
	var shown []app.Pods
	list, err := w.ListPods(t.Context(), func(list app.Pods) { shown = append(shown, list) })
	if err != nil || len(list.Rows) != 2 || len(list.Damaged) != 1 {
		t.Fatal(list, err)
	}
	states := map[string]string{}
	for _, row := range list.Rows {
		states[row.ID] = string(row.Drift.State)
	}
	if states[first.Pod.ID] != "changed" || states[second.Pod.ID] != "unchanged" {
		t.Error(states)
	}
	if len(shown) == 0 || len(shown[0].Rows) != 2 || shown[0].Rows[0].Drift != nil {
		t.Errorf("%+v", shown)
	}
}

// What is exported names no place of this machine.
func TestSnapshotsArePortable(t *testing.T) {
	w := newWorld(t)
	s := w.create("mine")
	data, err := manifest.EncodeEnvelope(app.Portable(s.Envelope))
	if err != nil || bytes.Contains(data, []byte(w.Resolver.Dir)) {
		t.Errorf("%v: %s", err, data)
	}
}

// A relative path and one from home are directories too.
func TestWorkspace(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("HOME", dir)
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for typed, want := range map[string]string{"": dir, "sub": dir + "/sub", "sub/": dir + "/sub", "~": dir, "~/sub": dir + "/sub", dir: dir, "..": filepath.Dir(dir)} {
		if got, err := app.Workspace(dir, typed); err != nil || got != want {
			t.Errorf("%q became %q, %v", typed, got, err)
		}
	}
	for typed, says := range map[string]string{"none": "workspace not found: ", "file": "the workspace is not a directory: ", "file/x": "cannot use the workspace "} {
		if _, err := app.Workspace(dir, typed); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", typed, err)
		}
	}
}

// A source is pinned when it is named and when it is updated, in the config and the
// lock of one scope.
func TestSources(t *testing.T) {
	w := newWorld(t)
	flake := func(names string) {
		w.write("team/flake.nix", "{ outputs = { self }: { insomniaProfiles = {"+names+"}; }; }")
		for _, args := range []string{"init -q", "add -A", "-c user.name=x -c user.email=x@example.org -c commit.gpgSign=false commit -q -m x"} {
			if out, err := exec.Command("git", append([]string{"-C", filepath.Join(w.Resolver.Dir, "team")}, strings.Fields(args)...)...).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
		}
	}
	flake("mine = {}; other = {};")
	add := func(name, ref string, to config.Scope) (app.SourceChange, error) {
		return w.AddSource(t.Context(), name, ref, to, w.options)
	}
	s, err := add("team", "./team", config.User)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(s.After.Names(), " "); got != "mine other" || len(s.Before.Profiles) != 0 || len(s.Shared) != 1 || !strings.Contains(s.Shared[0].Message, "team:mine, project:mine") {
		t.Errorf("%+v", s)
	}
	for _, test := range []struct {
		name, ref string
		to        config.Scope
		code      string
	}{
		{"team", "./team", config.User, ""}, // as before
		{"team", ".", config.User, "source-exists"},
		{"a b", "./team", config.User, "property-name"},
		{"x", "./.insomnia/profiles/mine.nix", config.User, "not-a-flake"},
		{"x", "builtin:coder", config.User, "not-a-flake"},
		{"x", "path:" + t.TempDir(), config.Project, "path-outside"},
	} {
		if _, err := add(test.name, test.ref, test.to); codeOf(err) != test.code {
			t.Errorf("%s %s: %v (%s), want %q", test.name, test.ref, err, codeOf(err), test.code)
		}
	}
	flake("other = {}; more = {};")
	var changes []app.SourceChange
	err = w.UpdateSources(t.Context(), "", w.options, func(s app.SourceChange) error { changes = append(changes, s); return nil })
	if err != nil || len(changes) != 1 || strings.Join(changes[0].Before.Names(), " ") != "mine other" || strings.Join(changes[0].After.Names(), " ") != "more other" || len(changes[0].Shared) != 0 {
		t.Errorf("%v: %+v", err, changes)
	}
	if err := w.UpdateSources(t.Context(), "none", w.options, nil); !has(err, "source-unknown") {
		t.Error(err)
	}
	every := func(config.Scope) bool { return true }
	if err := w.RemoveSource("team", func(of config.Scope) bool { return of == config.Project }); !has(err, "source-unknown") {
		t.Error(err)
	}
	if err := w.RemoveSource("team", every); err != nil {
		t.Error(err)
	}
	w.write("user/config.toml", "[sources]\nhand = \"path:/x\"\n")
	if err := w.RemoveSource("hand", every); !has(err, "config-not-ours") {
		t.Error(err)
	}
}
