// Package evaluate defines the evaluator: it evaluates a profile file, or a function of
// a flake's output, to JSON. The packages embedded and nix below implement it.
//
// An evaluation that fails returns a *Failure, with either evaluator. errors.As also
// finds a *diag.Error in it, whose wording is here, in one place. Every other error is
// a *diag.Error itself.
package evaluate

import (
	"context"
	"path/filepath"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/locate"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// The evaluators by name.
const (
	Embedded = "embedded" // the one inside this program; the default
	Nix      = "nix"      // the Nix that is installed
)

// DefaultTimeout is how long an evaluation may take, downloads not counted.
const DefaultTimeout = 30 * time.Second

// Override replaces an input of the flake, as `nix --override-input` does.
type Override struct{ Input, Ref string }

// Options are the user's options for an evaluation.
type Options struct {
	Overrides  []Override
	Timeout    time.Duration // of one evaluation, and of a silent server; zero: DefaultTimeout
	Memory     int64         // bytes that one evaluation may hold; zero: memory.Default
	Downloads  locate.Downloads
	Provenance bool  // find out where the source came from
	Explain    bool  // make the report include where each value comes from
	Judge      Judge // of File; nil: the library judges
}

// Unjudged is the part of a profile value that the program judges itself.
type Unjudged struct {
	Layers   *manifest.Document // merged; nil of a plain manifest
	Manifest *manifest.Document
	Sparse   bool // defaults are to be filled into the manifest
}

// Judge reports whether a profile is valid. Where it is not, or cannot be told, the
// library judges, and its report is the answer.
type Judge func(Unjudged) bool

// Hosts are the hosts that the user named for a reference.
func (o Options) Hosts(ref string) []string {
	overrides := make([]string, len(o.Overrides))
	for i, over := range o.Overrides {
		overrides[i] = over.Ref
	}
	return o.Downloads.HostsFor(ref, overrides)
}

// Evaluator evaluates profiles. The user chooses which one; neither replaces the other.
type Evaluator interface {
	// File evaluates a profile file or a built-in profile with entry.nix.
	File(ctx context.Context, p *locate.File, options Options) (*Answer, error)
	// Open finds a flake and prepares its evaluation. What a remote reference
	// names is downloaded, nothing is evaluated.
	Open(ctx context.Context, ref *locate.Reference, options Options) (*Flake, error)
	// Title is the evaluator's name and version, for provenance.
	Title(ctx context.Context) string
}

// Answer is the answer of entry.nix for a profile file.
type Answer struct {
	JSON    []byte
	Sources Sources
	// Misread are the places in files that are not valid UTF-8, where the answer is not.
	Misread []diag.Position
	// Reads are the files that were read, where the evaluator knows them.
	Reads []manifest.ReadFile
}

// Flake is a flake about to be evaluated.
type Flake struct {
	Run
	Ref   *locate.Reference
	Local *locate.Flake // nil when the flake is not in a directory here
	Tree  *Tree
	// One is Profile for one attribute of an output, with a function of its name and of
	// the output. Nothing of it is kept, so that any number can be asked for in turn. It
	// is nil where an evaluation costs a process.
	One func(ctx context.Context, output, name, function string, judge Judge) ([]byte, error)
}

// Run is a flake prepared by an evaluator.
type Run interface {
	// Apply calls a function, given as a text, with one of the flake's outputs.
	// The result is JSON. A *Failure is about this output; any other error is
	// about the flake.
	Apply(ctx context.Context, output, function string) ([]byte, error)
	// Profile is Apply for a function that gives what describe.nix does of a profile.
	// The answer has a report only where judge accepts nothing, or is nil.
	Profile(ctx context.Context, output, function string, judge Judge) ([]byte, error)
	// Offline keeps further calls of Apply from downloading an input.
	Offline()
	// Provenance returns what the source was resolved from. defined is the place of the
	// profile that was evaluated, or nil.
	Provenance(ctx context.Context, defined *Position) (*manifest.Provenance, error)
	// Misread is Answer.Misread for an answer of Apply.
	Misread(answer []byte) []diag.Position
	Close()
}

// LockCommand returns the command that locks the flake's inputs.
func (f *Flake) LockCommand() string {
	if f.Local == nil {
		return "insomnia lock, by the flake's author"
	}
	command := "insomnia lock " + f.Local.Dir
	if f.Local.GitRoot != "" {
		command += " && git -C " + f.Local.GitRoot + " add " + filepath.Join(f.Local.Dir, "flake.lock")
	}
	return command
}

// EntryProfile returns the argument of entry.nix that selects the profile.
func EntryProfile(p *locate.File) string {
	if p.Path == "" {
		return "builtin:" + p.Name()
	}
	return p.Path
}

// WidenHint returns the hint for a profile file that reads outside its root.
func WidenHint(p *locate.File) string {
	if p.Ref.Kind != locate.KindPath {
		return ""
	}
	return "move the file, or widen what the profile may read with --root FOLDER"
}
