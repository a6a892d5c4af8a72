//go:build unix

package cli

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/secret"
)

func findProgram(name string) (string, error) {
	path, err := exec.LookPath(name)
	if err == nil || errors.Is(err, exec.ErrDot) && path != "" {
		return path, nil
	}
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, os.ErrNotExist) {
		return "", diag.Errorf(diag.ExitMissing, "no-program", "program not found: `%s`", name)
	}
	return "", diag.Errorf(diag.ExitMissing, "no-program", "cannot run the program `%s`: %v", name, errors.Unwrap(err))
}

// handOver runs a command with a secret at file descriptor 3, forwards signals, and exits
// with the command's status.
func handOver(path string, argv, environment []string, value *secret.Secret) error {
	defer value.Discard()
	read, write, err := os.Pipe()
	if err != nil {
		return diag.Errorf(diag.ExitInternal, "no-pipe", "cannot create a pipe for the secret: %v", err)
	}
	cmd := &exec.Cmd{Path: path, Args: argv, Env: append(environment, "INSOMNIA_SECRET_FD=3"),
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, ExtraFiles: []*os.File{read}}

	// Registered before the command starts, so that no signal is lost.
	signals := make(chan os.Signal, 16)
	signalsAreTheCommands.Store(true)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGUSR1, syscall.SIGUSR2)
	err = cmd.Start()
	read.Close()
	if err != nil {
		write.Close()
		return diag.Errorf(diag.ExitMissing, "no-program", "cannot run the program `%s`: %v", argv[0], errors.Unwrap(err))
	}
	go func() {
		_ = value.Deliver(write) // the command need not read it
		write.Close()
	}()
	go func() {
		for s := range signals {
			if (s == syscall.SIGINT || s == syscall.SIGQUIT) && atKeyboard() {
				continue // the terminal has sent it to the command as well
			}
			_ = cmd.Process.Signal(s)
		}
	}()
	_ = cmd.Wait()
	status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if ok && status.Signaled() {
		return exitOf(128 + int(status.Signal()))
	}
	return exitOf(cmd.ProcessState.ExitCode())
}

// atKeyboard reports whether the keys of a terminal send signals to this process and its
// children.
func atKeyboard() bool {
	tty, err := os.Open("/dev/tty")
	if err != nil {
		return false
	}
	defer tty.Close()
	group, err := unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP)
	return err == nil && group == syscall.Getpgrp()
}
