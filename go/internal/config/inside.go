package config

import (
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// A project's folder .insomnia may come from anyone. What is in it is read and
// written inside the project alone: a link that leads out of the project is not
// followed. The user's own folder may hold links to anywhere, as home-manager
// makes them.

// ReadFile reads a regular file of a scope's folder, of at most limit bytes.
// Errors are *fs.PathError or, for a link out of a project, *diag.Error.
func ReadFile(dir string, scope Scope, name string, limit int64) ([]byte, error) {
	path := filepath.Join(dir, name)
	if scope != Project {
		return bounded.ReadFile(path, limit)
	}
	root, rel, err := project(dir, name)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	data, err := root.ReadFile(rel, limit)
	return data, leadsOut(root, rel, path, err)
}

// ReadDir lists a directory in a scope's folder, of at most limit entries; the
// errors are those of ReadFile.
func ReadDir(dir string, scope Scope, name string, limit int) ([]fs.DirEntry, error) {
	path := filepath.Join(dir, name)
	if scope != Project {
		return bounded.ReadDir(path, limit)
	}
	root, rel, err := project(dir, name)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	entries, err := root.ReadDir(rel, limit)
	return entries, leadsOut(root, rel, path, err)
}

// Inside refuses to write a file of a project through a link that leads out of it.
func Inside(dir string, scope Scope, name string) error {
	if scope != Project {
		return nil
	}
	root, rel, err := project(dir, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer root.Close()
	if link := root.LinkOut(rel); link != "" {
		return linkOutside(link, filepath.Join(dir, name))
	}
	return nil
}

// project opens the project around its folder .insomnia.
func project(dir, name string) (root *bounded.Root, rel string, err error) {
	root, err = bounded.OpenRoot(filepath.Dir(dir))
	return root, filepath.Join(filepath.Base(dir), name), err
}

func leadsOut(root *bounded.Root, rel, path string, err error) error {
	if !errors.Is(err, bounded.ErrOutside) {
		return err
	}
	link := root.LinkOut(rel)
	if link == "" {
		link = rel
	}
	return linkOutside(link, path)
}

func linkOutside(link, path string) error {
	return diag.Errorf(diag.ExitRefused, "link-outside", "cannot use %s: the link leads out of the project", link).
		Hintf("put the file itself there: a project is read and written inside its own directory alone").At(diag.Position{File: path})
}
