package catalog

import (
	"path/filepath"

	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
)

// Inside refuses a path that the config of a project names outside of the project:
// a file elsewhere, which may be any file of the user, is not the project's to
// have parsed and quoted. Your own config may name any.
func (r *Catalog) Inside(scope config.Scope, ref reference.Reference) error {
	path := ref.Path
	if scope != config.Project || path == "" {
		return nil
	}
	real := filepath.Clean(path)
	if followed, err := filepath.EvalSymlinks(real); err == nil {
		real = followed
	}
	top := reference.WorkTree(r.Root)
	if top == "" {
		top = r.Root
	}
	if rel, err := filepath.Rel(top, real); err == nil && filepath.IsLocal(rel) {
		return nil
	}
	return diag.Errorf(diag.ExitRefused, "path-outside", "cannot use %s: it is outside of the project %s", path, top).
		Hintf("name it in your own config: %s", diag.Shell(filepath.Join(r.User.Dir, config.FileName)))
}
