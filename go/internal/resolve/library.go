package resolve

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

//go:embed nix/entry.nix
var entryText string

// libraryFiles are the files of the embedded library, and of what calls it, with their digest.
func (r *Resolver) libraryFiles() (files map[string][]byte, digest []byte, err error) {
	files = map[string][]byte{
		"entry.nix": []byte(entryText), "describe.nix": []byte(describeText), "select.nix": []byte(selectText),
	}
	err = fs.WalkDir(r.Library, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files[path], err = fs.ReadFile(r.Library, path)
		return err
	})
	if err != nil {
		return nil, nil, diag.Errorf(diag.ExitInternal, "internal", "cannot read the embedded library: %v", err)
	}
	h := sha256.New()
	for _, name := range sortedKeys(files) {
		sum := sha256.Sum256(files[name])
		h.Write([]byte(name + "\x00"))
		h.Write(sum[:])
	}
	return files, h.Sum(nil), nil
}

// LibraryDigest is what a provenance says of the library inside this program;
// empty when it cannot be read.
func (r *Resolver) LibraryDigest() string {
	_, digest, err := r.libraryFiles()
	if err != nil {
		return ""
	}
	return sri(digest)
}

// materialise writes the embedded library, and the expressions that call it, to
// a folder named by their content.
func (r *Resolver) materialise() (dir string, err error) {
	files, sum, err := r.libraryFiles()
	if err != nil {
		return "", err
	}

	parent := filepath.Join(r.CacheDir, "library")
	if err = os.MkdirAll(parent, 0o700); err == nil {
		parent, err = filepath.EvalSymlinks(parent)
	}
	dir = filepath.Join(parent, hex.EncodeToString(sum[:16]))
	if err == nil && !intact(dir, files) {
		err = writeLibrary(parent, dir, files)
	}
	if err != nil {
		return "", diag.Errorf(diag.ExitMissing, "cache-not-writable", "cannot write the library to the cache folder: %v", err).
			Hintf("set XDG_CACHE_HOME to a folder that can be written")
	}
	return dir, nil
}

// intact compares the folder with what should be in it: someone may have edited
// or half deleted it.
func intact(dir string, files map[string][]byte) bool {
	for name, content := range files {
		have, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || !bytes.Equal(have, content) {
			return false
		}
	}
	return true
}

func writeLibrary(parent, dir string, files map[string][]byte) error {
	temporary, err := os.MkdirTemp(parent, ".new-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temporary)
	for name, content := range files {
		path := filepath.Join(temporary, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			return err
		}
	}
	err = os.Rename(temporary, dir)
	if err != nil && intact(dir, files) {
		return nil // another process was first
	}
	if err != nil {
		// A damaged copy is in the way.
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
		return os.Rename(temporary, dir)
	}
	return nil
}
