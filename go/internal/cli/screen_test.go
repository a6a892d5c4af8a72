//go:build unix

package cli

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/creack/pty"
	"github.com/rogpeppe/go-internal/testscript"
)

// screen COLUMNS ARGS… runs insomnia at a terminal with this many columns. What
// the terminal shows is the standard output for `cmp stdout`, with ^[ for escape.
func screenCommand(ts *testscript.TestScript, neg bool, args []string) {
	columns, err := strconv.ParseUint(args[0], 10, 16)
	ts.Check(err)
	master, tty, err := pty.Open()
	ts.Check(err)
	defer master.Close()
	ts.Check(pty.Setsize(master, &pty.Winsize{Rows: 24, Cols: uint16(columns)}))
	cmd := command(ts, args[1:])
	cmd.Env = append(cmd.Env, "TERM=xterm")
	for _, name := range []string{"COLUMNS", "NO_COLOR", "TERM"} {
		if value := ts.Getenv(name); value != "" {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	cmd.Stdout, cmd.Stderr = tty, tty
	ts.Check(cmd.Start())
	tty.Close()
	var shown bytes.Buffer
	shown.ReadFrom(master) // ends with an error when the program has let go of the terminal
	if err := cmd.Wait(); (err != nil) != neg {
		ts.Fatalf("%v\n%s", err, shown.String())
	}
	text := strings.NewReplacer("\r\n", "\n", "\x1b", "^[").Replace(tidy(ts, shown.String()))
	_, err = ts.Stdout().Write([]byte(text))
	ts.Check(err)
}
