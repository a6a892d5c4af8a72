package nix

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate"
)

// report is the output of Nix when it exited with an error. message has no colors and
// no `error:` prefix. frames begin with the place of the error itself, if Nix prints
// it, then go outwards.
type report struct {
	message string
	placed  bool // the first frame is the place of the error
	frames  []evaluate.Frame
	// plain is the output of Nix and its helper programs outside its log.
	plain []string
	// version is the output of `nix --version`.
	version string
}

func (r *report) Error() string { return r.message }

// has reports whether the message has one of these texts.
func (r *report) has(texts ...string) bool {
	return slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(r.message, text) })
}

// failure reads the error out of what Nix wrote, and only now asks for the version.
func (n *Nix) failure(ctx context.Context, program string, call Call, waitErr error, stderr *stderrReader) error {
	f := &report{plain: stderr.plain}
	var exit *exec.ExitError
	errors.As(waitErr, &exit) // nil where it did not exit
	if len(stderr.errors) > 0 {
		e := stderr.errors[len(stderr.errors)-1]
		f.message = strings.TrimSpace(stripANSI(e.RawMsg))
		if e.File != "" {
			f.placed = true
			f.frames = append(f.frames, frame{File: e.File, Line: e.Line, Column: e.Column}.tidy())
		}
		for _, step := range e.Trace {
			f.frames = append(f.frames, step.tidy())
		}
	} else {
		f.message = plainMessage(stderr.plain)
	}

	version, printed, err := n.Version(ctx)
	switch {
	case ctx.Err() != nil:
		return interrupted()
	case err != nil || version == "":
		e := diag.Errorf(diag.ExitMissing, "nix-unknown", "%s does not behave like Nix: %s", program, orElse(f.message, describeStatus(exit))).
			Hintf("`nix --version` should print a version such as `nix (Nix) %s`; install Nix from https://nixos.org/download,\n"+
				"or use a resolved manifest: insomnia resolve --manifest FILE", OldestVersion)
		e.Diagnostics[0].Expected = "a version number from `nix --version`, which printed " + strconv.Quote(truncate(printed, 80))
		return e
	case TooOld(version):
		return diag.Errorf(diag.ExitMissing, "nix-too-old", "Nix %s is too old: %s or newer is needed", version, OldestVersion).
			Hintf("install a newer one from https://nixos.org/download, or use a resolved manifest: insomnia resolve --manifest FILE")
	}
	f.version = version
	if f.message == "" {
		f.message = "nix " + describeStatus(exit) + " without saying why"
	}
	return f
}

// tidy removes colors, and the position that newer versions repeat in the name of the
// file.
func (f frame) tidy() evaluate.Frame {
	file := strings.TrimSuffix(f.File, fmt.Sprintf(":%d:%d", f.Line, f.Column))
	return evaluate.Frame{Message: stripANSI(f.Message), File: file, Line: f.Line, Column: f.Column}
}

func describeStatus(exit *exec.ExitError) string {
	if exit == nil {
		return "failed"
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return "was killed by a signal (" + status.Signal().String() + ")"
	}
	return "exited with status " + strconv.Itoa(exit.ExitCode())
}

// plainMessage finds the error in lines that are not part of the log, as 2.8
// writes a stack overflow.
func plainMessage(lines []string) string {
	for i, line := range lines {
		if rest, ok := strings.CutPrefix(line, "error:"); ok {
			if rest = strings.TrimSpace(rest); rest == "" && i+1 < len(lines) {
				rest = lines[i+1]
			}
			return rest
		}
	}
	return truncate(strings.Join(lines, "\n"), 2000)
}

// OldestVersion is the oldest Nix that works.
const OldestVersion = "2.8"

// Version asks nix for its version. printed is what it answered, version the
// number in it or empty.
func (n *Nix) Version(ctx context.Context) (version, printed string, err error) {
	program, err := n.find()
	if err != nil {
		return "", "", err
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	environment, err := n.environment(os.Environ(), false)
	if err != nil {
		return "", "", err
	}
	var stdout capped
	stdout.limit, stdout.exceeded = 4096, cancel
	cmd := exec.CommandContext(ctx, program, "--version")
	cmd.Env = environment
	cmd.Stdout = &stdout
	cmd.WaitDelay = waitDelay
	cmd.SysProcAttr = ownGroup()
	cmd.Cancel = func() error { return killGroup(cmd.Process.Pid) }
	err = cmd.Run()
	if cmd.Process != nil {
		killGroup(cmd.Process.Pid)
	}
	printed = strings.TrimSpace(stdout.buf.String())
	// One that answered and was slow to end, on a busy machine, is one that answered.
	if late := ctx.Err() != nil && printed != ""; err != nil && !late && !errors.Is(err, exec.ErrWaitDelay) {
		return "", printed, err
	}
	numbers := regexp.MustCompile(`\d+\.\d+(\.\d+)*`).FindAllString(printed, -1)
	if len(numbers) == 0 {
		return "", printed, nil
	}
	// Variants put their own number first: `nix (Determinate Nix 3.5.2) 2.28.3`.
	return numbers[len(numbers)-1], printed, nil
}

// TooOld compares with OldestVersion.
func TooOld(version string) bool {
	parts := strings.Split(version, ".")
	major, _ := strconv.Atoi(parts[0])
	minor := 0
	if len(parts) > 1 {
		minor, _ = strconv.Atoi(parts[1])
	}
	return major < 2 || major == 2 && minor < 8
}

func truncate(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// fixedIn are the first safe releases of the series that got the fix for
// CVE-2026-110449; series between and below them never did.
var fixedIn = []struct{ minor, patch int }{{28, 8}, {30, 6}, {31, 6}, {34, 9}, {35, 3}}

// Vulnerable reports whether code that is not trusted should not be evaluated
// with this version.
func Vulnerable(version string) bool {
	var major, minor, patch int
	for i, part := range strings.SplitN(version, ".", 3) {
		*[]*int{&major, &minor, &patch}[i], _ = strconv.Atoi(part)
	}
	if major != 2 {
		return major < 2
	}
	for _, fixed := range fixedIn {
		if minor == fixed.minor {
			return patch < fixed.patch
		}
	}
	return minor < 35
}
