package supervise_test

import (
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/pod"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/live"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// stored makes the Pod that a start is of, and returns what its history has.
func stored(t *testing.T, s *supervise.Start) func() []string {
	t.Helper()
	t.Setenv("XDG_STATE_HOME", filepath.Join(s.Home, "state"))
	t.Setenv("XDG_TEST_HISTORY", "on")
	dir, err := pod.DefaultDir()
	if err != nil {
		t.Fatal(err)
	}
	store := pod.Open(dir)
	canonical, problems := manifest.Check(s.Manifest)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	p, err := store.Create(t.Context(), pod.New{Name: "test", Envelope: &manifest.Envelope{Schema: manifest.EnvelopeSchema,
		Profile:    manifest.Identity{Name: "test", Source: "builtin", Ref: "builtin:coder"},
		Provenance: &manifest.Provenance{Program: "insomnia", Evaluator: "embedded"}, Manifest: canonical, Digest: manifest.Digest(canonical)}})
	if err != nil {
		t.Fatal(err)
	}
	s.ID, s.Revision, s.Generation = p.ID, p.Revision, p.Current
	return func() (kinds []string) {
		t.Helper()
		events, err := store.Events(p)
		if err != nil {
			t.Fatal(err)
		}
		var before time.Time
		for _, e := range events {
			if e.Time.Before(before) {
				t.Errorf("%s is before what was before it", e.Kind)
			}
			before = e.Time
			kinds = append(kinds, e.Kind)
		}
		return kinds
	}
}

// The history contains the end of a Pod that ended without a client.
func TestEndAloneIsRecorded(t *testing.T) {
	s := start(t, "bash", "-c", "echo on; cat fifo")
	history := stored(t, s)
	if err := syscall.Mkfifo(s.Workspace+"/fifo", 0o600); err != nil {
		t.Fatal(err)
	}
	w := open(t, self(runArgs(s)...))
	w.shows("on")
	w.typed("\x1d")
	w.ends(0)
	if got := history(); !slices.Equal(got, []string{"created", "started"}) {
		t.Errorf("detached: %q", got)
	}
	if got, err := command("sh", "-c", "echo over > "+s.Workspace+"/fifo").CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, got)
	}
	ended := status(t, s.Dir, live.Ended)
	eventually(t, "the end is in the history", func() bool { return slices.Equal(history(), []string{"created", "started", "ended"}) })
	// It may go on at once, and what could not start is over as well.
	s.Launch.Resume = true
	s.Program = s.Workspace + "/missing"
	w = open(t, self(runArgs(s)...))
	w.ends(6)
	if got := history(); !slices.Equal(got[3:], []string{"resumed", "ended"}) {
		t.Errorf("%q after %+v", got, ended)
	}
	// One that another command has changed since does not start.
	s.Revision++
	w = open(t, self(runArgs(s)...))
	w.shows("has changed since it was read")
	w.ends(8)
	if got := history(); len(got) != 5 {
		t.Errorf("%q", got)
	}
}

// Whenever a supervisor is killed, the history has whole lines, and one end for each
// session when the next has begun.
func TestKilledSupervisorsLeaveWholeHistories(t *testing.T) {
	s := headless(t, "exit 0")
	history := stored(t, s)
	whole := 0
	for range 25 {
		cmd := self(runArgs(s)...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		over := make(chan struct{})
		go func() { _ = cmd.Wait(); close(over) }()
		var at live.Status
		eventually(t, "it is started or over", func() bool {
			at, _ = live.Read(s.Dir)
			select {
			case <-over:
				return true
			default:
				return at.Process != 0
			}
		})
		// Somewhere from its start to behind its end.
		select {
		case <-over:
		case <-time.After(rand.N(150 * time.Millisecond)):
		}
		if at.Process != 0 {
			_ = syscall.Kill(at.Process, syscall.SIGKILL)
		}
		<-over
		eventually(t, "nothing of it runs", func() bool {
			at, err := live.Read(s.Dir)
			return err == nil && !at.Running()
		})
		kinds := history()
		if kinds[len(kinds)-1] == pod.EventEnded {
			whole++
		}
		s.Launch.Resume = true
	}
	cmd := self(runArgs(s)...)
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	kinds := history()
	text := strings.NewReplacer("started", "begun", "resumed", "begun").Replace(strings.Join(kinds, " "))
	if want := "created" + strings.Repeat(" begun ended", (len(kinds)-1)/2); text != want || len(kinds) < 20 {
		t.Errorf("the history is %q", kinds)
	}
	t.Logf("%d of 25 recorded their end themselves", whole)
}

// A Pod that keeps no transcript has none after its session; one that keeps it for some
// days does.
func TestNoTranscriptIsKept(t *testing.T) {
	for _, days := range []int64{0, 1} {
		s := headless(t, "exit 0")
		s.Manifest = []byte(strings.Replace(string(s.Manifest), `"recordTrace":false,"retentionDays":30`, `"recordTrace":false,"retentionDays":`+strconv.FormatInt(days, 10), 1))
		history := stored(t, s)
		if out, err := self(runArgs(s)...).CombinedOutput(); err != nil {
			t.Fatalf("%v %s", err, out)
		}
		want := []string{"created", "started", "ended", "transcript removed"}[:4-days]
		if got := history(); !slices.Equal(got, want) || live.HasTranscript(s.Dir) == (days == 0) {
			t.Errorf("%d days: %q", days, got)
		}
		if got := status(t, s.Dir, live.Ended); (got.TranscriptRemoved != nil) != (days == 0) || *got.Exit != 0 {
			t.Errorf("%d days: %+v", days, got)
		}
	}
}
