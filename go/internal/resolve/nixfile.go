package resolve

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/nixcli"
	"github.com/insomnia-pods/insomnia/go/internal/pattern"
)

// file evaluates purely, without the Nix store, from a copy of the library on disk.
func (n *nixEvaluator) file(ctx context.Context, p *profileFile, options Options) (*fileAnswer, error) {
	library, err := n.materialise()
	if err != nil {
		return nil, err
	}
	in := &fileSources{library: library, root: p.root}
	out, err := n.Nix.Run(ctx, nixcli.Call{Dir: n.Dir, Timeout: options.Timeout, Args: fileArgs(library, p)})
	var failure *nixcli.Failure
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
func fileArgs(library string, p *profileFile) []string {
	args := []string{"eval", "--json", "--impure",
		"--option", "experimental-features", "nix-command",
		"--store", "dummy://",
		"--option", "restrict-eval", "true",
		"--option", "allowed-uris", "",
		"--option", "allow-import-from-derivation", "false",
		"-I", "insomnia=" + library}
	if p.root != "" {
		args = append(args, "-I", "profile="+p.root)
	}
	return append(args, "--file", filepath.Join(library, "entry.nix"), "--argstr", "profile", p.profile, "--argstr", "name", p.name, p.output)
}

var forbiddenPath = pattern.Lazy{Text: `access to (?:absolute )?path '([^']+)' is forbidden in restricted mode`}

func explainFile(p *profileFile, in *fileSources, failure *nixcli.Failure) error {
	own := func(file string) bool { return strings.HasPrefix(file, "/") }
	at := places(failure.Frames, in, own)
	if p.file != "" && (len(at) == 0 || !own(at[0].File)) {
		at = []diag.Position{{File: p.file}}
	}
	if m := forbiddenPath.Get().FindStringSubmatch(failure.Message); m != nil {
		e := evaluationError("outside-root", "the profile reads "+in.text(m[1])+", which is outside "+p.root, at)
		if p.ref.Kind == KindPath {
			e.Hintf("move the file, or widen what the profile may read with --root FOLDER")
		}
		return e
	}
	return explainCommon(failure, in, at)
}
