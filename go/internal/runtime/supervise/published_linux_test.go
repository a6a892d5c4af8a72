package supervise_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// serve answers on a loopback port until a client has read the answer.
func serve(port string) int {
	l, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	conn, err := l.Accept()
	if err != nil {
		return 1
	}
	fmt.Fprint(conn, "inside\n")
	conn.(*net.TCPConn).CloseWrite()
	io.Copy(io.Discard, conn)
	return 7
}

// This machine reaches a port that a program listens on inside, and the program does not
// have the listener of outside.
func TestPublishedPort(t *testing.T) {
	if !hasWalls() {
		t.Skip("bubblewrap does not work here")
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(free.Addr().String())
	program, _ := os.Executable()
	s := headless(t, `ls -l /proc/self/fd | grep -c socket: ; exec `+program+` serve `+port)
	s.Runtime = "published-" + port

	// A port that is taken stops the start.
	var fault bytes.Buffer
	cmd := self(runArgs(s)...)
	cmd.Stderr = &fault
	if err := cmd.Run(); err == nil || !strings.Contains(fault.String(), "cannot publish port "+port) {
		t.Errorf("%v %s", err, fault.String())
	}
	free.Close()

	var out bytes.Buffer
	cmd = self(runArgs(s)...)
	cmd.Stdout, cmd.Stderr = &out, &fault
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	heard := ""
	for end := time.Now().Add(time.Minute); heard == "" && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		// Until the program listens, connections end at once.
		if conn, err := net.Dial("tcp", "127.0.0.1:"+port); err == nil {
			text, _ := io.ReadAll(conn)
			heard = string(text)
			conn.Close()
		}
	}
	if heard != "inside\n" {
		cmd.Process.Kill()
		t.Errorf("heard %q", heard)
	}
	err = cmd.Wait()
	if exit, ok := err.(*exec.ExitError); !ok || exit.ExitCode() != 7 || strings.TrimSpace(out.String()) != "0" {
		t.Errorf("%v %q %s", err, out.String(), fault.String())
	}
}
