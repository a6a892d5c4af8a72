package resolve

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate/nix"
	"github.com/insomnia-pods/insomnia/go/internal/locate"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
)

// nixEvaluator is the installed Nix.
type nixEvaluator struct{ *Resolver }

func (n *nixEvaluator) title(ctx context.Context) string {
	version, _, err := n.Nix.Version(ctx)
	if err != nil || version == "" {
		return "nix"
	}
	return "nix " + version
}

// nixFlake is a flake that the installed Nix evaluates.
type nixFlake struct {
	*flakeSource
	evaluator *nixEvaluator
	options   Options
	url       string // what Nix is given
	lock      *locate.Lock
	overrides []Override
	metadata  *metadata // nil unless it was asked for
}

func (f *nixFlake) close() {}

// open finds the flake; a remote one is downloaded, nothing is evaluated.
func (n *nixEvaluator) open(ctx context.Context, ref *locate.Reference, options Options) (*flakeSource, error) {
	r := n.Resolver
	f := &nixFlake{flakeSource: &flakeSource{ref: ref}, evaluator: n, options: options, url: ref.Flake}
	f.flakeRun = f
	for _, o := range options.Overrides {
		url, err := r.overrideRef(o.Ref)
		if err != nil {
			return nil, err
		}
		f.overrides = append(f.overrides, Override{o.Input, url})
	}
	root := ""
	if ref.LocalDir != "" && !ref.Bare() {
		local, err := locate.FlakeOf(ref)
		if err != nil {
			return nil, err
		}
		if !ref.Explicit() && local.GitRoot == "" {
			if err := locate.RefusePrivateFiles(local); err != nil {
				return nil, err
			}
		}
		f.local, root = local, local.Root()
		f.lock = locate.ReadLock(local.Root(), local.Dir)
	} else if ref.Remote() {
		m, err := r.fetchFlake(ctx, f, options)
		if err != nil {
			return nil, err
		}
		f.metadata, f.url, f.lock = m, m.lockedURL(ref.Flake), m.Locks
	}
	f.tree = newTree(root, func() *locate.Lock { return f.lock }, r.Library)
	f.tree.store = true
	if f.local != nil {
		f.tree.find = locate.TrackedText(f.local)
	}
	if err := locate.RefuseUnsafeInputs(ref.Flake, f.local, f.lock, true); err != nil {
		return nil, err
	}
	if options.Provenance {
		if err := r.pin(ctx, f, options); err != nil {
			return nil, err
		}
	}
	return f.flakeSource, nil
}

// overrideRef is what Nix is given for an override; a folder is not copied to
// its store with private files in it.
func (r *Resolver) overrideRef(ref string) (string, error) {
	folder, err := locate.FindReplacement(ref, r.Dir)
	if err != nil || folder == nil {
		return ref, err
	}
	if folder.GitRoot == "" && !folder.Explicit {
		err = locate.RefusePrivateFiles(&locate.Flake{Dir: folder.Dir})
	}
	return folder.Text, err
}

// apply evaluates without network; when that fails for want of a locked
// input, exactly this input is downloaded, and the evaluation tried again.
func (f *nixFlake) apply(ctx context.Context, root, apply string) ([]byte, *failed, error) {
	r, options := f.evaluator.Resolver, f.options
	call := nix.Call{Dir: r.Dir, Timeout: options.Timeout, Args: append([]string{"eval", "--json"}, f.lockFlags()...),
		Quiet: []string{"does not match any input", "non-existent input", "not writing modified lock file"}}
	call.Args = append(call.Args, f.url+"#"+fragment(root), "--apply", apply)
	fetched := map[string]bool{}
	for {
		out, err := r.Nix.Run(ctx, call)
		if err == nil {
			return out.Stdout, nil, unmatchedOverride(f, out.Warnings)
		}
		var failure *nix.Failure
		if !errors.As(err, &failure) {
			return nil, nil, err
		}
		input := wantedDownload(failure, f)
		if input == "" || fetched[input] {
			return nil, f.failed(ctx, root, failure), nil
		}
		fetched[input] = true
		if err := r.fetchInput(ctx, f, input, options); err != nil {
			return nil, nil, err
		}
	}
}

// lockFlags hold Nix to the lock. With overrides the lock differs by intent;
// then it is only kept from being written.
func (f *nixFlake) lockFlags() []string {
	if len(f.overrides) == 0 {
		return []string{"--no-update-lock-file"}
	}
	flags := []string{"--no-write-lock-file"}
	for _, o := range f.overrides {
		flags = append(flags, "--override-input", o.Input, o.Ref)
	}
	return flags
}

// unmatchedOverride makes an error of what Nix only warns of. The words are
// those of 2.8 and of newer versions.
func unmatchedOverride(f *nixFlake, warnings []string) error {
	for _, w := range warnings {
		for _, o := range f.overrides {
			if !strings.Contains(w, "'--override-input "+o.Input+" ") && !strings.Contains(w, "non-existent input '"+o.Input+"'") {
				continue
			}
			return noSuchInput(o.Input, f.lock.InputNames())
		}
	}
	return nil
}

// failed says what a failure of Nix means.
func (f *nixFlake) failed(ctx context.Context, root string, failure *nix.Failure) *failed {
	out := &failed{err: diag.From(explainFlake(ctx, f, root, failure))}
	for _, frame := range failure.Frames {
		out.contexts = append(out.contexts, frame.Message)
	}
	return out
}

// fragment encodes an attribute for the part of an installable after `#`.
func fragment(attr string) string {
	if reference.Plain(attr) {
		return attr
	}
	return url.PathEscape(`"` + attr + `"`)
}
