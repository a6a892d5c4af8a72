package catalog

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/internal/suggest"
)

// Selection is the profile that a reference resolved to.
type Selection struct {
	Candidate
	// Steps are the steps to it that the reference did not name: the default, aliases.
	Steps []Step
	// By is the setting of the project that the reference came from; nil if the user typed
	// it in this command, or set it in a config of their own.
	By *By
}

// Step is a look-up on the way from what was typed to what was selected.
type Step struct {
	Name    string // that was looked up, or that the default has
	Default bool   // it is the default, and else an alias
	Ref     string // of an alias, as it is set
	Place   string // FILE:LINE of the config, relative in the project; empty for what is built in
}

// By is a word of the project: its authors chose it, and not the user.
type By struct {
	What string // such as "the alias `coder`"
	At   diag.Position
	Root string // the directory of the project
}

// ofProject notes that a reference is the project's word; of several, the one that the user named.
func (r *Catalog) ofProject(s *Selection, c *config.Config, set config.Setting, what string) {
	if c.Scope == config.Project {
		s.By = &By{what, set.At, r.Root}
	}
}

// chosen returns the selection of a candidate that was found by a name alone, or by a
// name in the target of a config.
func (r *Catalog) chosen(c Candidate, typed bool) *Selection {
	s := &Selection{Candidate: c}
	switch c.Source {
	case Builtin, User, "":
	case Project:
		if !typed {
			s.By = &By{"the profile `" + c.Name + "`", diag.Position{File: c.File, Line: c.Line}, r.Root}
		}
	default:
		for _, source := range r.Sources() {
			if source.Name == c.Source && source.Scope == config.Project {
				s.By = &By{"the source `" + source.Name + "`", source.Set.At, r.Root}
			}
		}
	}
	return s
}

// Ambiguous is the error for a name that several places know.
type Ambiguous struct {
	Name       string
	Candidates []Candidate
}

func (a *Ambiguous) Error() string { return "several profiles are named " + a.Name }

// Select resolves a reference; an empty one is the default. Qualified references are
// returned unchanged.
func (r *Catalog) Select(ctx context.Context, ref reference.Reference) (*Selection, error) {
	switch {
	case ref.Kind == reference.Default:
		return r.byDefault(ctx)
	case ref.Explicit():
		return &Selection{Candidate: Candidate{Ref: ref, Target: ref}}, nil
	case ref.Kind == reference.Qualified:
		c, err := r.qualified(ctx, ref.Source, ref.Name)
		if err != nil {
			return nil, err
		}
		return r.chosen(c, true), nil
	}
	if err := r.usable(); err != nil {
		return nil, err
	}
	if s, ok, err := r.alias(ctx, ref.Name, nil); ok || err != nil {
		return s, err
	}
	c, err := r.bare(ctx, ref.Name)
	if err != nil {
		return nil, err
	}
	return r.chosen(c, false), nil
}

// usable returns why no name can be looked up: a config is invalid, or the project,
// which may define names, is not trusted.
func (r *Catalog) usable() error {
	if r.Refused != nil {
		first := r.Refused.Diagnostics[0]
		first.Hint += "\na qualified reference needs no look at it: " + Builtin + ":NAME or " + User + ":NAME"
		return &diag.Error{Exit: r.Refused.Exit, Diagnostics: []diag.Diagnostic{first}}
	}
	return config.Problem(r.Problems)
}

// Named returns every profile of that name in all places where names are looked up.
func (r *Catalog) Named(ctx context.Context, name string) ([]Candidate, error) {
	files, problems := r.Files(false)
	if len(problems) > 0 {
		return nil, &diag.Error{Exit: diag.ExitNotFound, Diagnostics: problems}
	}
	var found []Candidate
	for _, c := range files {
		if c.Name == name {
			found = append(found, c)
		}
	}
	flake, ok := r.ProjectFlake(false)
	if ok {
		ofFlake, err := r.namedInFlake(ctx, flake, name)
		if err != nil {
			return nil, err
		}
		found = append(found, ofFlake...)
	}
	if r.looksAt(func(d config.Discovery) *bool { return d.Sources }) {
		for _, s := range r.Sources() {
			if s.Locked != nil && slices.Contains(s.Locked.Names(), name) {
				found = append(found, s.Flake().Candidate(Defined{Name: name}))
			}
		}
	}
	Explicit(found, &flake, r)
	return found, nil
}

