package app

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/google/uuid"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/prompt"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/render"
	"github.com/insomnia-pods/insomnia/go/internal/userdir"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Rendered is a plan that was written to a directory.
type Rendered struct {
	// Dir is absolute, and Files are relative to it.
	Dir   string
	Files []string
}

// renderGateway is the address of the gateway in a plan that is only written out.
const renderGateway = "http://127.0.0.1:4100"

// Render writes the plan of a start into a directory, which must be missing or empty. It
// starts nothing and reads no secret.
func (a *App) Render(m *manifest.Manifest, d *runtime.Driver, out, workspace string) (*Rendered, error) {
	if err := unserved(d, m); err != nil {
		return nil, err
	}
	if d.Tree != nil {
		return a.renderTree(m, d, out)
	}
	if d.Plan == nil {
		return nil, diag.Errorf(diag.ExitMissing, "runtime-no-plan", "this version of insomnia has no plan for %s", d.Title)
	}
	workspace, err := Workspace(a.Resolver.Dir, workspace)
	if err != nil {
		return nil, err
	}
	if real, err := filepath.EvalSymlinks(workspace); err == nil {
		workspace = real
	}
	dir, err := emptyDirectory(a.Resolver.Dir, out)
	if err != nil {
		return nil, err
	}
	home, err := userdir.Home()
	if err != nil {
		return nil, err
	}
	program, err := os.Executable()
	if err != nil {
		return nil, diag.Errorf(diag.ExitInternal, "no-program", "cannot find the path of this program: %v", err)
	}
	launch := runtime.Launch{Manifest: m, Pod: string(m.Profile.Name), Workspace: workspace, Insomnia: program, Gateway: renderGateway,
		Token: render.Token, System: prompt.Compose(m, workspace, home).Text, Session: uuid.NewString()}
	if m.Prompts.Initial != nil {
		launch.Prompt = string(*m.Prompts.Initial)
	}
	launch.State, launch.Files, launch.Guard = render.Places(dir)
	plan, err := d.Plan(launch)
	if err != nil {
		return nil, diag.Errorf(diag.ExitRefused, "runtime-plan", "cannot plan a start of %s: %v", d.Title, err)
	}
	files, err := render.Write(dir, d, launch, plan)
	return rendered(dir, files, err)
}

// renderTree writes the files of a convention.
func (a *App) renderTree(m *manifest.Manifest, d *runtime.Driver, out string) (*Rendered, error) {
	dir, err := emptyDirectory(a.Resolver.Dir, out)
	if err != nil {
		return nil, err
	}
	tree, err := d.Tree(m)
	if err != nil {
		return nil, diag.Errorf(diag.ExitRefused, "runtime-plan", "cannot write the profile for %s: %v", d.Title, err)
	}
	files, err := render.WriteTree(dir, d, m, tree)
	return rendered(dir, files, err)
}

// rendered returns what was written to a directory, or why nothing was.
func rendered(dir string, files []string, err error) (*Rendered, error) {
	switch {
	case errors.Is(err, render.ErrNotEmpty):
		return nil, notEmpty(dir)
	case err != nil:
		return nil, diag.Errorf(diag.ExitState, "render-failed", "cannot write to %s: %v", diag.Quote(dir), bounded.Reason(err)).
			Hintf("check permissions and free space: ls -ld %s", diag.Shell(filepath.Dir(dir)))
	}
	return &Rendered{dir, files}, nil
}

// emptyDirectory returns the absolute path of a directory that is missing or empty. Its
// parent must exist.
func emptyDirectory(from, typed string) (string, error) {
	dir := typed
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(from, dir)
	}
	parent, err := filepath.EvalSymlinks(filepath.Dir(filepath.Clean(dir)))
	if err != nil {
		return "", diag.Errorf(diag.ExitNotFound, "render-parent", "directory not found: %s", filepath.Dir(dir)).
			Hintf("mkdir -p %s", diag.Shell(filepath.Dir(dir)))
	}
	dir = filepath.Join(parent, filepath.Base(filepath.Clean(dir)))
	switch info, err := os.Lstat(dir); {
	case errors.Is(err, os.ErrNotExist):
		return dir, nil
	case err != nil:
		return "", diag.Errorf(diag.ExitState, "render-failed", "cannot use %s: %v", diag.Quote(dir), bounded.Reason(err))
	case !info.IsDir():
		return "", diag.Errorf(diag.ExitState, "render-exists", "%s is not a directory", diag.Quote(dir)).Hintf("name a directory that is missing or empty")
	}
	switch entries, err := bounded.ReadDir(dir, 1); {
	case errors.Is(err, bounded.ErrTooLarge) || len(entries) > 0:
		return "", notEmpty(dir)
	case err != nil:
		return "", diag.Errorf(diag.ExitState, "render-failed", "cannot use %s: %v", diag.Quote(dir), bounded.Reason(err))
	}
	return dir, nil
}

func notEmpty(dir string) error {
	return diag.Errorf(diag.ExitState, "render-exists", "%s is not empty; nothing was written", diag.Quote(dir)).
		Hintf("name a directory that is missing or empty")
}
