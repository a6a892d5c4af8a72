//go:build linux

package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Walls that root builds must hold as those of another user do, where the files are in a
// directory that is another inside, and where they are not.
func TestAsAnotherUser(t *testing.T) {
	probed(t)
	if os.Getuid() != 0 {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestAttempts$")
		cmd.Env = append(os.Environ(), shownTemporary)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	dir, err := os.MkdirTemp("", "walls")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	const user = 61234
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	program := dir + "/walls.test"
	if err := os.WriteFile(program, data, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, change := range []error{os.Chmod(dir, 0o755), os.Mkdir(dir+"/tmp", 0o755), os.Chown(dir+"/tmp", user, user)} {
		if change != nil {
			t.Fatal(change)
		}
	}
	cmd := exec.CommandContext(t.Context(), program, "-test.run", "^(TestAttempts|TestWorkTree|TestHardLinks|TestConfine.*)$")
	cmd.Dir = dir + "/tmp"
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "TMPDIR=" + dir + "/tmp", "HOME=" + dir + "/tmp", "CI=" + os.Getenv("CI"), shownTemporary}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: user, Gid: user}}
	if out, err := cmd.CombinedOutput(); err != nil || bytes.Contains(out, []byte("no tests to run")) {
		t.Errorf("%v\n%s", err, out)
	}
}

// shownTemporary makes the directory of tests one like any other, so that what is in it is
// seen through the walls but for what is laid over it. Without it, it is another inside.
const shownTemporary = "WALLS_TEST_SHOWS=/tmp"

// TestMain is also the program that attempts what no usual one does.
func TestMain(m *testing.M) {
	if dir := os.Getenv("WALLS_TEST_SHOWS"); dir != "" {
		private = slices.DeleteFunc(private, func(p string) bool { return p == dir })
	}
	if len(os.Args) > 2 && os.Args[1] == "attempt" {
		if err := attempt(os.Args[2:]); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if len(os.Args) > 3 && os.Args[1] == "confine" {
		if err := confined(os.Args[2], os.Args[3:]); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if len(os.Args) > 3 && os.Args[1] == "without" {
		err := Without(os.Args[2])
		if err == nil {
			cmd := exec.Command(os.Args[3], os.Args[4:]...)
			cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
			err = cmd.Run()
		}
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// dump ends a process of this program that says when it is ready, so that the kernel would
// write its memory into a file.
func dump(args []string) error {
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{Cur: math.MaxUint64, Max: math.MaxUint64})
	cmd := exec.Command(os.Args[0], append([]string{"attempt"}, args...)...)
	cmd.Env = append(os.Environ(), "GOTRACEBACK=crash")
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return err
	}
	_, _ = out.Read(make([]byte, 8))
	_ = cmd.Process.Signal(syscall.SIGABRT)
	_ = cmd.Wait()
	if status := cmd.ProcessState.Sys().(syscall.WaitStatus); !status.CoreDump() {
		return fmt.Errorf("no dump: %v", cmd.ProcessState)
	}
	return nil
}

// touch tries to inspect another process in one of several ways.
func touch(way string, pid int) error {
	runtime.LockOSThread()
	switch way {
	case "ptrace":
		return syscall.PtraceAttach(pid)
	case "seize":
		return unix.PtraceSeize(pid)
	case "peek":
		// Nothing is there; what may not be read at all is another error.
		var into [8]byte
		local := []unix.Iovec{{Base: &into[0], Len: uint64(len(into))}}
		_, err := unix.ProcessVMReadv(pid, local, []unix.RemoteIovec{{Base: 1, Len: len(into)}}, 0)
		if errors.Is(err, unix.EFAULT) {
			err = nil
		}
		return err
	case "memory":
		f, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
		if err == nil {
			f.Close()
		}
		return err
	case "descriptors":
		// Their numbers can be listed, where they lead to cannot be seen.
		_, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/0", pid))
		return err
	case "handle":
		fd, err := unix.PidfdOpen(pid, 0)
		if err == nil {
			_, err = unix.PidfdGetfd(fd, 0, 0)
		}
		return err
	}
	return fmt.Errorf("unknown way %s", way)
}

func attempt(args []string) error {
	switch args[0] {
	case "tcp", "unix":
		conn, err := net.DialTimeout(args[0], args[1], 5*time.Second)
		if err == nil {
			conn.Close()
		}
		return err
	case "udp":
		conn, err := net.Dial("udp", args[1])
		if err != nil {
			return err
		}
		_, err = conn.Write([]byte("x"))
		return err
	case "dns":
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_, err := net.DefaultResolver.LookupHost(ctx, args[1])
		return err
	case "raw":
		_, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_RAW, syscall.IPPROTO_ICMP)
		return err
	case "packet":
		_, err := syscall.Socket(syscall.AF_PACKET, syscall.SOCK_RAW, 0)
		return err
	case "loopback":
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		go func() {
			if conn, err := l.Accept(); err == nil {
				io.Copy(conn, conn)
			}
		}()
		return attempt([]string{"tcp", l.Addr().String()})
	case "key":
		_, err := unix.KeyctlSearch(unix.KEY_SPEC_SESSION_KEYRING, "user", "insomnia-test", 0)
		return err
	case "tiocsti":
		return tiocsti(strings.Join(args[1:], " "))
	case "hardened":
		if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
			return err
		}
		fmt.Println("ready")
		time.Sleep(time.Minute)
		return nil
	case "dump":
		return dump(args[1:])
	case "ptrace", "seize", "peek", "memory", "descriptors", "handle":
		pid, err := strconv.Atoi(args[1])
		if err != nil {
			return err
		}
		return touch(args[0], pid)
	}
	return fmt.Errorf("unknown attempt %s", args[0])
}
