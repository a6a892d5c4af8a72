//go:build linux

package sandbox

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

// landlocked is a machine without bubblewrap.
func landlocked(t *testing.T) Mechanism {
	t.Helper()
	m := without(landlockABI(), "bubblewrap is not installed", "install it")
	if m.Kind != Landlock {
		t.Skip("the kernel has no Landlock")
	}
	return m
}

// confine runs a script in a process that has confined itself.
func (r *room) confine(change func(*Spec), script string) (string, bool) {
	r.Helper()
	w, err := landlocked(r.T).Wrap(r.spec(change), []string{"/bin/sh", "-c", script})
	if err != nil {
		r.Fatal(err)
	}
	rules, err := json.Marshal(w.Landlock)
	if err != nil {
		r.Fatal(err)
	}
	self, _ := os.Executable()
	cmd := exec.Command(self, append([]string{"confine", string(rules)}, w.Argv...)...)
	cmd.Dir = r.workspace
	cmd.Env = append(w.Variables, "HOME="+r.home, "PATH="+os.Getenv("PATH"), "OTHER="+r.other, "STATE="+r.state, "S="+r.sockets, "ATTEMPT="+self,
		"OUTPID="+strconv.Itoa(os.Getpid()), "GIT_CONFIG_NOSYSTEM=1")
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}

// confined is the process that confines itself, as pod-inner does.
func confined(rules string, argv []string) error {
	var r Rules
	if err := json.Unmarshal([]byte(rules), &r); err != nil {
		return err
	}
	runtime.LockOSThread()
	if err := Confine(&r); err != nil {
		return err
	}
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	return cmd.Run()
}

func TestConfine(t *testing.T) {
	m := landlocked(t)
	files := func(f manifest.Filesystem, roots ...manifest.Directory) func(*Spec) {
		return field(func(s *manifest.Sandbox) { s.Filesystem, s.WritableRoots = f, roots })
	}
	readable := func(dirs ...manifest.Directory) func(*Spec) {
		return field(func(s *manifest.Sandbox) { s.ReadableRoots = append([]manifest.Directory{}, dirs...) })
	}
	for _, test := range []struct {
		name   string
		change func(*Spec)
		script string
		works  bool
		abi    int
	}{
		{"write in the workspace", nil, `echo x > new && mkdir d && mv new d/ && rm -r d`, true, 0},
		{"commit", nil, `git add main.go && git commit -qm x`, true, 0},
		{"write its own state", nil, `echo x > $STATE/new`, true, 0},
		{"a temporary file", nil, `mktemp > /dev/null`, true, 0},
		{"a temporary file of everybody", nil, `echo x > /tmp/insomnia-test || echo x > /var/tmp/insomnia-test`, false, 0},
		{"read the home directory", nil, `cat ~/notes`, true, 0},
		{"write the home directory", nil, `echo x > ~/.bashrc`, false, 0},
		{"write beside the workspace", nil, `echo x > ../other/file`, false, 0},
		{"write through /proc", nil, `echo x > /proc/$OUTPID/root$HOME/notes`, false, 0},
		{"truncate", nil, `truncate -s 0 ~/notes`, false, 0},
		{"move out", nil, `mv main.go ../other/`, false, 0},
		{"read-only", files(readOnly), `echo x > new`, false, 0},
		{"full", files(full), `echo x > ../other/new && rm ../other/new`, true, 0},
		{"full: another Pod", files(full), `ls $OTHER`, false, 0},
		{"root in the workspace: write beside", files(workspaceWrite, "src"), `echo x > new`, false, 0},
		{"root outside", files(workspaceWrite, "~/.cache"), `echo x > ~/.cache/new && echo x > new`, true, 0},
		{"another Pod", nil, `cat $OTHER/agent/transcript`, false, 0},
		{"another Pod by /proc", nil, `cat /proc/$OUTPID/root$OTHER/agent/transcript /proc/$OUTPID/environ`, false, 0},
		{"no roots: the home directory", readable(), `cat ~/notes`, false, 0},
		{"no roots: the workspace", readable(), `cat main.go && ls /usr > /dev/null`, true, 0},
		{"a root", readable("~/.cache"), `cat ~/.cache/file`, true, 0},
		{"kill outside", nil, `kill -0 $OUTPID`, false, abiApart},
		{"the memory of a process outside", nil, `for w in ptrace seize peek memory descriptors handle; do $ATTEMPT attempt $w $OUTPID && exit; done; exit 1`, false, 0},
		{"full: the memory of a process outside", files(full), `for w in ptrace seize peek memory descriptors handle; do $ATTEMPT attempt $w $OUTPID && exit; done; exit 1`, false, 0},
		{"an abstract socket", nil, `$ATTEMPT attempt unix @$ABSTRACT`, false, abiApart},
		{"our socket", nil, `$ATTEMPT attempt unix $S/guard.sock`, true, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			if m.abi < test.abi {
				t.Skipf("Landlock %d does not hold this", m.abi)
			}
			t.Parallel()
			r := newRoom(t)
			abstract := fmt.Sprintf("insomnia-confine-%d-%s", os.Getpid(), filepath.Base(filepath.Dir(r.home)))
			for _, path := range []string{"@" + abstract, r.sockets + "/guard.sock"} {
				l, err := net.Listen("unix", path)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { l.Close() })
			}
			if out, works := r.confine(test.change, "ABSTRACT="+abstract+"\n"+test.script); works != test.works {
				t.Errorf("works: %t\n%s\n%s", works, test.script, out)
			}
		})
	}
}

