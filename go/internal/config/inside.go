package config

import (
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// A project's directory .insomnia is not trusted. Reads and writes stay inside this
// directory, and the directory itself inside the project: a link that points out is not
// followed, not even to a file of the project that git ignores, or to git's own files.
// The user's own directory may contain links to anywhere, as home-manager creates them.

// ReadFile reads a regular file of a scope's folder, of at most limit bytes.
// Errors are *fs.PathError or, for a link out of a project, *diag.Error.
func ReadFile(dir string, scope Scope, name string, limit int64) ([]byte, error) {
	if scope != Project {
		return bounded.ReadFile(filepath.Join(dir, name), limit)
	}
	root, err := openProject(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	data, err := root.ReadFile(name, limit)
	return data, leadsOut(root, dir, name, err)
}

// ReadDir lists a directory in a scope's folder, of at most limit entries; the
// errors are those of ReadFile.
func ReadDir(dir string, scope Scope, name string, limit int) ([]fs.DirEntry, error) {
	if scope != Project {
		return bounded.ReadDir(filepath.Join(dir, name), limit)
	}
	root, err := openProject(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	entries, err := root.ReadDir(name, limit)
	return entries, leadsOut(root, dir, name, err)
}

// Inside refuses to write a file of a project through a link that points out of it.
func Inside(dir string, scope Scope, name string) error {
	if scope != Project {
		return nil
	}
	root, err := openProject(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer root.Close()
	if link := root.LinkOut(name); link != "" {
		return linkOutside(dir, link, name)
	}
	return nil
}

// openProject opens a project's directory .insomnia. It may be a link to a directory
// inside the project.
func openProject(dir string) (*bounded.Root, error) {
	around, err := bounded.OpenRoot(filepath.Dir(dir))
	if err != nil {
		return nil, err
	}
	defer around.Close()
	if name := filepath.Base(dir); around.LinkOut(name) != "" {
		return nil, diag.Errorf(diag.ExitRefused, "link-outside", "cannot use %s: the link points out of the project", name).
			Hintf("put the directory itself there: a project is read and written inside its own directory alone").At(diag.Position{File: dir})
	}
	return bounded.OpenRoot(dir)
}

func leadsOut(root *bounded.Root, dir, name string, err error) error {
	if !errors.Is(err, bounded.ErrOutside) {
		return err
	}
	link := root.LinkOut(name)
	if link == "" {
		link = name
	}
	return linkOutside(dir, link, name)
}

func linkOutside(dir, link, name string) error {
	folder := filepath.Base(dir)
	return diag.Errorf(diag.ExitRefused, "link-outside", "cannot use %s: the link points out of %s", filepath.Join(folder, link), folder).
		Hintf("put the file itself there: what is in %s of a project is read and written inside it alone", folder).
		At(diag.Position{File: filepath.Join(dir, name)})
}
