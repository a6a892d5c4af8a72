package resolve

import (
	"context"
	"encoding/json"
	"path"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate"
	"github.com/insomnia-pods/insomnia/go/internal/manifestfile"
	"github.com/insomnia-pods/insomnia/go/internal/reach"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission"
)

// The places that calls of a policy are decided at: no real ones, so that the verdict
// is the same on every machine. lib/policy/decides/places.nix has the same.
const (
	callWorkspace = "/workspace"
	callHome      = "/home/agent"
)

// mostCalls bounds the calls of one policy.
const mostCalls = 10_000

// policyAnswer is the answer of policy.nix for a check.
type policyAnswer struct {
	Kind     string          `json:"kind"`
	Profile  string          `json:"profile"`
	Policy   string          `json:"policy"`
	Problems []problem       `json:"problems"`
	Decides  *expectations   `json:"decides"`
	Subject  json.RawMessage `json:"subject"`
}

// expectations are calls by the action that the guard must decide on.
type expectations struct {
	Allow     []call                         `json:"allow"`
	Ask       []call                         `json:"ask"`
	Deny      []call                         `json:"deny"`
	Positions map[string][]evaluate.Position `json:"positions"`
}

type call struct {
	Tool    string  `json:"tool"`
	Command *string `json:"command"`
	Path    *string `json:"path"`
	URL     *string `json:"url"`
	Name    *string `json:"name"`
}

// decidesCode is the code of the library's own problems with calls; the guard's
// verdict takes the place of them.
const decidesCode = "policy-decides"

// judge takes the verdict from a check, and has the guard decide the calls of it.
func (p *Policy) judge(ctx context.Context, a *policyAnswer, in evaluate.Sources) error {
	p.Checked = true
	problems := a.Problems
	if a.Decides != nil {
		problems = nil
		for _, found := range a.Problems {
			if found.Code != decidesCode {
				problems = append(problems, found)
			}
		}
	}
	p.Diagnostics = problemDiagnostics(&answer{Problems: problems, Reported: true}, in)
	if a.Decides != nil {
		found, err := a.decide(ctx, in)
		if err != nil {
			return err
		}
		p.Diagnostics = append(p.Diagnostics, found...)
	}
	p.Ok = len(p.Diagnostics) == 0
	return nil
}

// failedBy records why a check cannot be evaluated.
func (p *Policy) failedBy(d diag.Diagnostic, skipped bool) {
	if skipped { // the profile has its own diagnostics
		return
	}
	p.Checked = d.Severity == diag.SeverityError
	d.Message = "cannot check the policy: " + d.Message
	p.Diagnostics = append(p.Diagnostics, d)
}

// decide returns what is wrong with the decisions about the calls. The error is an
// interruption.
func (a *policyAnswer) decide(ctx context.Context, in evaluate.Sources) ([]diag.Diagnostic, error) {
	failed := func(err error) []diag.Diagnostic {
		list := diag.From(err).Diagnostics
		for i := range list {
			list[i].Message = "cannot decide the calls: " + list[i].Message
		}
		return list
	}
	var subject answer
	if err := subject.read(a.Subject); err != nil {
		return nil, illegible(Options{}, err)
	}
	judged, err := check(&subject, "the manifest of the policy", in)
	if err != nil {
		return failed(err), nil
	}
	m, problems := manifest.DecodeForm(judged.Canonical)
	if len(problems) > 0 {
		return failed(diag.Errorf(diag.ExitInvalid, problems[0].Code, "%s: %s", problems[0].Path, problems[0].Message)), nil
	}
	guard, err := permission.Parse(m)
	if err != nil {
		return failed(diag.Errorf(diag.ExitInvalid, decidesCode, "%s", strings.ReplaceAll(err.Error(), "\n", "; "))), nil
	}
	if n := len(a.Decides.Allow) + len(a.Decides.Ask) + len(a.Decides.Deny); n > mostCalls {
		return failed(diag.Errorf(diag.ExitInvalid, decidesCode, "%d are listed; at most %d are allowed", n, mostCalls)), nil
	}
	var found []diag.Diagnostic
	for _, list := range []struct {
		action manifest.Action
		calls  []call
	}{{"allow", a.Decides.Allow}, {"ask", a.Decides.Ask}, {"deny", a.Decides.Deny}} {
		places := evaluate.PlacesOf(in, a.Decides.Positions[string(list.action)]...)
		for _, c := range list.calls {
			if ctx.Err() != nil {
				return nil, diag.Errorf(diag.ExitInterrupted, "interrupted", "interrupted; the calls were not decided to their end")
			}
			decision := guard.Decide(c.call())
			switch {
			case decision.Action != list.action:
				found = append(found, c.misjudged(list.action, decision, places))
			case list.action != "allow":
				// What must be held back is to be held back from subagents, too.
				decision, ok := guard.DecideAtCeiling(c.call())
				if ok && reach.Beyond(reach.Actions, string(list.action), string(decision.Action)) {
					decision.Reason = "by a subagent: " + decision.Reason
					found = append(found, c.misjudged(list.action, decision, places))
				}
			}
		}
	}
	return found, nil
}

// call is the call that the guard decides.
func (c call) call() permission.Call {
	out := permission.Call{Tool: c.Tool, Workspace: callWorkspace, Home: callHome}
	switch {
	case c.Command != nil:
		out.Command = *c.Command
	case c.URL != nil:
		out.URL = *c.URL
	case c.Name != nil:
		out.Argument = *c.Name
	case c.Path != nil:
		out.Paths = []string{callPath(*c.Path)}
	}
	return out
}

// callPath is the path that a call names, from the root.
func callPath(name string) string {
	switch rest, home := strings.CutPrefix(name, "~/"); {
	case name == "~":
		return callHome
	case home:
		return path.Join(callHome, rest)
	case path.IsAbs(name):
		return name
	}
	return path.Join(callWorkspace, name)
}

func (c call) misjudged(want manifest.Action, got permission.Decision, places []diag.Position) diag.Diagnostic {
	pointer := got.Pointer
	if pointer == "" {
		pointer = "/permissions"
	}
	return diag.Diagnostic{Severity: diag.SeverityError, Code: decidesCode, Path: manifestfile.Dotted(pointer), Pointer: pointer, Positions: places,
		Message: c.String() + ": must be " + string(want) + ", got " + string(got.Action) + ": " + got.Reason}
}

// String is the call in a message.
func (c call) String() string {
	for _, word := range []*string{c.Command, c.Path, c.URL, c.Name} {
		if word != nil {
			return diag.Shorten(diag.Quote(*word), 200) + ", a call of " + diag.Quote(c.Tool)
		}
	}
	return "a call of " + diag.Quote(c.Tool)
}
