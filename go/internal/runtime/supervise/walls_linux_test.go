package supervise_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise/server"
)

// walls are a namespace of processes where the Pod's runtime is called so.
func walls(_ context.Context, s *server.Setting, argv []string) (*server.Walled, error) {
	w := &server.Walled{Argv: argv, Environment: func(own []string, _ string) []string { return append(s.Environment, own...) }}
	if s.Runtime == "walled" {
		bwrap, err := exec.LookPath("bwrap")
		if err != nil {
			return nil, err
		}
		w.Namespaced = true
		w.Argv = append([]string{bwrap, "--dev-bind", "/", "/", "--unshare-pid", "--unshare-user-try", "--proc", "/proc", "--die-with-parent", "--"}, argv...)
	}
	if s.Runtime == "vanishing" {
		bwrap, err := exec.LookPath("bwrap")
		if err != nil {
			return nil, err
		}
		w.Argv = []string{bwrap, "--ro-bind", "/", "/", "--bind", s.Dir, s.Dir, "--unshare-pid", "--unshare-user-try", "--proc", "/proc", "--dev", "/dev", "--die-with-parent"}
		// What is there now is gone when the walls are built around it.
		gone, _ := filepath.Glob(s.Workspace + "/gone*")
		if len(gone) > 0 {
			w.Argv = append(w.Argv, "--ro-bind", "/dev/null", gone[0])
			if err := os.Remove(gone[0]); err != nil {
				return nil, err
			}
		}
		w.Namespaced, w.Argv = true, append(append(w.Argv, "--"), argv...)
	}
	if port, ok := strings.CutPrefix(s.Runtime, "published-"); ok {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil {
			return nil, err
		}
		bwrap, err := exec.LookPath("bwrap")
		if err != nil {
			return nil, err
		}
		w.Namespaced, w.PrivateNetwork, w.Published = true, true, []uint16{uint16(n)}
		w.Argv = append([]string{bwrap, "--dev-bind", "/", "/", "--unshare-pid", "--unshare-user-try", "--unshare-net", "--proc", "/proc", "--die-with-parent", "--"}, argv...)
	}
	return w, nil
}

// hasWalls reports whether bubblewrap works here.
func hasWalls() bool {
	return os.Getenv("CI") == "true" || exec.Command("bwrap", "--dev-bind", "/", "/", "--unshare-pid", "true").Run() == nil
}
