package resolve

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/manifestfile"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// profileFile is a profile file or a built-in profile, found.
type profileFile struct {
	ref  *Reference
	file string // real path; empty for a built-in profile
	root string // what the file may read
	// worktree says that root is a git work tree, of which a view shows what git
	// does not ignore.
	worktree bool
	name     string
	profile  string // what entry.nix takes
	output   string // what entry.nix is asked for
}

// resolveFile resolves a profile file or a built-in profile, with the embedded library.
func (r *Resolver) resolveFile(ctx context.Context, ref *Reference, options Options) (*Resolved, error) {
	return r.resolveFileWith(ctx, r.evaluator(options), ref, options)
}

func (r *Resolver) resolveFileWith(ctx context.Context, evaluator evaluator, ref *Reference, options Options) (*Resolved, error) {
	p := &profileFile{ref: ref, name: ref.Name, profile: "builtin:" + ref.Name, output: "result"}
	if options.Explain {
		p.output = "explained"
	}
	if ref.Kind == KindPath {
		var err error
		if err = p.locate(options.Root, r.Dir); err != nil {
			return nil, err
		}
		p.name, p.profile = strings.TrimSuffix(filepath.Base(p.file), ".nix"), p.file
	}
	a, err := evaluator.file(ctx, p, options)
	if err != nil {
		return nil, err
	}
	if a.Status == "missing" {
		e := diag.Errorf(diag.ExitNotFound, "profile-not-found", "there is no built-in profile `%s`", ref.Name)
		if len(a.Names) > 0 {
			e.Expectedf("one of: %s", attrList(a.Names))
		}
		if near := Closest(ref.Name, a.Names); near != "" {
			e.Hintf("did you mean builtin:%s?", near)
		}
		return nil, e
	}
	if a.Position == nil && p.file != "" {
		a.Position = &position{File: p.file}
	}
	canonical, err := check(&a.answer, ref.Text, a.sources)
	if err != nil {
		return nil, err
	}
	result := resolved(manifest.Identity{Name: manifestfile.Name(canonical), Source: string(ref.Kind), Ref: ref.Text}, canonical)
	if options.Explain {
		if result.Origins, err = originsOf(&a.answer, canonical, a.sources); err != nil {
			return nil, err
		}
	}
	result.Again, result.Folder, result.Losses = ref.lasting(nil), p.root, a.notes
	if options.Provenance {
		if result.Provenance, err = r.fileProvenance(ctx, p); err != nil {
			return nil, err
		}
		result.Provenance.Evaluator = evaluator.title(ctx)
		result.Provenance.Files = a.reads
	}
	return result, nil
}

// locate finds the real path of the profile file and what it may read.
func (p *profileFile) locate(widened, dir string) error {
	ref := p.ref
	info, statErr := os.Stat(ref.Path)
	switch {
	case statErr != nil && !errors.Is(statErr, fs.ErrNotExist):
		return diag.Errorf(diag.ExitNotFound, "profile-unreadable", "%s cannot be read: %v", ref.Text, errors.Unwrap(statErr)).
			Hintf("each folder on the way must be one that you may enter: namei -l %s", ref.Path)
	case statErr != nil:
		e := diag.Errorf(diag.ExitNotFound, "profile-not-found", "there is no file %s", ref.Text)
		folder, name := filepath.Split(ref.Path)
		if near := Closest(strings.TrimSuffix(name, ".nix"), nixFiles(folder)); near != "" {
			e.Hintf("did you mean %s.nix?", filepath.Join(filepath.Dir(ref.Text), near))
		}
		return e
	case !info.Mode().IsRegular():
		return diag.Errorf(diag.ExitNotFound, "profile-not-found", "%s is not a regular file", ref.Path)
	}
	var err error
	if p.file, err = filepath.EvalSymlinks(ref.Path); err != nil {
		return diag.Errorf(diag.ExitNotFound, "profile-not-found", "cannot follow %s: %v", ref.Path, err)
	}
	if widened != "" {
		if p.root, err = filepath.EvalSymlinks(Absolute(widened, dir)); err != nil {
			return usage("root-not-found", "--root %s: %v", widened, errors.Unwrap(err))
		}
		if !within(p.root, p.file) {
			return usage("root-without-profile", "the profile %s is not below --root %s", p.file, p.root)
		}
		return nil
	}
	path := ref.Path
	if real, err := filepath.EvalSymlinks(dir); err == nil && within(dir, path) {
		// The working directory is the user's choice, whatever links lead to it.
		path = real + strings.TrimPrefix(path, dir)
	}
	if link := linkOut(path, p.file); link != "" {
		return linkLeadsOut(ref.Text, link, p.file)
	}
	p.root, p.worktree = profileRoot(filepath.Dir(p.file))
	return nil
}

// mostNames is how many entries a folder of profiles may have.
const mostNames = 10_000

// nixFiles are the names of the Nix files in a folder, without .nix.
func nixFiles(dir string) []string {
	entries, _ := bounded.ReadDir(dir, mostNames) // names to suggest, if there are any
	var names []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".nix"); ok {
			names = append(names, name)
		}
	}
	return names
}

// fileSources are the sources of a profile file. Files of the embedded library
// are named by where they are in it.
type fileSources struct {
	library string
	root    string // what the profile may read; empty for a built-in one
	quoter
}

func (s *fileSources) place(p position) (diag.Position, bool) {
	at := diag.Position{File: p.File, Line: p.Line, Column: p.Column, Note: p.Note}
	switch {
	case within(s.library, p.File):
		at.File = s.text(p.File)
		return at, true
	case s.root != "" && within(s.root, p.File):
		at.Source = s.quote(p.File)
		return at, true
	}
	return at, false
}

func (s *fileSources) text(message string) string {
	return strings.ReplaceAll(message, s.library+"/", "builtin:")
}
