package app

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/adding"
	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/catalog"
	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/importing"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/nix/lock"
)

// The states of an addition, compared with its pin.
const (
	AdditionNew      = "new"
	AdditionSame     = "up to date"
	AdditionMoved    = "moved"    // the source has changed, the texts have not
	AdditionChanged  = "changed"  // the texts have changed
	AdditionUnpinned = "unpinned" // it could not be compared; see Err
)

// Addition is another author's skill, agent or MCP server, as a layer of profiles.
// Nothing is written before [Addition.Save].
type Addition struct {
	Name  string
	Scope config.Scope
	State string
	// Before is the pin, nil for a new addition. After is the present state, nil if it was
	// not fetched.
	Before, After *adding.Locked
	// Made is the layer; nil without After.
	Made *importing.Addition
	// Dir is the directory of the layers.
	Dir string
	// Edited and Missing are files that have changed since they were written.
	Edited, Missing []string
	// Removed are files that the layer no longer has.
	Removed []string
	Err     error

	config string // the directory of the lock
	texts  map[string][]byte
}

// Layer returns the path of the file that a profile imports.
func (x *Addition) Layer() string { return filepath.Join(x.Dir, x.entry().Layer(x.Name)) }

func (x *Addition) entry() *adding.Locked {
	if x.After != nil {
		return x.After
	}
	return x.Before
}

// Text returns a file of the layer on disk, unless it was edited.
func (x *Addition) Text(file string) []byte { return x.texts[file] }

// Add resolves a reference and prepares the addition, under a name from the user or its
// author. It does not fetch what was added already.
func (a *App) Add(ctx context.Context, text, name string, scope config.Scope, options resolve.Options) (*Addition, error) {
	c := a.Catalog(options)
	x := &Addition{Scope: scope}
	if err := x.place(c); err != nil {
		return nil, err
	}
	ref, err := a.additionRef(c, scope, text, a.Resolver.Dir)
	if err != nil {
		return nil, err
	}
	added, err := adding.Read(x.config, scope)
	if err != nil {
		return nil, err
	}
	for _, n := range adding.Names(added) {
		if added[n].Ref == ref.Text && (name == "" || name == n) {
			x.Name, x.Before, x.State = n, added[n], AdditionSame
			x.look(nil)
			return x, nil
		}
	}
	opener := a.Resolver.Sources(ctx)
	defer opener.Close()
	if err := x.fetch(opener, ref, name, options.Downloads); err != nil {
		return nil, err
	}
	if taken := added[x.Name]; taken != nil {
		return nil, diag.Errorf(diag.ExitState, "name-taken", "%s is the name of what was added from %s", diag.Quote(x.Name), diag.Quote(taken.Ref)).
			Hintf("choose another: insomnia add %s --name NAME", diag.Shell(text))
	}
	x.State = AdditionNew
	x.look(x.After.Files)
	if len(x.Edited) > 0 {
		return nil, diag.Errorf(diag.ExitState, "file-exists", "%s already exists; not overwritten", filepath.Join(x.Dir, filepath.FromSlash(x.Edited[0]))).
			Hintf("move it away, or choose another name: insomnia add %s --name NAME", diag.Shell(text))
	}
	return x, nil
}

