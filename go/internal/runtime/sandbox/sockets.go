package sandbox

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
)

// maxSockets limits how many sockets of this machine are examined.
const maxSockets = 2000

// nixDaemon is the directory of the socket of the Nix daemon.
const nixDaemon = "/nix/var/nix/daemon-socket"

// sockets returns the unix sockets of this machine that have a path, as listed by the
// kernel, and those named by environment variables.
func sockets() []string {
	var found []string
	add := func(path string) {
		if !filepath.IsAbs(path) || len(found) >= maxSockets {
			return
		}
		real, err := filepath.EvalSymlinks(path)
		if err != nil {
			return
		}
		if info, err := os.Lstat(real); err == nil && info.Mode().Type() == fs.ModeSocket {
			found = append(found, real)
		}
	}
	// The table grows with the number of sockets; the rest of a longer one is ignored.
	table, _ := bounded.ReadFile("/proc/net/unix", 8<<20)
	for line := range bytes.Lines(table) {
		// Num RefCount Protocol Flags Type St Inode Path
		if at := bytes.IndexByte(line, '/'); at >= 0 {
			add(strings.TrimSuffix(string(line[at:]), "\n"))
		}
	}
	for _, name := range []string{"SSH_AUTH_SOCK", "GPG_AGENT_INFO", "DBUS_SESSION_BUS_ADDRESS", "DOCKER_HOST", "WAYLAND_DISPLAY", "PULSE_SERVER"} {
		value := os.Getenv(name)
		if at := strings.IndexByte(value, '/'); at >= 0 {
			path, _, _ := strings.Cut(value[at:], ",")
			path, _, _ = strings.Cut(path, ":")
			add("/" + strings.TrimLeft(path, "/"))
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}
