package evaluate

import (
	"bytes"
	"crypto/sha256"
	"embed"
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

// What calls the library: of one profile file, of a flake's profile, of all of them,
// of its policies.
var (
	//go:embed entry/entry.nix entry/describe.nix entry/select.nix entry/plain.nix
	entryFiles embed.FS

	//go:embed entry/describe.nix
	DescribeText string
	//go:embed entry/select.nix
	SelectText string
	//go:embed entry/survey.nix
	SurveyText string
	//go:embed entry/policies.nix
	PoliciesText string
	//go:embed entry/policy.nix
	PolicyText string
	//go:embed entry/plain.nix
	PlainText string
)

// ReportText describes a profile as the library judges it.
var ReportText = "(args: removeAttrs ((" + DescribeText + ") args) [ \"unjudged\" ])"

// Library is the Nix library inside this program: lib and profiles, and what calls them.
type Library struct{ fs.FS }

// Trees are the library's directories by where they belong below one directory.
func (l Library) Trees() (map[string]fs.FS, error) {
	trees := map[string]fs.FS{}
	for name, from := range map[string]struct {
		files fs.FS
		dir   string
	}{"": {entryFiles, "entry"}, "/lib": {l.FS, "lib"}, "/profiles": {l.FS, "profiles"}} {
		files, err := fs.Sub(from.files, from.dir)
		if err != nil {
			return nil, unreadableLibrary(err)
		}
		trees[name] = files
	}
	return trees, nil
}

// names are all files, in order.
func (l Library) names() ([]string, error) {
	names := []string{"entry.nix", "describe.nix", "select.nix", "plain.nix"}
	err := fs.WalkDir(l.FS, ".", func(path string, entry fs.DirEntry, err error) error {
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

// open opens one of names.
func (l Library) open(name string) (fs.File, error) {
	if !strings.Contains(name, "/") {
		if f, err := entryFiles.Open("entry/" + name); err == nil {
			return f, nil
		}
	}
	return l.FS.Open(name)
}

// digest is over all names and contents. No file is kept: to hold all of
// them took longer than to hash them.
func (l Library) digest() ([]byte, error) {
	names, err := l.names()
	if err != nil {
		return nil, err
	}
	all, one := sha256.New(), sha256.New()
	buffer := make([]byte, 32<<10)
	for _, name := range names {
		f, err := l.open(name)
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

// files are all files with their contents.
func (l Library) files() (map[string][]byte, error) {
	names, err := l.names()
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, name := range names {
		f, err := l.open(name)
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

// Digest returns the digest of the library for provenance.
func (l Library) Digest() (string, error) {
	digest, err := l.digest()
	if err != nil {
		return "", err
	}
	return locate.SRI(digest), nil
}

// Materialise writes the library to a directory below cache, named by its content.
func (l Library) Materialise(cache string) (dir string, err error) {
	files, err := l.files()
	if err != nil {
		return "", err
	}
	sum, err := l.digest()
	if err != nil {
		return "", err
	}

	parent := filepath.Join(cache, "library")
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