// Added checks everything that was added, or the addition with a name. Without fetch it
// checks only the files. Errors of a fetch are in Err of each addition.
func (a *App) Added(ctx context.Context, name string, in func(config.Scope) bool, fetch bool, options resolve.Options) ([]*Addition, error) {
	c := a.Catalog(options)
	opener := a.Resolver.Sources(ctx)
	defer opener.Close()
	var all []*Addition
	for _, scope := range []config.Scope{config.Project, config.User} {
		place := &Addition{Scope: scope}
		if !in(scope) || scope == config.Project && c.Root == "" {
			continue
		}
		if err := place.place(c); err != nil {
			return nil, err
		}
		added, err := adding.Read(place.config, scope)
		if err != nil {
			return nil, err
		}
		for _, n := range adding.Names(added) {
			if name == "" || n == name {
				x := *place
				x.Name, x.Before = n, added[n]
				all = append(all, &x)
			}
		}
	}
	switch {
	case name != "" && len(all) == 0:
		return nil, diag.Errorf(diag.ExitNotFound, "addition-unknown", "nothing was added as %s", diag.Quote(name)).Hintf("list what was added: insomnia add --list")
	case name != "" && len(all) > 1:
		return nil, diag.Errorf(diag.ExitNotFound, "addition-ambiguous", "%s was added for the project and for the user", diag.Quote(name)).
			Hintf("say which: --project or --user")
	}
	for _, x := range all {
		x.State = AdditionSame
		if !fetch {
			x.look(nil)
			continue
		}
		if x.Err = x.compare(a, c, opener, options.Downloads); x.Err != nil {
			if ctx.Err() != nil {
				return nil, x.Err
			}
			x.State, x.After, x.Made = AdditionUnpinned, nil, nil
			x.look(nil)
		}
	}
	return all, nil
}

// place finds the directories of a scope.
func (x *Addition) place(c *catalog.Catalog) (err error) {
	if x.config, err = c.ConfigDir(x.Scope); err != nil {
		return err
	}
	x.Dir = filepath.Join(c.Folder(x.Scope), adding.Folder)
	return nil
}

// additionRef parses a reference. A project may pin only downloads and directories inside
// itself.
func (a *App) additionRef(c *catalog.Catalog, scope config.Scope, text, from string) (adding.Ref, error) {
	ref, err := adding.Parse(text, from)
	dir := ref.Dir()
	if err != nil || scope != config.Project || dir == "" {
		return ref, err
	}
	root, err := filepath.EvalSymlinks(c.Root)
	if err != nil {
		root = c.Root
	}
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		real = dir
	}
	rel, err := filepath.Rel(root, real)
	if err != nil || !filepath.IsLocal(rel) || ref.Original["type"] != "path" {
		return ref, diag.Errorf(diag.ExitRefused, "path-outside", "cannot add %s to the project: others do not have it", dir).
			Hintf("add it for yourself: insomnia add %s --user\nor name where it is published", diag.Shell(text))
	}
	_, pick, picked := strings.Cut(ref.Text, "#")
	if ref.Text = "./" + filepath.ToSlash(rel); picked {
		ref.Text += "#" + pick
	}
	return ref, nil
}

// fetch opens the source, selects the addition in it, and creates the layer.
func (x *Addition) fetch(opener *resolve.Opener, ref adding.Ref, name string, d resolve.Downloads) error {
	source, err := opener.Open(ref.Source, ref.Original, d)
	if err != nil {
		return err
	}
	if got, _ := source.Locked["narHash"].(string); ref.NarHash != "" && got != ref.NarHash {
		return wrongHash(ref.Source, got, ref.NarHash)
	}
	tree := importing.OpenTree(source.Tree, ref.Title(), source.File)
	at := ref.Path
	if source.File != "" {
		at = source.File
	}
	offer, err := offerOf(tree, ref, at)
	if err != nil {
		return err
	}
	if name == "" {
		name = offer.Slug()
	}
	if !adding.ValidName(name) {
		return diag.Errorf(diag.ExitUsage, "name-invalid", "%s is not a name for what is added", diag.Quote(name)).
			Expectedf("lowercase letters, digits and hyphens, such as code-review").Hintf("give it one: --name NAME")
	}
	if x.Made, err = tree.Add(offer, name, ref.Text); err != nil {
		return err
	}
	x.Name = name
	x.After = &adding.Locked{Kind: offer.Kind, Ref: ref.Text, Name: offer.Name, Path: offer.Path, Locked: source.Locked, Files: map[string]string{}}
	if source.File != "" {
		x.After.Path = ""
	}
	if x.Scope == config.Project && ref.Dir() != "" {
		// It is part of the project, so its path is enough.
		inside, _, _ := strings.Cut(ref.Text, "#")
		x.After.Locked = map[string]any{"type": "path", "path": inside}
	}
	for _, f := range x.Made.Files {
		x.After.Files[f.Path] = adding.Sum(f.Data)
	}
	return nil
}

