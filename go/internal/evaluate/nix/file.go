package nix

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate"
	"github.com/insomnia-pods/insomnia/go/internal/locate"
)

// Evaluator evaluates with the installed Nix.
type Evaluator struct {
	*Nix
	Library evaluate.Library
	Dir     string // relative references start from it
	Name    string // name and version of this program, for provenance
}

func (e *Evaluator) Title(ctx context.Context) string {
	version, _, err := e.Version(ctx)
	if err != nil || version == "" {
		return "nix"
	}
	return "nix " + version
}

// File evaluates purely, without the Nix store, from a copy of the library on disk.
func (e *Evaluator) File(ctx context.Context, p *locate.File, options evaluate.Options) (*evaluate.Answer, error) {
	library, err := e.Library.Materialise(e.CacheDir)
	if err != nil {
		return nil, err
	}
	in := &evaluate.FileSources{Library: library, Root: p.Root}
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
		in.Find = view.Text(readable)
	}
	report := "report"
	if options.Explain {
		report = "explanation"
	}
	out, err := judged(options.Judge, func(what asking) ([]byte, error) {
		output := report
		if what == forPlain {
			output = "plain"
		}
		return e.file(ctx, p, in, options, Call{Again: what == forReportAfterwards, Args: fileArgs(library, p, readable, output)})
	})
	if err != nil {
		return nil, err
	}
	return &evaluate.Answer{JSON: out, Sources: in}, nil
}

func (e *Evaluator) file(ctx context.Context, p *locate.File, in *evaluate.FileSources, options evaluate.Options, call Call) ([]byte, error) {
	call.Dir, call.Timeout = e.Dir, options.Timeout
	call.Quiet = []string{"unknown setting 'read-only'"}
	out, err := e.Run(ctx, call)
	var r *report
	if errors.As(err, &r) {
		return nil, fileFailure(r, p, in)
	}
	if err != nil {
		return nil, err
	}
	return out.Stdout, nil
}

// fileArgs is the one way to evaluate a file purely without a store on disk that holds
// on all versions; each guard closes a hole that was seen open without it. From 2.32 on
// the store takes copies, in memory; older versions do not know the setting.
func fileArgs(library string, p *locate.File, readable []string, output string) []string {
	args := []string{"eval", "--json", "--impure",
		"--option", "experimental-features", "nix-command",
		"--store", "dummy://?read-only=false",
		"--option", "restrict-eval", "true",
		"--option", "allowed-uris", "",
		"--option", "allow-import-from-derivation", "false",
		"-I", "insomnia=" + library}
	for _, path := range readable {
		args = append(args, "-I", "profile="+path)
	}
	return append(args, "--file", filepath.Join(library, "entry.nix"), "--argstr", "profile", evaluate.EntryProfile(p), "--argstr", "name", p.Name(), output)
}

func notCovered(p *locate.File, err error) *diag.Error {
	if errors.Is(err, locate.ErrTooMany) || errors.Is(err, bounded.ErrTooLarge) {
		return diag.Errorf(diag.ExitRefused, "too-many-files", "cannot keep Nix from what git ignores in %s: too many files", p.Root).
			Hintf("use the embedded evaluator, or a smaller folder: --root DIR")
	}
	return diag.Errorf(diag.ExitNotFound, "profile-not-found", "cannot read %s: %v", p.Root, bounded.Reason(err))
}
