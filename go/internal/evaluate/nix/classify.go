package nix

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate"
	"github.com/insomnia-pods/insomnia/go/internal/locate"
	"github.com/insomnia-pods/insomnia/go/internal/pattern"
)

// The meaning of an error is read from Nix's sentences, which differ between versions.
// A profile can put any text it likes into its own errors: if Nix reports a thrown
// error, its text is ignored, and no text ever causes an action.

var (
	notTracked = pattern.Lazy{Text: `[Pp]ath '([^']+)' in the repository`}
	// The messages of different versions for a missing file.
	missingFile   = pattern.Lazy{Text: `^(?:getting status of|opening (?:file|directory)|reading directory|[Pp]ath) '([^']+)'(?:: No such file or directory| does not exist.*)$`}
	inputFrame    = pattern.Lazy{Text: `while fetching the input '([^']+)'`}
	forbiddenPath = pattern.Lazy{Text: `access to (?:absolute )?path '([^']+)' is forbidden in (?:restricted mode|pure eval)`}
	storePath     = pattern.Lazy{Text: evaluate.StorePathPattern}
	mismatch      = pattern.Lazy{Text: `^cannot (?:coerce|add|compare|convert|concatenate) |not a function but |^value is .+ while .+ was expected$|^expected an? .+ but found |called with(?:out required| unexpected) argument '`}
	missingAttr   = pattern.Lazy{Text: `^attribute '([^']*)' missing`}
	unfetched     = pattern.Lazy{Text: `in pure evaluation mode, '(?:builtins\.)?fetch|will not fetch unlocked input|'getFlake' on unlocked|requires a Git revision`}
)

// failure begins the Failure of a report.
func (r *report) failure(in evaluate.Sources, at []diag.Position) *evaluate.Failure {
	f := &evaluate.Failure{Message: in.Text(r.message), Positions: at, Cause: r}
	for _, frame := range r.frames {
		f.Trace = append(f.Trace, frame.Message)
	}
	return f
}

// calling reports whether the error came from a builtin; old versions do not report
// that.
func (r *report) calling(builtin string) bool {
	for _, frame := range r.frames {
		if frame.Message != "" {
			return frame.Message == "while calling the '"+builtin+"' builtin"
		}
	}
	return false
}

// fileFailure interprets the output of Nix for a profile file.
func fileFailure(r *report, p *locate.File, in *evaluate.FileSources) error {
	f := r.failure(in, evaluate.FilePlaces(r.frames, p, in))
	m := forbiddenPath.Get().FindStringSubmatch(r.message)
	if m == nil || r.calling("throw") {
		return r.classify(f, in)
	}
	file := m[1]
	f.Kind, f.Root, f.Path = evaluate.FileOutside, p.Root, in.Text(file)
	if p.Root == "" || !locate.Within(p.Root, file) {
		f.Hint = evaluate.WidenHint(p)
		return f
	}
	real, err := filepath.EvalSymlinks(file)
	hidden := hiddenIn(p, file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f.Kind = evaluate.FileMissing
	case hidden != nil:
		f.Kind, f.Path, f.Message, f.Hint = evaluate.FileHidden, file, hidden.Why, hidden.Remedy(p.Root, file)
	case err == nil && !locate.Within(p.Root, real):
		f.Path, f.Hint = real, evaluate.WidenHint(p)
	default:
		f.Kind, f.Path = evaluate.Unreadable, file
	}
	return f
}

// hiddenIn returns why a file below the root is not visible; nil when it is.
func hiddenIn(p *locate.File, file string) *locate.NotVisible {
	view, err := locate.OpenView(p)
	if err != nil {
		return nil
	}
	defer view.Close()
	rel, _ := filepath.Rel(p.Root, file)
	hidden, _ := view.Hidden(filepath.ToSlash(rel)).(*locate.NotVisible)
	return hidden
}

