package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/catalog"
	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/pod"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/internal/secret"
)

func (p *program) doctorCommand() *cli.Command {
	return &cli.Command{
		Name:        "doctor",
		Usage:       "say what works on this machine and what is missing",
		Description: "The exit code is 1 when something is missing. Nothing is downloaded.",
		Action:      p.doctor,
	}
}

func (p *program) doctor(c *cli.Context) error {
	if err := arguments(c, 0, ""); err != nil {
		return err
	}
	a, err := p.open(c)
	if err != nil {
		return err
	}
	findings := slices.Concat(a.Resolver.Examine(c.Context), examinePods(a), examineSecrets(), examineConfigs(a.Resolver))
	if c.Context.Err() != nil {
		return context.Cause(c.Context)
	}
	ok := true
	for _, f := range findings {
		ok = ok && f.Status != resolve.StatusMissing
	}
	out, err := doctorOutput(findings, ok, c.Bool("json"))
	if err != nil {
		return err
	}
	if err := p.write(out); err != nil {
		return err
	}
	if !ok {
		return &diag.Error{Exit: diag.ExitDifference}
	}
	return nil
}

// examineConfigs reports a refused project and problems in configs.
func examineConfigs(resolver *resolve.Resolver) []resolve.Finding {
	r := catalog.Open(resolver.Dir, resolver.Library)
	var findings []resolve.Finding
	if r.Refused != nil {
		d := r.Refused.Diagnostics[0]
		findings = append(findings, resolve.Finding{Name: "project", Status: resolve.StatusWarning, Detail: d.Message, Hint: strings.ReplaceAll(d.Hint, "\n", "; ")})
	}
	places := diag.NewText()
	for _, d := range r.Problems {
		detail := d.Message
		if len(d.Positions) > 0 {
			detail = places.Place(d.Positions[0]) + ": " + detail
		}
		findings = append(findings, resolve.Finding{Name: "config", Status: resolve.StatusWarning, Detail: detail, Hint: strings.ReplaceAll(d.Hint, "\n", "; ")})
	}
	return findings
}

// examinePods reads everything that the store has.
func examinePods(a *app.App) []resolve.Finding {
	var list []*pod.Pod
	var damaged []pod.Damaged
	store, err := a.Pods()
	if err == nil {
		list, damaged, err = store.List()
	}
	if err != nil {
		d := diag.From(err).Diagnostics[0]
		return []resolve.Finding{{Name: "pods", Status: resolve.StatusWarning, Detail: d.Message, Hint: d.Hint}}
	}
	damaged = append(damaged, store.Verify(list)...)
	if len(damaged) == 0 {
		return []resolve.Finding{{Name: "pods", Status: resolve.StatusOk, Detail: fmt.Sprintf("%d, and none is damaged", len(list))}}
	}
	findings := make([]resolve.Finding, len(damaged))
	for i, it := range damaged {
		d := diag.From(it.Err).Diagnostics[0]
		findings[i] = resolve.Finding{Name: "pods", Status: resolve.StatusWarning, Detail: d.Message, Hint: d.Hint}
	}
	return findings
}

// examineSecrets names bindings that cannot work; what is fine is not mentioned.
func examineSecrets() []resolve.Finding {
	var problems []diag.Diagnostic
	bindings, err := secret.Load(config.UserDir(), secret.UserStore())
	if err != nil {
		problems = diag.From(err).Diagnostics
	} else {
		for _, bound := range bindings.All() {
			problems = append(problems, bound.Problems()...)
		}
	}
	var findings []resolve.Finding
	for _, d := range problems {
		findings = append(findings, resolve.Finding{Name: "secrets", Status: resolve.StatusWarning, Detail: d.Message, Hint: d.Hint})
	}
	return findings
}

func doctorOutput(findings []resolve.Finding, ok, asJSON bool) ([]byte, error) {
	if asJSON {
		data, err := json.Marshal(struct {
			Schema   string            `json:"schema"` // "insomnia.doctor/v1"
			Ok       bool              `json:"ok"`
			Findings []resolve.Finding `json:"findings"`
		}{"insomnia.doctor/v1", ok, findings})
		return append(data, '\n'), err
	}
	var b bytes.Buffer
	w := newTable(&b)
	for _, f := range findings {
		w.row(string(f.Status), f.Name, diag.Cell(f.Detail))
		if f.Hint != "" {
			w.row("", "", "hint: "+diag.Cell(f.Hint))
		}
	}
	w.flush()
	return b.Bytes(), nil
}
