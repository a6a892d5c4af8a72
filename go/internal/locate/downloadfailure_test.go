package locate

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/nix/address"
	"github.com/insomnia-pods/insomnia/go/nix/fetch"
)

// What went wrong with a download decides the exit code and what to do about it.
func TestDownloadErrors(t *testing.T) {
	status := func(kind error, code int, limited bool) error {
		return fmt.Errorf("%w: %w", kind, &fetch.StatusError{Host: "api.github.com", Code: code, Status: fmt.Sprint(code), Limited: limited})
	}
	dir := t.TempDir()
	for _, test := range []struct {
		what string
		err  error
		exit diag.Exit
		code string
		hint string // part of it
	}{
		{"github:o/r", fmt.Errorf("%w: write x: %w", fetch.ErrDownload, syscall.ENOSPC), diag.ExitMissing, "disk-full", "df -h " + dir},
		{"github:o/r", fmt.Errorf("%w: unpacking: %w", fetch.ErrDownload, syscall.EDQUOT), diag.ExitMissing, "disk-full", "df -h " + dir},
		{"github:o/r", &syscallError{syscall.EROFS}, diag.ExitMissing, "cache-unwritable", "ls -ld " + dir},
		{"github:o/r?dir=a", status(fetch.ErrNotFound, 404, false), diag.ExitNotFound, "flake-not-found", "git+ssh://git@github.com/o/r or git+https://github.com/o/r.git"},
		{"github:o/r", status(fetch.ErrDownload, 401, false), diag.ExitMissing, "download-failed", "no token is sent, GITHUB_TOKEN included"},
		{"gitlab:o/r/main", status(fetch.ErrDownload, 403, false), diag.ExitMissing, "download-failed", "git+ssh://git@gitlab.com/o/r"},
		{"github:o/r", status(fetch.ErrDownload, 403, true), diag.ExitMissing, "download-failed", "github:o/r/COMMIT"},
		{"https://h/a", status(fetch.ErrNotFound, 404, false), diag.ExitNotFound, "flake-not-found", ""},
		{"https://h/a", status(fetch.ErrDownload, 500, false), diag.ExitMissing, "download-failed", "check the network"},
		{"https://h/a", fmt.Errorf("%w: %w", fetch.ErrDownload, &fetch.UnpackError{Err: errors.New("\"../x\" is outside the archive")}), diag.ExitMissing, "download-failed", "tell who publishes it"},
		{"git+https://h/a", fmt.Errorf("%w: %w", fetch.ErrDownload, &fetch.GitError{Said: "The requested URL returned error: 301"}), diag.ExitMissing, "download-failed", "redirects"},
		{"git+https://h/a", fmt.Errorf("%w: %w", fetch.ErrDownload, &fetch.GitError{Said: "could not read Username"}), diag.ExitMissing, "download-failed", "credential helper"},
		{"https://h/a", &fetch.HostError{Host: "h:443", Reason: "has the private address 10.0.0.1"}, diag.ExitRefused, "host-refused", "--allow-host h:443"},
		{"https://h/a", &address.Error{Text: "x", Reason: "y", Hint: "write z"}, diag.ExitUsage, "address-invalid", "write z"},
		{"https://h/a", fetch.ErrWrongHash, diag.ExitState, "wrong-hash", "lock it again"},
		{"tarball+file:///a", fetch.ErrLocal, diag.ExitState, "wrong-hash", ""},
		{"https://h/a.tar.xz", fetch.ErrUnsupported, diag.ExitMissing, "needs-nix", "--evaluator nix"},
	} {
		e := diag.From(DownloadFailure(t.Context(), test.what, dir, test.err))
		d := e.Diagnostics[0]
		if e.Exit != test.exit || d.Code != test.code || !strings.Contains(d.Hint, test.hint) || test.hint == "" && d.Hint != "" {
			t.Errorf("%s: %v: exit code %d, %s, hint %q", test.what, test.err, e.Exit, d.Code, d.Hint)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if e := diag.From(DownloadFailure(ctx, "x", dir, errors.New("y"))); e.Exit != diag.ExitInterrupted {
		t.Errorf("interrupted: %v", e)
	}
}

type syscallError struct{ error }

func (e *syscallError) Unwrap() error { return e.error }
