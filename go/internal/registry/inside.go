package registry

import (
	"path/filepath"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// Inside refuses a path that the config of a project names outside of the project:
// a file elsewhere, which may be any file of the user, is not the project's to
// have parsed and quoted. Your own config may name any.
func (r *Registry) Inside(scope config.Scope, ref string) error {
	path, isPath := pathOf(ref)
	if scope != config.Project || !isPath {
		return nil
	}
	if !filepath.IsAbs(path) && !strings.HasPrefix(path, "~") {
		path = filepath.Join(r.Root, path)
	}
	real := filepath.Clean(path)
	if followed, err := filepath.EvalSymlinks(real); err == nil {
		real = followed
	}
	top := r.Root
	for at := r.Root; at != filepath.Dir(at); at = filepath.Dir(at) {
		if exists(filepath.Join(at, ".git")) {
			top = at
			break
		}
	}
	if rel, err := filepath.Rel(top, real); err == nil && filepath.IsLocal(rel) {
		return nil
	}
	return diag.Errorf(diag.ExitRefused, "path-outside", "cannot use %s: it is outside of the project %s", ref, top).
		Hintf("name it in your own config: %s", diag.Shell(filepath.Join(r.User.Dir, config.FileName)))
}

// pathOf is the path that a reference names, and whether it names one.
func pathOf(ref string) (string, bool) {
	path, _, _ := strings.Cut(ref, "#")
	path, _, _ = strings.Cut(path, "?")
	for _, scheme := range []string{"path:", "git+file:"} {
		if rest, ok := strings.CutPrefix(path, scheme); ok {
			if strings.HasPrefix(rest, "//") {
				rest = "/" + strings.TrimLeft(strings.TrimPrefix(rest, "//localhost"), "/")
			}
			return rest, true
		}
	}
	return path, path == "" || strings.HasPrefix(path, ".") || strings.HasPrefix(path, "/") || strings.HasPrefix(path, "~") || strings.HasSuffix(path, ".nix")
}
