package resolve

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate/nix"
	"github.com/insomnia-pods/insomnia/go/internal/locate"
	"github.com/insomnia-pods/insomnia/go/internal/pattern"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/internal/suggest"
)

var (
	notTracked = pattern.Lazy{Text: `[Pp]ath '([^']+)' in the repository`}
	// The ways in which versions say that a file is missing.
	missingFile = pattern.Lazy{Text: `^(?:getting status of|[Pp]ath) '([^']+)'(?:: No such file or directory| does not exist.*)$`}
	inputFrame  = pattern.Lazy{Text: `while fetching the input '([^']+)'`}
)

// flakeFormHint is for a flake.nix that computes what has to be literal.
const flakeFormHint = "as in Nix, `description` and `inputs` must be literal and `outputs` a function; compute things inside `outputs`"

// explainFlake says what a failed evaluation of a flake means.
func explainFlake(ctx context.Context, f *nixFlake, root string, failure *nix.Failure) error {
	flake := f.ref.Flake
	at := places(failure.Frames, f.tree, f.tree.own)
	if err := explainUntracked(ctx, f, failure, at); err != nil {
		return err
	}
	switch {
	case failure.Contains("does not provide attribute"):
		return noOutput(f.ref, root)

	case failure.Contains("requires lock file changes", "cannot write modified lock file", "cannot update unlocked flake input", "which is not locked"):
		return notLocked(flake, f.lockCommand())

	case failure.Contains("in the flake registries"):
		return diag.Errorf(diag.ExitNotFound, "flake-not-found", "there is no flake named `%s` in your registries", strings.TrimPrefix(flake, "flake:")).
			Hintf("register it: nix registry add %s github:OWNER/REPO; or refer to it by its address", strings.TrimPrefix(flake, "flake:"))

	case failure.Contains("must be an attribute set") && failure.Contains("/flake.nix'"):
		return diag.Errorf(diag.ExitEvaluation, "flake-form", "flake.nix must be an attribute set").At(at...).Hintf("%s", flakeFormHint)

	case failure.Contains("flake.nix' file", "could not find a flake.nix", "does not contain a 'flake.nix'", "/flake.nix'") && len(at) == 0:
		return diag.Errorf(diag.ExitNotFound, "no-flake", "there is no flake.nix in `%s`", flake).
			Hintf("a flake in a folder of a repository is reached with ?dir=FOLDER")

	case isDownloadFailure(failure):
		return downloadFailed(f, failure, at)
	}
	return explainCommon(failure, f.tree, at)
}

// explainUntracked recognises a file that is there but not in git, which Nix
// only reports as missing from its copy.
func explainUntracked(ctx context.Context, f *nixFlake, failure *nix.Failure, at []diag.Position) error {
	if f.local == nil || f.local.GitRoot == "" {
		return nil
	}
	var candidates []string
	if m := notTracked.Get().FindStringSubmatch(failure.Message); m != nil {
		candidates = append(candidates, m[1])
	}
	for _, m := range storeFile.Get().FindAllStringSubmatch(failure.Message, -1) {
		if _, isInput := f.tree.inputs()[m[1]]; !isInput && m[2] != "" {
			candidates = append(candidates, strings.TrimPrefix(m[2], "/"))
		}
	}
	if rel, err := filepath.Rel(f.local.GitRoot, filepath.Join(f.local.Dir, "flake.nix")); err == nil &&
		failure.Contains("flake.nix") && len(at) == 0 {
		candidates = append(candidates, rel)
	}
	for _, rel := range candidates {
		if !locate.Untracked(f.local.GitRoot, rel) {
			continue
		}
		return notTrackedFile(f.local, filepath.Join(f.local.GitRoot, rel), at)
	}
	return nil
}

// noOutput is for a flake without the output that was asked for.
func noOutput(ref *locate.Reference, output string) *diag.Error {
	if output == outputName {
		return diag.Errorf(diag.ExitNotFound, "no-profiles", "`%s` has no output `%s`", ref.Flake, outputName).
			Hintf("define it in the flake's outputs: %s.NAME = insomnia.lib.mkProfile { … };\n"+
				"a profile that stands elsewhere is reached by its whole attribute path: %s#a.b.NAME", outputName, ref.Flake)
	}
	return diag.Errorf(diag.ExitNotFound, "attribute-not-found", "`%s` has no output `%s`", ref.Flake, output).
		Hintf("a path with dots starts from the flake's outputs: %s#%s.%s", ref.Flake, outputName, reference.Attribute(ref.Attr))
}

func notLocked(flake, command string) *diag.Error {
	return diag.Errorf(diag.ExitMissing, "input-not-locked", "`%s` has an input that its flake.lock does not lock", flake).
		Hintf("lock it: %s", command)
}

func noSuchInput(input string, names []string) *diag.Error {
	e := diag.Errorf(diag.ExitNotFound, "input-not-found", "the flake has no input `%s` to override", input)
	if len(names) > 0 {
		e.Expectedf("one of: %s", strings.Join(names, ", "))
	}
	return e
}

// notTrackedFile is for a file that is there but that git does not know.
func notTrackedFile(local *locate.Flake, file string, at []diag.Position) *diag.Error {
	rel, root := file, filepath.Dir(file)
	if local != nil && local.GitRoot != "" {
		root = local.GitRoot
		if below, err := filepath.Rel(root, file); err == nil {
			rel = below
		}
	}
	exit := diag.ExitEvaluation
	if filepath.Base(rel) == "flake.nix" {
		exit = diag.ExitNotFound
	}
	return diag.Errorf(exit, "untracked-file", "%s is not tracked by git, so Nix does not see it", rel).
		At(at...).
		Hintf("git -C %s add %s", root, rel)
}

