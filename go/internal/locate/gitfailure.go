package locate

import (
	"context"
	"errors"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/gitrepo"
)

// GitFailure is the error for a repository that cannot be read.
func GitFailure(err error) error {
	if errors.Is(err, context.Canceled) {
		return diag.Errorf(diag.ExitInterrupted, "interrupted", "interrupted; the repository was not read to its end")
	}
	var git *gitrepo.Error
	if !errors.As(err, &git) {
		return diag.Errorf(diag.ExitEvaluation, "git-failed", "cannot read the git repository: %v", err)
	}
	exit, code := diag.ExitState, "git-damaged"
	switch git.Kind {
	case gitrepo.Unsupported:
		exit, code = diag.ExitMissing, "git-unsupported"
	case gitrepo.MissingObject:
		exit, code = diag.ExitMissing, "git-object-missing"
	case gitrepo.Refused:
		exit, code = diag.ExitRefused, "git-refused"
	case gitrepo.TooLarge:
		exit, code = diag.ExitState, "git-too-large"
	case gitrepo.NotFound:
		exit, code = diag.ExitNotFound, "git-not-found"
	}
	e := diag.Errorf(exit, code, "cannot read the git repository: %v", git)
	if git.Hint != "" {
		e.Hintf("%s", git.Hint)
	}
	return e
}
