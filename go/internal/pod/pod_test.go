package pod

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/durable/crashfs"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

var ctx = context.Background()

// newStore is an empty store that the rest of the test may look into.
func newStore(t testing.TB) *Store {
	t.Helper()
	return Open(filepath.Join(t.TempDir(), "insomnia", "pods"))
}

var maxTurnsField = regexp.MustCompile(`"maxTurns": *\d+`)

// envelope returns an envelope with a valid manifest that is distinct for each maxTurns.
func envelope(t testing.TB, maxTurns int) *manifest.Envelope {
	t.Helper()
	minimal := must[[]byte](t)(os.ReadFile("../../../checks/conformance/bases/minimal.json"))
	text := maxTurnsField.ReplaceAll(minimal, fmt.Appendf(nil, `"maxTurns": %d`, maxTurns))
	whole, problems := manifest.Check(text)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return &manifest.Envelope{Schema: manifest.EnvelopeSchema,
		Profile:    manifest.Identity{Name: "coder", Source: "path", Ref: "./coder.nix"},
		Provenance: &manifest.Provenance{Program: "insomnia test", Evaluator: "embedded", File: "coder.nix"},
		Inputs:     manifest.Inputs{Workspace: "/home/ada/project", Prompt: "begin"},
		Manifest:   whole, Digest: manifest.Digest(whole)}
}

