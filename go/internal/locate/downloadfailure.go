package locate

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/nix/fetch"
)

// DownloadFailure explains why a download into dir failed.
func DownloadFailure(ctx context.Context, what, dir string, err error) error {
	if ctx.Err() != nil {
		return diag.Errorf(diag.ExitInterrupted, "interrupted", "interrupted; the download was stopped")
	}
	if refused := RefusedAddress(what, err); refused != nil {
		return refused
	}
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return diag.Errorf(diag.ExitMissing, "disk-full", "cannot download %s: no space left for %s", what, dir).
			Hintf("make room on its file system: df -h %s", existing(dir))
	case errors.Is(err, fs.ErrPermission) && !errors.Is(err, fetch.ErrDownload) && !errors.Is(err, fetch.ErrLocal), errors.Is(err, syscall.EROFS):
		return diag.Errorf(diag.ExitMissing, "cache-unwritable", "cannot download %s: cannot write to %s", what, dir).
			Hintf("check permissions: ls -ld %s", existing(dir))
	case errors.Is(err, fetch.ErrUnsupported):
		return NeedsNix("only Nix can download " + what)
	case errors.Is(err, fetch.ErrWrongHash):
		return diag.Errorf(diag.ExitState, "wrong-hash", "%v", err).
			Hintf("what is served there is not what was locked; if that is meant, lock it again: insomnia lock --update")
	case errors.Is(err, fetch.ErrLocal):
		return diag.Errorf(diag.ExitState, "wrong-hash", "cannot use %s: %v", what, err)
	}
	e := diag.Errorf(diag.ExitMissing, "download-failed", "cannot download %s: %v", what, err)
	if errors.Is(err, fetch.ErrNotFound) {
		e = diag.Errorf(diag.ExitNotFound, "flake-not-found", "there is nothing at %s: %v", what, err)
	}
	if hint := serverHint(what, err); hint != "" {
		return e.Hintf("%s", hint)
	}
	if errors.Is(err, fetch.ErrNotFound) {
		return e
	}
	if unpack := (*fetch.UnpackError)(nil); errors.As(err, &unpack) {
		return e.Hintf("what is served there is not an archive that can be used: check the address, or tell who publishes it")
	}
	return e.Hintf("check the network and the address, or use a resolved manifest: insomnia resolve --manifest FILE")
}

// serverHint returns a hint for the error response of a server.
func serverHint(what string, err error) string {
	var answer *fetch.StatusError
	var git *fetch.GitError
	switch {
	case errors.As(err, &git) && strings.Contains(git.Said, "error: 30"):
		return "the server redirects, which is not followed: write the address that it redirects to; many end in .git"
	case errors.As(err, &git):
		return "git runs without prompts: set up a credential helper, or a key in ssh-agent, and check: git ls-remote ADDRESS"
	case !errors.As(err, &answer):
		return ""
	case answer.Limited:
		return "the server limits requests: wait, or name a commit, which needs fewer: " + strings.SplitN(what, "?", 2)[0] + "/COMMIT"
	}
	forge, rest, _ := strings.Cut(what, ":")
	parts := strings.Split(rest, "/")
	if forge != "github" && forge != "gitlab" || len(parts) < 2 {
		return ""
	}
	switch answer.Code {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound:
		repo, _, _ := strings.Cut(parts[1], "?")
		return "a private repository is read by git, with your keys or credential helper (no token is sent, GITHUB_TOKEN included):\n" +
			"git+ssh://git@" + forge + ".com/" + parts[0] + "/" + repo + " or git+https://" + forge + ".com/" + parts[0] + "/" + repo + ".git"
	}
	return ""
}

// existing is the nearest folder at or above dir that is there.
func existing(dir string) string {
	for !Exists(dir) && dir != filepath.Dir(dir) {
		dir = filepath.Dir(dir)
	}
	return dir
}
