package nix

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate"
	"github.com/insomnia-pods/insomnia/go/internal/locate"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/nix/flake"
)

// openFlake is a flake that the installed Nix evaluates.
type openFlake struct {
	*evaluate.Flake
	evaluator *Evaluator
	options   evaluate.Options
	url       string // what Nix is given
	lock      *flake.Lock
	overrides []evaluate.Override
	metadata  *metadata // nil unless it was asked for
}

func (f *openFlake) Close() {}

func (f *openFlake) Offline() { f.options.Downloads = locate.Downloads{} }

// Misread returns nil: Nix does not report which files it read.
func (f *openFlake) Misread([]byte) []diag.Position { return nil }

// Open finds the flake; a remote one is downloaded, nothing is evaluated.
func (e *Evaluator) Open(ctx context.Context, ref *locate.Reference, options evaluate.Options) (*evaluate.Flake, error) {
	f := &openFlake{Flake: &evaluate.Flake{Ref: ref}, evaluator: e, options: options, url: ref.Flake}
	f.Run = f
	for _, o := range options.Overrides {
		url, err := e.overrideRef(o.Ref)
		if err != nil {
			return nil, err
		}
		f.overrides = append(f.overrides, evaluate.Override{Input: o.Input, Ref: url})
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
		f.Local, root = local, local.Root()
		if f.lock, err = locate.ReadLock(local.Root(), local.Dir); err != nil {
			return nil, err
		}
	} else if ref.Remote() {
		m, err := e.fetchFlake(ctx, f, options)
		if err != nil {
			return nil, err
		}
		f.metadata, f.url, f.lock = m, m.lockedURL(ref.Flake), m.Locks
	}
	f.Tree = evaluate.NewTree(root, func() *flake.Lock { return f.lock }, e.Library.FS)
	f.Tree.Store = true
	if f.Local != nil {
		f.Tree.Find = locate.TrackedText(f.Local)
	}
	if err := locate.RefuseUnsafeInputs(ref.Flake, f.Local, f.lock, true); err != nil {
		return nil, err
	}
	if options.Provenance {
		if err := e.pin(ctx, f, options); err != nil {
			return nil, err
		}
	}
	return f.Flake, nil
}

// overrideRef returns the reference to pass to Nix for an override. It refuses a
// directory with private files, since Nix would copy them to its store.
func (e *Evaluator) overrideRef(ref string) (string, error) {
	folder, err := locate.FindReplacement(ref, e.Dir)
	if err != nil || folder == nil {
		return ref, err
	}
	if folder.GitRoot == "" && !folder.Explicit {
		err = locate.RefusePrivateFiles(&locate.Flake{Dir: folder.Dir})
	}
	return folder.Text, err
}

// Apply evaluates without network; when that fails for want of a locked
// input, exactly this input is downloaded, and the evaluation tried again.
func (f *openFlake) Apply(ctx context.Context, output, function string) ([]byte, error) {
	return f.apply(ctx, output, function, false)
}

func (f *openFlake) Profile(ctx context.Context, output, function string, judge evaluate.Judge) ([]byte, error) {
	return judged(judge, func(what asking) ([]byte, error) {
		if what == forPlain {
			return f.apply(ctx, output, "out: ("+evaluate.PlainText+") (("+function+") out)", false)
		}
		return f.apply(ctx, output, "out: removeAttrs (("+function+") out) [ \"unjudged\" ]", what == forReportAfterwards)
	})
}

func (f *openFlake) apply(ctx context.Context, output, function string, again bool) ([]byte, error) {
	e := f.evaluator
	call := Call{Dir: e.Dir, Timeout: f.options.Timeout, Again: again, Args: append([]string{"eval", "--json"}, f.lockFlags()...),
		Quiet: []string{"does not match any input", "non-existent input", "not writing modified lock file"}}
	call.Args = append(call.Args, f.url+"#"+fragment(output), "--apply", function)
	fetched := map[string]bool{}
	for {
		out, err := e.Run(ctx, call)
		if err == nil {
			return out.Stdout, unmatchedOverride(f, out.Warnings)
		}
		var r *report
		if !errors.As(err, &r) {
			return nil, err
		}
		input := f.wantedDownload(r)
		if input == "" || fetched[input] {
			return nil, f.failure(r, output)
		}
		fetched[input] = true
		if err := e.fetchInput(ctx, f, input, f.options); err != nil {
			return nil, err
		}
	}
}

// lockFlags hold Nix to the lock. With overrides the lock differs by intent;
// then it is only kept from being written.
func (f *openFlake) lockFlags() []string {
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
func unmatchedOverride(f *openFlake, warnings []string) error {
	for _, w := range warnings {
		for _, o := range f.overrides {
			if !strings.Contains(w, "'--override-input "+o.Input+" ") && !strings.Contains(w, "non-existent input '"+o.Input+"'") {
				continue
			}
			return evaluate.NoSuchInput(o.Input, locate.InputNames(f.lock))
		}
	}
	return nil
}

// fragment encodes an attribute for the part of an installable after `#`.
func fragment(attr string) string {
	if reference.Plain(attr) {
		return attr
	}
	return url.PathEscape(`"` + attr + `"`)
}