func (r *Catalog) namedInFlake(ctx context.Context, flake Flake, name string) ([]Candidate, error) {
	defined, err := r.FlakeNames(ctx, flake)
	if err != nil {
		e := diag.From(err)
		if e.Exit == diag.ExitInterrupted {
			return nil, e
		}
		first := e.Diagnostics[0]
		first.Message = diag.Sprintf("whether the project's flake has a profile `%s` cannot be told: %s", name, first.Message)
		hint := "a qualified reference needs no look at it: " + Builtin + ":" + name + " or " + User + ":" + name
		if first.Hint != "" {
			hint = first.Hint + "\n" + hint
		}
		first.Hint = hint
		return nil, &diag.Error{Exit: e.Exit, Diagnostics: append([]diag.Diagnostic{first}, e.Diagnostics[1:]...)}
	}
	var found []Candidate
	for _, d := range defined {
		if d.Name == name {
			found = append(found, flake.Candidate(d))
		}
	}
	return found, nil
}

// bare looks a name up everywhere; it must be found in exactly one place.
func (r *Catalog) bare(ctx context.Context, name string) (Candidate, error) {
	found, err := r.Named(ctx, name)
	if err != nil {
		return Candidate{}, err
	}
	switch len(found) {
	case 1:
		return found[0].usable()
	case 0:
		return Candidate{}, r.notFound(name)
	}
	return Candidate{}, &Ambiguous{name, found}
}

func (r *Catalog) notFound(name string) error {
	e := diag.Errorf(diag.ExitNotFound, "profile-not-found", "no source has a profile named `%s`", name)
	var hints []string
	for _, path := range []string{name + ".nix", name + ".md", name} {
		if exists(filepath.Join(r.Dir, path)) {
			hints = append(hints, "if the file is meant: ./"+path)
		}
	}
	files, _ := r.Files(false)
	var names []string
	refs := map[string]string{}
	for _, c := range files {
		names, refs[c.Name] = append(names, c.Name), c.Name
	}
	for _, c := range r.configs() {
		for _, alias := range sortedKeys(c.Aliases) {
			names, refs[alias] = append(names, alias), alias
		}
	}
	if near := closest(name, names); near != "" {
		hints = append(hints, "did you mean "+refs[near]+"?")
	}
	hints = append(hints, "insomnia profile list shows what there is")
	return e.Hintf("%s", strings.Join(hints, "\n"))
}

// qualified finds SOURCE:NAME.
func (r *Catalog) qualified(ctx context.Context, source, name string) (Candidate, error) {
	var found []Candidate
	where := ""
	switch source {
	case User, Project:
		dir := r.Folder(config.Scope(source))
		if source == Project && r.Refused != nil {
			return Candidate{}, r.Refused
		}
		if dir == "" {
			return Candidate{}, diag.Errorf(diag.ExitNotFound, "no-project", "no project found for `%s:%s`", source, name).
				Hintf("a project is a git work tree, or a folder with .insomnia or flake.nix, at or above the working directory")
		}
		where = dir
		files, err := r.folder(source, dir)
		if err != nil {
			return Candidate{}, err
		}
		for _, c := range files {
			if c.Name == name {
				found = append(found, c)
			}
		}
		if flake, ok := r.ProjectFlake(true); ok && source == Project {
			where += " and " + flake.File
			ofFlake, err := r.namedInFlake(ctx, flake, name)
			if err != nil {
				return Candidate{}, err
			}
			found = append(found, ofFlake...)
			Explicit(found, &flake, r)
		}
		if len(found) == 0 {
			return Candidate{}, r.notIn(source, name, where, files)
		}
	default:
		return r.inNamed(source, name)
	}
	if len(found) > 1 {
		return Candidate{}, &Ambiguous{name, found}
	}
	return found[0].usable()
}

