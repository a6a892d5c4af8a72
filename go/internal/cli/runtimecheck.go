package cli

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/drivers"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/leaf"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

func (p *program) runtimeCheckCommand() *cli.Command {
	return &cli.Command{
		Name:      "check",
		Usage:     "check which fields of a profile a runtime enforces",
		ArgsUsage: "[REF]",
		Description: "Lists the fields that the profile sets and that the runtime does not enforce as they are written, with\n" +
			"the reason. Without --runtime, every runtime that speaks the wire API of the model is checked. The exit\n" +
			"code is 1 when none of them would start the profile: because it cannot serve it, or because a field\n" +
			"that protects you has no effect. Nothing is started. docs/enforcement.md lists all fields.\n" +
			"REF is as for `insomnia resolve`. For example:\n\n" +
			"    insomnia runtime check builtin:coder --runtime claude-code",
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "runtime", Usage: "check only the runtime `NAME`: " + strings.Join(renderedNames(), ", ")},
			&cli.StringFlag{Name: "manifest", Usage: "check a manifest from `FILE` (.toml or .json, - for standard input) instead of a profile"},
		}, profileFlags()...),
		Action:       p.runtimeCheck,
		BashComplete: p.completeNames,
	}
}

// runtimeCheckReport is the output of `runtime check --json`.
type runtimeCheckReport struct {
	Schema  string `json:"schema"` // "insomnia.runtime-check/v1"
	Profile string `json:"profile"`
	// Ok reports whether one of the runtimes would start the profile.
	Ok       bool           `json:"ok"`
	Runtimes []checkedByOne `json:"runtimes"`
}

// checkedByOne is the result of checking a profile against one runtime.
type checkedByOne struct {
	Name string `json:"name"`
	// Serves reports whether the program can serve the profile, Starts whether no field
	// would stop a launch.
	Serves bool `json:"serves"`
	Starts bool `json:"starts"`
	// Unserved lists the reasons if the program cannot serve it.
	Unserved []unservedField `json:"unserved"`
	Losses   []lostField     `json:"losses"`
}

type unservedField struct {
	Pointer string `json:"pointer"`
	Why     string `json:"why"`
}

// lostField is a field that is not fully enforced.
type lostField struct {
	Field string `json:"field"` // such as permissions.rules[].reason
	// Pointer refers to the list if the field is part of its elements.
	Pointer string     `json:"pointer"`
	Class   leaf.Class `json:"class"`
	// By names what enforces the field as far as possible; empty for nothing.
	By  leaf.By `json:"by"`
	Why string  `json:"why"`
	// Stops reports whether the field stops a launch.
	Stops bool `json:"stops"`
}

func (p *program) runtimeCheck(c *cli.Context) error {
	a, options, err := p.evaluating(c)
	if err != nil {
		return err
	}
	var only *runtime.Driver
	if c.IsSet("runtime") {
		if only, err = namedRuntime(c.String("runtime")); err != nil {
			return err
		}
	}
	m, err := p.resolvedManifest(c, a, options)
	if err != nil {
		return err
	}
	var checks []runtime.Check
	for _, d := range drivers.Rendered() {
		if only == d || only == nil && d.Tree == nil && slices.Contains(d.WireAPIs, m.Model.WireAPI) {
			checks = append(checks, runtime.CheckManifest(d, m))
		}
	}
	report := checkReportOf(m, checks)
	if c.Bool("json") {
		err = p.printJSON(report)
	} else {
		err = p.write(checksText(report, m))
	}
	if err != nil || report.Ok {
		return err
	}
	return &diag.Error{Exit: diag.ExitDifference}
}

// lostFields converts losses, the best enforced ones first.
func lostFields(losses []runtime.Loss) []lostField {
	lost := []lostField{}
	for _, class := range leaf.Classes() {
		for _, l := range losses {
			if l.Class == class {
				lost = append(lost, lostField{l.Field, l.Pointer, l.Class, l.By, l.Why, l.Protecting})
			}
		}
	}
	return lost
}

func checkReportOf(m *manifest.Manifest, checks []runtime.Check) runtimeCheckReport {
	report := runtimeCheckReport{Schema: "insomnia.runtime-check/v1", Profile: string(m.Profile.Name), Runtimes: []checkedByOne{}}
	for _, check := range checks {
		one := checkedByOne{Name: check.Driver.Name, Serves: len(check.Unserved) == 0, Unserved: []unservedField{}, Losses: lostFields(check.Losses)}
		one.Starts = one.Serves && check.Driver.Tree == nil && len(check.Stops()) == 0
		report.Ok = report.Ok || one.Starts
		for _, u := range check.Unserved {
			one.Unserved = append(one.Unserved, unservedField{u.Pointer, u.Why})
		}
		report.Runtimes = append(report.Runtimes, one)
	}
	return report
}

func checksText(report runtimeCheckReport, m *manifest.Manifest) []byte {
	var b bytes.Buffer
	if len(report.Runtimes) == 0 {
		fmt.Fprintf(&b, "no runtime speaks %s, the wire API of %s\n", m.Model.WireAPI, report.Profile)
	}
	for i, one := range report.Runtimes {
		if i > 0 {
			b.WriteByte('\n')
		}
		switch {
		case !one.Serves:
			for _, u := range one.Unserved {
				fmt.Fprintf(&b, "%s cannot run %s: it %s (%s)\n", one.Name, report.Profile, u.Why, diag.Cell(dotted(u.Pointer)))
			}
		case len(one.Losses) == 0:
			fmt.Fprintf(&b, "%s enforces all fields of %s\n", one.Name, report.Profile)
		default:
			lossTable(&b, report.Profile, one)
		}
	}
	return b.Bytes()
}

// lossTable writes fields with the same reason on successive lines, and the reason once.
func lossTable(b *bytes.Buffer, profile string, one checkedByOne) {
	starts := drivers.Named(one.Name) != nil
	if starts {
		fmt.Fprintf(b, "%s enforces all fields of %s except:\n", one.Name, profile)
	} else {
		fmt.Fprintf(b, "%s is rendered and cannot be started; nothing makes these fields of %s hold:\n", one.Name, profile)
	}
	w := newTable(b)
	w.row("CLASS", "FIELD", "BY", "WHY")
	var last lostField
	var stops []string
	for _, l := range one.Losses {
		if field := dotted(l.Pointer); starts && l.Stops && !slices.Contains(stops, field) {
			stops = append(stops, field)
		}
		if l.Class == last.Class && l.By == last.By && l.Why == last.Why {
			w.row("", diag.Cell(l.Field), "", "")
			continue
		}
		w.row(string(l.Class), diag.Cell(l.Field), orDash(string(l.By)), diag.Cell(l.Why))
		last = l
	}
	w.flush()
	for _, field := range stops {
		fmt.Fprintf(b, "a launch stops at %s, which protects you; to start without it: --allow-unenforced %s\n", diag.Cell(field), diag.Cell(diag.Shell(field)))
	}
}

// dotted returns a JSON Pointer as a dotted path.
func dotted(pointer string) string {
	return strings.ReplaceAll(strings.TrimPrefix(pointer, "/"), "/", ".")
}