func wrongHash(what, got, want string) error {
	return diag.Errorf(diag.ExitState, "wrong-hash", "%s has the hash %s, and not %s", what, got, want).
		Hintf("what is served there is not what was pinned; compare with its author before you trust it")
}

// offerOf returns the one thing that a reference means.
func offerOf(tree *importing.Tree, ref adding.Ref, at string) (importing.Offer, error) {
	none := importing.Offer{}
	offers, err := tree.Offers(at)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return none, diag.Errorf(diag.ExitNotFound, "path-not-found", "%s has no %s", ref.Source, diag.Quote(at))
	case err != nil:
		var known *diag.Error
		if errors.As(err, &known) {
			return none, known
		}
		return none, diag.Errorf(diag.ExitRefused, "path-unreadable", "cannot read %s of %s: %v", diag.Quote(at), ref.Source, bounded.Reason(err))
	}
	matching := offers
	if ref.Pick != "" {
		matching = slices.DeleteFunc(slices.Clone(offers), func(o importing.Offer) bool { return o.Name != ref.Pick })
	}
	if len(matching) == 1 {
		return matching[0], nil
	}
	e := diag.Errorf(diag.ExitNotFound, "nothing-to-add", "%s has no skill, agent file or MCP server to add", ref.Text)
	switch {
	case len(offers) == 0:
		return none, e.Expectedf("a directory with SKILL.md, a Markdown file with frontmatter, or an entry of mcpServers in a .json file")
	case len(matching) == 0:
		e = diag.Errorf(diag.ExitNotFound, "nothing-to-add", "%s has nothing named %s", ref.Source, diag.Quote(ref.Pick))
		matching = offers
	default:
		e = diag.Errorf(diag.ExitNotFound, "ambiguous", "%s has %d things to add", ref.Text, len(matching))
	}
	var lines []string
	for i, o := range matching {
		if i == 20 {
			lines = append(lines, "…")
			break
		}
		pick := ""
		if o.Kind == importing.ServerKind {
			pick = o.Name
		}
		lines = append(lines, "insomnia add "+diag.Shell(ref.At(o.Path, pick)))
	}
	return none, e.Hintf("%s", strings.Join(lines, "\n"))
}

// compare fetches the present state of a pinned reference.
func (x *Addition) compare(a *App, c *catalog.Catalog, opener *resolve.Opener, d resolve.Downloads) error {
	from := a.Resolver.Dir
	if d.Theirs = x.Scope == config.Project; d.Theirs {
		from = c.Root
	}
	ref, err := a.additionRef(c, x.Scope, x.Before.Ref, from)
	if err != nil {
		return err
	}
	name := x.Name
	if err := x.fetch(opener, ref, name, d); err != nil {
		return err
	}
	if x.After.Kind != x.Before.Kind {
		return diag.Errorf(diag.ExitState, "kind-changed", "%s was a %s, and is a %s now", diag.Quote(name), importing.KindTitle(x.Before.Kind), importing.KindTitle(x.After.Kind)).
			Hintf("remove it, and add it again: insomnia add --remove %s", name)
	}
	was, now := x.Before.Locked, x.After.Locked
	if rev := was["rev"]; rev != nil && rev == now["rev"] && was["narHash"] != now["narHash"] {
		got, _ := now["narHash"].(string)
		want, _ := was["narHash"].(string)
		return wrongHash(lock.Describe(now), got, want)
	}
	switch {
	case !maps.Equal(x.Before.Files, x.After.Files):
		x.State = AdditionChanged
	case !reflect.DeepEqual(was, now):
		x.State = AdditionMoved
	}
	for _, file := range slices.Sorted(maps.Keys(x.Before.Files)) {
		if x.After.Files[file] == "" {
			x.Removed = append(x.Removed, file)
		}
	}
	x.look(x.After.Files)
	return nil
}

