package resolve

import (
	"context"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/locate"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// The evaluators that Options.Evaluator may name.
const (
	Embedded = "embedded" // the one inside this program; the default
	Nix      = "nix"      // the Nix that is installed
)

// evaluator evaluates the Nix texts of this package. Which one does, the user
// says; none stands in for the other.
type evaluator interface {
	// file evaluates a profile file or a built-in profile.
	file(ctx context.Context, p *locate.File, options Options) (*fileAnswer, error)
	// open finds a flake and prepares its evaluation. What a remote reference
	// names is downloaded, nothing is evaluated.
	open(ctx context.Context, ref *locate.Reference, options Options) (*flakeSource, error)
	// title is the evaluator's name and version, for provenance.
	title(ctx context.Context) string
}

// flakeRun is a flake prepared by an evaluator.
type flakeRun interface {
	// apply calls a function, given as a text, with one of the flake's outputs.
	// The result is JSON.
	apply(ctx context.Context, output, function string) ([]byte, *failed, error)
	// provenance says where the source came from. defined is the place of the
	// profile that was evaluated.
	provenance(ctx context.Context, defined *position) (*manifest.Provenance, error)
	close()
}

// failed is an evaluation that ended with an error.
type failed struct {
	err *diag.Error
	// contexts are the messages of builtins.addErrorContext on the way.
	contexts []string
}

// flakeSource is a flake about to be evaluated.
type flakeSource struct {
	flakeRun
	ref   *locate.Reference
	local *locate.Flake // nil when the flake is not in a folder here
	tree  *tree
	apart bool // further evaluations cost little: verify gives each profile its own
}

// fileAnswer is what entry.nix answers for a profile file.
type fileAnswer struct {
	answer
	sources sources
	// reads are the files that were read, where the evaluator knows them.
	reads []manifest.ReadFile
}

// evaluator is the one that the options name.
func (r *Resolver) evaluator(options Options) evaluator {
	if options.Evaluator == Nix {
		return &nixEvaluator{r}
	}
	return &embeddedEvaluator{r}
}
