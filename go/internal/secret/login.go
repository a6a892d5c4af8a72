package secret

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/provider"
	"github.com/insomnia-pods/insomnia/go/internal/userdir"
)

// login is the backend `login:PROGRAM`: the login of an agent program to its own
// subscription. The program alone reads it, from the user's directory and for the
// API of its provider; what is here looks whether it is there. Where a variable
// moves that directory nothing is followed, since a project may set variables.
type login struct{}

// Login is the login of an agent program that a binding names.
type Login struct {
	// Program is the runtime whose login it is: claude-code, codex.
	Program string
	// File is the file that the program keeps it in. Its directory is real.
	File string
}

// program is an agent program that has a login of its own.
type program struct {
	provider string // whose models it is for
	host     string // where it is sent
	file     []string
	command  string // that logs in
	keychain bool   // macOS keeps it in the keychain, where no file shows it
}

func programOf(name string) (p program, known bool) {
	switch name {
	case "claude-code":
		return program{"anthropic", provider.ModelHost("anthropic"), []string{".claude", ".credentials.json"}, "claude auth login", true}, true
	case "codex":
		return program{"openai", "chatgpt.com", []string{".codex", "auth.json"}, "codex login", false}, true
	}
	return program{}, false
}

// Places are how the places of bindings begin, and the logins in full.
func Places() []string {
	return []string{"age:", "env:", "exec:", "file:", "login:claude-code", "login:codex", "mount:"}
}

// LoggedIn reports whether the program of a binding to a login has one.
func (b Binding) LoggedIn() bool { return b.IsLogin() && login{}.probe(b) == nil }

// IsLogin reports whether the binding is to the login of a program.
func (b Binding) IsLogin() bool { return b.Backend() == "login" }

// LoginHost is the one host that the login of a binding goes to; empty for none.
func (b Binding) LoginHost() string {
	p, _ := programOf(b.place())
	return p.host
}

// LoginProvider is the provider of models that the login of a binding is for; empty for none.
func (b Binding) LoginProvider() string {
	p, _ := programOf(b.place())
	return p.provider
}

func (login) check(bound Binding) error {
	if _, known := programOf(bound.place()); !known {
		return bound.problem(diag.ExitUsage, "secret-place", "is bound to the login of an unknown program").
			Expectedf("login:claude-code or login:codex")
	}
	return bound.loginGoesNowhereElse()
}

// loginGoesNowhereElse refuses hosts and commands: whom a login is shown to is up to
// its program.
func (b Binding) loginGoesNowhereElse() error {
	if !b.IsLogin() || len(b.Hosts)+len(b.Commands) == 0 {
		return nil
	}
	return b.problem(diag.ExitUsage, "secret-login", "is the login of %s, which goes to %s and nowhere else", b.place(), b.LoginHost()).
		Hintf("insomnia secret bind %s %s", b.Name, shell(b.URI))
}

// read refuses: the value is the program's own.
func (login) read(_ context.Context, bound Binding) ([]byte, error) {
	return nil, bound.problem(diag.ExitRefused, "secret-login", "is the login of %s, which that program alone reads", bound.place()).
		Hintf("bind a key where a value is needed: insomnia secret bind %s env:VARIABLE --host %s", bound.Name, modelHostOf(bound))
}

// modelHostOf is the host of the API that a key takes the place of a login at.
func modelHostOf(bound Binding) string {
	p, _ := programOf(bound.place())
	return provider.ModelHost(p.provider)
}

// probe reports whether the login is there, without reading it.
func (l login) probe(bound Binding) error {
	p, _ := programOf(bound.place())
	path, err := l.file(p)
	if err != nil {
		return err
	}
	// The program opens this name: behind a link there could be another file in time.
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && p.keychain && runtime.GOOS == "darwin":
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return bound.problem(diag.ExitNotFound, "secret-missing", "is the login of %s, and there is none: %s is not there", bound.place(), path).
			Hintf("log in: %s", p.command)
	case err != nil:
		return bound.because(err)
	case !info.Mode().IsRegular():
		return bound.because(unsafef("log in again: "+p.command, "%s is not a regular file", path))
	case !rootOrSelf(info):
		return bound.because(unsafef("log in again: "+p.command, "%s belongs to another user", path))
	}
	return nil
}

// file returns the file in which a program keeps its login. Its directory may be a
// link.
func (login) file(p program) (string, error) {
	path, err := userdir.Home(p.file...)
	if err != nil {
		return "", err
	}
	if dir, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
		path = filepath.Join(dir, filepath.Base(path))
	}
	return path, nil
}

// LoginFor returns the login that a use gets, if the user's binding is to one, allows the
// use, and the program has one; nil where the binding is to a value. Nothing is read.
func (b *Bindings) LoginFor(use Use) (*Login, error) {
	bound, err := b.forUse(use)
	if err != nil || !bound.IsLogin() {
		return nil, nil // For reports what is wrong with it
	}
	l := login{}
	if err = l.check(bound); err == nil {
		err = Allowed(bound, use)
	}
	if err == nil {
		err = l.probe(bound)
	}
	if err != nil {
		return nil, within(use, err)
	}
	p, _ := programOf(bound.place())
	path, err := l.file(p)
	if err != nil {
		return nil, within(use, err)
	}
	return &Login{Program: bound.place(), File: path}, nil
}

// allowedLogin lets a login be used for the model alone, at the host of its program's
// own provider: the program would reveal it to any other host.
func allowedLogin(bound Binding, use Use) error {
	host := modelHostOf(bound)
	if use.To.Host == host && host != "" && strings.HasSuffix(use.Pointer, "/model/auth") {
		return nil
	}
	return bound.problem(diag.ExitRefused, "secret-login", "is the login of %s, which is only for calls of a model at %s", bound.place(), host).
		Hintf("bind a key in place of it: insomnia secret bind %s env:VARIABLE", bound.Name)
}
