package cli

import (
	"context"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/pod"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// start begins a session with the current generation of a Pod. Everything that
// a manifest says is data up to here: this is the one place behind which it
// takes effect, so the user's consent is asked for here, before anything runs
// and any secret is looked up. started is false when there is nothing to start
// it with; the Pod is saved, and that is no error.
func (p *program) start(_ context.Context, _ *pod.Store, it *pod.Pod, _ *manifest.Envelope) (started bool, err error) {
	p.inform("%s", notStarted(it))
	return false, nil
}

func notStarted(it *pod.Pod) string {
	return "the Pod " + diag.Quote(it.Name) + " is saved, and not started: this version of insomnia has no runtime to start it with"
}
