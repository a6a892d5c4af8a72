package sandbox

import (
	"os"
	"path/filepath"
	"slices"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// namespaces are the walls that do not depend on the manifest. They do not start a new
// session, because that would lose the terminal. The terminal is one of ours, so nothing
// that is typed into it from inside gets out.
func namespaces(network bool) []string {
	args := []string{"--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", "--die-with-parent", "--cap-drop", "ALL"}
	if os.Getuid() == 0 {
		// Without this capability, no program inside could create its own user namespace, as
		// Codex does for its commands. It only applies to files of this namespace.
		args = append(args, "--cap-add", "CAP_SETFCAP")
	}
	if network {
		args = append(args, "--unshare-net")
	}
	return args
}

// kernel lists directories and files of /proc through which root can change the machine
// without any capability.
var kernel = []string{"/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus", "/proc/fs", "/proc/acpi", "/proc/scsi", "/proc/mtrr", "/proc/dynamic_debug"}

// private lists directories that are empty inside, since programs of this machine leave
// sockets and files for each other there.
var private = []string{"/tmp", "/var/tmp", "/run", "/var/run"}

// media is the directory in which removable disks are mounted. Mounts that appear while
// the Pod runs would be visible inside as well, so inside it only has the present ones.
// /run/media is empty inside, like all of /run.
const media = "/media"

// walls builds the arguments of bubblewrap. Later mounts cover earlier ones.
type walls struct {
	args []string
	spec *Spec
	// open lists the writable directories.
	open []string
	// anchored are the directories that are mounts, so that they cannot be renamed.
	anchored map[string]bool
}

func (w *walls) add(args ...string) { w.args = append(w.args, args...) }

// bubblewrap returns the command that builds the walls and runs argv in them.
func (m Mechanism) bubblewrap(s Spec, argv []string) (Wrapped, error) {
	for _, dir := range s.Hidden {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return Wrapped{}, diag.Errorf(diag.ExitState, "sandbox-hidden", "cannot make `%s`: %v", dir, err).Hintf("check the directory: ls -ld %s", filepath.Dir(dir))
		}
	}
	open, err := s.writable()
	if err != nil {
		return Wrapped{}, err
	}
	network := s.Manifest.Sandbox.Network != "full"
	w := &walls{spec: &s, open: open, anchored: map[string]bool{}}
	w.system()
	w.roots()
	w.git()
	denied := m.denials(&s)
	masks, err := s.masks(denied)
	if err != nil {
		return Wrapped{}, err
	}
	w.deny(denied, masks)
	w.own()
	return Wrapped{
		Argv: slices.Concat([]string{m.bwrap}, namespaces(network), lean(w.args), []string{"--chdir", s.Workspace, "--"}, argv), Env: []string{}, PrivateNetwork: network, Denied: len(denied),
		Landlock: apart(network),
	}, nil
}

// denials returns what may not be read. It uses the result of a preceding call of Gaps,
// if there was one.
func (m Mechanism) denials(s *Spec) []denial {
	if l := m.looked; l != nil && l.manifest == s.Manifest && l.workspace == s.Workspace && l.home == s.Home {
		denied := l.denied
		*l = looked{}
		return denied
	}
	denied, _ := s.denials()
	return denied
}

// apart blocks this machine's abstract sockets if the Pod shares its network, through
// which they would be reachable.
func apart(network bool) *Rules {
	if network {
		return nil
	}
	return &Rules{Apart: true}
}

// bind shows a path as it is outside, readable or writable.
func (w *walls) bind(path string, write bool) {
	if write {
		w.add("--bind", path, path)
	} else {
		w.add("--ro-bind", path, path)
	}
}

// system lays out the file system, except for the directories that the manifest names.
func (w *walls) system() {
	everything := slices.Contains(w.open, "/")
	if w.spec.Manifest.Sandbox.ReadableRoots == nil {
		w.bind("/", everything)
	} else {
		for _, dir := range systemDirs {
			w.mirror(dir, everything)
		}
	}
	w.mirror("/sys", false) // files of the kernel, not of the user
	w.add("--proc", "/proc", "--dev", "/dev")
	if os.Getuid() == 0 {
		for _, path := range kernel {
			w.mirror(path, false)
		}
	}
	for _, dir := range private {
		if info, err := os.Lstat(dir); err == nil && info.IsDir() {
			w.add("--tmpfs", dir)
		}
	}
	if w.spec.Manifest.Sandbox.ReadableRoots != nil {
		w.add("--dir", w.spec.Home)
	} else if slices.ContainsFunc(private, func(dir string) bool { return contains(dir, w.spec.Home) }) {
		w.bind(w.spec.Home, everything)
	}
	if info, err := os.Lstat(media); err == nil && info.IsDir() && w.spec.Manifest.Sandbox.ReadableRoots == nil {
		w.add("--tmpfs", media)
		for _, mounted := range mountsBelow(media) {
			w.bind(mounted, everything)
		}
	}
	for _, path := range []string{"/run/current-system", "/run/opengl-driver"} { // NixOS
		w.mirror(path, false)
	}
	// Name resolution, if the network is that of this machine.
	if real, err := filepath.EvalSymlinks("/etc/resolv.conf"); err == nil && contains("/run", real) {
		w.bind(real, false)
	}
	if dir := os.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(dir) {
		if real, err := filepath.EvalSymlinks(dir); err == nil && real != "/" && !contains(real, w.spec.Home) && !contains(real, w.spec.Workspace) {
			w.add("--tmpfs", real)
		}
	}
}

