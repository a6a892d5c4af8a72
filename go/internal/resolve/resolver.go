// Package resolve turns a reference into a resolved manifest: package locate finds
// the source, an evaluator (package evaluate) evaluates it, and what comes back is
// judged here.
//
// What an evaluator answers is not trusted: the manifest is decoded strictly and
// validated by package manifest, and its canonical bytes and digest are computed
// here. Every error is a *diag.Error, by errors.As, with the author's own files
// and lines.
package resolve

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate/embedded"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate/nix"
	"github.com/insomnia-pods/insomnia/go/internal/locate"
	"github.com/insomnia-pods/insomnia/go/internal/manifestfile"
	"github.com/insomnia-pods/insomnia/go/internal/pattern"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/internal/userdir"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Resolver holds what is the same for every reference.
type Resolver struct {
	Nix *nix.Nix
	// Library is the embedded Nix half: lib and profiles.
	Library fs.FS
	// Version is the version of this program, for provenance.
	Version string
	// Dir is the directory that relative references start from.
	Dir string
	// CacheDir is this program's own cache folder.
	CacheDir string
}

// Override replaces an input of the flake.
type Override = evaluate.Override

// The evaluators that Options.Evaluator may name.
const (
	Embedded = evaluate.Embedded
	Nix      = evaluate.Nix
)

// What may be downloaded is decided by package locate.
type (
	Downloads = locate.Downloads
	Rule      = locate.Rule
	Consent   = locate.Consent
)

const (
	NoDownloads = locate.NoDownloads
	OfflineRule = locate.OfflineRule
	AskRule     = locate.AskRule
	TypedRule   = locate.TypedRule
)

// Options are the user's options besides the reference.
type Options struct {
	Evaluator  string // Embedded or Nix; empty: Embedded
	Overrides  []Override
	Root       string        // widens what a path profile may read
	Timeout    time.Duration // of one evaluation, and of a silent server; zero: evaluate.DefaultTimeout
	Memory     int64         // bytes that one evaluation may hold; zero: memory.Default
	Downloads  Downloads     // what may be downloaded; zero: nothing
	Provenance bool          // find out where the source came from
	Explain    bool          // find out where each value comes from
	Reported   bool          // have the library judge, also what this program could

	// opened is told how the profile of a flake came out, while the flake is open.
	opened func(f *evaluate.Flake, result *Resolved, err error)
}

// evaluation are the options as an evaluator takes them.
func (o Options) evaluation() evaluate.Options {
	return evaluate.Options{Overrides: o.Overrides, Timeout: o.Timeout, Memory: o.Memory, Downloads: o.Downloads, Provenance: o.Provenance, Explain: o.Explain}
}

// evaluator is the one that the options name.
func (r *Resolver) evaluator(options Options) evaluate.Evaluator {
	if options.Evaluator == Nix {
		return &nix.Evaluator{Nix: r.Nix, Library: r.library(), Dir: r.Dir, Name: r.program()}
	}
	return r.embedded()
}

func (r *Resolver) embedded() *embedded.Evaluator {
	e := &embedded.Evaluator{Library: r.library(), Dir: r.Dir, CacheDir: r.CacheDir, Program: r.program()}
	if r.Nix != nil {
		e.Warn, e.Progress = r.Nix.Warn, r.Nix.Progress
	}
	return e
}

func (r *Resolver) library() evaluate.Library { return evaluate.Library{FS: r.Library} }

// LibraryDigest returns the built-in library as a provenance records it; empty if it
// cannot be read.
func (r *Resolver) LibraryDigest() string {
	digest, _ := r.library().Digest()
	return digest
}

// MemoryReached is the error for an evaluation that the watchdog ended at its limit of bytes.
func MemoryReached(limit int64) *diag.Error { return embedded.MemoryReached(limit).Diagnose() }

// Resolved is a profile resolved and checked.
type Resolved struct {
	Profile    manifest.Identity
	Provenance *manifest.Provenance // nil unless asked for
	Manifest   []byte               // canonical JSON, no newline
	Origins    []Origin             // in the order of the paths; nil unless asked for
	// Folder is the directory that the file names of the provenance are relative to; empty
	// if none of the files is on this machine.
	Folder string
	// Losses are the settings of a legacy manifest that this one lacks, and the omissions
	// from the texts of a profile.
	Losses []diag.Diagnostic
	// Again is the reference that leads here from any directory; empty for a manifest.
	Again string

	judged manifest.Judged // of a profile
}

// Digest is "sha256-…" over the manifest.
func (r *Resolved) Digest() string { return manifest.Digest(r.Manifest) }

