package crash

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/userdir"
)

// kept is how many reports there are at most.
const kept = 5

// Report is the content of a report besides the panic.
type Report struct {
	Command string // its name alone: `profile list`
	Version string // of this program
	Time    time.Time
}

// Dir returns the directory of reports: $XDG_STATE_HOME/insomnia/crash, by default in
// ~/.local/state.
func Dir() (string, error) {
	return userdir.State("insomnia", "crash")
}

// Write writes a report to a new file in dir, readable by its owner alone,
// removes the oldest ones beyond five, and returns the path.
func Write(dir string, r Report, p *Panic) (string, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	if info, err := os.Lstat(dir); err != nil || !info.IsDir() {
		return "", fmt.Errorf("%s is not a directory", dir)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return "", err
	}
	defer root.Close()
	at := r.Time.UTC()
	name := fmt.Sprintf("crash-%s-%d.txt", at.Format("20060102T150405.000000"), os.Getpid())
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", err
	}
	_, err = fmt.Fprintf(f, "insomnia %s (%s, %s/%s)\ntime: %s\ncommand: %s\ncause: %s\n\n%s", r.Version, runtime.Version(), runtime.GOOS,
		runtime.GOARCH, at.Format(time.RFC3339), r.Command, p.Cause, p.Stack)
	if err = errors.Join(err, f.Close()); err != nil {
		_ = root.Remove(name)
		return "", err
	}
	removeOld(root)
	return filepath.Join(dir, name), nil
}

// removeOld leaves the newest reports; their names sort by time.
func removeOld(root *os.Root) {
	dir, err := root.Open(".")
	if err != nil {
		return
	}
	defer dir.Close()
	names, _ := dir.Readdirnames(1000)
	names = slices.DeleteFunc(names, func(name string) bool {
		return !strings.HasPrefix(name, "crash-") || !strings.HasSuffix(name, ".txt")
	})
	slices.Sort(names)
	for _, name := range names[:max(0, len(names)-kept)] {
		_ = root.Remove(name)
	}
}
