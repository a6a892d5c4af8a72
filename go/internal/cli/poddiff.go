package cli

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

func (p *program) podDiffCommand() *cli.Command {
	return &cli.Command{
		Name: "diff", Usage: "compare two generations of a Pod", ArgsUsage: "POD [N] [M]",
		Description: "What generation M does and N does not, by meaning, as `insomnia profile diff` shows it. Without M it\n" +
			"is the current generation, without N the one before M. The exit code is 1 when they differ. With --json\n" +
			"it prints the JSON Patch (RFC 6902) that makes the manifest of M from that of N. What the profile would\n" +
			"change now is shown by `insomnia pod reload --dry-run`. For example:\n\n" +
			"    insomnia pod diff fix-login 1 3",
		Action:       p.podDiff,
		BashComplete: p.completePods,
	}
}

func (p *program) podDiff(c *cli.Context) error {
	_, store, it, err := p.namedPod(c)
	if err != nil {
		return err
	}
	var numbers [2]int // M and N, in the order of their defaults
	for i, argument := range []int{2, 1} {
		text := c.Args().Get(argument)
		switch {
		case text != "":
			if numbers[i], err = generationNumber(text); err != nil {
				return err
			}
		case i == 0:
			numbers[i] = it.Current
		default:
			numbers[i] = numbers[0] - 1
		}
	}
	to, from := numbers[0], numbers[1]
	if from == 0 {
		return diag.Errorf(diag.ExitNotFound, "no-generation", "the Pod `%s` has no generation before the first one", it.Name).
			Hintf("compare it with what its profile is now: insomnia pod reload %s --dry-run", it.Name)
	}
	a, err := store.Envelope(it, from)
	if err != nil {
		return err
	}
	b, err := store.Envelope(it, to)
	if err != nil {
		return err
	}
	name := func(number int) string { return fmt.Sprintf("generation %d", number) }
	out, err := p.diffText(a.Manifest, b.Manifest, name(from), name(to), c.Bool("json"))
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

// generationNumber parses the number of a generation.
func generationNumber(text string) (int, error) {
	number, err := strconv.Atoi(text)
	if err != nil || number < 1 {
		return 0, diag.Errorf(diag.ExitUsage, "usage", "`%s` is not the number of a generation", text).Expectedf("a number from 1 on")
	}
	return number, nil
}