// look compares the files on disk with what was written, and with what Save would write.
func (x *Addition) look(next map[string]string) {
	x.texts = map[string][]byte{}
	all := map[string]string{}
	maps.Copy(all, next)
	before := map[string]string{}
	if x.Before != nil {
		before = x.Before.Files
	}
	maps.Copy(all, before)
	for _, file := range slices.Sorted(maps.Keys(all)) {
		data, err := config.ReadFile(x.config, x.Scope, x.inConfig(file), maxLayer)
		sum := adding.Sum(data)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			if before[file] != "" {
				x.Missing = append(x.Missing, file)
			}
		case err == nil && (sum == before[file] || sum == next[file]):
			x.texts[file] = data
		default:
			x.Edited = append(x.Edited, file)
		}
	}
}

// maxLayer limits the files that are compared; larger ones are not from this program.
const maxLayer = 8 << 20

// inConfig returns the path of a layer's file relative to the config directory.
func (x *Addition) inConfig(file string) string {
	rel, err := filepath.Rel(x.config, filepath.Join(x.Dir, filepath.FromSlash(file)))
	if err != nil {
		return file
	}
	return rel
}

// Pending reports whether Save would change anything.
func (x *Addition) Pending() bool {
	return x.After != nil && (x.State != AdditionSame || len(x.Missing) > 0)
}

// Writable returns an error if Save would overwrite files that the user edited.
func (x *Addition) Writable() error {
	if len(x.Edited) == 0 {
		return nil
	}
	file := filepath.Join(x.Dir, filepath.FromSlash(x.Edited[0]))
	return diag.Errorf(diag.ExitState, "edited", "%s was edited here; not overwritten", file).
		Hintf("keep your text elsewhere, then: rm %s && insomnia add --update %s", diag.Shell(file), x.Name)
}

// Save writes the layer and pins it.
func (x *Addition) Save() error {
	if err := x.Writable(); err != nil {
		return err
	}
	for file := range x.After.Files {
		if err := config.Inside(x.config, x.Scope, x.inConfig(file)); err != nil {
			return err
		}
	}
	return config.Exclusive(x.config, func() error {
		now, err := adding.Read(x.config, x.Scope)
		if err != nil {
			return err
		}
		if !reflect.DeepEqual(now[x.Name], x.Before) {
			return diag.Errorf(diag.ExitState, "lock-changed", "another command changed %s meanwhile; nothing was written", filepath.Join(x.config, adding.LockName)).
				Hintf("run the command again")
		}
		if err := (&Imported{Files: x.Made.Files}).Save(x.Dir, true); err != nil {
			return err
		}
		if err := x.unlink(x.Removed); err != nil {
			return err
		}
		return adding.Write(x.config, x.Scope, x.Name, x.After)
	})
}

// Remove removes the layer and its pin. Edited files stay.
func (x *Addition) Remove() error {
	return config.Exclusive(x.config, func() error {
		var files []string
		for file := range x.Before.Files {
			if x.texts[file] != nil {
				files = append(files, file)
			}
		}
		if err := x.unlink(files); err != nil {
			return err
		}
		return adding.Write(x.config, x.Scope, x.Name, nil)
	})
}

// unlink removes files and the directories that become empty.
func (x *Addition) unlink(files []string) error {
	if len(files) == 0 {
		return nil
	}
	for _, file := range files {
		if err := config.Inside(x.config, x.Scope, x.inConfig(file)); err != nil {
			return err
		}
	}
	root, err := os.OpenRoot(x.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return notWritten(x.Dir, err)
	}
	defer root.Close()
	slices.Sort(files)
	for _, file := range slices.Backward(files) {
		if err := root.Remove(filepath.FromSlash(file)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return notWritten(filepath.Join(x.Dir, file), err)
		}
		for dir := path.Dir(file); dir != "."; dir = path.Dir(dir) {
			if root.Remove(filepath.FromSlash(dir)) != nil {
				break
			}
		}
	}
	return nil
}

// Use returns the line with which a profile in the profile directory imports the layer.
func (x *Addition) Use() string {
	return "imports = [ ./" + path.Join(adding.Folder, filepath.Base(x.Layer())) + " ];"
}
