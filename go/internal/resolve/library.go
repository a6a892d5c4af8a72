package resolve

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/locate"
)

//go:embed nix/entry.nix
var entryText string

// libraryNames are the files of the embedded library, and of what calls it, in order.
func (r *Resolver) libraryNames() ([]string, error) {
	names := []string{"entry.nix", "describe.nix", "select.nix"}
	err := fs.WalkDir(r.Library, ".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		return nil, unreadableLibrary(err)
	}
	slices.Sort(names)
	return names, nil
}

func unreadableLibrary(err error) error {
	return diag.Errorf(diag.ExitInternal, "internal", "cannot read the embedded library: %v", err)
}

// openLibrary opens one of libraryNames.
func (r *Resolver) openLibrary(name string) (io.ReadCloser, error) {
	switch name {
	case "entry.nix":
		return io.NopCloser(strings.NewReader(entryText)), nil
	case "describe.nix":
		return io.NopCloser(strings.NewReader(describeText)), nil
	case "select.nix":
		return io.NopCloser(strings.NewReader(selectText)), nil
	}
	return r.Library.Open(name)
}

// libraryDigest is over all names and contents. No file is kept: to hold all of
// them took longer than to hash them.
func (r *Resolver) libraryDigest() ([]byte, error) {
	names, err := r.libraryNames()
	if err != nil {
		return nil, err
	}
	all, one := sha256.New(), sha256.New()
	buffer := make([]byte, 32<<10)
	for _, name := range names {
		f, err := r.openLibrary(name)
		if err == nil {
			one.Reset()
			_, err = io.CopyBuffer(one, f, buffer)
			f.Close()
		}
		if err != nil {
			return nil, unreadableLibrary(err)
		}
		all.Write([]byte(name + "\x00"))
		all.Write(one.Sum(nil))
	}
	return all.Sum(nil), nil
}

// libraryFiles are all files with their contents.
func (r *Resolver) libraryFiles() (map[string][]byte, error) {
	names, err := r.libraryNames()
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, name := range names {
		f, err := r.openLibrary(name)
		if err == nil {
			files[name], err = io.ReadAll(f)
			f.Close()
		}
		if err != nil {
			return nil, unreadableLibrary(err)
		}
	}
	return files, nil
}

// LibraryDigest is what a provenance says of the library inside this program;
// empty when it cannot be read.
func (r *Resolver) LibraryDigest() string {
	digest, err := r.libraryDigest()
	if err != nil {
		return ""
	}
	return locate.SRI(digest)
}

// materialise writes the embedded library, and the expressions that call it, to
// a folder named by their content.
func (r *Resolver) materialise() (dir string, err error) {
	files, err := r.libraryFiles()
	if err != nil {
		return "", err
	}
	sum, err := r.libraryDigest()
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
		have, err := bounded.ReadFile(filepath.Join(dir, name), int64(len(content)))
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
