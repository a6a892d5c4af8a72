package tui

import (
	"context"

	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/words"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Backend does the work behind the screens. Its functions may take long, but end soon
// after their context does. A function named show receives everything known so far each
// time that changes. It is called from one goroutine at a time, and its argument is not
// modified afterwards.
type Backend struct {
	// Dir is the working directory: the workspace unless the user names another.
	Dir string
	// Pods lists the Pods.
	Pods func(ctx context.Context, show func(Pods))
	// Details returns everything about one Pod.
	Details func(ctx context.Context, id string) (*Details, error)
	// Profiles lists the available profiles.
	Profiles func(ctx context.Context, show func(app.Profiles))
	// Resolve evaluates the profile of a reference and checks the startup inputs. It
	// downloads and writes nothing.
	Resolve func(ctx context.Context, ref string, in manifest.Inputs) (*Resolved, error)
	// Create saves the Pod that Resolve has prepared, without evaluating it again.
	Create func(ctx context.Context, r *Resolved) (*Created, error)
}

// Pods lists the existing Pods, newest first.
type Pods struct {
	Rows []Pod
	Err  error // the list could not be read
}

// Pod is a row of the list of Pods.
type Pod struct {
	ID, Name  string
	Profile   string // the profile's name
	Ref       string // reference that the Pod was created from
	Model     string
	State     string
	Workspace string // workspace
	Age       string // in words
	// Now is the drift of the profile in a word, and Detail explains it.
	Now, Detail string
	Drifted     bool   // the profile has changed
	Damage      string // why the Pod cannot be read; empty if it can
}

// Details is everything about one Pod.
type Details struct {
	Facts    []words.Fact // about the Pod itself
	Manifest *manifest.Manifest
	Summary  words.Summary
	Events   []words.Fact // time and kind
	// Grants renders the page of `insomnia trust show --full` for a width; nil for none.
	Grants func(width int) string
}

// Resolved is an evaluated profile from which a Pod can be created.
type Resolved struct {
	Ref, Digest string
	Inputs      manifest.Inputs
	Manifest    *manifest.Manifest
	Summary     words.Summary
	// Grants renders the page of `insomnia trust show --full` for a width; nil for none.
	Grants func(width int) string
	Draft  *app.Draft // what Create saves
}

// Created is a Pod that has been saved.
type Created struct {
	ID   string
	Says string
}
