package cli

import (
	"bytes"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/words"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

func (p *program) profileShowCommand() *cli.Command {
	return &cli.Command{
		Name:      "show",
		Usage:     "show what a profile may do",
		ArgsUsage: "[REF]",
		Description: "A page in words, made from the manifest. Without REF it is the default profile. `insomnia resolve`\n" +
			"prints the manifest itself, `insomnia profile explain` where its values come from.",
		Flags:        append(profileFlags(), downloadFlags()...),
		Action:       p.profileShow,
		BashComplete: p.completeNames,
	}
}

func (p *program) profileShow(c *cli.Context) error {
	a, options, err := p.downloading(c)
	if err != nil {
		return err
	}
	result, err := p.resolved(c.Context, a, what(c), options)
	if err != nil {
		return err
	}
	m, problems := manifest.DecodeForm(result.Manifest)
	if len(problems) > 0 {
		return manifest.Problems(problems)
	}
	summary := words.SummaryOf(m, result.Manifest)
	if c.Bool("json") {
		return p.printJSON(map[string]any{"schema": "insomnia.profile/v1", "ref": result.Profile.Ref, "source": result.Profile.Source,
			"file": result.Selection.File, "digest": result.Digest(), "summary": summary})
	}
	return p.write(profilePage(m, summary, result.Profile.Ref, result.Selection.File, result.Digest()))
}

func profilePage(m *manifest.Manifest, s words.Summary, ref, file, digest string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s: %s\n", diag.Name(s.Name), orDash(s.Description))
	w := newTable(&b)
	facts := append([]words.Fact{{Name: "reference", Text: ref}, {Name: "file", Text: file}}, words.Facts(m, s)...)
	for _, f := range append(facts, words.Fact{Name: "digest", Text: digest}) {
		if f.Text != "" {
			w.row("  "+f.Name, diag.Cell(f.Text))
		}
	}
	w.flush()
	return b.Bytes()
}
