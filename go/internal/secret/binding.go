package secret

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Binding is the place of one secret and its allowed destinations, as the user has set
// them.
type Binding struct {
	Name string
	// URI is the place: age:NAME, env:NAME, file:PATH, mount:NAME, exec:COMMAND or login:PROGRAM.
	URI string
	// Hosts and Commands are the only destinations that may get it.
	Hosts    []string
	Commands []string
	// At is the position of the binding in the config.
	At diag.Position
}

// Backend is the kind of place that keeps the value: age, env, file, mount, exec or
// login.
func (b Binding) Backend() string {
	backend, _, _ := strings.Cut(b.URI, ":")
	return backend
}

// Entry is the name in the store that a binding to `age:` refers to.
func (b Binding) Entry() string { return b.place() }

// Shown is the place without what could be a value: of a command, the program alone.
func (b Binding) Shown() string {
	if b.Backend() != "exec" {
		return b.place()
	}
	words, err := SplitWords(b.place())
	if err != nil || len(words) == 0 {
		return ""
	}
	return words[0]
}

func (b Binding) place() string {
	_, place, _ := strings.Cut(b.URI, ":")
	return place
}

// Bindings are the bindings of a user, and the way to the values.
type Bindings struct {
	// Store is the store that `age:` refers to.
	Store *Store
	// Timeout is how long one command of `exec:` may take; 0 for DefaultTimeout.
	Timeout time.Duration
	// Debug receives a log of operations, without values; nil to log nothing.
	Debug func(message string, fields map[string]any)

	all map[string]Binding
}

// Load reads the bindings from the user's config in dir. A mistake anywhere in
// the config is an error, and so is a config that others can write.
func Load(dir string, store *Store) (*Bindings, error) {
	b := &Bindings{Store: store, all: map[string]Binding{}}
	for _, name := range []string{config.FileName, config.LocalName} {
		if err := ownConfig(filepath.Join(dir, name)); err != nil {
			return nil, err
		}
	}
	c, problems := config.Load(dir, config.User)
	if err := config.Problem(problems); err != nil {
		return nil, err
	}
	for name, bound := range c.Secrets {
		b.all[name] = Binding{Name: name, URI: string(bound.URI), Hosts: texts(bound.Hosts), Commands: texts(bound.Commands), At: bound.At}
	}
	return b, nil
}

func texts[S ~string](items []S) []string {
	var out []string
	for _, item := range items {
		out = append(out, string(item))
	}
	return out
}

// ownConfig refuses a config that decides over secrets and belongs to another
// user, or that everybody can write. Root's is fine: so are files of the Nix store.
func ownConfig(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return nil // if it exists, reading it explains the problem
	}
	if owner := ownerOf(info); owner >= 0 && owner != os.Geteuid() && owner != 0 {
		return diag.Errorf(diag.ExitRefused, "config-unsafe", "the config that binds secrets belongs to another user").
			At(diag.Position{File: path}).Hintf("sudo chown %d %s", os.Geteuid(), shell(path))
	}
	if info.Mode().Perm()&0o002 != 0 {
		return diag.Errorf(diag.ExitRefused, "config-unsafe", "the config that binds secrets can be written by everybody").
			At(diag.Position{File: path}).Hintf("chmod o-w %s", shell(path))
	}
	return nil
}

// All are the bindings by name.
func (b *Bindings) All() []Binding {
	var out []Binding
	for _, name := range slices.Sorted(maps.Keys(b.all)) {
		out = append(out, b.all[name])
	}
	return out
}

// Get returns the binding of a name, or an error if the name is not bound.
func (b *Bindings) Get(name string) (Binding, error) {
	if err := CheckName(name); err != nil {
		return Binding{}, err
	}
	if bound, ok := b.all[name]; ok {
		return bound, nil
	}
	return Binding{}, unbound(name, "")
}

// unbound returns an error that explains how to give a name a value; to are flags for
// its destination.
func unbound(name, to string) error {
	return diag.Errorf(diag.ExitNotFound, "secret-unbound", "the secret `%s` is not bound", name).
		Hintf("keep its value in a store of your own: insomnia secret set %s%s\n"+
			"or say where else it is kept: insomnia secret bind %s env:VARIABLE%s", name, to, name, to)
}

// forUse returns the binding for a use, whether or not it allows the use.
func (b *Bindings) forUse(use Use) (Binding, error) {
	bound, err := b.Get(use.Name)
	if diag.CodeIs(err, "secret-unbound") {
		switch {
		case use.To.Host != "":
			err = unbound(use.Name, " --host "+use.To.Host)
		case len(use.To.Command) > 0:
			to := ""
			if program, err := ProgramPath(use.To.Command[0]); err == nil && len(use.To.unbindable(program)) == 0 {
				to = " " + bindFlag(program, use.To)
			}
			err = unbound(use.Name, to)
		}
	}
	return bound, err
}