// failure interprets the output of Nix for an output of a flake.
func (f *openFlake) failure(r *report, output string) error {
	out := r.failure(f.Tree, evaluate.Places(r.frames, f.Tree))
	out.Ref = f.Ref
	placed := len(out.Positions) > 0
	if r.calling("throw") {
		return r.classify(out, f.Tree)
	}
	if file := f.untracked(r, placed); file != "" {
		out.Kind, out.Path, out.Root = evaluate.FileUntracked, file, f.Local.GitRoot
		return out
	}
	switch {
	case r.has("does not provide attribute"):
		out.Kind, out.Name = evaluate.NoOutput, output
	case r.has("requires lock file changes", "cannot write modified lock file", "cannot update unlocked flake input", "which is not locked"):
		out.Kind, out.Hint = evaluate.NotLocked, "lock it: "+f.LockCommand()
	case r.has("in the flake registries"):
		out.Kind, out.Cause = evaluate.Unhad, locate.UnknownFlake(strings.TrimPrefix(f.Ref.Flake, "flake:"))
	case r.has("must be an attribute set") && r.has("/flake.nix'"):
		out.Kind, out.Message = evaluate.FlakeForm, "flake.nix must be an attribute set"
	case !placed && r.has("flake.nix' file", "could not find a flake.nix", "does not contain a 'flake.nix'", "/flake.nix'"):
		out.Kind = evaluate.NoFlake
	case r.download():
		f.downloadFailed(r, out)
	default:
		if m := forbiddenPath.Get().FindStringSubmatch(r.message); m != nil {
			out.Kind, out.Path = evaluate.FileOutside, f.Tree.Text(m[1])
			return out
		}
		return r.classify(out, f.Tree)
	}
	return out
}

// untracked recognizes a file that exists but is not in git; Nix only reports it as
// missing from its copy.
func (f *openFlake) untracked(r *report, placed bool) string {
	if f.Local == nil || f.Local.GitRoot == "" {
		return ""
	}
	var candidates []string
	if m := notTracked.Get().FindStringSubmatch(r.message); m != nil {
		candidates = append(candidates, m[1])
	}
	for _, m := range storePath.Get().FindAllStringSubmatch(r.message, -1) {
		if !f.Tree.IsInput(m[1]) && m[2] != "" {
			candidates = append(candidates, strings.TrimPrefix(m[2], "/"))
		}
	}
	if rel, err := filepath.Rel(f.Local.GitRoot, filepath.Join(f.Local.Dir, "flake.nix")); err == nil && r.has("flake.nix") && !placed {
		candidates = append(candidates, rel)
	}
	for _, rel := range candidates {
		if locate.Untracked(f.Local.GitRoot, rel) {
			return filepath.Join(f.Local.GitRoot, rel)
		}
	}
	return ""
}

// classify sets the kind of a failure that can happen in any evaluation. A failure of
// Nix itself is a *diag.Error.
func (r *report) classify(f *evaluate.Failure, in evaluate.Sources) error {
	if r.calling("throw") {
		f.Kind = evaluate.Thrown
		return f
	}
	if err := r.broken(); err != nil {
		return err
	}
	missing := missingFile.Get().FindStringSubmatch(r.message)
	attribute := missingAttr.Get().FindStringSubmatch(r.message)
	switch {
	case missing != nil:
		f.Kind, f.Path = evaluate.FileMissing, in.Text(missing[1])
	case r.has("is not supported by store 'dummy"):
		f.Kind = evaluate.NoStore
	case r.has("json.exception.type_error.316"):
		f.Kind = evaluate.InvalidText
	case r.has("unexpected invalid token") && evaluate.BeginsWithMark(f.Positions):
		f.Kind = evaluate.ByteOrderMark
	case r.has("import from derivation", "allow-import-from-derivation"):
		f.Kind = evaluate.Builds
	case unfetched.Get().MatchString(r.message):
		f.Kind = evaluate.Fetches
	case r.has("stack overflow", "infinite recursion"):
		f.Kind = evaluate.InfiniteRecursion
	case strings.HasPrefix(r.message, "evaluation aborted with the following error message"):
		f.Kind = evaluate.Aborted
	case r.asserting():
		f.Kind = evaluate.AssertionFailed
	case attribute != nil && (r.placed || r.called()):
		f.Kind, f.Name = evaluate.MissingAttribute, attribute[1]
	case strings.HasPrefix(r.message, "undefined variable '"):
		f.Kind = evaluate.UndefinedVariable
	case strings.HasPrefix(r.message, "syntax error"):
		f.Kind = evaluate.SyntaxError
	case mismatch.Get().MatchString(r.message):
		f.Kind = evaluate.TypeMismatch
	case !r.placed && !r.called():
		f.Kind = evaluate.Thrown // by a version that does not report it
	}
	return f
}

