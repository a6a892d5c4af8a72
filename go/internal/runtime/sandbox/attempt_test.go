//go:build linux

package sandbox

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
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
	os.Exit(m.Run())
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
	}
	return fmt.Errorf("unknown attempt %s", args[0])
}
