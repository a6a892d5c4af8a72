package live

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/durable"
)

const (
	// ControlName is the file with the address of the supervisor.
	ControlName = "control"
	// LogName is the file for errors of the supervisor.
	LogName = "supervisor.log"

	mostLog = 1 << 20
)

// Log opens the log of the supervisor.
func (h *Holder) Log() (*os.File, error) {
	f, err := Append(filepath.Join(h.dir, LogName))
	if err == nil {
		if info, e := f.Stat(); e == nil && info.Size() > mostLog {
			err = f.Truncate(0)
		}
	}
	return f, err
}

// Append opens a file of a running Pod for appending.
func Append(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND|noFollow, 0o600)
}

// NotWritten returns the error for a directory that cannot be written.
func NotWritten(dir string, err error) error {
	var typed *diag.Error
	if errors.As(err, &typed) {
		return typed
	}
	return diag.Errorf(diag.ExitState, "run-not-written", "cannot write to %s: %v", dir, bounded.Reason(err)).
		Hintf("%s", durable.Remedy(err, dir))
}

// RunsAlready returns the error of a second start.
func RunsAlready(name string) error {
	return diag.Errorf(diag.ExitState, "pod-running", "Pod `%s` is running", name).
		Hintf("attach to it: insomnia pod attach %s; or end it: insomnia pod stop %s", name, name)
}

// NotRunning returns the error of an operation that needs a running Pod.
func NotRunning(name string) error {
	return diag.Errorf(diag.ExitNotFound, "pod-not-running", "Pod `%s` is not running", name).
		Hintf("start it: insomnia pod resume %s", name)
}