// called reports whether a frame names a builtin, as newer versions do.
func (r *report) called() bool {
	for _, frame := range r.frames {
		if strings.HasPrefix(frame.Message, "while calling the '") {
			return true
		}
	}
	return false
}

// asserting reports whether an assertion failed. Newer versions of Nix print the values
// that it compared.
func (r *report) asserting() bool {
	if strings.HasPrefix(r.message, "assertion '") && strings.HasSuffix(r.message, "' failed") {
		return true
	}
	for _, frame := range r.frames {
		if frame.Message != "" {
			return strings.HasPrefix(frame.Message, "while evaluating the condition of the assertion '")
		}
	}
	return false
}

// broken is the error where Nix cannot work here at all, or nil.
func (r *report) broken() error {
	plain := strings.Join(r.plain, "\n")
	switch {
	case strings.Contains(plain, "dubious ownership") || r.has("is not owned by current user"):
		return diag.Errorf(diag.ExitRefused, "foreign-owner", "git refuses the repository, since another user owns it").
			Hintf("if you trust it: git config --global --add safe.directory FOLDER")
	case r.has("executing 'git'") || strings.Contains(plain, "executing 'git'"):
		return diag.Errorf(diag.ExitMissing, "git-missing", "Nix needs git to read this flake, and there is no `git` on PATH").
			Hintf("install git")
	case r.has("cannot connect to socket", "cannot connect to daemon"):
		return diag.Errorf(diag.ExitMissing, "nix-daemon", "Nix cannot reach its daemon: %s", r.message).
			Hintf("start it (systemctl start nix-daemon), or use a resolved manifest: insomnia resolve --manifest FILE")
	case r.has("/nix/var/nix", "creating directory '/nix", "/nix/store/.links"):
		return diag.Errorf(diag.ExitMissing, "nix-store", "Nix cannot use its store: %s", r.message).
			Hintf("`nix store ping` should succeed for this user")
	}
	return nil
}

// download reports whether an evaluation ended for a download.
func (r *report) download() bool {
	return r.has("unable to download", "Failed to fetch git repository", "cannot fetch") ||
		r.has("program 'git' failed") && len(r.inputs()) > 0
}

// inputs are those that Nix reports it was fetching, innermost first.
func (r *report) inputs() (printed []string) {
	for _, frame := range r.frames {
		if m := inputFrame.Get().FindStringSubmatch(frame.Message); m != nil {
			printed = append(printed, m[1])
		}
	}
	return printed
}

// wantedDownload is the reference of the locked input that an evaluation
// stopped for, or empty. Only what the lock or an override names is ever
// downloaded: a profile can put any text it likes into its own errors.
func (f *openFlake) wantedDownload(r *report) string {
	if !r.download() {
		return ""
	}
	for _, printed := range r.inputs() {
		if locked := locate.FindLocked(f.lock, printed); locked != nil {
			return locate.FetchURL(locked)
		}
		for _, o := range f.overrides {
			if locate.SameInput(printed, o.Ref) {
				return o.Ref
			}
		}
	}
	return ""
}

// downloadFailed classifies a download that the evaluation was not allowed: its source
// is not a locked input.
func (f *openFlake) downloadFailed(r *report, out *evaluate.Failure) {
	inputs := r.inputs()
	switch {
	case len(inputs) == 0 || len(out.Positions) > 0:
		out.Kind = evaluate.Fetches
	case locate.FindLocked(f.lock, inputs[0]) != nil: // it was tried
		out.Kind, out.Cause = evaluate.Unhad, fetchFailed(inputs[0], r)
	default:
		out.Kind, out.Name, out.Hint = evaluate.NotLocked, inputs[0], "lock it: "+f.LockCommand()
	}
}

// fetchFailed explains a download that was attempted and failed.
func fetchFailed(what string, r *report) *diag.Error {
	details := r.message
	for _, line := range r.plain {
		if strings.HasPrefix(line, "fatal:") {
			details += "\n" + line
			break
		}
	}
	if r.has("HTTP error 404") || strings.Contains(details, "does not appear to be a git repository") ||
		strings.Contains(details, "epository not found") || r.has("No such file or directory") {
		return diag.Errorf(diag.ExitNotFound, "flake-not-found", "there is nothing at %s: %s", what, details)
	}
	return diag.Errorf(diag.ExitMissing, "download-failed", "cannot download %s: %s", what, details).
		Hintf("check the network and the address, or use a resolved manifest: insomnia resolve --manifest FILE")
}
