// Package live records running Pods on disk. The status of a Pod has the details but may
// be out of date. Its lock is always accurate, whichever process was killed.
//
//	runs/ID/status    a status as JSON, replaced whole
//	runs/ID/lock      held by the supervisor for as long as it lives
//	runs/ID/control   address of the supervisor, and the token that clients must send
package live

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/durable"
	"github.com/insomnia-pods/insomnia/go/internal/userdir"
)

// State is the activity of a Pod.
type State string

const (
	Saved    State = "saved"    // it has never run
	Starting State = "starting" // the program is starting, or has not reported anything yet
	Working  State = "working"  // on an answer
	Waiting  State = "waiting"  // for the user
	Ended    State = "ended"    // with an exit code
	Refused  State = "refused"  // a request violated the manifest, or the guard was not in place
	Failed   State = "failed"   // it did not start, or was not ended by the program
)

// Over reports whether nothing runs in this state.
func (s State) Over() bool { return s != Starting && s != Working && s != Waiting }

// Status is the record of a Pod that is running or has run.
type Status struct {
	Schema  string `json:"schema"` // "insomnia.pod-status/v1"
	Pod     string `json:"pod"`    // ID
	Name    string `json:"name"`
	State   State  `json:"state"`
	Runtime string `json:"runtime"`
	// Session is the program's own ID of the conversation; empty while unknown.
	Session  string     `json:"session,omitempty"`
	Headless bool       `json:"headless"`
	Attached bool       `json:"attached"`
	Process  int        `json:"process,omitempty"` // the supervisor
	Started  time.Time  `json:"started"`
	Changed  time.Time  `json:"changed"` // time of this record
	Ended    *time.Time `json:"ended,omitempty"`
	Exit     *int       `json:"exit,omitempty"`     // exit code of the command
	Sentence string     `json:"sentence,omitempty"` // the reason, unless the session simply ended
	// Unenforced are the fields that the user allowed to have no effect, as JSON Pointers.
	Unenforced []string `json:"unenforced,omitempty"`
	// TranscriptRemoved is the time at which the conversation was removed because
	// session.retentionDays had passed. The next start begins a new one.
	TranscriptRemoved *time.Time `json:"transcriptRemoved,omitempty"`
}

// Running reports whether there is a process.
func (s Status) Running() bool { return !s.State.Over() }

const (
	statusName = "status"
	lockName   = "lock"
	schema     = "insomnia.pod-status/v1"

	// statusSize is the constant size of the file, so that it can be overwritten even on a
	// full disk.
	statusSize = 4096
	// mostSentence limits the length of a stored sentence.
	mostSentence = 1024
)

// killed is the sentence for a Pod whose supervisor recorded no end.
const killed = "its supervisor was killed, or the machine went down"

// Dir returns the directory of a running Pod: $XDG_STATE_HOME/insomnia/runs/ID.
func Dir(id string) (string, error) {
	dir, err := userdir.State("insomnia", "runs", id)
	if err != nil {
		return "", diag.Errorf(diag.ExitNotFound, "no-home", "no directory for running Pods: %v", err).
			Hintf("set HOME or XDG_STATE_HOME to a directory of yours")
	}
	return dir, nil
}

// Read returns the present status of a Pod, even if its supervisor was killed. A missing
// directory means that the Pod has never run.
func Read(dir string) (Status, error) {
	status, err := read(dir)
	if err != nil || status.State.Over() != held(dir) {
		return status, err
	}
	// The file and the lock disagree: perhaps the file has just been written.
	if status, err = read(dir); err != nil || status.State.Over() != held(dir) {
		return status, err
	}
	if status.State.Over() {
		return Status{Schema: schema, Pod: status.Pod, Name: status.Name, Runtime: status.Runtime, State: Starting, Session: status.Session}, nil
	}
	return status.killed(), nil
}

// killed returns the status of a Pod whose supervisor recorded no end.
func (s Status) killed() Status {
	s.State, s.Attached, s.Process, s.Sentence = Failed, false, 0, killed
	s.Ended = &s.Changed
	return s
}

func read(dir string) (Status, error) {
	data, err := bounded.ReadFileNoFollow(filepath.Join(dir, statusName), 16*statusSize)
	if errors.Is(err, fs.ErrNotExist) {
		return Status{Schema: schema, State: Saved}, nil
	}
	var s Status
	if err == nil {
		err = json.Unmarshal(data, &s)
	}
	if err != nil || s.Schema != schema {
		return Status{Schema: schema, State: Failed, Sentence: "its status cannot be read"}, nil
	}
	return s, nil
}

