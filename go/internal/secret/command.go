package secret

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/envvar"
	"github.com/insomnia-pods/insomnia/go/internal/userdir"
)

// DefaultTimeout is how long a command of `exec:` may take.
const DefaultTimeout = 30 * time.Second

// command is the backend `exec:COMMAND`: what a command writes to standard
// output. Its words are split as in a shell, but no shell runs: nothing is
// expanded. The program is found in PATH or by a path that is not relative.
//
// The command runs in the user's home, or in / for users without one, never in
// the working directory. It has no terminal, no input and only the variables of
// [inherited], and is killed in the end with its process group. What it writes
// to standard error is not shown, since a value could be in it.
type command struct {
	timeout time.Duration
	hidden  map[string]bool // variables that it does not inherit
}

func (c command) read(ctx context.Context, bound Binding) ([]byte, error) {
	program, args, err := find(bound)
	if err != nil {
		return nil, err
	}
	limit := c.timeout
	if limit <= 0 {
		limit = DefaultTimeout
	}
	within, cancel := context.WithTimeout(ctx, limit)
	defer cancel()

	out := &capped{most: MaxBytes + 2, full: cancel}
	cmd := exec.CommandContext(within, program, args...)
	cmd.Env = slices.DeleteFunc(without(os.Environ(), c.hidden), func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		return !envvar.In(inherited, name)
	})
	cmd.Dir = homeOrRoot()
	cmd.Stdout = out
	cmd.SysProcAttr = ownSession()
	cmd.Cancel = func() error { return killGroup(cmd.Process.Pid) }
	cmd.WaitDelay = time.Second
	err = cmd.Run()
	if cmd.Process != nil {
		killGroup(cmd.Process.Pid) // what it left running
	}
	switch {
	case ctx.Err() != nil:
		err = ctx.Err()
	case out.over:
		err = bound.problem(diag.ExitMissing, "secret-command-floods", "is bound to a command that wrote more than 64 KiB").
			Hintf("the command must write the value alone: %s", bound.place())
	case within.Err() != nil:
		err = bound.problem(diag.ExitMissing, "secret-command-hangs", "is bound to a command that took longer than %v", limit).
			Hintf("see what it waits for: %s", bound.place())
	case err != nil && !errors.Is(err, exec.ErrWaitDelay):
		err = failed(bound, program, err)
	default:
		return TrimLineBreak(out.data), nil
	}
	wipe(out.data)
	return nil, err
}

// inherited are the variables that a command of `exec:` gets: those of the user's
// session, of the network, and of programs that keep secrets. What a project has
// set for its own tools is not among them.
const inherited = "HOME USER LOGNAME SHELL PATH LANG LANGUAGE LC_* LOCALE_ARCHIVE TZ TERM TMPDIR " +
	"XDG_* DBUS_SESSION_BUS_ADDRESS DISPLAY WAYLAND_DISPLAY XAUTHORITY SSH_AUTH_SOCK GNUPGHOME GPG_TTY CREDENTIALS_DIRECTORY " +
	"HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY SSL_CERT_FILE SSL_CERT_DIR NIX_SSL_CERT_FILE " +
	"OP_* VAULT_* BAO_* PASSWORD_STORE_* GOPASS_* BW_* RBW_* LPASS_* SOPS_* DOPPLER_* INFISICAL_* " +
	"AWS_* AZURE_* GOOGLE_* CLOUDSDK_* KUBECONFIG " +
	"SystemRoot USERPROFILE APPDATA LOCALAPPDATA PATHEXT COMSPEC TEMP TMP"

func homeOrRoot() string {
	home, err := userdir.Home()
	if info, statErr := os.Stat(home); err != nil || statErr != nil || !info.IsDir() {
		return string(filepath.Separator)
	}
	return home
}

func (command) check(bound Binding) error {
	words, err := SplitWords(bound.place())
	if err != nil || len(words) == 0 {
		return bound.problem(diag.ExitUsage, "secret-place", "is bound to a command that cannot be read").
			Expectedf("exec:PROGRAM ARGUMENT…, with quotes around words that have spaces")
	}
	if hasFolder(words[0]) {
		if _, err := expand(words[0]); err != nil {
			return bound.problem(diag.ExitUsage, "secret-place", "is bound to a program by a relative path").
				Expectedf("the name of a program in PATH, or exec:/PATH or exec:~/PATH")
		}
	}
	return nil
}

func hasFolder(program string) bool { return strings.ContainsRune(program, filepath.Separator) }

// find returns the program to run and its arguments.
func find(bound Binding) (program string, args []string, err error) {
	words, err := SplitWords(bound.place())
	if err != nil {
		return "", nil, err
	}
	name := words[0]
	if hasFolder(name) {
		if name, err = expand(name); err != nil {
			return "", nil, err
		}
	}
	path, err := exec.LookPath(name) // refuses what it finds in the working directory
	switch {
	case err == nil:
		return path, words[1:], nil
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, os.ErrNotExist):
		return "", nil, bound.problem(diag.ExitMissing, "secret-command-missing", "is bound to the program %s, which is not there", words[0])
	}
	return "", nil, bound.problem(diag.ExitMissing, "secret-command-missing", "is bound to the program %s, which cannot be run", words[0])
}

func failed(bound Binding, program string, err error) error {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return bound.problem(diag.ExitMissing, "secret-command-missing", "is bound to the program %s, which cannot be run", program)
	}
	return bound.problem(diag.ExitMissing, "secret-command-fails", "is bound to a command that failed (%s)", exit.ProcessState).
		Hintf("what it says is not shown here; see for yourself: %s", bound.place())
}

// capped keeps what is written to it, up to a size; beyond, it calls full.
type capped struct {
	data []byte
	most int
	over bool
	full func()
}

func (c *capped) Write(p []byte) (int, error) {
	if len(c.data)+len(p) > c.most {
		c.over = true
		c.full()
		return 0, io.ErrShortBuffer
	}
	grown := len(c.data) + len(p)
	if grown > cap(c.data) { // no copy of the value is left behind
		larger := make([]byte, len(c.data), max(2*grown, bytes.MinRead))
		copy(larger, c.data)
		wipe(c.data)
		c.data = larger
	}
	c.data = append(c.data, p...)
	return len(p), nil
}
