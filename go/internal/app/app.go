// Package app implements the use cases of the program, independent of the interface:
// commands parse flags and print, screens draw, and this package decides.
//
//	r, err := a.Resolve(ctx, what, options) // chooses a profile and resolves it
//	list, err := a.Profiles(ctx, options, nil)
//	draft, err := a.Draft(ctx, what, options, inputs) // writes nothing
//	p, err := a.Create(ctx, draft)
//	r, err := a.Reload(ctx, p, options) // writes nothing
//	v, err := a.Judge(ctx, what, options)
//
// Results are data. Questions and notes go to the [User]. Errors are *diag.Error.
package app

import (
	"context"
	"errors"

	"github.com/insomnia-pods/insomnia/go/internal/catalog"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/hostgroup"
	"github.com/insomnia-pods/insomnia/go/internal/pod"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/internal/trust"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// App is the program in one working directory.
type App struct {
	Resolver *resolve.Resolver
	User     User
	// AskHosts returns this machine's hosts for groups; nil for [hostgroup.Ask].
	AskHosts func(ctx context.Context, groups []string, workspace string) hostgroup.Found
}

// User is the person for whom a use case runs.
type User interface {
	// Tell shows what the user should know while a use case continues.
	Tell(...diag.Diagnostic)
	// Ask puts a question; any answer but yes is a no. If no one can answer, the error is
	// ErrNobody.
	Ask(ctx context.Context, q Question) (yes bool, err error)
}

// ErrNobody is the error of [User.Ask] if there is no terminal for the question.
var ErrNobody = errors.New("no terminal to ask on")

// Question is one of the questions that need a typed yes.
type Question struct {
	Download *Download      // may this be downloaded?
	Grants   *trust.Verdict // do you consent to all of it?
	// Hosts are the hosts of the groups in the grants.
	Hosts *manifest.Hosts
}

// Download is a download that a project requests.
type Download struct {
	By        catalog.By
	Ref, Host string // what would be downloaded, and from where
}

// Nobody is an absent user, who sees nothing and answers nothing.
type Nobody struct{}

func (Nobody) Tell(...diag.Diagnostic)                     {}
func (Nobody) Ask(context.Context, Question) (bool, error) { return false, ErrNobody }

// Pods returns the store of this user's Pods.
func (a *App) Pods() (*pod.Store, error) {
	dir, err := pod.DefaultDir()
	if err != nil {
		return nil, err
	}
	return pod.Open(dir), nil
}