// Resolve resolves one reference.
func (r *Resolver) Resolve(ctx context.Context, selected reference.Reference, options Options) (*Resolved, error) {
	ref, err := locate.Of(selected)
	if err != nil {
		return nil, err
	}
	if ref.Kind != locate.KindFlake && len(options.Overrides) > 0 {
		return nil, diag.Errorf(diag.ExitUsage, "override-without-flake", "--override-input is for flakes, and `%s` is not one", selected)
	}
	if ref.Kind != locate.KindPath && options.Root != "" {
		return nil, diag.Errorf(diag.ExitUsage, "root-without-path", "--root is for profile files, and `%s` is not one", selected)
	}
	result, err := r.resolve(ctx, ref, options)
	if options.Evaluator == Nix && hasInvalidText(err) {
		err = r.placeInvalidText(ctx, ref, options, err)
	}
	return result, err
}

func (r *Resolver) resolve(ctx context.Context, ref *locate.Reference, options Options) (*Resolved, error) {
	if ref.Kind == locate.KindFlake {
		return r.resolveFlake(ctx, ref, options)
	}
	return r.resolveFile(ctx, ref, options)
}

// check turns an answer for one profile into its canonical manifest, or into
// everything that is wrong with it.
func check(a *answer, label string, in evaluate.Sources) (manifest.Judged, error) {
	switch a.Kind {
	case "profile", "manifest":
	default:
		return manifest.Judged{}, notAProfile(a, label, in)
	}
	if a.judged.Canonical != nil {
		return a.judged, nil
	}
	if len(a.Problems) > 0 {
		return manifest.Judged{}, manifestfile.Invalid(label, problemDiagnostics(a, in))
	}
	var defined []diag.Position
	if a.Position != nil {
		defined = evaluate.PlacesOf(in, *a.Position)
	}
	data, marked := manifestfile.WithoutMarks(a.Manifest)
	judged, err := manifestfile.Check(data, label, func(p manifest.Problem) []diag.Position {
		if p.Code == evaluate.InvalidTextCode {
			return append(slices.Clone(a.misread), defined...)
		}
		return defined
	})
	if err != nil {
		return judged, ofAnswer(err)
	}
	for _, pointer := range marked {
		a.notes = append(a.notes, diag.Diagnostic{Severity: diag.SeverityNote, Code: "byte-order-mark", Path: manifestfile.Dotted(pointer), Pointer: pointer,
			Message: "the byte order mark at the beginning of the text is left out", Positions: append([]diag.Position{}, defined...)})
	}
	return judged, nil
}

func problemDiagnostics(a *answer, in evaluate.Sources) []diag.Diagnostic {
	by := ""
	if a.Reported {
		// They are data: the library's words and a profile's own cannot be told apart.
		by = diag.ByProfile
	}
	out := make([]diag.Diagnostic, len(a.Problems))
	for i, p := range a.Problems {
		out[i] = diag.Diagnostic{Severity: diag.SeverityError, Code: p.Code, Path: p.Path, Pointer: p.Pointer,
			Message: in.Text(p.Message), Expected: in.Text(p.Expected), Hint: in.Text(p.Hint), Positions: evaluate.PlacesOf(in, p.Positions...),
			Veiled: manifest.InSecretSlot(p.Pointer), By: by}
	}
	return out
}

// systemName is a name that flake-utils puts around every output.
var systemName = pattern.Lazy{Text: "^`?(x86_64|aarch64|i686|armv[67]l|riscv64|powerpc64le)-(linux|darwin)`?$"}

func notAProfile(a *answer, label string, in evaluate.Sources) error {
	what := map[string]string{
		"lambda": "a function", "set": "a plain attribute set", "derivation": "a derivation", "string": "a string",
		"path": "a path", "list": "a list", "null": "null", "bool": "a boolean", "int": "a number", "float": "a number",
	}[a.Kind]
	if what == "" {
		what = "a value of the type " + a.Kind
	}
	e := diag.Errorf(diag.ExitInvalid, "not-a-profile", "%s is %s, not a profile", label, what).
		Expectedf("what insomnia.lib.mkProfile or insomnia.lib.mkManifest returns")
	switch a.Kind {
	case "lambda":
		e.Hintf("a flake output is the profile itself: call the function, with { insomnia = inputs.insomnia; } if it is a profile file")
	case "set":
		if systemName.Get().MatchString(strings.TrimPrefix(label, "profile ")) {
			e.Hintf("profiles are the same on every system: define insomniaProfiles outside of eachDefaultSystem, eachSystem or perSystem")
			break
		}
		e.Hintf("wrap it: insomnia.lib.mkProfile { … }")
	case "path":
		e.Hintf("import it: import ./FILE.nix { insomnia = inputs.insomnia; }")
	}
	if a.Position != nil {
		e.At(evaluate.PlacesOf(in, *a.Position)...)
	}
	return e
}

// UserCacheDir is $XDG_CACHE_HOME/insomnia, or a folder below the temporary one
// for users without a home.
func UserCacheDir() string {
	if dir, err := userdir.Cache("insomnia"); err == nil {
		return dir
	}
	return filepath.Join(os.TempDir(), "insomnia-"+strconv.Itoa(os.Getuid()))
}