// What walls without namespaces do not hold stops the start, by the name of the field.
func TestGapsWithoutBubblewrap(t *testing.T) {
	r := plainRoom(t)
	pointers := func(m Mechanism, change func(*Spec)) string {
		s := Spec{Manifest: &manifest.Manifest{}, Workspace: r.workspace, Home: r.home, Sockets: "/"} // all are ours
		s.Manifest.Sandbox.Filesystem, s.Manifest.Sandbox.Network = workspaceWrite, "full"
		change(&s)
		var list []string
		for _, gap := range m.Gaps(s) {
			list = append(list, gap.Pointer)
			if gap.Why == "" || gap.Remedy == "" {
				t.Errorf("%+v", gap)
			}
		}
		return strings.Join(list, " ")
	}
	ll := Mechanism{Kind: Landlock, Why: "bubblewrap is not installed", Remedy: "install it", abi: abiSockets}
	older := ll
	older.abi = abiSockets - 1
	none := Mechanism{Kind: None, Why: "bubblewrap is not installed", Remedy: "install it"}
	for _, test := range []struct {
		mechanism Mechanism
		change    func(*Spec)
		want      string
	}{
		{ll, func(s *Spec) {}, ""},
		{ll, func(s *Spec) { s.Manifest.Sandbox.Network = "none" }, "/sandbox/network"},
		{ll, func(s *Spec) { s.Manifest.Sandbox.Network = "allowlist" }, "/sandbox/network"},
		{ll, func(s *Spec) { s.Manifest.Sandbox.DenyRead = []manifest.PathGlob{".env"} }, "/sandbox/denyRead"},
		{ll, func(s *Spec) { s.Manifest.Sandbox.MaskedFiles = []manifest.Directory{".env"} }, "/sandbox/maskedFiles"},
		{ll, func(s *Spec) { s.Manifest.Sandbox.ReadableRoots = []manifest.Directory{} }, ""},
		{older, func(s *Spec) {}, "/sandbox/filesystem"},
		{older, func(s *Spec) { s.Manifest.Sandbox.Filesystem = full }, ""},
		{none, func(s *Spec) {}, "/sandbox/filesystem"},
		{none, func(s *Spec) { s.Manifest.Sandbox.Filesystem = full }, ""},
		{none, func(s *Spec) { s.Manifest.Sandbox.ReadableRoots = []manifest.Directory{} }, "/sandbox/filesystem /sandbox/readableRoots"},
		{none, func(s *Spec) { s.Unenforced = []string{"/sandbox/filesystem"} }, ""},
		{Mechanism{Kind: Bubblewrap}, func(s *Spec) { s.Home = r.workspace }, "/sandbox/filesystem"},
		{Mechanism{Kind: Bubblewrap}, func(s *Spec) { s.Home = r.workspace; s.Manifest.Sandbox.Filesystem = readOnly }, ""},
	} {
		if got := pointers(test.mechanism, test.change); got != test.want {
			t.Errorf("%s: %q, want %q", test.mechanism.Kind, got, test.want)
		}
	}
}

// Everyone with write permission can reach the sockets of other programs: the gap names
// the field that they undermine, and the sockets.
func TestGapOfSockets(t *testing.T) {
	r := newRoom(t)
	l, err := net.Listen("unix", r.home+"/agent.sock")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s := r.spec(field(func(s *manifest.Sandbox) { s.Network, s.DenyRead = "full", nil }))
	m := Mechanism{Kind: Landlock, Why: "bubblewrap is not installed", Remedy: "install it", abi: 7}
	gaps := m.Gaps(s)
	if len(gaps) != 1 || gaps[0].Pointer != "/sandbox/filesystem" || !strings.Contains(gaps[0].Why, "(`/") {
		t.Errorf("%+v", gaps)
	}
	s.Sockets = "" // as before a start
	if gaps := m.Gaps(s); len(gaps) != 1 {
		t.Errorf("%+v", gaps)
	}
	m.abi = abiSockets
	if gaps := m.Gaps(s); len(gaps) != 0 {
		t.Errorf("%+v", gaps)
	}
}

func TestConfineNothing(t *testing.T) {
	if err := Confine(nil); err != nil {
		t.Error(err)
	}
	if err := Confine(&Rules{}); err != nil {
		t.Error(err)
	}
}
