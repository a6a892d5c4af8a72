package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/catalog"
	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/durable"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/internal/userdir"
)

// Setup is the present state of a project that a user sets up. Nothing is written before
// [Setup.Write].
type Setup struct {
	// Root is the directory of the project that contains the working directory, or else the
	// working directory.
	Root string
	// Default is the project's present default profile; nil for none.
	Default *config.Setting
	// Suggested is the reference for a new default if the user names none.
	Suggested string
	// HasFlake reports whether the project has a flake.nix.
	HasFlake bool
	// Mentions reports whether that flake mentions insomnia.
	Mentions bool
	// Others are settings of agent programs in the project, which Pods do not read.
	Others []string

	catalog *catalog.Catalog
	configs bool // whether a config.toml or local.toml exists
}

// foreign lists the settings of agent programs that projects may contain.
var foreign = [...]string{".claude", ".codex", ".opencode", "opencode.json", ".mcp.json", ".cursor"}

// Setup examines the project here. With own, the working directory becomes a separate
// project, even inside another one. The home directory cannot be a project.
func (a *App) Setup(own bool, options resolve.Options) (*Setup, error) {
	c := a.Catalog(options)
	if err := config.Problem(c.Problems); err != nil {
		return nil, err
	}
	if c.Refused != nil {
		return nil, c.Refused
	}
	if c.Root == "" || own {
		c.Root = a.Resolver.Dir
		if real, err := filepath.EvalSymlinks(c.Root); err == nil {
			c.Root = real
		}
		var problems []diag.Diagnostic
		c.Project, problems = config.Load(filepath.Join(c.Root, projectFolder), config.Project)
		if err := config.Problem(problems); err != nil {
			return nil, err
		}
	}
	if home, err := userdir.Home(); err == nil {
		if real, err := filepath.EvalSymlinks(home); err == nil && real == c.Root {
			return nil, diag.Errorf(diag.ExitRefused, "project-home", "cannot set up a project in your home directory").
				Hintf("make a directory for it: mkdir agents && cd agents && insomnia init\nor set a default for yourself: insomnia profile default builtin:coder")
		}
	}
	s := &Setup{Root: c.Root, Default: c.Project.Default, Suggested: "builtin:coder", catalog: c}
	s.configs = s.has(projectFolder+"/"+config.FileName) || s.has(projectFolder+"/"+config.LocalName)
	if s.HasFlake = s.has("flake.nix"); s.HasFlake {
		s.Mentions = !strange(catalog.Flake{File: filepath.Join(s.Root, "flake.nix")})
	}
	for _, name := range foreign {
		if s.has(name) {
			s.Others = append(s.Others, name)
		}
	}
	if d := c.User.Default; d != nil {
		if ref, err := reference.Parse(d.Value, s.Root); err == nil && ref.Kind == reference.Builtin {
			s.Suggested = d.Value
		}
	}
	files, _ := c.Files(false)
	var ofProject []string
	for _, f := range files {
		if f.Source == catalog.Project {
			ofProject = append(ofProject, f.Ref.String())
		}
	}
	if len(ofProject) == 1 {
		s.Suggested = ofProject[0]
	}
	return s, nil
}

// projectFolder is Insomnia's directory in a project.
const projectFolder = ".insomnia"

func (s *Setup) has(name string) bool {
	_, err := os.Lstat(filepath.Join(s.Root, name))
	return err == nil
}

// InGit reports whether the project is in a git work tree.
func (s *Setup) InGit() bool { return reference.WorkTree(s.Root) != "" }

// Names returns the references of profiles that can be found without evaluation.
func (s *Setup) Names() []string {
	files, _ := s.catalog.Files(false)
	var names []string
	for _, f := range files {
		names = append(names, f.Ref.String())
	}
	return names
}

