package resolve

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate/nix"
	"github.com/insomnia-pods/insomnia/go/internal/locate"
	"github.com/insomnia-pods/insomnia/go/internal/pattern"
)

// file evaluates purely, without the Nix store, from a copy of the library on disk.
func (n *nixEvaluator) file(ctx context.Context, p *locate.File, options Options) (*fileAnswer, error) {
	library, err := n.materialise()
	if err != nil {
		return nil, err
	}
	in := &fileSources{library: library, root: p.Root}
	var readable []string
	if p.Root != "" {
		view, err := locate.OpenView(p)
		if err != nil {
			return nil, err
		}
		defer view.Close()
		if readable, err = view.VisiblePaths(); err != nil {
			return nil, notCovered(p, err)
		}
		in.find = view.Text(readable)
	}
	out, err := n.Nix.Run(ctx, nix.Call{Dir: n.Dir, Timeout: options.Timeout, Args: fileArgs(library, p, readable, options)})
	var failure *nix.Failure
	if errors.As(err, &failure) {
		return nil, explainFile(p, in, failure)
	}
	if err != nil {
		return nil, err
	}
	a := &fileAnswer{sources: in}
	if err := a.read(out.Stdout); err != nil {
		return nil, unreadable(err)
	}
	return a, nil
}

// fileArgs is the one way to evaluate a file purely without a store that holds
// on all versions; each guard closes a hole that was seen open without it.
func fileArgs(library string, p *locate.File, readable []string, options Options) []string {
	args := []string{"eval", "--json", "--impure",
		"--option", "experimental-features", "nix-command",
		"--store", "dummy://",
		"--option", "restrict-eval", "true",
		"--option", "allowed-uris", "",
		"--option", "allow-import-from-derivation", "false",
		"-I", "insomnia=" + library}
	for _, path := range readable {
		args = append(args, "-I", "profile="+path)
	}
	return append(args, "--file", filepath.Join(library, "entry.nix"), "--argstr", "profile", entryProfile(p), "--argstr", "name", p.Name(), options.entryOutput())
}

func notCovered(p *locate.File, err error) *diag.Error {
	if errors.Is(err, locate.ErrTooMany) || errors.Is(err, bounded.ErrTooLarge) {
		return diag.Errorf(diag.ExitRefused, "too-many-files", "cannot keep Nix from what git ignores in %s: too many files", p.Root).
			Hintf("use the embedded evaluator, or a smaller folder: --root DIR")
	}
	return diag.Errorf(diag.ExitNotFound, "profile-not-found", "cannot read %s: %v", p.Root, bounded.Reason(err))
}

var forbiddenPath = pattern.Lazy{Text: `access to (?:absolute )?path '([^']+)' is forbidden in restricted mode`}

// fileAt is where the evaluation of a profile file failed.
func fileAt(p *locate.File, in *fileSources, failure *nix.Failure) []diag.Position {
	own := func(file string) bool { return strings.HasPrefix(file, "/") }
	at := places(failure.Frames, in, own)
	if p.Path != "" && (len(at) == 0 || !own(at[0].File)) {
		at = []diag.Position{{File: p.Path}}
	}
	return at
}

func explainFile(p *locate.File, in *fileSources, failure *nix.Failure) error {
	at := fileAt(p, in, failure)
	if m := forbiddenPath.Get().FindStringSubmatch(failure.Message); m != nil {
		if why := hiddenIn(p, m[1]); why != nil {
			return hiddenFile(p, m[1], why, at)
		}
		if p.Root != "" && locate.Within(p.Root, m[1]) {
			return evaluationError("partly-hidden", "cannot read "+m[1]+" with the installed Nix: it is a link, or git ignores a part of it", at).
				Hintf("the embedded evaluator can: --evaluator embedded")
		}
		e := evaluationError("outside-root", "the profile reads "+in.text(m[1])+", which is outside "+p.Root, at)
		if p.Ref.Kind == locate.KindPath {
			e.Hintf("move the file, or widen what the profile may read with --root FOLDER")
		}
		return e
	}
	return explainCommon(failure, in, at)
}

// hiddenIn returns why a file below the root is not visible; nil when it is, or
// is elsewhere.
func hiddenIn(p *locate.File, file string) error {
	if p.Root == "" || !locate.Within(p.Root, file) {
		return nil
	}
	view, err := locate.OpenView(p)
	if err != nil {
		return nil
	}
	defer view.Close()
	rel, _ := filepath.Rel(p.Root, file)
	return view.Hidden(filepath.ToSlash(rel))
}
