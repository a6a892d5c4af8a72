package evaluate

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/locate"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// OutputName is the flake output that profiles are in.
const OutputName = "insomniaProfiles"

// InvalidTextCode is the code of the problem that a string is not valid UTF-8.
const InvalidTextCode = "invalid-utf8"

// SaveAsUTF8 is the hint for a text that is not valid UTF-8.
const SaveAsUTF8 = "save the file that it is read from as UTF-8"

// Diagnose explains a failure and how to fix it.
func (f *Failure) Diagnose() *diag.Error {
	if f.Kind == Unhad {
		e := *diag.From(f.Cause)
		e.Diagnostics = slices.Clone(e.Diagnostics)
		e.Diagnostics[0].Positions = slices.Concat(e.Diagnostics[0].Positions, f.Positions)
		return &e
	}
	e := f.diagnose()
	e.At(f.Positions...)
	if f.Hint != "" {
		e.Hintf("%s", f.Hint)
	}
	return e
}

func (f *Failure) diagnose() *diag.Error {
	evaluation := func(code, format string, args ...any) *diag.Error {
		return diag.Errorf(diag.ExitEvaluation, code, format, args...)
	}
	switch f.Kind {
	case InfiniteRecursion:
		// Evaluators word it differently, and some know no place.
		message, _, _ := strings.Cut(f.Message, " (")
		message, _, _ = strings.Cut(message, ";")
		return evaluation("infinite-recursion", "%s", message).Hintf("something in the profile refers to itself without end")
	case ByteOrderMark:
		return evaluation("byte-order-mark", "the file begins with a byte order mark, which the Nix language does not allow").
			Hintf("save the file as UTF-8 without a byte order mark")
	case InvalidText:
		return diag.Errorf(diag.ExitInvalid, InvalidTextCode, "a string of the profile is not valid UTF-8").Hintf(SaveAsUTF8)

	case FileMissing:
		return evaluation("file-not-found", "file not found: %s", f.Path)
	case FileOutside:
		if f.Root == "" {
			return evaluation("outside-source", "the profile reads %s, which is not part of the flake", f.Path).
				Hintf("move the file into the flake, or make it an input")
		}
		return evaluation("outside-root", "the profile reads %s, which is outside %s", f.Path, f.Root)
	case FileHidden:
		return evaluation("hidden-file", "cannot read %s: it %s", below(f.Root, f.Path), f.Message)
	case FileUntracked:
		return f.untracked()
	case Unreadable:
		return evaluation("partly-hidden", "cannot read %s with the installed Nix: it is a link, or git ignores a part of it", f.Path).
			Hintf("the embedded evaluator can: --evaluator embedded")
	case Fetches:
		return evaluation("fetches-at-evaluation", "the profile downloads something while it is evaluated, which is not allowed: %s", f.Message).
			Hintf("make it an input of the flake, so that it is locked and fetched first")
	case Builds:
		return evaluation("builds-at-evaluation", "the profile needs something built while it is evaluated, which is not allowed").
			Hintf("read files with builtins.readFile from the source itself, not from a package")
	case NeedsNix:
		return locate.NeedsNix(f.Message)
	case NoStore:
		return diag.Errorf(diag.ExitMissing, "nix-too-old", "the profile copies files into the Nix store, which the installed Nix does in memory from version 2.32 on").
			Hintf("use the embedded evaluator: --evaluator embedded")

	case NoOutput:
		return f.noOutput()
	case NoFlake:
		return diag.Errorf(diag.ExitNotFound, "no-flake", "no flake.nix in `%s`", f.Ref.Flake).
			Hintf("a flake in a folder of a repository is reached with ?dir=FOLDER")
	case FlakeForm:
		return evaluation("flake-form", "%s", f.Message).
			Hintf("as in Nix, `description` and `inputs` must be literal and `outputs` a function; compute things inside `outputs`")
	case NotLocked:
		if f.Name != "" {
			return diag.Errorf(diag.ExitMissing, "input-not-locked", "`%s` has the input `%s`, which its flake.lock does not lock", f.Ref.Flake, f.Name)
		}
		return diag.Errorf(diag.ExitMissing, "input-not-locked", "`%s` has an input that its flake.lock does not lock", f.Ref.Flake)

	case Time:
		return evaluation("deadline", "%s", f.Message).Hintf("look for a loop in the profile, or allow more time with --timeout")
	case Memory:
		return evaluation("memory-limit", "%s", f.Message).Hintf("look for text or lists that grow without end in the profile, or allow more memory with --memory")
	case Output:
		return evaluation("output-too-large", "%s", f.Message).Hintf("a manifest has at most 8 MiB; look for generated text or lists in the profile")
	case Messages:
		return evaluation("messages-too-large", "%s", f.Message).Hintf("look for `builtins.trace` in a loop")
	case Crowded:
		return evaluation("too-many-stopped", "%s", f.Message).Hintf("remove or fix the profiles that reached a limit")
	case Cancelled:
		return diag.Errorf(diag.ExitInterrupted, "interrupted", "%s", f.Message)
	}
	e := evaluation("evaluation-failed", "%s", f.Message)
	if f.Kind == MissingAttribute && f.Name == "insomnia" {
		e.Hintf("pass the library on: import ./profile.nix { insomnia = inputs.insomnia; }")
	} else if f.Kind == MissingAttribute {
		if hint := attributeHint(f.Name); hint != "" {
			e.Hintf("%s", hint)
		}
	}
	// "Bearer ${secrets.ref …}", as far as an evaluator shows the set.
	if strings.Contains(f.Message, "cannot coerce a set to a string") && strings.Contains(f.Message, manifest.SecretRefType) {
		e.Hintf("put a secret into text by a template: insomnia.lib.secrets.format \"Bearer {}\" (insomnia.lib.secrets.ref \"NAME\")")
	}
	return e
}

