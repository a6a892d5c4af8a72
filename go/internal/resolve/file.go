package resolve

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/nixcli"
	"github.com/insomnia-pods/insomnia/go/nix/eval"
)

//go:embed nix/entry.nix
var entryText string

// resolveFile resolves a profile file or a built-in profile, with the embedded
// library, purely, without the Nix store.
func (r *Resolver) resolveFile(ctx context.Context, ref *Reference, options Options) (*Resolved, error) {
	file, root, name, profile := "", "", ref.Name, "builtin:"+ref.Name
	if ref.Kind == KindPath {
		var err error
		if file, root, err = locateProfile(ref, options.Root, r.Dir); err != nil {
			return nil, err
		}
		name, profile = strings.TrimSuffix(filepath.Base(file), ".nix"), file
	}
	in := &fileSources{library: libraryAt}
	var out []byte
	var failure *nixcli.Failure
	var err error
	if options.embedded() {
		out, failure, err = r.evaluateFile(ctx, options, in, file, root, name)
	} else {
		out, failure, err = r.runFile(ctx, options, in, root, profile, name)
	}
	if failure != nil {
		return nil, explainFile(ref, file, root, in, failure)
	}
	if err != nil {
		return nil, err
	}
	var a answer
	if err := json.Unmarshal(out, &a); err != nil {
		return nil, unreadable(err)
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
	if a.Position == nil && file != "" {
		a.Position = &position{File: file}
	}
	canonical, err := check(&a, ref.Text, in)
	if err != nil {
		return nil, err
	}
	result := resolved(Profile{Name: manifestName(canonical), Source: string(ref.Kind), Ref: ref.Text}, canonical)
	if options.Provenance {
		if result.Provenance, err = r.fileProvenance(ctx, options, in, file, root); err != nil {
			return nil, err
		}
	}
	return result, nil
}

// runFile has the installed Nix evaluate.
func (r *Resolver) runFile(ctx context.Context, options Options, in *fileSources, root, profile, name string) ([]byte, *nixcli.Failure, error) {
	library, _, err := r.materialise()
	if err != nil {
		return nil, nil, err
	}
	in.library = library
	out, err := r.Nix.Run(ctx, nixcli.Call{Dir: r.Dir, Timeout: options.Timeout, Args: fileArgs(library, root, profile, name)})
	var failure *nixcli.Failure
	if errors.As(err, &failure) {
		return nil, failure, nil
	}
	if err != nil {
		return nil, nil, err
	}
	return out.Stdout, nil, nil
}

// fileArgs is the one way to evaluate a file purely without a store that holds
// on all versions; each guard closes a hole that was seen open without it.
func fileArgs(library, root, profile, name string) []string {
	args := []string{"eval", "--json", "--impure",
		"--option", "experimental-features", "nix-command",
		"--store", "dummy://",
		"--option", "restrict-eval", "true",
		"--option", "allowed-uris", "",
		"--option", "allow-import-from-derivation", "false",
		"-I", "insomnia=" + library}
	if root != "" {
		args = append(args, "-I", "profile="+root)
	}
	return append(args, "--file", filepath.Join(library, "entry.nix"), "--argstr", "profile", profile, "--argstr", "name", name, "result")
}

// locateProfile gives the real path of the profile file and of what it may read.
func locateProfile(ref *Reference, widened, dir string) (file, root string, err error) {
	info, statErr := os.Stat(ref.Path)
	switch {
	case statErr != nil:
		e := diag.Errorf(diag.ExitNotFound, "profile-not-found", "there is no file %s", ref.Text)
		folder, name := filepath.Split(ref.Path)
		if near := Closest(strings.TrimSuffix(name, ".nix"), nixFiles(folder)); near != "" {
			e.Hintf("did you mean %s.nix?", filepath.Join(filepath.Dir(ref.Text), near))
		}
		return "", "", e
	case !info.Mode().IsRegular():
		return "", "", diag.Errorf(diag.ExitNotFound, "profile-not-found", "%s is not a regular file", ref.Path)
	}
	if file, err = filepath.EvalSymlinks(ref.Path); err != nil {
		return "", "", diag.Errorf(diag.ExitNotFound, "profile-not-found", "cannot follow %s: %v", ref.Path, err)
	}
	if root = gitRoot(filepath.Dir(file)); root == "" {
		root = filepath.Dir(file)
	}
	if widened != "" {
		if root, err = filepath.EvalSymlinks(absolute(widened, dir)); err != nil {
			return "", "", usage("root-not-found", "--root %s: %v", widened, errors.Unwrap(err))
		}
		if rel, err := filepath.Rel(root, file); err != nil || !filepath.IsLocal(rel) {
			return "", "", usage("root-without-profile", "the profile %s is not below --root %s", file, root)
		}
	}
	return file, root, nil
}

// nixFiles are the names of the Nix files in a folder, without .nix.
func nixFiles(dir string) []string {
	entries, _ := os.ReadDir(dir)
	var names []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".nix"); ok {
			names = append(names, name)
		}
	}
	return names
}

