package sandbox

import (
	"bytes"
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// patience limits how long a test of the walls may take.
const patience = 10 * time.Second

// Probe determines the mechanism that builds walls on this machine by building some: an
// installed bubblewrap may lack the necessary permissions. insomnia is the path of this
// program, which runs in them as `insomnia version`.
func Probe(ctx context.Context, insomnia string) Mechanism {
	if !supported {
		return Mechanism{Kind: None, Why: "walls are built on Linux only (sandbox-exec of macOS has not been tried)", Remedy: "start the Pod on Linux"}
	}
	abi := landlockABI()
	bwrap, err := exec.LookPath("bwrap")
	if err == nil {
		bwrap, err = filepath.Abs(bwrap)
	}
	if err != nil {
		return without(abi, "bubblewrap is not installed", "install it: apt install bubblewrap, dnf install bubblewrap or nix profile install nixpkgs#bubblewrap")
	}
	if why := try(ctx, bwrap, insomnia); why != "" {
		return without(abi, "bubblewrap cannot build walls here: "+why,
			"let it make user namespaces: on Ubuntu an AppArmor profile for bwrap, elsewhere sysctl kernel.unprivileged_userns_clone=1 and user.max_user_namespaces")
	}
	return Mechanism{Kind: Bubblewrap, bwrap: bwrap, abi: abi, looked: &looked{}}
}

func without(abi int, why, remedy string) Mechanism {
	m := Mechanism{Kind: None, Why: why, Remedy: remedy, abi: abi}
	if abi >= abiFiles {
		m.Kind = Landlock
	}
	return m
}

// try runs a program in real walls, and returns why that fails.
func try(ctx context.Context, bwrap, insomnia string) string {
	within, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	args := append(namespaces(true), "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp")
	if contains("/tmp", insomnia) {
		args = append(args, "--ro-bind", insomnia, insomnia)
	}
	args = append(args, "--remount-ro", "/tmp")
	cmd := exec.CommandContext(within, bwrap, append(args, "--", insomnia, "version")...)
	cmd.Env = []string{}
	cmd.WaitDelay = time.Second
	var fault tail
	cmd.Stderr = &fault
	err := cmd.Run()
	switch {
	case err == nil:
		return ""
	case within.Err() != nil:
		return "it does not end"
	}
	line, _, _ := strings.Cut(strings.TrimSpace(fault.String()), "\n")
	if line == "" {
		return err.Error()
	}
	return diag.Quote(strings.TrimPrefix(line, "bwrap: "))
}

// tail keeps the beginning of a program's output.
type tail struct{ bytes.Buffer }

func (t *tail) Write(p []byte) (int, error) {
	t.Buffer.Write(p[:min(len(p), max(0, 4096-t.Len()))])
	return len(p), nil
}