// usable refuses a profile whose name may not be shown as one.
func (c Candidate) usable() (Candidate, error) {
	if e := CheckName(c.Name, c.File); e != nil {
		return Candidate{}, e
	}
	return c, nil
}

func (r *Catalog) notIn(source, name, where string, files []Candidate) error {
	e := diag.Errorf(diag.ExitNotFound, "profile-not-found", "profile `%s` not found in %s", name, where)
	var names []string
	for _, c := range files {
		names = append(names, c.Name)
	}
	if near := closest(name, names); near != "" {
		return e.Hintf("did you mean %s:%s?", source, near)
	}
	return e.Hintf("insomnia profile new %s --%s writes one to begin with", name, source)
}

// inNamed finds a profile of a source that a config names.
func (r *Catalog) inNamed(source, name string) (Candidate, error) {
	if err := config.Problem(r.Problems); err != nil {
		return Candidate{}, err
	}
	names := []string{Builtin, User, Project}
	for _, s := range r.Sources() {
		if s.Name != source {
			names = append(names, s.Name)
			continue
		}
		if s.Locked == nil {
			return Candidate{}, diag.Errorf(diag.ExitNotFound, "source-not-pinned", "the source `%s` is not pinned as it stands", source).
				At(s.Set.At).Hintf("pin it: insomnia source update %s", source)
		}
		if !slices.Contains(s.Locked.Names(), name) {
			e := diag.Errorf(diag.ExitNotFound, "profile-not-found", "the source `%s` has no profile `%s`", source, name).
				Expectedf("one of: %s", strings.Join(s.Locked.Names(), ", "))
			if near := closest(name, s.Locked.Names()); near != "" {
				e.Hintf("did you mean %s:%s?", source, near)
			}
			return Candidate{}, e
		}
		return s.Flake().Candidate(Defined{Name: name}).usable()
	}
	if r.Refused != nil {
		return Candidate{}, r.Refused // its config may know the source
	}
	e := diag.Errorf(diag.ExitNotFound, "source-unknown", "unknown source `%s`: %s:%s", source, source, name).
		Expectedf("one of: %s; or a path or flake reference", strings.Join(names, ", "))
	if near := closest(source, names); near != "" {
		e.Hintf("did you mean %s:%s?", near, name)
	} else {
		e.Hintf("name it: insomnia source add %s FLAKEREF", source)
	}
	return Candidate{}, e
}

// Pinned is the locked hash of the source that SOURCE:NAME refers to.
func (r *Catalog) Pinned(ref reference.Reference) (narHash string, err error) {
	if _, err := r.inNamed(ref.Source, ref.Name); err != nil {
		return "", err
	}
	for _, s := range r.Sources() {
		if s.Name == ref.Source && s.Locked != nil {
			return s.Locked.NarHash, nil
		}
	}
	return "", nil
}

// longestChain is how many aliases may resolve to one another in a row.
const longestChain = 16

// alias resolves an alias; ok is false if the name is not one.
func (r *Catalog) alias(ctx context.Context, name string, chain []config.Setting) (*Selection, bool, error) {
	for _, c := range r.configs() {
		set, ok := c.Aliases[name]
		if !ok {
			continue
		}
		if slices.Contains(chain, set) {
			e := diag.Errorf(diag.ExitNotFound, "alias-cycle", "the alias `%s` resolves to itself", name).
				Hintf("set one of them to a qualified reference such as user:coder")
			for _, s := range append(chain[slices.Index(chain, set):], set) {
				if len(e.Diagnostics[0].Positions) == 0 || !slices.ContainsFunc(e.Diagnostics[0].Positions, func(p diag.Position) bool { return p.File == s.At.File && p.Line == s.At.Line }) {
					at := s.At
					at.Note = "resolves to " + s.Value
					e.At(at)
				}
			}
			return nil, true, e
		}
		if len(chain) == longestChain {
			return nil, true, diag.Errorf(diag.ExitNotFound, "alias-chain", "the alias `%s` resolves through more than %d others", chain[0].Value, longestChain).
				At(chain[0].At).Hintf("set it to a qualified reference such as user:coder")
		}
		s, err := r.follow(ctx, c, set, "the alias "+diag.Quote(name), append(slices.Clip(chain), set))
		if err != nil {
			return nil, true, err
		}
		if s.Name == "" {
			s.Name = name
		}
		r.ofProject(s, c, set, "the alias `"+name+"`")
		s.Steps = append([]Step{{Name: name, Ref: set.Value, Place: r.place(set.At)}}, s.Steps...)
		return s, true, nil
	}
	return nil, false, nil
}

