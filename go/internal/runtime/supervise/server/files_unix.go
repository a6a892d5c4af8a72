//go:build unix

package server

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/live"
)

// writeFiles writes the files of a plan. The program may have written to Launch.State in
// an earlier session, so links cannot lead outside, and files are replaced rather than
// overwritten.
func writeFiles(files []runtime.File, launch runtime.Launch) error {
	state, err := os.OpenRoot(launch.State)
	if err != nil {
		return live.NotWritten(launch.State, err)
	}
	defer state.Close()
	plan, err := os.OpenRoot(launch.Files)
	if err != nil {
		return live.NotWritten(launch.Files, err)
	}
	defer plan.Close()
	if err := empty(plan); err != nil {
		return live.NotWritten(launch.Files, err)
	}
	for _, f := range files {
		root, name := plan, ""
		if name, err = filepath.Rel(launch.Files, f.Path); err != nil || !filepath.IsLocal(name) || name == "." {
			root = state
			name, err = filepath.Rel(launch.State, f.Path)
		}
		if err != nil || !filepath.IsLocal(name) || name == "." {
			return diag.Errorf(diag.ExitInternal, "plan-file", "the plan writes %s, which is not a place of its own", diag.Quote(f.Path))
		}
		if err := writeFile(root, name, f); err != nil {
			return live.NotWritten(f.Path, err)
		}
	}
	return nil
}

// empty removes the content of a directory.
func empty(root *os.Root) error {
	dir, err := root.Open(".")
	if err != nil {
		return err
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	for _, name := range names {
		err = errors.Join(err, root.RemoveAll(name))
	}
	return err
}

func writeFile(root *os.Root, name string, f runtime.File) error {
	if parent := filepath.Dir(name); parent != "." {
		if err := root.MkdirAll(parent, 0o700); err != nil {
			return err
		}
	}
	info, err := root.Lstat(name)
	switch {
	case f.Gone:
		return root.RemoveAll(name)
	case err == nil && f.Keep:
		return nil
	case err == nil && info.IsDir():
		if err := root.RemoveAll(name); err != nil {
			return err
		}
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	temporary := filepath.Join(filepath.Dir(name), ".insomnia-"+rand.Text())
	if f.Link != "" {
		err = root.Symlink(f.Link, temporary)
	} else {
		err = writeNew(root, temporary, f)
	}
	if err == nil {
		err = root.Rename(temporary, name)
	}
	if err != nil {
		_ = root.Remove(temporary)
	}
	return err
}

func writeNew(root *os.Root, name string, f runtime.File) error {
	mode := f.Mode.Perm() & 0o700
	if mode == 0 {
		mode = 0o600
	}
	file, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	_, err = file.Write(f.Content)
	return errors.Join(err, file.Close())
}