// explainCommon is for what can fail in any evaluation.
func explainCommon(failure *nix.Failure, in sources, at []diag.Position) error {
	plain := strings.Join(failure.Plain, "\n")
	switch {
	case strings.Contains(plain, "dubious ownership") || failure.Contains("is not owned by current user"):
		return diag.Errorf(diag.ExitRefused, "foreign-owner", "git refuses the repository, since another user owns it").
			Hintf("if you trust it: git config --global --add safe.directory FOLDER")
	case failure.Contains("executing 'git'") || strings.Contains(plain, "executing 'git'"):
		return diag.Errorf(diag.ExitMissing, "git-missing", "Nix needs git to read this flake, and there is no `git` on PATH").
			Hintf("install git")
	case failure.Contains("cannot connect to socket", "cannot connect to daemon"):
		return diag.Errorf(diag.ExitMissing, "nix-daemon", "Nix cannot reach its daemon: %s", failure.Message).
			Hintf("start it (systemctl start nix-daemon), or use a resolved manifest: insomnia resolve --manifest FILE")
	case failure.Contains("/nix/var/nix", "creating directory '/nix", "/nix/store/.links"):
		return diag.Errorf(diag.ExitMissing, "nix-store", "Nix cannot use its store: %s", failure.Message).
			Hintf("`nix store ping` should succeed for this user")
	case missingFile.Get().MatchString(failure.Message):
		return evaluationError("file-not-found", "there is no file "+in.text(missingFile.Get().FindStringSubmatch(failure.Message)[1]), at)
	case failure.Contains("json.exception.type_error.316"):
		return notUTF8(at)
	case failure.Contains("unexpected invalid token") && beginsWithMark(at):
		return evaluationError("byte-order-mark", "the file begins with a byte order mark, which Nix does not accept", at).
			Hintf("save the file as UTF-8 without a byte order mark")
	case failure.Contains("import from derivation", "allow-import-from-derivation"):
		return evaluationError("builds-at-evaluation", "the profile needs something built while it is evaluated, which is not allowed", at).
			Hintf("read files with builtins.readFile from the source itself, not from a package")
	}
	if failure.Contains("stack overflow", "infinite recursion") {
		// Versions word it differently, and some know no place.
		message, _, _ := strings.Cut(failure.Message, " (")
		message, _, _ = strings.Cut(message, ";")
		return evaluationError("infinite-recursion", message, at).
			Hintf("something in the profile refers to itself without end")
	}
	e := evaluationError("evaluation-failed", in.text(failure.Message), at)
	if failure.Contains("attribute 'insomnia' missing") {
		e.Hintf("pass the library on: import ./profile.nix { insomnia = inputs.insomnia; }")
	}
	return e
}

func evaluationError(code, message string, at []diag.Position) *diag.Error {
	return diag.Errorf(diag.ExitEvaluation, code, "%s", message).At(at...)
}

func isDownloadFailure(failure *nix.Failure) bool {
	if failure.Contains("unable to download", "Failed to fetch git repository", "cannot fetch") {
		return true
	}
	if !failure.Contains("program 'git' failed") {
		return false
	}
	for _, frame := range failure.Frames {
		if inputFrame.Get().MatchString(frame.Message) {
			return true
		}
	}
	return false
}

// wantedDownload is the reference of the locked input that an evaluation
// stopped for, or empty. Only what the lock or an override names is ever
// downloaded: a profile can put any text it likes into its own errors.
func wantedDownload(failure *nix.Failure, f *nixFlake) string {
	if !isDownloadFailure(failure) {
		return ""
	}
	for _, frame := range failure.Frames {
		m := inputFrame.Get().FindStringSubmatch(frame.Message)
		if m == nil {
			continue
		}
		if locked := f.lock.Find(m[1]); locked != nil {
			return locked.FetchURL()
		}
		for _, o := range f.overrides {
			if locate.SameInput(m[1], o.Ref) {
				return o.Ref
			}
		}
	}
	return ""
}

// downloadFailed is for an evaluation that wanted to download what it may not:
// something that is no locked input.
func downloadFailed(f *nixFlake, failure *nix.Failure, at []diag.Position) error {
	for _, frame := range failure.Frames {
		m := inputFrame.Get().FindStringSubmatch(frame.Message)
		if m == nil || len(at) > 0 {
			continue
		}
		if f.lock.Find(m[1]) != nil {
			return fetchFailed(m[1], failure) // it was tried
		}
		return diag.Errorf(diag.ExitMissing, "input-not-locked", "`%s` has the input `%s`, which its flake.lock does not lock", f.ref.Flake, m[1]).
			Hintf("lock it: %s", f.lockCommand())
	}
	return evaluationError("fetches-at-evaluation", "the profile downloads something while it is evaluated, which is not allowed: "+failure.Message, at).
		Hintf("make it an input of the flake, so that it is locked and fetched first")
}

// fetchFailed is for a download that was tried.
func fetchFailed(what string, failure *nix.Failure) *diag.Error {
	details := failure.Message
	for _, line := range failure.Plain {
		if strings.HasPrefix(line, "fatal:") {
			details += "\n" + line
			break
		}
	}
	if failure.Contains("HTTP error 404") || strings.Contains(details, "does not appear to be a git repository") ||
		strings.Contains(details, "epository not found") || failure.Contains("No such file or directory") {
		return diag.Errorf(diag.ExitNotFound, "flake-not-found", "there is nothing at %s: %s", what, details)
	}
	return diag.Errorf(diag.ExitMissing, "download-failed", "cannot download %s: %s", what, details).
		Hintf("check the network and the address, or use a resolved manifest: insomnia resolve --manifest FILE")
}

// Closest is the name most like the wanted one, if any is alike enough.
func Closest(wanted string, names []string) string { return suggest.Closest(wanted, names, 0.75) }
