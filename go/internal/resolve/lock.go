package resolve

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/durable"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate"
	"github.com/insomnia-pods/insomnia/go/internal/gitrepo"
	"github.com/insomnia-pods/insomnia/go/internal/locate"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/nix/fetch"
	"github.com/insomnia-pods/insomnia/go/nix/flake"
	"github.com/insomnia-pods/insomnia/go/nix/lock"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// LockOptions configure how a flake is locked.
type LockOptions struct {
	Downloads Downloads
	Update    []string // inputs to lock anew
	UpdateAll bool
	Warn      func(string)
}

// Lock is a computed flake.lock that is not written yet.
type Lock struct {
	*lock.Result
	File string // flake.lock

	local *locate.Flake
	old   []byte // nil when there is none
}

// Lock computes the flake.lock of a flake in a directory. The user typed the
// command for just this flake, so its inputs are downloaded as typed references
// are; their hosts, which were not typed, are judged.
func (r *Resolver) Lock(ctx context.Context, text string, o LockOptions) (*Lock, error) {
	parsed, err := reference.Parse(text, r.Dir)
	switch {
	case err != nil:
		return nil, err
	case parsed.Kind != reference.Local || parsed.Pinned() || parsed.Query.NarHash != "":
		return nil, notLockable(parsed)
	}
	if err := RequireFlake(parsed, "only a flake has a lock"); err != nil {
		return nil, err
	}
	ref, err := locate.Of(parsed)
	if err != nil {
		return nil, err
	}
	if ref.Bare() {
		return nil, notLockable(parsed)
	}
	if only := parsed.Query.Nix; only != "" {
		return nil, locate.NeedsNix("`?" + only + "` of " + ref.Flake + " needs Nix")
	}
	local, err := locate.FlakeOf(ref)
	if err != nil {
		return nil, err
	}
	l := &Lock{local: local, File: filepath.Join(local.Dir, locate.LockName)}
	if l.old, err = l.read(); err != nil {
		return nil, err
	}
	downloads := o.Downloads
	store := &fetch.Store{Dir: filepath.Join(r.CacheDir, "sources"), Hosts: downloads.Hosts}
	l.Result, err = lock.Compute(ctx, local.Ref(), l.old, lock.Options{
		Store: store, Update: o.Update, UpdateAll: o.UpdateAll, Warn: o.Warn,
		Permit: func(input *flake.Locked) error {
			if err := downloads.Permit(input, input.String(), store.Hosts); err != nil {
				return err
			}
			if progress := r.embedded().Progress; progress != nil {
				progress("downloading " + input.String())
			}
			return nil
		},
	})
	if err != nil {
		return nil, explainLock(ctx, local, store.Dir, err)
	}
	return l, nil
}

func notLockable(ref reference.Reference) error {
	e := diag.Errorf(diag.ExitUsage, "not-lockable", "only a flake in a directory of this machine can be locked, got %s", diag.Quote(ref.String()))
	if ref.Kind == reference.Name {
		return e.Hintf("write the directory as a path: insomnia lock %s", diag.Shell("./"+ref.Name))
	}
	return e.Hintf("lock it where its files are: insomnia lock DIRECTORY")
}

// read reads the flake.lock that is there; nil when there is none.
func (l *Lock) read() ([]byte, error) {
	info, err := os.Lstat(l.File)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
	case info.Mode()&fs.ModeSymlink != 0:
		return nil, diag.Errorf(diag.ExitRefused, "lock-refused", "%s is a link, which is neither read nor replaced", l.File).
			Hintf("make it a file: cp --remove-destination \"$(realpath %s)\" %s", l.File, l.File)
	case !info.Mode().IsRegular():
		return nil, diag.Errorf(diag.ExitRefused, "lock-refused", "%s is not a regular file", l.File).Hintf("look at it: ls -ld %s", l.File)
	}
	if err == nil {
		var data []byte
		if data, err = bounded.ReadFileNoFollow(l.File, locate.MaxLock); err == nil {
			return data, nil
		}
	}
	return nil, diag.Errorf(diag.ExitState, "lock-unreadable", "cannot read %s: %v", l.File, bounded.Reason(err)).Hintf("check permissions: ls -l %s", l.File)
}

// Write writes the lock to its file, whole or not at all. It does not overwrite a
// flake.lock that changed in the meantime.
func (l *Lock) Write(ctx context.Context) error {
	if ctx.Err() != nil {
		return lockInterrupted()
	}
	now, err := l.read()
	if err != nil {
		return err
	}
	if (now == nil) != (l.old == nil) || !bytes.Equal(now, l.old) {
		return diag.Errorf(diag.ExitState, "lock-changed", "%s changed while the inputs were being locked; not overwritten", l.File).
			Hintf("run the command again")
	}
	if err := durable.Rewrite(durable.OS, l.File, l.Lock.Bytes(), 0o644); err != nil {
		return diag.Errorf(diag.ExitState, "lock-not-written", "cannot write %s: %v", l.File, bounded.Reason(err)).
			Hintf("%s", durable.Remedy(err, l.local.Dir))
	}
	return nil
}