func create(t testing.TB, s *Store, name string, maxTurns int) *Pod {
	t.Helper()
	p, err := s.Create(ctx, New{Name: name, Source: Source{Target: "/src/coder.nix", Folder: "/src"}, Envelope: envelope(t, maxTurns)})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// wants is the exit code and the code of an error.
func wants(t testing.TB, err error, exit diag.Exit, code string) {
	t.Helper()
	if !diag.CodeIs(err, code) || diag.From(err).Exit != exit {
		t.Errorf("got %v, want the exit code %d and %s", err, exit, code)
	}
}

func must[T any](t testing.TB) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func TestPodLivesThroughItsGenerations(t *testing.T) {
	s := newStore(t)
	first := create(t, s, "fix-login", 10)
	bytesOfFirst := must[[]byte](t)(s.Bytes(first, 0))

	second := must[*Pod](t)(s.Add(ctx, first, envelope(t, 20)))
	if second.Current != 2 || second.Name != "fix-login" || len(second.Generations) != 2 {
		t.Errorf("after Add: %+v", second)
	}
	if e := must[*manifest.Envelope](t)(s.Envelope(second, 0)); !bytes.Contains(e.Manifest, []byte(`"maxTurns":20`)) || e.Inputs.Name != "fix-login" {
		t.Errorf("the current generation is %s", e.Manifest)
	}
	if e := must[*manifest.Envelope](t)(s.Envelope(second, 1)); !bytes.Contains(e.Manifest, []byte(`"maxTurns":10`)) {
		t.Errorf("the first generation is %s", e.Manifest)
	}

	third := must[*Pod](t)(s.Rollback(ctx, second, 0))
	if got := must[[]byte](t)(s.Bytes(third, 0)); third.Current != 1 || !bytes.Equal(got, bytesOfFirst) {
		t.Errorf("after Rollback the generation is %d and %s, want %s", third.Current, got, bytesOfFirst)
	}
	for _, err := range []error{s.Begin(ctx, third, EventStarted, now()), s.End(ctx, third, now()), s.Begin(ctx, third, EventResumed, now())} {
		if err != nil {
			t.Fatal(err)
		}
	}
	var kinds []string
	for _, event := range must[[]Event](t)(s.Events(third)) {
		kinds = append(kinds, fmt.Sprintf("%s %d", event.Kind, event.Generation))
	}
	want := []string{"created 1", "reloaded 2", "rolled back 1", "started 1", "ended 1", "resumed 1"}
	if d := cmp.Diff(want, kinds); d != "" {
		t.Errorf("events (-want +got):\n%s", d)
	}
	found := must[*Pod](t)(s.Find("fix-login"))
	if found.State != Ended {
		t.Errorf("the state is %s", found.State)
	}
	found.State = third.State
	if d := cmp.Diff(third, found, cmp.AllowUnexported(Pod{})); d != "" {
		t.Errorf("the Pod found is not the one returned (-returned +found):\n%s", d)
	}
	if err := s.Remove(ctx, found); err != nil {
		t.Fatal(err)
	}
	_, err := s.Find("fix-login")
	wants(t, err, diag.ExitNotFound, "pod-not-found")
	_, err = s.Envelope(found, 0)
	wants(t, err, diag.ExitNotFound, "pod-not-found")
	entries := must[[]os.DirEntry](t)(os.ReadDir(s.dir))
	if len(entries) != 1 || entries[0].Name() != lockName {
		t.Errorf("left after Remove: %v", entries)
	}
}

func TestListIsNewestFirst(t *testing.T) {
	s := newStore(t)
	if pods, damaged, err := s.List(); len(pods)+len(damaged) > 0 || err != nil {
		t.Fatalf("a store that is not there has %v %v %v", pods, damaged, err)
	}
	create(t, s, "first", 1)
	create(t, s, "second", 1)
	pods, damaged, err := s.List()
	if err != nil || len(damaged) > 0 || len(pods) != 2 || pods[0].Name != "second" || pods[1].Name != "first" {
		t.Errorf("%+v %v %v", pods, damaged, err)
	}
	if p := pods[0]; p.Model != "anthropic/claude-sonnet-4-5" || p.Profile.Name != "coder" || p.Workspace != "/home/ada/project" {
		t.Errorf("a list cannot show %+v", p)
	}
}

// A Pod gets the ID that was chosen for it, unless its short form would be ambiguous.
func TestChosenID(t *testing.T) {
	s := newStore(t)
	chosen := must[string](t)(NewID())
	near := chosen[:short] + must[string](t)(NewID())[short:]
	for i, tc := range []struct {
		id   string
		kept bool
	}{{chosen, true}, {chosen, false}, {near, false}, {"../x", false}, {"", false}} {
		p := must[*Pod](t)(s.Create(t.Context(), New{ID: tc.id, Name: fmt.Sprintf("c%d", i), Envelope: envelope(t, 1)}))
		if (p.ID == tc.id) != tc.kept || !idForm(p.ID) {
			t.Errorf("%q became %q", tc.id, p.ID)
		}
	}
}

// earlierIDs makes IDs as earlier versions did.
func earlierIDs(t *testing.T) {
	t.Cleanup(func() { makeID = newID })
	makeID = func([]string) (string, error) {
		id, err := uuid.NewV7()
		return id.String(), err
	}
}

// The first characters of an ID are those of one Pod, also when many are made at once.
// Pods of earlier versions are read, listed in their order, and found.
func TestShortIDs(t *testing.T) {
	s := newStore(t)
	var made []*Pod
	for i := range 40 {
		if makeID = newID; i%4 == 0 {
			earlierIDs(t)
		}
		made = append(made, create(t, s, fmt.Sprintf("p%d", i), 1))
	}
	pods, damaged, err := s.List()
	if err != nil || len(damaged) > 0 || len(pods) != len(made) {
		t.Fatalf("%d Pods, %v, %v", len(pods), damaged, err)
	}
	for i, p := range made {
		if listed := pods[len(pods)-1-i]; listed.ID != p.ID {
			t.Errorf("number %d is %s and not %s", i, listed.Name, p.Name)
		}
		if i%4 == 0 {
			continue
		}
		if found, err := s.Find(p.ID[:short]); err != nil || found.ID != p.ID {
			t.Errorf("%s: %v %v", p.ID, found, err)
		}
	}
	// An ID that begins like another is not taken.
	for range 200 {
		id, err := newID([]string{"0", made[1].ID})
		if err != nil || !idForm(id) || id[0] == '0' {
			t.Errorf("%s %v", id, err)
		}
	}
}

func TestPodsAreFoundByNameAndID(t *testing.T) {
	earlierIDs(t)
	s := newStore(t)
	a, b := create(t, s, "a", 1), create(t, s, "b", 1)
	common := 0
	for a.ID[common] == b.ID[common] {
		common++
	}
	for ref, want := range map[string]string{"a": a.ID, "b": b.ID, a.ID: a.ID, b.ID: b.ID, a.ID[:common+1]: a.ID, b.ID[:common+1]: b.ID} {
		if p, err := s.Find(ref); err != nil || p.ID != want {
			t.Errorf("Find(%s): %v %v", ref, p, err)
		}
	}
	_, err := s.Find(a.ID[:common])
	wants(t, err, diag.ExitNotFound, "pod-ambiguous")
	// A name may be how an ID begins: then it is neither.
	create(t, s, a.ID[:common+1], 1)
	_, err = s.Find(a.ID[:common+1])
	wants(t, err, diag.ExitNotFound, "pod-ambiguous")
	for _, ref := range []string{"", "c", a.ID[:1], "../" + a.ID, a.ID + "/", "\x00"} {
		_, err = s.Find(ref)
		wants(t, err, diag.ExitNotFound, "pod-not-found")
	}
}

func TestNamesAreCheckedAndUnique(t *testing.T) {
	s := newStore(t)
	for _, name := range []string{"Upper", "a b", "a/b", "..", "-a", "a-", "a_b", "é", "a\n", "\x1b[31m", "a\x00", "a\r",
		string(bytes.Repeat([]byte("a"), 65)), "01932c07-5e1a-7000-8000-000000000000"} {
		_, err := s.Create(ctx, New{Name: name, Envelope: envelope(t, 1)})
		wants(t, err, diag.ExitUsage, "pod-name")
	}
	create(t, s, "taken", 1)
	_, err := s.Create(ctx, New{Name: "taken", Envelope: envelope(t, 1)})
	wants(t, err, diag.ExitState, "pod-exists")
	for _, want := range []string{"coder", "coder-2", "coder-3"} {
		if p := create(t, s, "", 1); p.Name != want {
			t.Errorf("the name made of the profile's is %s, want %s", p.Name, want)
		}
	}
	long := envelope(t, 1)
	long.Profile.Name = string(bytes.Repeat([]byte("a"), 64))
	for range 2 {
		p, err := s.Create(ctx, New{Envelope: long})
		if err != nil || CheckName(p.Name) != nil {
			t.Errorf("%v %v", p, err)
		}
	}
}

func TestStaleWriterGetsConflict(t *testing.T) {
	s := newStore(t)
	stale := create(t, s, "a", 1)
	current := must[*Pod](t)(s.Add(ctx, stale, envelope(t, 2)))

	_, err := s.Add(ctx, stale, envelope(t, 3))
	wants(t, err, diag.ExitState, "pod-conflict")
	_, err = s.Rollback(ctx, stale, 1)
	wants(t, err, diag.ExitState, "pod-conflict")
	// The Pod was reloaded just before a user resumes the generation they saw.
	wants(t, s.Begin(ctx, stale, EventResumed, now()), diag.ExitState, "pod-conflict")
	wants(t, s.Remove(ctx, stale), diag.ExitState, "pod-conflict")
	// A session may well end after a reload.
	if err := s.Begin(ctx, current, EventResumed, now()); err != nil {
		t.Error(err)
	}
	if err := s.End(ctx, stale, now()); err != nil {
		t.Error(err)
	}
	if p := must[*Pod](t)(s.Find("a")); p.Current != 2 || p.Revision != current.Revision || len(p.Generations) != 2 {
		t.Errorf("a conflict has changed the Pod: %+v", p)
	}
	if err := s.Remove(ctx, current); err != nil {
		t.Fatal(err)
	}
	_, err = s.Add(ctx, current, envelope(t, 4))
	wants(t, err, diag.ExitState, "pod-conflict")
	_, err = s.Rollback(ctx, current, 1)
	wants(t, err, diag.ExitState, "pod-conflict")
}

func TestRollbackNeedsGeneration(t *testing.T) {
	s := newStore(t)
	p := create(t, s, "a", 1)
	for _, number := range []int{0, -1, 2} {
		_, err := s.Rollback(ctx, p, number)
		wants(t, err, diag.ExitNotFound, "no-generation")
	}
	_, err := s.Envelope(p, 2)
	wants(t, err, diag.ExitNotFound, "no-generation")
}

func TestInterruptedBeforeTheLockChangesNothing(t *testing.T) {
	s := newStore(t)
	create(t, s, "a", 1)
	unlock := must[func() error](t)(s.lock(ctx))
	waiting, cancel := context.WithCancel(ctx)
	cancel()
	_, err := s.Create(waiting, New{Name: "b", Envelope: envelope(t, 1)})
	if !errors.Is(err, context.Canceled) || diag.From(err).Exit != diag.ExitInterrupted {
		t.Errorf("got %v", err)
	}
	if err := unlock(); err != nil {
		t.Error(err)
	}
	create(t, s, "b", 1)
}

func TestNoEventIsForgotten(t *testing.T) {
	fsys := crashfs.New()
	s := OpenOn(fsys, memoryDir)
	p := create(t, s, "a", 1)
	want := []string{"created 1"}
	for i := range 2*eventsEach + 10 {
		kind := []string{EventStarted, EventEnded, EventResumed}[i%3]
		want = append(want, kind+" 1")
		if err := s.Record(ctx, p, kind); err != nil {
			t.Fatal(err)
		}
		if i%20 == 0 {
			if data := must[[]byte](t)(fsys.ReadFile(filepath.Join(s.dir, p.ID, recordName), maxRecord)); len(data) > 8000 {
				t.Errorf("pod.json has %d bytes after %d events", len(data), i+2)
			}
		}
	}
	var got []string
	for _, e := range must[[]Event](t)(s.Events(p)) {
		got = append(got, fmt.Sprint(e.Kind, " ", e.Generation))
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// The end of a session is recorded once, regardless of who records it and how often. It
// has the time at which the session ended, and nothing of another session.
func TestEndsAreRecordedOnce(t *testing.T) {
	fsys := crashfs.New()
	s := OpenOn(fsys, memoryDir)
	p := create(t, s, "a", 1)
	at := func(minutes int) time.Time { return now().Add(time.Duration(minutes) * time.Minute) }
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	do(s.End(ctx, p, at(0))) // nothing has begun
	do(s.Begin(ctx, p, EventStarted, at(0)))
	do(s.End(ctx, p, at(5)))
	do(s.End(ctx, p, at(6)))
	do(s.Begin(ctx, p, EventResumed, at(7)))
	do(s.Begin(ctx, p, EventResumed, at(8))) // the supervisor of the one before was killed
	for range 2 * eventsEach {
		do(s.Record(ctx, p, "looked at"))
	}
	do(s.End(ctx, p, at(-60))) // the clock was set back
	do(s.End(ctx, p, at(9)))
	var kinds []string
	var times []time.Time
	for _, e := range must[[]Event](t)(s.Events(p)) {
		if e.Kind != "looked at" {
			kinds, times = append(kinds, e.Kind), append(times, e.Time)
		}
	}
	if d := cmp.Diff([]string{"created", "started", "ended", "resumed", "ended", "resumed", "ended"}, kinds); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if !times[2].After(times[1].Add(4*time.Minute)) || !times[4].After(times[3].Add(7*time.Minute)) || !times[6].Equal(times[5]) {
		t.Errorf("the times are %v", times)
	}
}
