//go:build linux

package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

// canary must not be visible to any process inside.
const canary = "CANARY-7f3a"

// room is a machine in small: a home with secrets, a workspace, and the state of two Pods.
type room struct {
	*testing.T
	home, workspace, state, other, sockets string
	mechanism                              Mechanism
}

func newRoom(t *testing.T) *room {
	t.Helper()
	dir, err := os.MkdirTemp("", "room") // a short path: sockets are in it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		t.Fatal(err)
	}
	r := &room{T: t, home: dir + "/home", workspace: dir + "/home/src/shop", state: dir + "/home/.local/state/insomnia/runs/a/agent",
		other: dir + "/home/.local/state/insomnia/runs/b", sockets: dir + "/s"}
	for _, path := range []string{".ssh/id_ed25519", ".netrc", ".cache/file", "notes", "src/other/file", "src/shop/main.go", "src/shop/.env", "src/shop/conf/server.pem",
		"src/shop/src/a.go", "src/shop/.insomnia/profile.nix"} {
		r.write(filepath.Join(r.home, path), canary)
	}
	r.write(r.other+"/agent/transcript", canary)
	r.write(r.state+"/config", "own")
	if err := os.Mkdir(r.sockets, 0o700); err != nil {
		t.Fatal(err)
	}
	r.git(r.workspace, "init", "-q", "-b", "main")
	r.write(r.home+"/.gitconfig", "[user]\n\temail = a@example.com\n\tname = a\n")
	r.mechanism = probed(t)
	return r
}

// probed is bubblewrap, which must be there in CI.
func probed(t *testing.T) Mechanism {
	t.Helper()
	m := Probe(t.Context(), "/bin/true")
	if m.Kind != Bubblewrap {
		if os.Getenv("CI") == "true" {
			t.Fatalf("in CI bubblewrap must work: %s", m.Why)
		}
		t.Skip(m.Why)
	}
	return m
}

func (r *room) write(path, content string) {
	r.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		r.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		r.Fatal(err)
	}
}

func (r *room) git(dir string, args ...string) {
	r.Helper()
	cmd := exec.Command("git", append([]string{"-C", dir}, args...)...)
	cmd.Env = []string{"HOME=" + r.home, "PATH=" + os.Getenv("PATH"), "GIT_CONFIG_NOSYSTEM=1"}
	if out, err := cmd.CombinedOutput(); err != nil {
		r.Fatalf("git %s: %v\n%s", args, err, out)
	}
}

func (r *room) spec(change func(*Spec)) Spec {
	self, err := os.Executable()
	if err != nil {
		r.Fatal(err)
	}
	s := Spec{Manifest: &manifest.Manifest{}, Workspace: r.workspace, Home: r.home, Hidden: []string{r.home + "/.local/state/insomnia", r.home + "/.config/insomnia"},
		Writable: []string{r.state}, ReadOnly: []string{self}, Sockets: r.sockets}
	s.Manifest.Sandbox.Filesystem, s.Manifest.Sandbox.Network = workspaceWrite, "none"
	s.Manifest.Sandbox.DenyRead = []manifest.PathGlob{"~/.ssh/**", "~/.netrc", "**/*.pem", "**/.env"}
	if change != nil {
		change(&s)
	}
	return s
}

// run runs a shell script inside and returns what it prints and whether it succeeded.
// `attempt` is this test's own program, for what no usual one does.
func (r *room) run(change func(*Spec), script string) (string, bool) {
	r.Helper()
	ctx, cancel := context.WithTimeout(r.Context(), time.Minute)
	defer cancel()
	for left := 50; ; left-- {
		// Sockets of other tests come and go, and with them what walls are laid over.
		out, ok := r.once(ctx, change, script)
		if ok || !strings.HasPrefix(out, "bwrap: ") {
			return out, ok
		}
		if left == 0 {
			r.Fatalf("no walls: %s", out)
		}
	}
}

// wrap is the command that runs a script inside, in a process that confines itself first.
func (r *room) wrap(change func(*Spec), script string) Wrapped {
	r.Helper()
	s := r.spec(change)
	self, _ := os.Executable()
	argv := []string{self, "confine", "", "/bin/sh", "-c", script}
	w, err := r.mechanism.Wrap(s, argv)
	if err == nil {
		rules, _ := json.Marshal(w.Landlock)
		argv[2] = string(rules)
		w, err = r.mechanism.Wrap(s, argv)
	}
	if err != nil {
		r.Fatal(err)
	}
	return w
}