// Add is the command that makes the lock visible: of a work tree only what git
// tracks is. It is empty where nothing is to be done.
func (l *Lock) Add() string {
	root := l.local.GitRoot
	if root == "" {
		return ""
	}
	rel, err := filepath.Rel(root, l.File)
	if err != nil || !locate.Untracked(root, rel) {
		return ""
	}
	return "git -C " + root + " add " + rel
}

func lockInterrupted() error {
	return diag.Errorf(diag.ExitInterrupted, "interrupted", "interrupted; flake.lock was not changed")
}

// explainLock returns why a flake cannot be locked.
func explainLock(ctx context.Context, local *locate.Flake, cache string, err error) error {
	if ctx.Err() != nil {
		return lockInterrupted()
	}
	var e *lock.Error
	if !errors.As(err, &e) {
		return diag.Errorf(diag.ExitInternal, "lock-failed", "cannot lock %s: %v", local.Dir, err)
	}
	what := "cannot lock " + local.Dir
	if e.Input != "" {
		what = "cannot lock the input `" + e.Input + "`"
	}
	exit, code, hint := diag.ExitEvaluation, "lock-invalid", e.Hint
	switch e.Kind {
	case lock.Damaged:
		exit, code = diag.ExitState, "lock-damaged"
		hint = "restore " + locate.LockName + ", or lock every input again: rm " + filepath.Join(local.Dir, locate.LockName) + " && insomnia lock " + local.Dir
		if e.Input != "" {
			hint = "the lock is that of the input: report it to its author"
		}
	case lock.NeedsNix:
		exit, code = diag.ExitMissing, "needs-nix"
		hint = "lock the flake with the installed Nix: nix flake lock " + local.Dir
		if strings.Contains(e.Msg, "registry") {
			hint = "write its address in flake.nix: inputs." + lastStep(e.Input) + ".url = \"github:OWNER/REPO/BRANCH\";\nor " + hint
		}
	case lock.Unlockable:
		exit, code = diag.ExitState, "input-unlockable"
	case lock.Unsafe:
		exit, code = diag.ExitRefused, "unsafe-input"
	case lock.NoSuchInput:
		out := diag.Errorf(diag.ExitNotFound, "input-not-found", "input not found: %s", diag.Quote(e.Input))
		if len(e.Names) > 0 {
			out.Expectedf("one of: %s", strings.Join(e.Names[:min(len(e.Names), 20)], ", "))
		}
		if near := Closest(e.Input, e.Names); near != "" {
			out.Hintf("did you mean %s?", diag.Quote(near))
		}
		return out
	case lock.Unavailable:
		return unavailable(ctx, what, cache, e)
	}
	message := e.Msg
	if message == "" && e.Err != nil {
		message = e.Err.Error()
	} else if e.Err != nil {
		message += ": " + e.Err.Error()
	}
	out := diag.Errorf(exit, code, "%s: %s", what, message)
	var form *flake.FormError
	if errors.As(err, &form) {
		out = (&evaluate.Failure{Kind: evaluate.FlakeForm, Message: what + ": " + message}).Diagnose()
		if e.Input == "" {
			out.At(diag.Position{File: filepath.Join(local.Dir, "flake.nix"), Line: form.At.Line, Column: form.At.Column})
		}
	}
	if hint != "" {
		out.Hintf("%s", hint)
	}
	return out
}

func lastStep(input string) string { return input[strings.LastIndexByte(input, '/')+1:] }

// unavailable returns why the source of an input cannot be obtained.
func unavailable(ctx context.Context, what, cache string, e *lock.Error) error {
	var refused *diag.Error
	if errors.As(e.Err, &refused) {
		return refused
	}
	if e.Input == "" && errors.As(e.Err, new(*gitrepo.Error)) {
		return locate.GitFailure(e.Err)
	}
	if errors.Is(e.Err, source.ErrHidden) {
		return diag.Errorf(diag.ExitEvaluation, "untracked-file", "%s: flake.nix is not tracked by git, so it is not part of the flake", what).
			Hintf("git add flake.nix")
	}
	name := "the input `" + e.Input + "`"
	for _, reason := range []error{fetch.ErrDownload, fetch.ErrNotFound, fetch.ErrLocal, fetch.ErrUnsupported, fetch.ErrWrongHash} {
		if errors.Is(e.Err, reason) {
			return locate.DownloadFailure(ctx, name, cache, e.Err)
		}
	}
	if refused := locate.RefusedAddress(name, e.Err); e.Err != nil && refused != nil {
		return refused
	}
	message := e.Msg
	if e.Err != nil {
		message = e.Err.Error()
	}
	return diag.Errorf(diag.ExitMissing, "input-unreadable", "%s: %s", what, message)
}
