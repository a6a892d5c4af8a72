// Package app is what the program does for its users, whichever way they talk to
// it: commands parse flags and print, screens draw, and this package decides.
//
//	r, err := a.Resolve(ctx, what, options) // chooses a profile and resolves it
//	list, err := a.Profiles(ctx, options, nil)
//	draft, err := a.Draft(ctx, what, options, inputs) // writes nothing
//	p, err := a.Create(ctx, draft)
//	r, err := a.Reload(ctx, p, options) // writes nothing
//	v, err := a.Judge(ctx, what, options)
//
// Results are data. What has to be asked or told on the way goes to the [User].
// Errors are *diag.Error.
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
	// AskHosts asks this machine for the hosts of groups; nil for [hostgroup.Ask].
	AskHosts func(ctx context.Context, groups []string, workspace string) hostgroup.Found
}

// User is the person that a use case works for.
type User interface {
	// Tell shows what the user should know while a use case continues.
	Tell(...diag.Diagnostic)
	// Ask puts a question; anything but a yes is a no. Where nobody can answer,
	// the error is ErrNobody.
	Ask(ctx context.Context, q Question) (yes bool, err error)
}

// ErrNobody is the error of [User.Ask] where there is no terminal to ask on.
var ErrNobody = errors.New("there is nobody to answer")

// Question is one of the questions that only a typed yes answers.
type Question struct {
	Download *Download      // may this be downloaded?
	Grants   *trust.Verdict // do you consent to all of it?
	// Hosts are those of the groups of hosts in what is granted.
	Hosts *manifest.Hosts
}

// Download is a download that a project asks for.
type Download struct {
	By        catalog.By
	Ref, Host string // what would be downloaded, and from where
}

// Nobody is a user who is not there: it is told nothing and answers nothing.
type Nobody struct{}

func (Nobody) Tell(...diag.Diagnostic)                     {}
func (Nobody) Ask(context.Context, Question) (bool, error) { return false, ErrNobody }

// Pods is the store of this user's Pods.
func (a *App) Pods() (*pod.Store, error) {
	dir, err := pod.DefaultDir()
	if err != nil {
		return nil, err
	}
	return pod.Open(dir), nil
}