// follow resolves the target of a config setting.
func (r *Catalog) follow(ctx context.Context, c *config.Config, set config.Setting, what string, chain []config.Setting) (*Selection, error) {
	bound := func(err error) error {
		var ambiguous *Ambiguous
		if a, ok := err.(*Ambiguous); ok {
			ambiguous = a
		}
		if ambiguous != nil {
			return diag.Errorf(diag.ExitNotFound, "name-ambiguous", "%s resolves to `%s`, the name of several profiles", what, set.Value).At(set.At).
				Hintf("set it to one of them:\n  %s", strings.Join(refs(ambiguous.Candidates), "\n  "))
		}
		e := diag.From(err)
		if e.Exit == diag.ExitInterrupted || e.Diagnostics[0].Code == "alias-cycle" || e.Diagnostics[0].Code == "alias-chain" {
			return e
		}
		first := e.Diagnostics[0]
		first.Message = what + " resolves to " + diag.Quote(set.Value) + ": " + first.Message
		first.Positions = append([]diag.Position{set.At}, first.Positions...)
		return &diag.Error{Exit: e.Exit, Diagnostics: append([]diag.Diagnostic{first}, e.Diagnostics[1:]...), Summary: e.Summary}
	}
	ref, err := r.meant(c, set)
	if err != nil {
		return nil, bound(err)
	}
	switch {
	case ref.Explicit():
		if err := r.missingFile(ref, ref.Path); err != nil {
			return nil, bound(err)
		}
		target := ref
		if ref.Dir() != "" { // it starts from the config, and the resolver from elsewhere
			if target, err = reference.Parse(ref.Lasting(), r.Dir); err != nil {
				return nil, bound(err)
			}
		}
		return &Selection{Candidate: Candidate{Ref: ref, Target: target}}, nil
	case ref.Kind == reference.Qualified:
		found, err := r.qualified(ctx, ref.Source, ref.Name)
		if err != nil {
			return nil, bound(err)
		}
		return r.chosen(found, false), nil
	}
	s, ok, err := r.alias(ctx, ref.Name, chain)
	if err != nil {
		return nil, bound(err)
	}
	if ok {
		return s, nil
	}
	found, err := r.Named(ctx, ref.Name)
	if err != nil {
		return nil, bound(err)
	}
	e := diag.Errorf(diag.ExitNotFound, "name-unqualified", "%s resolves to `%s`, which names no source", what, set.Value).At(set.At)
	if len(found) > 0 {
		return nil, e.Hintf("write the qualified reference:\n  %s", strings.Join(refs(found), "\n  "))
	}
	return nil, e.Hintf("write a qualified reference, such as user:NAME; insomnia profile list shows what there is")
}

// missingFile reports a file, a directory or a built-in profile that does not exist.
func (r *Catalog) missingFile(ref reference.Reference, shown string) error {
	switch ref.Kind {
	case reference.Builtin:
		if !slices.ContainsFunc(r.builtin(), func(c Candidate) bool { return c.Name == ref.Name }) {
			return diag.Errorf(diag.ExitNotFound, "profile-not-found", "built-in profile not found: `%s`", ref.Name).
				Hintf("insomnia profile list shows what there is")
		}
	case reference.File:
		if !exists(ref.Path) {
			return diag.Errorf(diag.ExitNotFound, "profile-not-found", "file not found: %s", shown)
		}
	case reference.Local:
		if !ref.Pinned() && !exists(ref.Dir()) {
			return diag.Errorf(diag.ExitNotFound, "flake-not-found", "directory not found: %s", ref.Dir())
		}
	}
	return nil
}

