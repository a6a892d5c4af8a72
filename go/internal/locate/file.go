package locate

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/internal/suggest"
)

// File is a profile file or a built-in profile, found.
type File struct {
	Ref  *Reference
	Path string // real path; empty for a built-in profile
	Root string // what the file may read
	// Worktree says that Root is a git work tree, of which a view shows what git
	// does not ignore.
	Worktree bool
}

// FindFile resolves a reference to a profile file or a built-in profile. widened is the
// directory that the file may read, as typed in dir; empty for its own root.
func FindFile(ref *Reference, widened, dir string) (*File, error) {
	p := &File{Ref: ref}
	if ref.Kind == KindBuiltin {
		return p, nil
	}
	return p, p.locate(widened, dir)
}

// Name is the profile's name if it sets none itself.
func (p *File) Name() string {
	if p.Path == "" {
		return p.Ref.Name
	}
	return reference.BareName(p.Path)
}

// locate finds the real path of the profile file and what it may read.
func (p *File) locate(widened, dir string) error {
	ref := p.Ref
	info, statErr := os.Stat(ref.Path)
	switch {
	case statErr != nil && !errors.Is(statErr, fs.ErrNotExist):
		return diag.Errorf(diag.ExitNotFound, "profile-unreadable", "cannot read %s: %v", ref.Text, errors.Unwrap(statErr)).
			Hintf("each folder on the way must be one that you may enter: namei -l %s", ref.Path)
	case statErr != nil:
		e := diag.Errorf(diag.ExitNotFound, "profile-not-found", "file not found: %s", ref.Text)
		files := profileFiles(filepath.Dir(ref.Path))
		if near := suggest.Closest(reference.BareName(ref.Path), slices.Sorted(maps.Keys(files)), 0.75); near != "" {
			e.Hintf("did you mean %s?", filepath.Join(filepath.Dir(ref.Text), files[near]))
		}
		return e
	case !info.Mode().IsRegular():
		return diag.Errorf(diag.ExitNotFound, "profile-not-found", "%s is not a regular file", ref.Path)
	}
	var err error
	if p.Path, err = filepath.EvalSymlinks(ref.Path); err != nil {
		return diag.Errorf(diag.ExitNotFound, "profile-not-found", "cannot follow %s: %v", ref.Path, err)
	}
	if widened != "" {
		if p.Root, err = filepath.EvalSymlinks(reference.Absolute(widened, dir)); err != nil {
			return diag.Errorf(diag.ExitUsage, "root-not-found", "--root %s: %v", widened, errors.Unwrap(err))
		}
		if !Within(p.Root, p.Path) {
			return diag.Errorf(diag.ExitUsage, "root-without-profile", "the profile %s is not below --root %s", p.Path, p.Root)
		}
		return nil
	}
	path := ref.Path
	if real, err := filepath.EvalSymlinks(dir); err == nil && Within(dir, path) {
		// The user chose the working directory, including any links to it.
		path = real + strings.TrimPrefix(path, dir)
	}
	if link := linkOut(path, p.Path); link != "" {
		return linkLeadsOut(ref.Text, link, p.Path)
	}
	p.Root, p.Worktree = ProfileRoot(filepath.Dir(p.Path))
	return nil
}

// mostNames is how many entries a folder of profiles may have.
const mostNames = 10_000

// profileFiles are the profile files in a directory, by their names without an extension.
func profileFiles(dir string) map[string]string {
	entries, _ := bounded.ReadDir(dir, mostNames) // names to suggest, if there are any
	files := map[string]string{}
	for _, e := range entries {
		if name := reference.BareName(e.Name()); reference.IsProfileFile(e.Name()) && files[name] == "" {
			files[name] = e.Name()
		}
	}
	return files
}
