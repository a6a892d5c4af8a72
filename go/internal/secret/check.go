package secret

import (
	"context"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// Checked is a use with all the problems that keep it from its value.
type Checked struct {
	Use
	// Backend is the kind of place that keeps the value; empty if the name is not bound.
	Backend string `json:"backend,omitempty"`
	// Bound, Allowed and Readable report whether the user has set a place for the value,
	// whether it may go to the destination, and whether it can be read.
	Bound    bool `json:"bound"`
	Allowed  bool `json:"allowed"`
	Readable bool `json:"readable"`
	// Problems explain what is wrong and how to fix it.
	Problems []diag.Diagnostic `json:"problems"`
}

// Ok reports whether the consumer would get the secret.
func (c Checked) Ok() bool { return len(c.Problems) == 0 }

// readable reports whether a consumer would get a value: it is read once, or for a
// login looked for.
func (b *Bindings) readable(ctx context.Context, bound Binding, header bool) error {
	if bound.IsLogin() {
		if err := (login{}).check(bound); err != nil {
			return err
		}
		return login{}.probe(bound)
	}
	value, err := b.read(ctx, bound, header)
	if err == nil {
		value.Discard()
	}
	return err
}

// CheckUses judges each use and reads each value once, without handing one out.
// The error is that of an interruption.
func (b *Bindings) CheckUses(ctx context.Context, uses []Use) ([]Checked, error) {
	type reading struct {
		name   string
		header bool
	}
	read := map[reading]error{}
	var out []Checked
	for _, use := range uses {
		c := Checked{Use: use, Problems: []diag.Diagnostic{}}
		fail := func(err error) bool {
			if err != nil {
				for _, d := range diag.From(err).Diagnostics {
					d.Path, d.Pointer = use.Path, use.Pointer
					c.Problems = append(c.Problems, d)
				}
			}
			return err != nil
		}
		bound, err := b.forUse(use)
		if c.Bound = !fail(err); c.Bound {
			c.Backend = bound.Backend()
			c.Allowed = !fail(Allowed(bound, use))
			key := reading{use.Name, use.To.Host != ""}
			err, known := read[key]
			if !known {
				err = b.readable(ctx, bound, key.header)
				read[key] = err
			}
			c.Readable = !fail(err)
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		out = append(out, c)
	}
	return out, nil
}
