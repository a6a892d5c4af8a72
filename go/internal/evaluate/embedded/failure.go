package embedded

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/crash"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate"
	"github.com/insomnia-pods/insomnia/go/internal/locate"
	"github.com/insomnia-pods/insomnia/go/internal/memory"
	"github.com/insomnia-pods/insomnia/go/internal/watchdog"
	"github.com/insomnia-pods/insomnia/go/nix"
)

// kinds are those of failures that need no look at their cause.
var kinds = [...]evaluate.Kind{
	nix.TypeMismatch: evaluate.TypeMismatch, nix.MissingAttr: evaluate.MissingAttribute, nix.UndefinedVariable: evaluate.UndefinedVariable,
	nix.Thrown: evaluate.Thrown, nix.AssertionFailed: evaluate.AssertionFailed, nix.Aborted: evaluate.Aborted,
	nix.InfiniteRecursion: evaluate.InfiniteRecursion, nix.BadSyntax: evaluate.SyntaxError,
	nix.Fetches: evaluate.Fetches, nix.Builds: evaluate.Builds, nix.NeedsNix: evaluate.NeedsNix,
	nix.LimitReached: evaluate.Other, nix.Busy: evaluate.Other,
}

// failureOf makes a Failure of an error of package nix; nil for another error.
// places are found by the caller, who knows what a failure without one is about.
func failureOf(err error, in evaluate.Sources, options evaluate.Options, places func([]evaluate.Frame) []diag.Position) *evaluate.Failure {
	var e *nix.Error
	if !errors.As(err, &e) || errors.As(err, new(*crash.Panic)) {
		return nil // a defect is reported as one
	}
	var limit *nix.LimitError
	if errors.As(err, &limit) && limit.Limit != "depth" {
		return limitReached(limit, options)
	}
	var frames []evaluate.Frame
	add := func(message string, file string, line, column int) {
		if !strings.HasPrefix(file, "/") {
			file, line, column = "", 0, 0 // in the texts of this program
		}
		frames = append(frames, evaluate.Frame{Message: message, File: file, Line: line, Column: column})
	}
	if at := e.Position; strings.HasPrefix(at.File, "/") {
		add("", at.File, at.Line, at.Column)
	}
	f := &evaluate.Failure{Kind: kinds[e.Kind], Message: in.Text(e.Msg), Name: e.Name, Path: blamedPath(e), Cause: e}
	for _, t := range e.Trace {
		add(t.Msg, t.Position.File, t.Position.Line, t.Position.Column)
		f.Trace = append(f.Trace, t.Msg)
	}
	f.Positions = places(frames)
	var bare *unnamed
	switch {
	case limit != nil:
		f.Kind = evaluate.InfiniteRecursion
	case e.Kind == nix.BadSyntax && evaluate.BeginsWithMark(f.Positions):
		f.Kind = evaluate.ByteOrderMark
	case e.Kind == nix.Fetches:
		f.Message = "builtins." + e.Name
	case errors.As(err, &bare):
		f.Kind = evaluate.Fetches
		f.Message, f.Hint = unnamedHint(bare.builtin)
	case errors.Is(err, nix.ErrOutside):
		f.Kind = evaluate.FileOutside
	case e.Kind == nix.FileAccess && errors.Is(err, fs.ErrNotExist):
		f.Kind, f.Path = evaluate.FileMissing, in.Text(f.Path)
	}
	return f
}

// fileFailure is failureOf a profile file.
func fileFailure(err error, p *locate.File, in *evaluate.FileSources, options evaluate.Options) error {
	f := failureOf(err, in, options, func(frames []evaluate.Frame) []diag.Position { return evaluate.FilePlaces(frames, p, in) })
	if f == nil {
		return err
	}
	var hidden *locate.NotVisible
	switch {
	case errors.As(err, &hidden):
		f.Kind, f.Root, f.Message = evaluate.FileHidden, p.Root, hidden.Why
		f.Hint = hidden.Remedy(p.Root, f.Path)
	case f.Kind == evaluate.FileOutside:
		f.Root, f.Path = p.Root, in.Text(f.Path)
		f.Hint = evaluate.WidenHint(p)
	}
	return f
}

// blamedPath is the path that an error of the file system is about.
func blamedPath(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Path
	}
	return ""
}

// abandoned is the failure of an evaluation that did not end at its limit, or was
// not begun for others that do not.
func abandoned(err error, options evaluate.Options) *evaluate.Failure {
	switch {
	case errors.Is(err, watchdog.ErrCrowded):
		return &evaluate.Failure{Kind: evaluate.Crowded, Cause: err,
			Message: fmt.Sprintf("not evaluated: %d evaluations before this one reached a limit and did not stop", watchdog.MaxAbandoned)}
	case errors.Is(err, watchdog.ErrMemory):
		return MemoryReached(options.Memory)
	case errors.Is(err, context.DeadlineExceeded):
		return limitReached(&nix.LimitError{Limit: "time"}, options)
	}
	return limitReached(&nix.LimitError{Limit: "cancelled"}, options)
}

// MemoryReached is the failure of an evaluation that the watchdog ended at its limit
// of bytes; zero for the default.
func MemoryReached(limit int64) *evaluate.Failure {
	if limit <= 0 {
		limit = memory.Default()
	}
	return &evaluate.Failure{Kind: evaluate.Memory, Cause: watchdog.ErrMemory,
		Message: fmt.Sprintf("evaluation needs more memory than its limit of %d MiB allows", limit>>20)}
}

func limitReached(limit *nix.LimitError, options evaluate.Options) *evaluate.Failure {
	f := &evaluate.Failure{Kind: evaluate.Memory, Message: limit.Msg, Cause: limit}
	switch limit.Limit {
	case "cancelled":
		if errors.Is(limit.Err, watchdog.ErrMemory) {
			return MemoryReached(options.Memory)
		}
		f.Kind, f.Message = evaluate.Cancelled, "interrupted; the evaluation was stopped"
	case "time":
		timeout := options.Timeout
		if timeout <= 0 {
			timeout = evaluate.DefaultTimeout
		}
		f.Kind, f.Message = evaluate.Time, fmt.Sprintf("the evaluation did not finish within %s and was stopped", timeout)
	case "output":
		f.Kind = evaluate.Output
	}
	return f
}
