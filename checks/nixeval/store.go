package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// storePath finds the objects of the store that a text names.
var storePath = regexp.MustCompile(`/nix/store/[0-9a-z]{32}-[0-9A-Za-z+._?=-]+`)

// writeObjects copies the objects that a text names to dir, which stands for the
// store in scripts that look at what was copied, and names them there.
// Objects that were not copied, such as derivations, are named as they are.
func writeObjects(sources *source.FS, dir, text string) (string, error) {
	var failed error
	text = storePath.ReplaceAllStringFunc(text, func(object string) string {
		if _, err := sources.Lstat(object); err != nil {
			return object
		}
		to := filepath.Join(dir, filepath.Base(object))
		if _, err := os.Lstat(to); err == nil {
			return to
		}
		if err := writeObject(sources, object, to); err != nil {
			failed = err
		}
		return to
	})
	return text, failed
}

func writeObject(sources *source.FS, from, to string) error {
	info, err := sources.Lstat(from)
	if err != nil {
		return err
	}
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		target, err := sources.Readlink(from)
		if err != nil {
			return err
		}
		return os.Symlink(target, to)
	case !info.IsDir():
		data, err := sources.ReadFile(from)
		if err != nil {
			return err
		}
		return os.WriteFile(to, data, info.Mode().Perm())
	}
	if err := os.Mkdir(to, 0o755); err != nil {
		return err
	}
	entries, err := sources.ReadDir(from)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := writeObject(sources, filepath.Join(from, e.Name()), filepath.Join(to, e.Name())); err != nil {
			return err
		}
	}
	return nil
}
