package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/secret"
)

func (p *program) secretSetCommand() *cli.Command {
	return &cli.Command{
		Name:      "set",
		Usage:     "set the value of a secret in your own store, encrypted",
		ArgsUsage: "NAME",
		Description: "The value is asked for at the terminal and not shown, or read from standard input; it is never an\n" +
			"argument. One line break at the end of a value of one line is not part of it. The first value makes\n" +
			"the store, with a new identity that encrypts it. A name that is not bound yet is bound to the store.\n" +
			"With --for the hosts are those that a profile would send it to; they are shown and asked about. For example:\n\n" +
			"    insomnia secret set anthropic.api.default --for builtin:coder",
		Flags: append(append(whoFlags(),
			&cli.StringFlag{Name: "for", Usage: "profile `REF` whose hosts the secret may be sent to; they are shown"},
			yesFlag("take the hosts of --for without asking"),
			&cli.BoolFlag{Name: "passphrase", Usage: "protect a new identity with a passphrase, which is asked for"}), listFlags()...),
		Action:       p.secretSet,
		BashComplete: p.completeSecrets,
	}
}

func (p *program) secretSet(c *cli.Context) error {
	bound, err := p.named(c)
	if err != nil {
		return err
	}
	name, bindings := bound.Name, bound.bindings
	if bound.Backend() != "age" {
		return diag.Errorf(diag.ExitRefused, "secret-elsewhere", "the secret `%s` is bound to %s, where insomnia does not write", name, bound.URI).At(bound.At).
			Hintf("to keep it in your store instead: insomnia secret bind %s age:%s", name, name)
	}
	if err := bindings.Check(bound.Binding); err != nil {
		return err
	}
	command := "insomnia secret set " + name
	if c.Bool("passphrase") {
		command += " --passphrase"
	}
	added, err := whoFromFlags(c, command)
	if err != nil {
		return err
	}
	if ref := c.String("for"); ref != "" {
		hosts, err := p.hostsFor(c, name, ref)
		if err != nil {
			return err
		}
		for _, host := range hosts {
			added.hosts = add(added.hosts, host)
		}
	}
	binding := added.addTo(bound.Binding)
	if err := config.CheckBinding(name, binding); err != nil {
		return err
	}
	rebinds := !bound.isBound || c.IsSet("host") || c.IsSet("command") || c.IsSet("for")
	if rebinds {
		// Check before storing the value, which must not stay behind unbound.
		if err := config.CanBind(config.UserDir(), name, binding); err != nil {
			return err
		}
	}
	value, err := readValue(c.Context, "Value of "+name)
	if err != nil {
		return err
	}
	defer clear(value)
	var passphrase []byte
	if c.Bool("passphrase") {
		if passphrase, err = newPassphrase(c.Context); err != nil {
			return err
		}
		defer clear(passphrase)
	}
	made, err := bindings.Store.Set(c.Context, bound.Entry(), value, passphrase)
	if err != nil {
		return err
	}
	if made.Identity {
		p.note([]string{fmt.Sprintf("made a store for secrets, with an identity of its own: %s", bindings.Store.IdentityFile),
			"keep a copy of the identity in a safe place: without it the store cannot be read"})
	}
	p.note([]string{"stored " + name})
	switch {
	case rebinds:
		return p.rebind(c, name, func(now secret.Binding) (config.Binding, error) {
			now.URI = bound.URI // the present place of the value
			return added.addTo(now), nil
		})
	case c.Bool("json"):
		return p.sayBinding(c, name, binding)
	}
	return nil
}

// readValue reads a value from the terminal, without echo, or from standard input.
func readValue(ctx context.Context, prompt string) ([]byte, error) {
	if term.IsTerminal(int(os.Stdin.Fd())) {
		value, err := askHidden(ctx, prompt)
		if err == nil && len(bytes.TrimSpace(value)) == 0 {
			err = diag.Errorf(diag.ExitRefused, "secret-value", "the value is empty")
		}
		return value, err
	}
	type result struct {
		value []byte
		err   error
	}
	read := make(chan result, 1)
	go func() {
		b := bytes.NewBuffer(make([]byte, 0, secret.MaxBytes+bytes.MinRead+3))
		_, err := b.ReadFrom(io.LimitReader(os.Stdin, secret.MaxBytes+3))
		read <- result{b.Bytes(), err}
	}()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case r := <-read:
		if r.err != nil {
			return nil, diag.Errorf(diag.ExitUsage, "usage", "cannot read standard input: %v", errors.Unwrap(r.err))
		}
		return secret.TrimLineBreak(r.value), nil
	}
}

func newPassphrase(ctx context.Context) ([]byte, error) {
	first, err := askHidden(ctx, "Passphrase for the new identity")
	if err != nil {
		return nil, orNoTerminal(err)
	}
	again, err := askHidden(ctx, "The same passphrase again")
	if err != nil {
		return nil, orNoTerminal(err)
	}
	defer clear(again)
	switch {
	case len(first) == 0:
		return nil, diag.Errorf(diag.ExitRefused, "secret-passphrase", "the passphrase is empty")
	case !bytes.Equal(first, again):
		return nil, diag.Errorf(diag.ExitRefused, "secret-passphrase", "the two passphrases differ")
	}
	return first, nil
}

func orNoTerminal(err error) error {
	if errors.Is(err, secret.ErrNoTerminal) {
		return diag.Errorf(diag.ExitRefused, "no-terminal", "cannot ask for the passphrase: not a terminal").
			Hintf("run this at a terminal, or put an identity that has one into its place beforehand")
	}
	return err
}
