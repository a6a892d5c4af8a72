package live

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestStateIsTrue(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "runs", "id")
	expect := func(want State) Status {
		t.Helper()
		got, err := Read(dir)
		if err != nil || got.State != want {
			t.Fatalf("%+v %v, not %s", got, err, want)
		}
		return got
	}
	expect(Saved)
	h, err := Hold(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Hold(t.Context(), dir); err != ErrRunning {
		t.Fatal(err)
	}
	expect(Starting) // held, and nothing is written yet
	if err := h.Write(Status{Pod: "id", Name: "x", State: Working, Process: 7, Attached: true}); err != nil {
		t.Fatal(err)
	}
	expect(Working)
	// The supervisor is killed.
	if err := h.Release(); err != nil {
		t.Fatal(err)
	}
	if got := expect(Failed); got.Sentence != killed || got.Process != 0 || got.Attached || got.Ended == nil {
		t.Errorf("%+v", got)
	}
	if h, err = Hold(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	exit := 3
	if err := h.Write(Status{State: Ended, Exit: &exit, Sentence: strings.Repeat("long ", 10000)}); err != nil {
		t.Fatal(err)
	}
	_ = h.Release()
	if got := expect(Ended); *got.Exit != 3 || len(got.Sentence) > mostSentence {
		t.Errorf("%+v", got)
	}
	info, err := os.Stat(filepath.Join(dir, statusName))
	if err != nil || info.Size() != statusSize || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	for _, damage := range []string{"", "{", "null", `{"schema":"other"}`, strings.Repeat("x", 1<<20)} {
		if err := os.WriteFile(filepath.Join(dir, statusName), []byte(damage), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := Read(dir); err == nil && got.State != Failed {
			t.Errorf("%.20q: %+v", damage, got)
		}
	}
}

func TestUnsafeDirectoryIsRefused(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "id")
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := Hold(context.Background(), dir); err == nil || !strings.Contains(err.Error(), "yours alone") {
		t.Error(err)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(t.TempDir(), link); err != nil {
		t.Fatal(err)
	}
	if _, err := Hold(context.Background(), link); err == nil {
		t.Error("a link is taken")
	}
	// A link in the place of a file of ours is not followed.
	dir = filepath.Join(t.TempDir(), "id")
	h, err := Hold(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer h.Release()
	target := filepath.Join(t.TempDir(), "target")
	if err := os.Symlink(target, filepath.Join(dir, LogName)); err != nil {
		t.Fatal(err)
	}
	if f, err := h.Log(); err == nil {
		f.Close()
		t.Error("a link is followed")
	}
}