// libraryFiles are the files of the embedded library, and the expressions that call it.
func (r *Resolver) libraryFiles() (map[string][]byte, error) {
	files := map[string][]byte{
		"entry.nix": []byte(entryText), "describe.nix": []byte(describeText), "select.nix": []byte(selectText),
	}
	err := fs.WalkDir(r.Library, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files[path], err = fs.ReadFile(r.Library, path)
		return err
	})
	if err != nil {
		return nil, diag.Errorf(diag.ExitInternal, "internal", "cannot read the embedded library: %v", err)
	}
	return files, nil
}

func digestOf(files map[string][]byte) []byte {
	h := sha256.New()
	for _, name := range sortedKeys(files) {
		sum := sha256.Sum256(files[name])
		h.Write([]byte(name + "\x00"))
		h.Write(sum[:])
	}
	return h.Sum(nil)
}

// materialise writes the embedded library, and the expressions that call it, to
// a folder named by their content.
func (r *Resolver) materialise() (dir, digest string, err error) {
	files, err := r.libraryFiles()
	if err != nil {
		return "", "", err
	}
	sum := digestOf(files)
	digest = sri(sum)

	parent := filepath.Join(r.CacheDir, "library")
	if err = os.MkdirAll(parent, 0o700); err == nil {
		parent, err = filepath.EvalSymlinks(parent)
	}
	dir = filepath.Join(parent, hex.EncodeToString(sum[:16]))
	if err == nil && !intact(dir, files) {
		err = writeLibrary(parent, dir, files)
	}
	if err != nil {
		return "", "", diag.Errorf(diag.ExitMissing, "cache-not-writable", "cannot write the library to the cache folder: %v", err).
			Hintf("set XDG_CACHE_HOME to a folder that can be written")
	}
	return dir, digest, nil
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

// fileSources names files of the embedded library by where they stand in it.
type fileSources struct {
	library string
	reads   []eval.Read
}

func (s *fileSources) file(name string) string {
	if rel, ok := strings.CutPrefix(name, s.library+"/"); ok {
		return "builtin:" + rel
	}
	return name
}

func (s *fileSources) place(p position) diag.Position {
	return diag.Position{File: s.file(p.File), Line: p.Line, Column: p.Column, Note: p.Note}
}

func (s *fileSources) text(message string) string {
	return strings.ReplaceAll(message, s.library+"/", "builtin:")
}

var forbiddenPath = lazily(`access to (?:absolute )?path '([^']+)' is forbidden in restricted mode`)

func explainFile(ref *Reference, file, root string, in *fileSources, failure *nixcli.Failure) error {
	own := func(file string) bool { return strings.HasPrefix(file, "/") }
	at := places(failure.Frames, in, own)
	if file != "" && (len(at) == 0 || !own(at[0].File)) {
		at = []diag.Position{{File: file}}
	}
	if m := forbiddenPath().FindStringSubmatch(failure.Message); m != nil {
		e := evaluationError("outside-root", "the profile reads "+in.text(m[1])+", which is outside "+root, at)
		if ref.Kind == KindPath {
			e.Hintf("move the file, or widen what the profile may read with --root FOLDER")
		}
		return e
	}
	return explainCommon(failure, in, at)
}