// noOutput returns the error for a flake without the requested output.
func (f *Failure) noOutput() *diag.Error {
	ref := f.Ref
	if f.Name == OutputName {
		return diag.Errorf(diag.ExitNotFound, "no-profiles", "`%s` has no output `%s`", ref.Flake, OutputName).
			Hintf("define it in the flake's outputs: %s.NAME = insomnia.lib.mkProfile { … };\n"+
				"a profile that stands elsewhere is reached by its whole attribute path: %s#a.b.NAME", OutputName, ref.Flake)
	}
	return diag.Errorf(diag.ExitNotFound, "attribute-not-found", "`%s` has no output `%s`", ref.Flake, f.Name).
		Hintf("a path with dots starts from the flake's outputs: %s#%s.%s", ref.Flake, OutputName, reference.Attribute(ref.Attr))
}

// untracked returns the error for a file that exists but that git does not track.
func (f *Failure) untracked() *diag.Error {
	name, exit := below(f.Root, f.Path), diag.ExitEvaluation
	if filepath.Base(name) == "flake.nix" {
		exit = diag.ExitNotFound
	}
	return diag.Errorf(exit, "untracked-file", "%s is not tracked by git, so it is not part of the flake", name).
		Hintf("git -C %s add %s", f.Root, name)
}

// below is a file as it is named in a directory, or the file itself elsewhere.
func below(root, file string) string {
	if rel, err := filepath.Rel(root, file); err == nil && root != "" {
		return rel
	}
	return file
}

// NoSuchInput is the error for an override of an input that the flake does not have.
func NoSuchInput(input string, names []string) *diag.Error {
	e := diag.Errorf(diag.ExitNotFound, "input-not-found", "the flake has no input `%s` to override", input)
	if len(names) > 0 {
		e.Expectedf("one of: %s", strings.Join(names, ", "))
	}
	return e
}

// Illegible is the error for an answer that is not what was asked for.
func Illegible(evaluator string, err error) *diag.Error {
	if evaluator == Nix {
		return diag.Errorf(diag.ExitEvaluation, "answer-unreadable", "nix exited with success, but its output is not readable: %v", err).
			Hintf("`insomnia doctor` says which nix this is")
	}
	return diag.Errorf(diag.ExitEvaluation, "answer-unreadable", "cannot read the answer of the evaluation: %v", err)
}