// systemDirs contain the parts of the operating system that programs need.
var systemDirs = []string{"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc", "/opt", "/nix/store", "/nix/var/nix/profiles",
	"/gnu/store", "/var/lib/ca-certificates"}

// mirror shows a directory if it exists; a link is created as a link.
func (w *walls) mirror(path string, write bool) {
	info, err := os.Lstat(path)
	switch {
	case err != nil:
	case info.Mode()&os.ModeSymlink != 0:
		if target, err := os.Readlink(path); err == nil {
			w.add("--symlink", target, path)
		}
	default:
		w.bind(path, write)
	}
}

// roots shows the directories that the manifest names: first the readable, then the
// writable ones.
func (w *walls) roots() {
	for _, dir := range w.spec.readable() {
		w.bind(dir, slices.Contains(w.open, "/"))
	}
	w.bind(w.spec.Workspace, slices.Contains(w.open, "/"))
	for _, dir := range w.open {
		if dir != "/" {
			w.bind(dir, true)
			w.anchored[dir] = true
		}
	}
}

// git prevents the agent from changing which programs git runs, unless it may write
// everywhere.
func (w *walls) git() {
	if slices.Contains(w.open, "/") {
		return
	}
	r := w.spec.repository()
	if r.writable != "" && w.canWrite(w.spec.Workspace) {
		w.bind(r.writable, true)
		w.open = append(w.open, r.writable)
		w.anchored[r.writable] = true
	}
	fixed := r.fixed
	for _, name := range []string{".insomnia"} {
		if real, err := filepath.EvalSymlinks(filepath.Join(w.spec.Workspace, name)); err == nil {
			fixed = append(fixed, real)
		}
	}
	for _, path := range fixed {
		if w.canWrite(path) {
			w.anchor(path)
			w.bind(path, false)
		}
	}
	for _, dir := range r.hooks {
		if w.canWrite(dir) {
			w.anchor(dir)
			w.add("--tmpfs", dir, "--remount-ro", dir)
		}
	}
}

// canWrite reports whether the agent may write a path.
func (w *walls) canWrite(path string) bool {
	return slices.ContainsFunc(w.open, func(dir string) bool { return contains(dir, path) })
}

// anchor turns the directories above a path into mounts, as far as the agent may write. A
// mount cannot be renamed, so nothing else can take its place.
func (w *walls) anchor(path string) {
	dir := filepath.Dir(path)
	if !w.canWrite(dir) || w.anchored[dir] {
		return
	}
	w.anchor(dir)
	w.anchored[dir] = true
	w.bind(dir, true)
}

// deny covers each path that may not be read with something unreadable, or with its
// masked form if only its values are denied.
func (w *walls) deny(denied []denial, masks map[string]string) {
	for _, d := range denied {
		switch {
		case d.dir:
			w.add("--tmpfs", d.path, "--remount-ro", d.path)
		case masks[d.path] != "":
			w.add("--ro-bind", masks[d.path], d.path)
		default:
			w.nothing(d.path)
		}
	}
	if nix := w.spec.Manifest.Sandbox.Nix; nix != nil && *nix {
		w.mirror(nixDaemon, false)
	} else if info, err := os.Lstat(nixDaemon); err == nil && info.IsDir() && w.spec.Manifest.Sandbox.ReadableRoots == nil {
		w.add("--tmpfs", nixDaemon, "--remount-ro", nixDaemon)
	}
	for _, path := range sockets() {
		if !w.covered(path, denied) {
			w.nothing(path)
		}
	}
}

// nothing covers a file with a device, on a mount that does not allow opening devices.
func (w *walls) nothing(path string) { w.add("--ro-bind", "/dev/null", path) }

// covered reports whether a socket is invisible inside anyway, or is visible on purpose.
func (w *walls) covered(path string, denied []denial) bool {
	if contains(w.spec.Sockets, path) || contains(nixDaemon, path) || slices.ContainsFunc(denied, func(d denial) bool { return contains(d.path, path) }) {
		return true
	}
	if within(path, w.spec.Hidden) || within(path, []string{"/proc", "/sys", "/dev"}) {
		return true
	}
	// Paths in the manifest are visible anywhere. Otherwise, everything is visible that is
	// not in a private directory.
	shown := slices.Concat(w.open, w.spec.readable(), []string{w.spec.Workspace})
	empty := append(slices.Clone(private), realOr(os.Getenv("XDG_RUNTIME_DIR")))
	if w.spec.Manifest.Sandbox.ReadableRoots != nil {
		return !within(path, append(shown, systemDirs...))
	}
	shown = append(shown, w.spec.Home)
	return within(path, empty) && !slices.ContainsFunc(shown, func(dir string) bool { return dir != "/" && contains(dir, path) })
}

// within reports whether a path is in one of the directories.
func within(path string, dirs []string) bool {
	return slices.ContainsFunc(dirs, func(dir string) bool { return filepath.IsAbs(dir) && contains(dir, path) })
}

// own hides our own directories, and shows the parts of them that the program needs.
func (w *walls) own() {
	for _, dir := range w.spec.Hidden {
		w.add("--tmpfs", dir)
	}
	for _, path := range w.spec.ReadOnly {
		w.bind(path, false)
	}
	for _, path := range w.spec.Writable {
		w.bind(path, true)
	}
	if w.spec.Sockets != "" {
		w.bind(w.spec.Sockets, false)
	}
	for _, dir := range w.spec.Hidden {
		w.add("--remount-ro", dir)
	}
	if w.spec.Manifest.Sandbox.ReadableRoots != nil {
		w.add("--remount-ro", "/")
	}
}
