package cli

import (
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

func (p *program) secretRemoveCommand() *cli.Command {
	return &cli.Command{
		Name:      "rm",
		Usage:     "remove a secret: its binding, and its value if your store has it",
		ArgsUsage: "NAME",
		Description: "What is kept elsewhere (a variable, a file, what a command reads) stays there. It asks first; without\n" +
			"a terminal, --yes is needed.",
		Flags:        []cli.Flag{yesFlag("do not ask")},
		Action:       p.secretRemove,
		BashComplete: p.completeSecrets,
	}
}

func (p *program) secretRemove(c *cli.Context) error {
	bound, err := p.named(c)
	if err != nil {
		return err
	}
	name, bindings, isBound := bound.Name, bound.bindings, bound.isBound
	stored := false
	if bound.Backend() == "age" {
		if stored, err = bindings.Store.Has(bound.Entry()); err != nil {
			return err
		}
	}
	if !isBound && !stored {
		return diag.Errorf(diag.ExitNotFound, "secret-unbound", "the secret `%s` is neither bound nor in the store", name).
			Hintf("insomnia secret list shows what there is")
	}
	// Keep a value that another name refers to as well.
	shared := false
	for _, other := range bindings.All() {
		shared = shared || other.Name != name && other.Backend() == "age" && other.Entry() == bound.Entry()
	}
	ours := isBound && strings.HasSuffix(bound.At.File, config.LocalName)
	if !ours && (!stored || shared) {
		return diag.Errorf(diag.ExitRefused, "config-not-ours", "the binding of `%s` is set in a file that commands do not write", name).
			At(bound.At).Hintf("remove it from %s", bound.At.File)
	}
	question := "Forget the binding of " + name + "?"
	if stored && !shared {
		question = "Delete the value of " + name + "? This cannot be undone."
	}
	if err := p.confirm(c, question); err != nil {
		return err
	}
	removed := false
	var unrecorded error
	if bound.Backend() == "age" && !shared {
		removed, unrecorded = bindings.Store.Remove(c.Context, bound.Entry())
		if unrecorded != nil && !removed {
			return unrecorded
		}
	}
	if ours {
		if err := config.SetBinding(config.UserDir(), name, nil); err != nil {
			return bindingStays(name, removed, unrecorded, err)
		}
	}
	if unrecorded != nil {
		return unrecorded
	}
	if c.Bool("json") {
		return p.printJSON(map[string]any{"schema": "insomnia.secret-removed/v1", "name": name, "value": removed, "binding": ours})
	}
	if removed {
		p.note([]string{"deleted the value of " + name})
	}
	switch {
	case isBound && !ours:
		p.note([]string{"its binding stays: it is set in a file that commands do not write, " + bound.At.File})
	case isBound && bound.Backend() != "age":
		p.note([]string{name + " is no longer bound; " + bound.URI + " is left as it is"})
	case isBound:
		p.note([]string{name + " is no longer bound"})
	}
	return nil
}

// bindingStays reports a binding that remains because the value was deleted but the
// config could not be written.
func bindingStays(name string, removed bool, unrecorded, err error) error {
	if !removed {
		return err
	}
	d := diag.From(err).Diagnostics[0]
	e := diag.Errorf(diag.From(err).Exit, d.Code, "the value of %s is deleted, but it is still bound: %s", name, d.Message).
		Hintf("%s\nthen remove the binding: insomnia secret rm %s --yes", d.Hint, name)
	if unrecorded != nil {
		e.Diagnostics = append(diag.From(unrecorded).Diagnostics, e.Diagnostics...)
	}
	return e
}
