package cli

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/difference"
	"github.com/insomnia-pods/insomnia/go/internal/words"
)

func (p *program) diffCommand() *cli.Command {
	return &cli.Command{
		Name:      "diff",
		Usage:     "compare two profiles",
		ArgsUsage: "A B",
		Description: "What B does and A does not, by meaning: permissions, tools, the sandbox and secrets first. A line\n" +
			"that begins with `!` tells what B may do and A may not. A and B are references, or files with a\n" +
			"manifest (.json or .toml). The exit code is 1 when they differ. With --json it prints the\n" +
			"JSON Patch (RFC 6902) that makes B's manifest of A's.",
		Flags:        append(profileFlags(), downloadFlags()...),
		Action:       p.diff,
		BashComplete: p.completeNames,
	}
}

func (p *program) diff(c *cli.Context) error {
	const usage = "A B"
	uses, options, err := p.downloading(c)
	if err != nil {
		return err
	}
	if c.NArg() < 2 {
		return diag.Errorf(diag.ExitUsage, "usage", "two profiles are compared, and %d was named", c.NArg()).
			Hintf("usage: %s %s", commandName(c), usage)
	}
	a, err := p.resolved(c.Context, uses, app.Named(c.Args().Get(0)), options)
	if err != nil {
		return err
	}
	b, err := p.resolved(c.Context, uses, app.Named(c.Args().Get(1)), options)
	if err != nil {
		return err
	}
	out, err := p.diffOutput(a, b, c.Args().Get(0), c.Args().Get(1), c.Bool("json"))
	if err != nil {
		return err
	}
	if err := p.write(out); err != nil {
		return err
	}
	if !bytes.Equal(a.Manifest, b.Manifest) {
		return &diag.Error{Exit: diag.ExitDifference}
	}
	return nil
}

func (p *program) diffOutput(a, b *app.Resolved, nameA, nameB string, asJSON bool) ([]byte, error) {
	return p.diffText(a.Manifest, b.Manifest, diag.Name(nameA), diag.Name(nameB), asJSON)
}

// diffText returns the difference between two manifests, whose names are plain text.
func (p *program) diffText(a, b []byte, nameA, nameB string, asJSON bool) ([]byte, error) {
	var out bytes.Buffer
	if asJSON {
		patch, err := difference.Patch(a, b)
		if err != nil {
			return nil, err
		}
		encoder := json.NewEncoder(&out)
		encoder.SetEscapeHTML(false)
		err = encoder.Encode(patch)
		return out.Bytes(), err
	}
	entries, err := words.Between(a, b)
	if err != nil {
		return nil, err
	}
	if len(entries) == 0 {
		fmt.Fprintf(&out, "%s and %s have the same manifest\n", nameA, nameB)
		return out.Bytes(), nil
	}
	fmt.Fprintf(&out, "%s, compared with %s:\n\n%s", nameB, nameA, words.Page{Paint: p.out}.Text(entries))
	if words.Widened(entries) > 0 {
		fmt.Fprintf(&out, "\n! marks what %s may do and %s may not\n", nameB, nameA)
	}
	return out.Bytes(), nil
}