// Checked returns a reference in the form in which the project's config stores it; see
// [App.Storable].
func (a *App) Checked(ctx context.Context, s *Setup, text string, options resolve.Options) (string, error) {
	chosen, err := a.Choose(ctx, text, options)
	if err != nil {
		return "", err
	}
	if chosen.Source == catalog.Project && s.Root != a.Catalog(options).Root {
		return "", diag.Errorf(diag.ExitNotFound, "profile-not-found", "%s is a profile of the project above, which the new one does not have", diag.Quote(text)).
			Hintf("name another, such as builtin:coder")
	}
	return a.Storable(ctx, s.catalog, chosen, config.Project, options)
}

// Plan describes what to set up in a project.
type Plan struct {
	// Default is the reference of the new default profile; empty to keep the present one.
	Default string
	// Template contains the files of a flake to write; nil for none.
	Template fs.FS
}

// Files returns the paths, with slashes and relative to the project, that a plan would
// create. An existing file of the template is an error; other existing files are kept.
func (s *Setup) Files(plan Plan) ([]string, error) {
	files, err := s.files(plan)
	var names []string
	for _, f := range files {
		names = append(names, f.path)
	}
	return names, err
}

type setupFile struct {
	path string
	data []byte
}

func (s *Setup) files(plan Plan) ([]setupFile, error) {
	var files []setupFile
	there := &diag.Error{Exit: diag.ExitState}
	if plan.Template != nil {
		err := fs.WalkDir(plan.Template, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			if s.has(name) {
				there.Diagnostics = append(there.Diagnostics, diag.Errorf(diag.ExitState, "file-exists", "%s already exists; not overwritten", filepath.Join(s.Root, name)).
					Hintf("move it away, or use insomnia init without --flake").Diagnostics...)
				return nil
			}
			data, err := fs.ReadFile(plan.Template, name)
			files = append(files, setupFile{name, data})
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	if plan.Default != "" && !s.configs {
		files = append(files, setupFile{projectFolder + "/" + config.FileName, configText(plan)})
		if ignored := projectFolder + "/.gitignore"; s.InGit() && !s.has(ignored) {
			files = append(files, setupFile{ignored, []byte("/" + config.LocalName + "\n/.local.lock\n")})
		}
	}
	if len(there.Diagnostics) > 0 {
		return nil, there
	}
	return files, nil
}

func configText(plan Plan) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# The profile of `insomnia pod new` here. Commands write to %s, which wins over this file.\ndefault = %s\n", config.LocalName, strconv.Quote(plan.Default))
	if plan.Template != nil {
		b.WriteString("\n# What these names mean here: the profiles of flake.nix, not the built-in ones.\n[aliases]\n")
		for _, name := range []string{"coder", "reviewer"} {
			fmt.Fprintf(&b, "%s = %s\n", name, strconv.Quote("project:"+name))
		}
	}
	return b.Bytes()
}

// Write creates the files of a plan, all or none, and returns their paths. It overwrites
// nothing, and links cannot lead outside the project.
func (s *Setup) Write(plan Plan) (written []string, err error) {
	files, err := s.files(plan)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(s.Root)
	if err != nil {
		return nil, notSetUp(s.Root, err)
	}
	defer root.Close()
	defer func() {
		if err != nil {
			for _, name := range written {
				root.Remove(name)
			}
			written = nil
		}
	}()
	for _, f := range files {
		if err := root.MkdirAll(path.Dir(f.path), 0o755); err != nil {
			return written, notSetUp(filepath.Join(s.Root, f.path), err)
		}
		out, err := root.OpenFile(f.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err == nil {
			written = append(written, f.path)
			_, err = out.Write(f.data)
			err = errors.Join(err, out.Close())
		}
		if err != nil {
			return written, notSetUp(filepath.Join(s.Root, f.path), err)
		}
	}
	if plan.Default != "" && s.configs && s.Default == nil {
		if err := config.Set(filepath.Join(s.Root, projectFolder), config.Project, "", "default", plan.Default); err != nil {
			return written, err
		}
		written = append(written, projectFolder+"/"+config.LocalName)
	}
	return written, nil
}

func notSetUp(path string, err error) error {
	return diag.Errorf(diag.ExitState, "file-not-written", "cannot write %s: %v", path, bounded.Reason(err)).
		Hintf("%s", durable.Remedy(err, filepath.Dir(path)))
}
