package tui

import (
	"context"

	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/words"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Backend does the work behind the screens. Its functions may take long and
// end soon after their context does. What is called show gets all that is known
// so far, as often as that changes, from one goroutine at a time; what it was
// given is not changed afterwards.
type Backend struct {
	// Dir is the working directory: the workspace unless another is named.
	Dir string
	// Pods lists the Pods.
	Pods func(ctx context.Context, show func(Pods))
	// Details says all about one Pod.
	Details func(ctx context.Context, id string) (*Details, error)
	// Profiles lists the profiles that can be chosen here.
	Profiles func(ctx context.Context, show func(app.Profiles))
	// Resolve evaluates what a reference leads to, and checks the startup inputs.
	// It downloads and writes nothing.
	Resolve func(ctx context.Context, ref string, in manifest.Inputs) (*Resolved, error)
	// Create saves the Pod that Resolve has made ready: nothing is evaluated again.
	Create func(ctx context.Context, r *Resolved) (*Created, error)
}

// Pods are the Pods that there are, newest first.
type Pods struct {
	Rows []Pod
	Err  error // the list could not be read
}

// Pod is a row of the list of Pods.
type Pod struct {
	ID, Name  string
	Profile   string // its name
	Ref       string // reference that it was created from
	Model     string
	State     string
	Workspace string // folder that it works in
	Age       string // in words
	// Now says how the profile stands to the snapshot now, Detail says more.
	Now, Detail string
	Drifted     bool   // the profile is another now
	Damage      string // why it cannot be read; empty for a Pod that can
}

// Details is all about one Pod.
type Details struct {
	Facts    []words.Fact // of the Pod itself
	Manifest *manifest.Manifest
	Summary  words.Summary
	Events   []words.Fact // when, and what
	// Grants is the page of `insomnia trust show --full` in a width; nil for none.
	Grants func(width int) string
}

// Resolved is a profile evaluated, of which a Pod can be made.
type Resolved struct {
	Ref, Digest string
	Inputs      manifest.Inputs
	Manifest    *manifest.Manifest
	Summary     words.Summary
	// Grants is the page of `insomnia trust show --full` in a width; nil for none.
	Grants func(width int) string
	Draft  *app.Draft // what Create saves
}

// Created is a Pod that has been saved.
type Created struct {
	ID   string
	Says string
}
