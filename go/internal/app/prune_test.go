package app_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/pod"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/live"
)

// ran adds to a Pod the traces of a session that ended some days ago.
func (w *world) ran(p *pod.Pod, days int, change func(*live.Status)) (dir string) {
	w.t.Helper()
	dir, err := live.Dir(p.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	holder, err := live.Hold(w.t.Context(), dir)
	if err != nil {
		w.t.Fatal(err)
	}
	ended := time.Now().Add(-time.Duration(days)*24*time.Hour - time.Minute)
	status := live.Status{Pod: p.ID, Name: p.Name, State: live.Ended, Runtime: "claude-code", Session: "s", Started: ended, Ended: &ended}
	if change != nil {
		change(&status)
	}
	if err := holder.Write(status); err != nil {
		w.t.Fatal(err)
	}
	if err := holder.Release(); err != nil {
		w.t.Fatal(err)
	}
	for _, name := range []string{"agent/projects/a.jsonl", "agent/cache/mod/file", "trace", "judged", "usage", "files/system"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			w.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
			w.t.Fatal(err)
		}
	}
	if err := os.Chmod(filepath.Join(dir, "agent/cache/mod"), 0o500); err != nil { // as Go's cache of modules
		w.t.Fatal(err)
	}
	return dir
}

func names(t *testing.T, dir string) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

// Transcripts are removed when their days are over, and nothing else is.
func TestPrune(t *testing.T) {
	w := newWorld(t)
	w.write(".insomnia/profiles/week.nix", profile("week", "retention = \"7d\";"))
	w.write(".insomnia/profiles/ever.nix", profile("ever", "retention = \"forever\";"))
	w.write(".insomnia/profiles/none.nix", profile("none", "retention = \"none\";"))
	store, err := w.Pods()
	if err != nil {
		t.Fatal(err)
	}
	all := []string{"agent", "files", "judged", "lock", "status", "trace", "usage"}
	pruned := []string{"files", "lock", "status", "usage"}
	outside := t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	dirs, want := map[string]string{}, map[string][]string{}
	add := func(name, profile string, days int, kept []string, change func(*live.Status)) *pod.Pod {
		s := w.create("./.insomnia/profiles/" + profile + ".nix")
		dirs[name], want[name] = w.ran(s.Pod, days, change), kept
		return s.Pod
	}
	due := add("due", "week", 7, pruned, nil)
	add("not yet", "week", 6, all, nil)
	add("for ever", "ever", 10000, all, nil)
	add("none", "none", 0, pruned, nil)
	add("in the future", "none", -3, all, nil)
	add("killed", "week", 0, all, func(s *live.Status) { s.State, s.Ended = live.Working, nil }) // it was last heard of now
	running := add("running", "none", 9, all, nil)
	holder, err := live.Hold(t.Context(), dirs["running"])
	if err != nil {
		t.Fatal(err)
	}
	add("linked", "week", 30, append([]string{}, pruned...), nil)
	if err := os.RemoveAll(filepath.Join(dirs["linked"], "agent", "projects")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dirs["linked"], "agent", "projects")); err != nil {
		t.Fatal(err)
	}
	// A Pod whose directory is a link is not ours.
	led := w.create("./.insomnia/profiles/week.nix").Pod
	target := w.ran(led, 30, nil)
	elsewhere := filepath.Join(t.TempDir(), "moved")
	if err := os.Rename(target, elsewhere); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(elsewhere, target); err != nil {
		t.Fatal(err)
	}
	dirs["a link"], want["a link"] = elsewhere, all

	found := func(list []app.Pruned) (ids []string) {
		for _, one := range list {
			ids = append(ids, one.ID)
		}
		return ids
	}
	dry, err := w.Prune(t.Context(), true)
	if err != nil || len(dry) != 4 || !slices.Contains(found(dry), led.ID) || slices.Contains(found(dry), running.ID) {
		t.Errorf("%+v %v", dry, err)
	}
	for name, dir := range dirs {
		if got := names(t, dir); !slices.Equal(got, all) {
			t.Errorf("a dry run has changed %s: %q", name, got)
		}
	}
	list, err := w.Prune(t.Context(), false)
	if err == nil || len(list) != 3 || !slices.Contains(found(list), due.ID) {
		t.Errorf("%+v %v", list, err)
	}
	if err := os.Remove(target); err != nil {
		t.Fatal(err)
	}
	if again, err := w.Prune(t.Context(), false); err != nil || len(again) != 0 {
		t.Errorf("%+v %v", again, err)
	}
	for name, dir := range dirs {
		if got := names(t, dir); !slices.Equal(got, want[name]) {
			t.Errorf("%s: %q is left, not %q", name, got, want[name])
		}
	}
	if _, err := os.Stat(filepath.Join(outside, "file")); err != nil {
		t.Error("a link was followed: ", err)
	}
	events, status, err := w.History(store, due)
	if err != nil || status.Session != "" || status.TranscriptRemoved == nil || status.State != live.Ended || !slices.ContainsFunc(events, func(e pod.Event) bool { return e.Kind == pod.EventPruned }) {
		t.Errorf("%+v %+v %v", events, status, err)
	}
	// It is pruned when it is no longer running.
	if err := holder.Release(); err != nil {
		t.Fatal(err)
	}
	if again, err := w.Prune(t.Context(), false); err != nil || len(again) != 1 || again[0].ID != running.ID || again[0].Days != 0 {
		t.Errorf("%+v %v", again, err)
	}
}

// A removal that was cut off goes on, and its conversation cannot.
func TestPruneGoesOn(t *testing.T) {
	w := newWorld(t)
	w.write(".insomnia/profiles/week.nix", profile("week", "retention = \"7d\";"))
	p := w.create("./.insomnia/profiles/week.nix").Pod
	dir := w.ran(p, 8, func(s *live.Status) {
		at := time.Now()
		s.Session, s.TranscriptRemoved = "", &at
	})
	if list, err := w.Prune(t.Context(), false); err != nil || len(list) != 1 || live.HasTranscript(dir) {
		t.Errorf("%+v %v", list, err)
	}
}