// held reports whether a supervisor exists.
func held(dir string) bool {
	path := filepath.Join(dir, lockName)
	if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() {
		return false
	}
	lock := flock.New(path, flock.SetFlag(os.O_RDONLY))
	defer lock.Close()
	free, err := lock.TryRLock()
	return err == nil && !free
}

// Holder is the supervisor's hold on the directory of its Pod.
type Holder struct {
	dir  string
	lock *flock.Flock
	// unsynced are directories with new entries that are not durable yet.
	unsynced []string
	// made is set if Hold created the directory and it has no status yet.
	made bool
}

// ErrRunning is the error of [Hold] if another supervisor holds the Pod.
var ErrRunning = errors.New("the Pod runs already")

// Hold creates the directory and takes its lock for the life of this process. The
// directory becomes durable with the first status. The error is ErrRunning if another
// process has the lock.
func Hold(ctx context.Context, dir string) (*Holder, error) {
	parents, err := durable.Mkdirs(durable.OS, dir, 0o700)
	if err != nil {
		return nil, err
	}
	if err := safe(dir); err != nil {
		return nil, err
	}
	lock := flock.New(filepath.Join(dir, lockName), flock.SetPermissions(0o600))
	// Readers of the status take the lock for a moment.
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	ok, err := lock.TryLockContext(ctx, 5*time.Millisecond)
	if ok {
		return &Holder{dir, lock, parents, len(parents) > 0}, nil
	}
	lock.Close()
	if err == nil || errors.Is(err, context.DeadlineExceeded) {
		err = ErrRunning
	}
	return nil, err
}

// Ended returns when the previous session ended, or the present time if unknown.
func (h *Holder) Ended() time.Time {
	if at := h.Status().over(); !at.IsZero() {
		return at
	}
	return time.Now()
}

// Write replaces the status.
func (h *Holder) Write(s Status) error {
	data, err := encoded(s)
	if err != nil {
		return err
	}
	if err := h.settle(); err != nil {
		return err
	}
	path := filepath.Join(h.dir, statusName)
	if err = durable.Replace(durable.OS, path, data, 0o600); err == nil {
		h.made = false
		return nil
	}
	// A full disk still allows overwriting the file.
	f, openErr := os.OpenFile(path, os.O_WRONLY, 0)
	if openErr != nil {
		return err
	}
	defer f.Close()
	if _, openErr = f.WriteAt(data, 0); openErr != nil {
		return err
	}
	return f.Sync()
}

// Stage prepares a status: commit makes it the current one, and discard removes it.
func (h *Holder) Stage(s Status) (commit func() error, discard func()) {
	var staged *durable.Staged
	data, err := encoded(s)
	if err == nil {
		err = h.settle()
	}
	if err == nil {
		staged, err = durable.Stage(durable.OS, filepath.Join(h.dir, statusName), data, 0o600)
	}
	if err != nil {
		return func() error { return h.Write(s) }, func() {}
	}
	commit = func() error {
		err := staged.Commit()
		h.made = h.made && err != nil
		return err
	}
	return commit, func() { _ = staged.Discard() }
}

// settle makes the names of new directories durable.
func (h *Holder) settle() error {
	err := durable.SyncDirs(durable.OS, h.unsynced)
	if err == nil {
		h.unsynced = nil
	}
	return err
}

// encoded returns a status in the format of its file.
func encoded(s Status) ([]byte, error) {
	s.Schema, s.Changed = schema, time.Now().UTC().Truncate(time.Millisecond)
	if len(s.Sentence) > mostSentence {
		s.Sentence = strings.ToValidUTF8(s.Sentence[:mostSentence-len("…")], "") + "…"
	}
	data, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	data = append(data, bytes.Repeat([]byte(" "), max(0, statusSize-1-len(data)))...)
	return append(data, '\n'), nil
}

// Undo removes the directory if Hold created it and no session has begun. The caller
// keeps the lock.
func (h *Holder) Undo() error {
	if !h.made {
		return nil
	}
	return durable.RemoveAll(durable.OS, h.dir)
}

// Release releases the Pod.
func (h *Holder) Release() error { return h.lock.Close() }

// Remove removes the directory of a Pod. It first calls before, which removes the rest of
// the Pod, while the Pod cannot be started. The error is ErrRunning if the Pod is
// running.
func Remove(ctx context.Context, dir string, before func() error) error {
	h, err := Hold(ctx, dir)
	if err != nil {
		return err
	}
	if err := before(); err != nil {
		return errors.Join(err, h.Release())
	}
	return errors.Join(durable.RemoveAll(durable.OS, dir), h.Release())
}
