//go:build unix

package cli

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/creack/pty"
	"github.com/rogpeppe/go-internal/testscript"
)

// terminal CODE ANSWER ARGS… runs insomnia on a terminal, types ANSWER and return when a
// question appears, and compares the exit code. `ctrl-C` types that key. `silence` types
// nothing and expects no question. The output of the terminal is in $WORK/err, standard
// output in $WORK/out.
func terminal(ts *testscript.TestScript, neg bool, args []string) {
	master, tty, err := pty.Open()
	ts.Check(err)
	defer master.Close()
	var stdout bytes.Buffer
	cmd := command(ts, args[2:])
	cmd.Stdin, cmd.Stderr, cmd.Stdout = tty, tty, &stdout
	ts.Check(cmd.Start())
	tty.Close()
	hung := time.AfterFunc(60*time.Second, func() { cmd.Process.Kill() })
	defer hung.Stop()

	var shown bytes.Buffer
	answered := false
	for buffer := make([]byte, 4096); ; {
		n, err := master.Read(buffer)
		shown.Write(buffer[:n])
		if !answered && bytes.HasSuffix(shown.Bytes(), []byte("[y/N] ")) {
			answered = true
			if args[1] == "ctrl-C" {
				ts.Check(cmd.Process.Signal(os.Interrupt))
			} else {
				_, err := io.WriteString(master, args[1]+"\n")
				ts.Check(err)
			}
		}
		if err != nil {
			break // the program has let go of the terminal
		}
	}
	cmd.Wait()
	text := tidy(ts, strings.ReplaceAll(shown.String(), "\r\n", "\n"))
	ts.Check(os.WriteFile(filepath.Join(ts.Getenv("WORK"), "err"), []byte(text), 0o600))
	ts.Check(os.WriteFile(filepath.Join(ts.Getenv("WORK"), "out"), stdout.Bytes(), 0o600))
	if code := strconv.Itoa(cmd.ProcessState.ExitCode()); code != args[0] {
		ts.Fatalf("exit code %s, not %s\n%s", code, args[0], text)
	}
	if answered == (args[1] == "silence") {
		ts.Fatalf("a question was put: %v\n%s", answered, text)
	}
}

// digest REF puts the digest of the grants of a profile into $DIGEST.
func digest(ts *testscript.TestScript, neg bool, args []string) {
	out, err := command(ts, []string{"trust", "show", args[0], "--json"}).Output()
	ts.Check(err)
	var report struct{ Digest string }
	ts.Check(json.Unmarshal(out, &report))
	ts.Setenv("DIGEST", report.Digest)
}