func (r *room) once(ctx context.Context, change func(*Spec), script string) (string, bool) {
	r.Helper()
	w := r.wrap(change, script)
	self, _ := os.Executable()
	cmd := exec.CommandContext(ctx, w.Argv[0], w.Argv[1:]...)
	// The real start has no environment; here the script gets its own by the same way.
	cmd.Env = append(w.Env, "HOME="+r.home, "PATH="+os.Getenv("PATH"), "OUT="+filepath.Dir(r.home), "OTHER="+r.other, "STATE="+r.state, "S="+r.sockets, "ABI="+strconv.Itoa(landlockABI()),
		"ATTEMPT="+self, "OUTPID="+strconv.Itoa(os.Getpid()), "GIT_CONFIG_NOSYSTEM=1", "WALLS_TEST_SHOWS="+os.Getenv("WALLS_TEST_SHOWS"))
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		r.Fatalf("does not end: %s", script)
	}
	return string(out), err == nil
}

func field(change func(*manifest.Sandbox)) func(*Spec) {
	return func(s *Spec) { change(&s.Manifest.Sandbox) }
}

// TestAttempts tries what an agent could try, and checks whether it works.
func TestAttempts(t *testing.T) {
	networks := func(n manifest.Network) func(*Spec) {
		return field(func(s *manifest.Sandbox) { s.Network = n })
	}
	files := func(f manifest.Filesystem, roots ...manifest.Directory) func(*Spec) {
		return field(func(s *manifest.Sandbox) { s.Filesystem, s.WritableRoots = f, roots })
	}
	denied := func(globs ...manifest.PathGlob) func(*Spec) {
		return field(func(s *manifest.Sandbox) { s.DenyRead = globs })
	}
	readable := func(dirs ...manifest.Directory) func(*Spec) {
		return field(func(s *manifest.Sandbox) { s.ReadableRoots = append([]manifest.Directory{}, dirs...) })
	}
	// P is a process that has made itself unreadable, as pod-inner does.
	const hardened = `mkfifo ready; $ATTEMPT attempt hardened > ready & P=$!; read line < ready; `
	masked := func(name manifest.Directory) func(*Spec) {
		return func(s *Spec) {
			for path, content := range map[string]string{"settings": "TOKEN=" + canary + "\n", "binary": canary + "\x00"} {
				if _, err := os.Lstat(s.Workspace + "/" + path); err != nil && os.WriteFile(s.Workspace+"/"+path, []byte(content), 0o644) != nil {
					t.Error("no file to mask")
				}
			}
			_ = os.Symlink("settings", s.Workspace+"/linked")
			_ = os.Link(s.Workspace+"/settings", s.Workspace+"/again")
			s.Masks = filepath.Dir(s.Writable[0]) + "/masked"
			s.Manifest.Sandbox.MaskedFiles = []manifest.Directory{name}
		}
	}
	const sees = ` | grep -q ` + canary
	for _, test := range []struct {
		name   string
		change func(*Spec)
		script string
		works  bool
	}{
		// What must work.
		{"runs in the workspace", nil, `[ "$(pwd)" = "$HOME/src/shop" ]`, true},
		{"write in the workspace", nil, `echo x > new && mkdir d && mv new d/ && rm -r d`, true},
		{"read the workspace", nil, `cat main.go` + sees, true},
		{"read the home directory", nil, `cat ~/notes` + sees, true},
		{"write its own state", nil, `echo x > $STATE/new`, true},
		{"write /tmp", nil, `{ [ -n "$WALLS_TEST_SHOWS" ] || echo x > /tmp/x; } && echo x > /var/tmp/x && echo x > /dev/shm/x && echo x > /dev/null`, true},
		{"commit", nil, `git add main.go && git commit -qm x && git checkout -qb other && git status -s`, true},
		{"start a sandbox in the sandbox", nil, `bwrap --unshare-user --unshare-pid --ro-bind / / --dev /dev true`, true},

		// Writing: sandbox.filesystem and sandbox.writableRoots.
		{"write the home directory", nil, `echo x > ~/.bashrc`, false},
		{"write beside the workspace", nil, `echo x > ../other/file`, false},
		{"write through a link", nil, `ln -s ~/notes l; echo x > l`, false},
		{"write through /proc/self/root", nil, `echo x > /proc/self/root$HOME/notes`, false},
		{"write through /proc/1/root", nil, `echo x > /proc/1/root$HOME/notes`, false},
		{"hard link from outside", nil, `ln ~/notes l`, false},
		{"rename the workspace", nil, `mv $HOME/src/shop $HOME/src/moved`, false},
		{"write the system", nil, `echo x > /etc/x || echo x > /usr/x`, false},
		{"change a mode outside", nil, `chmod 777 ~/notes`, false},
		{"change a time outside", nil, `touch ~/notes`, false},
		{"remove a file outside", nil, `rm -f ~/notes`, false},
		{"read-only: write the workspace", files(readOnly), `echo x > new`, false},
		{"read-only: write its state", files(readOnly), `echo x > $STATE/new`, true},
		{"full: write the home directory", files(full), `echo x > ~/.bashrc && rm ~/.bashrc`, true},
		{"full: another Pod", files(full), `ls $OTHER || echo x > $OTHER/x`, false},
		{"full: the kernel's files", files(full), `: >> /sys/kernel/uevent_helper || : >> /proc/sys/kernel/core_pattern`, false},
		{"root in the workspace: write it", files(workspaceWrite, "src"), `echo x > src/new`, true},
		{"root in the workspace: write beside", files(workspaceWrite, "src"), `echo x > new`, false},
		{"root outside: write it", files(workspaceWrite, "~/.cache"), `echo x > ~/.cache/new && rm ~/.cache/new`, true},
		{"root outside: write the workspace", files(workspaceWrite, "~/.cache"), `echo x > new`, true},
		{"root outside: write its parent", files(workspaceWrite, "~/.cache"), `echo x > ~/new`, false},

		// Which programs git runs outside.
		{"a hook", nil, `echo x > .git/hooks/pre-commit`, false},
		{"git's config", nil, `git config core.fsmonitor /tmp/x`, false},
		{"git's config, replaced", nil, `echo x > c && mv c .git/config`, false},
		{"the hooks, replaced", nil, `rm -rf .git/hooks/* ; mv .git/hooks .git/h`, false},
		{"another .git", nil, `mv .git .g`, false},
		{"full: a hook", files(full), `echo x > .git/hooks/pre-commit`, true},
		{"the profiles of the project", nil, `echo x > .insomnia/profile.nix || mv .insomnia .i`, false},

		// Reading: sandbox.denyRead.
		{"a denied file", nil, `cat .env` + sees, false},
		{"a denied file by a glob", nil, `cat conf/*.pem` + sees, false},
		{"a denied file at home", nil, `cat ~/.netrc` + sees, false},
		{"a denied directory", nil, `cat ~/.ssh/*` + sees, false},
		{"the names in a denied directory", nil, `ls ~/.ssh | grep -q id`, false},
		{"a denied file by a link", nil, `ln -s ~/.ssh/id_ed25519 l; cat l` + sees, false},
		{"a denied file by a new hard link", nil, `ln .env l && cat l` + sees, false},
		{"a denied file, moved", nil, `mv .env e; cat e` + sees, false},
		{"a denied file, its directory moved", nil, `mv conf c; cat c/server.pem` + sees, false},
		{"a denied file by /proc/self/root", nil, `cat /proc/self/root$HOME/.netrc` + sees, false},
		{"a denied file by /proc/1/root", nil, `cat /proc/1/root$HOME/.netrc` + sees, false},
		{"a denied file by /proc/1/cwd", nil, `cat /proc/1/cwd/.env /proc/1/cwd/../../.netrc` + sees, false},
		{"a denied file by a copy of the directory", nil, `cp -r . /tmp/c; grep -r ` + canary + ` /tmp/c/.env /tmp/c/conf`, false},
		{"a denied file, its mode changed", nil, `chmod 777 .env; cat .env` + sees, false},
		{"the mount over a denied file", nil, `umount .env; unshare -Urm sh -c "umount .env; umount $HOME/.ssh; mount --move .env /mnt; cat .env $HOME/.ssh/*"` + sees, false},
		{"what git knows of a denied file", nil, `git add -f .env && git show :.env` + sees, false},
		{"nothing denied", denied(), `cat .env` + sees, true},
		{"only the home denied", denied("~/.ssh/**"), `cat .env && cat ~/.netrc` + sees, true},

		// sandbox.readableRoots and sandbox.maskedFiles.
		{"no roots: the home directory", readable(), `ls ~/notes || cat ~/src/other/file`, false},
		{"no roots: the workspace", readable(), `cat main.go` + sees, true},
		{"no roots: write the workspace", readable(), `echo x > new`, true},
		{"no roots: programs", readable(), `ls /usr/bin > /dev/null && git status -s`, true},
		{"no roots: its state", readable(), `echo x > $STATE/new`, true},
		{"no roots: the top", readable(), `echo x > /x`, false},
		{"a root: read it", readable("~/.cache"), `cat ~/.cache/file` + sees, true},
		{"a root: read beside it", readable("~/.cache"), `cat ~/notes`, false},
		{"a root: write it", readable("~/.cache"), `echo x > ~/.cache/new`, false},
		{"a masked file", masked("settings"), `cat settings` + sees, false},
		{"the keys of a masked file", masked("settings"), `[ "$(cat settings)" = "TOKEN=masked" ] && . ./settings && [ $TOKEN = masked ]`, true},
		{"write a masked file", masked("settings"), `echo x >> settings || echo x > settings`, false},
		{"replace a masked file", masked("settings"), `rm -f settings || mv main.go settings`, false},
		{"a masked file, moved", masked("settings"), `mv settings s`, false},
		{"a masked file by a link", masked("settings"), `ln -s settings l; cat l` + sees, false},
		{"a masked file by another name of it", masked("settings"), `cat again` + sees, false},
		{"a masked file by /proc/1/cwd", masked("settings"), `cat /proc/1/cwd/settings` + sees, false},
		{"what git makes of a masked file", masked("settings"), `git add -f settings && git show :settings` + sees, false},
		{"the mount over a masked file", masked("settings"), `umount settings; unshare -Urm sh -c "umount settings; cat settings"` + sees, false},
		{"a masked file by a link to it", masked("linked"), `cat settings` + sees, false},
		{"a masked file that is no text", masked("binary"), `cat binary`, false},
		{"a masked directory", masked("conf"), `cat conf/*` + sees, false},
		{"a masked file that is denied", masked(".env"), `cat .env`, false},
		{"the masked forms", masked("settings"), `ls $OUT/home/.local/state/insomnia/runs/a/masked`, false},

		// Our own.
		{"another Pod", nil, `ls $OTHER`, false},
		{"another Pod, made again", nil, `mkdir -p $OTHER && echo x > $OTHER/x`, false},
		{"the directory of all Pods", nil, `ls ~/.local/state/insomnia/runs | grep -q b`, false},
		{"our config, which was not there", nil, `echo x > ~/.config/insomnia/config.toml`, false},
		{"our config, with its parent writable", files(workspaceWrite, "~/.config"), `echo x > ~/.config/insomnia/config.toml || mv ~/.config/insomnia ~/.config/i`, false},
		{"another socket beside ours", nil, `echo x > $S/new`, false},

		// Processes and the machine.
		{"see processes outside", nil, `ls /proc/$OUTPID`, false},
		{"kill outside", nil, `kill -0 $OUTPID`, false},
		{"many processes", nil, `[ $(ls -d /proc/[0-9]* | wc -l) -lt 10 ]`, true},
		{"trace a process outside", nil, `for w in ptrace seize; do $ATTEMPT attempt $w $OUTPID && exit; done; exit 1`, false},
		{"the memory of a process outside", nil, `for w in peek memory; do $ATTEMPT attempt $w $OUTPID && exit; done; exit 1`, false},
		{"the descriptors of a process outside", nil, `for w in descriptors handle; do $ATTEMPT attempt $w $OUTPID && exit; done; exit 1`, false},
		{"full: the memory of a process outside", func(s *Spec) { files(full)(s); networks("full")(s) },
			`for w in ptrace seize peek memory descriptors handle; do $ATTEMPT attempt $w $OUTPID && exit; done; exit 1`, false},
		{"trace a process that is not readable", nil, hardened + `for w in ptrace seize; do $ATTEMPT attempt $w $P && exit; done; exit 1`, false},
		{"the memory of a process that is not readable", nil, hardened + `for w in peek memory; do $ATTEMPT attempt $w $P && exit; done; exit 1`, false},
		{"the descriptors of a process that is not readable", nil, hardened + `for w in descriptors handle; do $ATTEMPT attempt $w $P && exit; done; exit 1`, false},
		{"dump a process that is not readable", nil, `$ATTEMPT attempt dump hardened`, false},
		{"the memory of a process beside it", nil, `sleep 60 & for w in peek memory descriptors handle ptrace; do $ATTEMPT attempt $w $! || exit; done`, true},
		{"as another namespace's root", nil, hardened + `unshare -Ur sh -c "for w in ptrace peek memory; do $ATTEMPT attempt \$w $P && exit; done; exit 1"`, false},
		{"memory of the machine", nil, `ls /dev/mem /dev/kmem /dev/port /dev/sda /dev/vda /dev/kvm /dev/fuse /dev/input 2>/dev/null`, false},
		{"make a device", nil, `mknod d b 8 0 || mknod /tmp/d c 1 1`, false},
		{"mount", nil, `mount -t tmpfs x /mnt`, false},
		{"set the name of the machine", nil, `hostname x`, false},
		{"set core_pattern", nil, `: >> /proc/sys/kernel/core_pattern`, false},
		// What is left belongs to its own namespaces.
		{"set anything of the kernel", nil, `find /proc/sys /sys -type f -writable 2>/dev/null |
			grep -vE '^/proc/sys/(fs/mqueue/|kernel/(msg|shm|sem$|auto_msgmni|ns_last_pid|pid_max))' | while read -r f; do (: >> $f) 2>/dev/null && echo $f; done | grep -q .`, false},
		{"mount another /proc", nil, `unshare -Urmpf sh -c "mount -t proc p /proc && : >> /proc/sys/kernel/core_pattern"`, false},
		{"a setuid program", nil, `cp $(command -v id) /tmp/id; chmod 4755 /tmp/id; grep NoNewPrivs:.1 /proc/self/status`, true},
		{"capabilities", nil, `grep -q 'CapEff:.*00000000[08]0000000' /proc/self/status`, true},
		{"the kernel's log", nil, `dmesg`, false},

		// The network.
		{"interfaces", nil, `[ "$(ls /sys/class/net)" = lo ] || [ "$(tail -n +3 /proc/net/dev | wc -l)" = 1 ]`, true},
		{"none: a port outside", nil, `$ATTEMPT attempt tcp $TCP`, false},
		{"none: a loopback port of its own", nil, `$ATTEMPT attempt loopback`, true},
		{"none: UDP", nil, `$ATTEMPT attempt udp 192.0.2.1:53`, false},
		{"none: IPv6", nil, `$ATTEMPT attempt udp [2001:db8::1]:53`, false},
		{"none: DNS", nil, `$ATTEMPT attempt dns example.com`, false},
		{"none: raw sockets", nil, `$ATTEMPT attempt raw`, false},
		{"none: packet sockets", nil, `$ATTEMPT attempt packet`, false},
		{"none: an abstract socket of this machine", nil, `$ATTEMPT attempt unix @$ABSTRACT`, false},
		{"allowlist: a port outside", networks("allowlist"), `$ATTEMPT attempt tcp $TCP`, false},
		{"full: a port outside", networks("full"), `$ATTEMPT attempt tcp $TCP`, true},
		{"full: an abstract socket of this machine", networks("full"), `[ $ABI -lt 6 ] || $ATTEMPT attempt unix @$ABSTRACT`, landlockABI() < 6},
		{"our socket", nil, `$ATTEMPT attempt unix $S/guard.sock`, true},
		{"a socket at home", nil, `$ATTEMPT attempt unix $HOME/agent.sock`, false},
		{"a socket in /tmp", nil, `$ATTEMPT attempt unix $OUT/x.sock`, false},
		{"a socket in the workspace", nil, `$ATTEMPT attempt unix $HOME/src/shop/x.sock`, false},
		{"full: a socket at home", networks("full"), `$ATTEMPT attempt unix $HOME/agent.sock`, false},
		{"full: a socket, all writable", func(s *Spec) { files(full)(s); networks("full")(s) }, `$ATTEMPT attempt unix $HOME/agent.sock`, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := newRoom(t)
			listen := func(network, address string) string {
				l, err := net.Listen(network, address)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { l.Close() })
				go func() {
					for {
						conn, err := l.Accept()
						if err != nil {
							return
						}
						conn.Close()
					}
				}()
				return l.Addr().String()
			}
			abstract := fmt.Sprintf("insomnia-test-%d-%x", os.Getpid(), rand.Uint64())
			listen("unix", "@"+abstract)
			for _, path := range []string{r.sockets + "/guard.sock", r.home + "/agent.sock", filepath.Dir(r.home) + "/x.sock", r.workspace + "/x.sock"} {
				listen("unix", path)
			}
			out, works := r.run(test.change, "TCP="+listen("tcp", "127.0.0.1:0")+" ABSTRACT="+abstract+"\n"+test.script)
			if works != test.works {
				t.Errorf("works: %t\n%s\n%s", works, test.script, out)
			}
			for _, path := range []string{"notes", ".netrc", ".ssh/id_ed25519", "src/other/file"} {
				if data, err := os.ReadFile(filepath.Join(r.home, path)); err != nil || string(data) != canary {
					t.Errorf("%s has changed: %q %v", path, data, err)
				}
			}
		})
	}
}