// CheckName refuses invalid names of secrets. The error does not show the text: it may
// be a key that was taken for a name.
func CheckName(name string) error {
	if manifest.SecretName(name).Valid() {
		return nil
	}
	return diag.Errorf(diag.ExitUsage, "secret-name", "this is not the name of a secret").
		Expectedf("at most eight segments of a-z, 0-9 and - joined by dots, such as brave.search.default")
}

// For returns the value for one use in a manifest, if the user's binding allows it.
func (b *Bindings) For(ctx context.Context, use Use) (*Secret, error) {
	bound, err := b.forUse(use)
	if err == nil {
		err = Allowed(bound, use)
	}
	if err != nil {
		return nil, within(use, err)
	}
	s, err := b.read(ctx, bound, use.To.Host != "")
	if err != nil {
		return nil, within(use, err)
	}
	return s, nil
}

// Named returns the value to the user, who typed the name and the consumer.
func (b *Bindings) Named(ctx context.Context, name string) (*Secret, error) {
	bound, err := b.Get(name)
	if err != nil {
		return nil, err
	}
	return b.read(ctx, bound, false)
}

// within adds the field of the manifest to an error.
func within(use Use, err error) error {
	var e *diag.Error
	if errors.As(err, &e) {
		for i := range e.Diagnostics {
			e.Diagnostics[i].Path, e.Diagnostics[i].Pointer = use.Path, use.Pointer
		}
	}
	return err
}

// read asks the one backend that the name is bound to. A value for a header
// stays on one line.
func (b *Bindings) read(ctx context.Context, bound Binding, header bool) (*Secret, error) {
	backend, err := b.backend(bound)
	if err == nil {
		err = backend.check(bound)
	}
	if err != nil {
		return nil, err
	}
	b.log("reading a secret", bound)
	keepFromDumps()
	value, err := backend.read(ctx, bound)
	if err != nil {
		return nil, err
	}
	why := flaw(value)
	if why == "" && header && slices.ContainsFunc(value, func(c byte) bool { return c < 0x20 || c == 0x7f }) {
		why = "has a line break or another control character in it, and cannot be sent to a host"
	}
	if why != "" {
		wipe(value)
		return nil, bound.problem(diag.ExitRefused, "secret-value", "%s", why)
	}
	return seal(value), nil
}

// backend is a place where values are kept. It returns bytes that the caller owns, or
// an error without them.
type backend interface {
	// check judges the place alone, without a look at it.
	check(bound Binding) error
	read(ctx context.Context, bound Binding) ([]byte, error)
}

func (b *Bindings) backend(bound Binding) (backend, error) {
	switch bound.Backend() {
	case "age":
		return b.Store, nil
	case "env":
		return variable{}, nil
	case "file":
		return file{}, nil
	case "mount":
		return mount{}, nil
	case "login":
		return login{}, nil
	case "exec":
		return command{b.Timeout, b.variables()}, nil
	}
	return nil, bound.problem(diag.ExitUsage, "secret-backend", "is bound to a place of an unknown kind")
}

func (b *Bindings) log(message string, bound Binding) {
	if b.Debug != nil {
		b.Debug(message, map[string]any{"secret": bound.Name, "backend": bound.Backend()})
	}
}

// Check judges a binding before it is set: its name and its place.
func (b *Bindings) Check(bound Binding) error {
	if err := CheckName(bound.Name); err != nil {
		return err
	}
	backend, err := b.backend(bound)
	if err != nil {
		return err
	}
	return backend.check(bound)
}

// variables are the environment variables that secrets are bound to: no child
// inherits them.
func (b *Bindings) variables() map[string]bool {
	names := map[string]bool{}
	for _, bound := range b.all {
		if bound.Backend() == "env" {
			names[bound.place()] = true
		}
	}
	return names
}

// Environment is that of this process without the variables that secrets are
// bound to.
func (b *Bindings) Environment() []string { return without(os.Environ(), b.variables()) }

func without(environment []string, names map[string]bool) []string {
	return slices.DeleteFunc(environment, func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return names[name]
	})
}

// problem returns an error about a secret, by its name.
func (b Binding) problem(exit diag.Exit, code, format string, args ...any) *diag.Error {
	e := diag.Errorf(exit, code, "the secret "+diag.Quote(b.Name)+" "+format, args...)
	if b.At.File != "" {
		e.At(b.At)
	}
	return e
}

// shell quotes a word for a command line that can be pasted.
func shell(word string) string { return diag.Cell(JoinWords([]string{word})) }
