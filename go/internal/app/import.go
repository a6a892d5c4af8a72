package app

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/durable"
	"github.com/insomnia-pods/insomnia/go/internal/importing"
	"github.com/insomnia-pods/insomnia/go/nix"
)

// Imported is the result of an import. Nothing is written yet.
type Imported struct {
	Program string
	Found   *importing.Found
	Files   []importing.File
}

// Import reads the settings of a program and creates profiles from them; the main one
// gets a name. It runs nothing and writes nothing.
func (a *App) Import(ctx context.Context, program, dir, name string) (*Imported, error) {
	models, err := a.models(ctx)
	if err != nil {
		return nil, err
	}
	home, err := os.UserHomeDir()
	if err != nil {
		home = ""
	}
	found, err := importing.Read(program, importing.Request{Dir: dir, Home: home, Models: models})
	if err != nil {
		return nil, err
	}
	if len(found.Read) == 0 {
		return nil, diag.Errorf(diag.ExitNotFound, "nothing-to-import", "no settings of %s found in %s", importing.Title(program), dir).
			Hintf("to list what can be imported: insomnia import")
	}
	return &Imported{program, found, found.Write(name)}, nil
}

// models returns the model catalog of the library.
func (a *App) models(ctx context.Context) (importing.Catalog, error) {
	lib, err := fs.Sub(a.Resolver.Library, "lib")
	if err != nil {
		return nil, err
	}
	ev, err := nix.New(nix.Options{Files: map[string]fs.FS{"/lib": lib}})
	if err != nil {
		return nil, err
	}
	v, err := ev.EvalFile(ctx, "/lib/models.nix")
	if err != nil {
		return nil, err
	}
	attrs, err := v.Attrs()
	if err != nil {
		return nil, err
	}
	var models importing.Catalog
	for _, attr := range attrs {
		models = append(models, attr.Name)
	}
	return models, nil
}

// Existing lists the files in a profile directory that an import would change. unchanged
// counts the files that are already the same, byte for byte.
func (i *Imported) Existing(dir string) (existing []string, unchanged int) {
	for _, f := range i.Files {
		name := filepath.Join(dir, filepath.FromSlash(f.Path))
		if _, err := os.Lstat(name); err != nil {
			continue
		}
		if data, err := bounded.ReadFileNoFollow(name, int64(len(f.Data))); err == nil && slices.Equal(data, f.Data) {
			unchanged++
			continue
		}
		existing = append(existing, name)
	}
	return existing, unchanged
}

// Save writes the files into a profile directory; links cannot lead outside it. It
// overwrites a file only if force is set.
func (i *Imported) Save(dir string, force bool) error {
	if err := config.InStore(filepath.Join(dir, "profile.nix"), ""); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return notWritten(dir, err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return notWritten(dir, err)
	}
	defer root.Close()
	for _, f := range i.Files {
		name := filepath.FromSlash(f.Path)
		if err := i.save(root, name, f, force); err != nil {
			return notWritten(filepath.Join(dir, name), err)
		}
	}
	return nil
}

func (i *Imported) save(root *os.Root, name string, f importing.File, force bool) error {
	if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	mode := fs.FileMode(0o644)
	if f.Executable {
		mode = 0o755
	}
	if force {
		if err := root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	out, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = out.Write(f.Data)
	return errors.Join(err, out.Close())
}

func notWritten(path string, err error) error {
	return diag.Errorf(diag.ExitState, "file-not-written", "cannot write %s: %v", path, bounded.Reason(err)).
		Hintf("%s", durable.Remedy(err, filepath.Dir(path)))
}