// meant returns the reference that a config sets. A relative path is relative to the
// config, and a project's must stay in the project.
func (r *Catalog) meant(c *config.Config, set config.Setting) (reference.Reference, error) {
	ref, err := reference.Parse(set.Value, r.base(c))
	if err == nil {
		err = r.Inside(c.Scope, ref)
	}
	return ref, err
}

// base is the directory that relative paths in a config start from: the project,
// or the directory of the user's config.
func (r *Catalog) base(c *config.Config) string {
	if c.Scope == config.Project {
		return r.Root
	}
	return c.Dir
}

// Default is the reference that is used when none is named, and where it is
// set; the place is empty for the one of the program itself.
func (r *Catalog) Default() config.Setting {
	for _, c := range r.configs() {
		if c.Default != nil {
			return *c.Default
		}
	}
	return config.Setting{Value: reference.OfBuiltin(fallback).String()}
}

func (r *Catalog) byDefault(ctx context.Context) (*Selection, error) {
	if err := r.usable(); err != nil {
		return nil, err
	}
	for _, c := range r.configs() {
		if c.Default == nil {
			continue
		}
		s, err := r.follow(ctx, c, *c.Default, "the default", nil)
		if err != nil {
			return nil, err
		}
		r.ofProject(s, c, *c.Default, "the default")
		if s.Name == "" {
			s.Name = s.Ref.String()
			if s.Ref.Kind == reference.Builtin {
				s.Name = s.Ref.Name
			}
		}
		s.Steps = append([]Step{{Name: s.Name, Default: true, Place: r.place(c.Default.At)}}, s.Steps...)
		return s, nil
	}
	ref := reference.OfBuiltin(fallback)
	return &Selection{Candidate: Candidate{Name: fallback, Source: Builtin, Ref: ref, Target: ref},
		Steps: []Step{{Name: fallback, Default: true}}}, nil
}

// place is file:line as people read it: relative in the project.
func (r *Catalog) place(p diag.Position) string {
	file := p.File
	if rel := r.relative(file); r.Root != "" && strings.HasPrefix(file, r.Root+string(os.PathSeparator)) {
		file = strings.TrimPrefix(rel, "./")
	}
	if p.Line > 0 {
		return fmt.Sprintf("%s:%d", file, p.Line)
	}
	return file
}

func refs(candidates []Candidate) []string {
	var out []string
	for _, c := range candidates {
		out = append(out, c.Ref.String())
	}
	return out
}

func closest(wanted string, names []string) string { return suggest.Closest(wanted, names, 0.8) }

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// Alias is a name for a reference, set in a config.
type Alias struct {
	Name string
	config.Setting
}

// Aliases are those that count, the project's over the user's, by name.
func (r *Catalog) Aliases() []Alias {
	all := map[string]config.Setting{}
	for _, c := range slices.Backward(r.configs()) {
		maps.Copy(all, c.Aliases)
	}
	var out []Alias
	for _, name := range sortedKeys(all) {
		out = append(out, Alias{name, all[name]})
	}
	return out
}

// Names returns the names that a user can type without an evaluation: aliases, files,
// and the pinned names of sources.
func (r *Catalog) Names() []string {
	names := map[string]bool{}
	files, _ := r.Files(false)
	for _, c := range files {
		names[c.Name] = true
	}
	for _, a := range r.Aliases() {
		names[a.Name] = true
	}
	for _, s := range r.Sources() {
		if s.Locked != nil {
			for _, name := range s.Locked.Names() {
				names[name] = true
			}
		}
	}
	return sortedKeys(names)
}
