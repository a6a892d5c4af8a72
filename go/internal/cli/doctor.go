package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/look"
	"github.com/insomnia-pods/insomnia/go/internal/pod"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/internal/secret"
)

func (p *program) doctorCommand() *cli.Command {
	return &cli.Command{
		Name:  "doctor",
		Usage: "check what works on this machine and what is missing",
		Description: "Looks at the evaluators, the runtimes, the Pods, the bindings of secrets, the configs, and what the\n" +
			"configs name: the default, the aliases and the sources. Another program named insomnia on PATH is\n" +
			"reported, and not run. What is not as it should be is shown with\n" +
			"the remedy. The exit code is 1 when something is missing. Nothing is downloaded. For example:\n\n" +
			"    insomnia doctor --json",
		Action: p.doctor,
	}
}

func (p *program) doctor(c *cli.Context) error {
	a, err := p.open(c)
	if err != nil {
		return err
	}
	findings := a.Resolver.Examine(c.Context)
	for _, found := range app.FindRuntimes(c.Context) {
		findings = append(findings, examineRuntime(found))
	}
	findings = slices.Concat(findings, examineName(os.Getenv("PATH")), examinePods(a), examineSecrets(), examineSelection(c.Context, a, findings))
	if c.Context.Err() != nil {
		return context.Cause(c.Context)
	}
	ok := true
	for _, f := range findings {
		ok = ok && f.Status != resolve.StatusMissing
	}
	out, err := p.doctorOutput(findings, ok, c.Bool("json"))
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

// examinePods reads and verifies the whole store.
func examinePods(a *app.App) []resolve.Finding {
	var list []*pod.Pod
	var damaged []pod.Damaged
	store, err := a.Pods()
	if err == nil {
		list, damaged, err = store.List()
	}
	if err != nil {
		return problemsAs("pods", diag.From(err).Diagnostics[:1])
	}
	damaged = append(damaged, store.Verify(list)...)
	if len(damaged) == 0 {
		return []resolve.Finding{{Name: "pods", Status: resolve.StatusOk, Detail: fmt.Sprintf("%d, and none is damaged", len(list))}}
	}
	var problems []diag.Diagnostic
	for _, it := range damaged {
		problems = append(problems, diag.From(it.Err).Diagnostics[0])
	}
	return problemsAs("pods", problems)
}

// examineSecrets reports bindings that cannot work.
func examineSecrets() []resolve.Finding {
	bindings, err := secret.Load(config.UserDir(), secret.UserStore())
	if err != nil {
		return problemsAs("secrets", diag.From(err).Diagnostics)
	}
	var problems []diag.Diagnostic
	all := bindings.All()
	for _, bound := range all {
		problems = append(problems, bound.Problems()...)
	}
	if len(problems) == 0 {
		return []resolve.Finding{{Name: "secrets", Status: resolve.StatusOk, Detail: fmt.Sprintf("%d bound, and none has a problem", len(all))}}
	}
	return problemsAs("secrets", problems)
}

func (p *program) doctorOutput(findings []resolve.Finding, ok, asJSON bool) ([]byte, error) {
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
	w.paint, w.style = p.out, func(column int, cell string) look.Style {
		if column == 0 {
			return states[cell]
		}
		return look.Plain
	}
	for _, f := range findings {
		w.row(string(f.Status), f.Name, diag.Cell(f.Detail))
		if f.Hint != "" {
			for i, line := range strings.Split(f.Hint, "\n") {
				w.row("", "", []string{"hint: ", "      "}[min(i, 1)]+diag.Cell(strings.TrimSpace(line)))
			}
		}
	}
	w.flush()
	return b.Bytes(), nil
}
