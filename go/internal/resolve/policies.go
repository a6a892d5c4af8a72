package resolve

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate"
)

// Policy is the verdict over one policy that is asked of one profile, read from the
// check of it that insomnia.lib.mkChecks made.
type Policy struct {
	Check   string `json:"check"` // policy-PROFILE-POLICY
	Profile string `json:"profile"`
	Policy  string `json:"policy"`
	Ok      bool   `json:"ok"`
	// Checked is false where nothing was decided: the profile is broken, or this
	// machine lacks what the check needs.
	Checked     bool              `json:"checked"`
	Diagnostics []diag.Diagnostic `json:"diagnostics"`
}

const (
	checksOutput = "checks"
	policyPrefix = "policy-"

	// policiesUnread is the code of the diagnostic that policies were not checked.
	policiesUnread = "policies-unread"
)

// policies adds the policies of an open flake, all or those of one profile. Nothing is
// downloaded for them: checks of other kinds may need what no profile does. The error
// is about the whole command.
func (r *Resolver) policies(ctx context.Context, f *evaluate.Flake, verdicts *Verdicts, profile string, options Options) error {
	prefix := policyPrefix
	if profile != "" {
		prefix += profile + "-"
	}
	f.Offline()
	v := r.ofPolicies(f, prefix, false, options)
	all, err := v.names(ctx)
	if err != nil {
		return verdicts.unread(f, err)
	}
	if all.Names == nil || len(*all.Names) == 0 {
		return nil
	}
	unchecked := map[string]bool{}
	for _, name := range *all.Names {
		if verdicts.brokenProfile(name) {
			unchecked[name] = true
			v.failed[name] = diag.Diagnostic{}
		}
	}
	found, err := v.all(ctx)
	if err != nil {
		return verdicts.unread(f, err)
	}
	brief := r.ofPolicies(f, prefix, true, options)
	for i, name := range *found.Names {
		p := Policy{Check: name, Policy: strings.TrimPrefix(name, policyPrefix), Diagnostics: []diag.Diagnostic{}}
		failure, failed := v.failed[name]
		switch {
		case failed:
			brief.name(ctx, &p)
			p.failedBy(failure, unchecked[name])
		case i >= len(found.rows) || found.rows[i] == nil:
			return illegible(options, errors.New("no answer for check "+name))
		default:
			var a policyAnswer
			if err := json.Unmarshal(found.rows[i].text, &a); err != nil {
				return illegible(options, err)
			}
			if a.Kind != "policy" {
				continue
			}
			p.Profile, p.Policy = a.Profile, a.Policy
			if profile == "" || p.Profile == profile {
				if err := p.judge(ctx, &a, f.Tree); err != nil {
					return err
				}
			}
		}
		if profile == "" || p.Profile == profile || p.Profile == "" {
			verdicts.Policies = append(verdicts.Policies, p)
		}
	}
	slices.SortStableFunc(verdicts.Policies, func(a, b Policy) int {
		return cmp.Or(strings.Compare(a.Profile, b.Profile), strings.Compare(a.Policy, b.Policy))
	})
	return nil
}

func (r *Resolver) ofPolicies(f *evaluate.Flake, prefix string, brief bool, options Options) *verification {
	describe := "((" + evaluate.PolicyText + ") { describe = " + evaluate.ReportText + "; brief = " + strconv.FormatBool(brief) + "; })"
	within := "((" + evaluate.PoliciesText + ") { system = " + nixString(system()) + "; prefix = " + nixString(prefix) + "; })"
	return &verification{flake: f, failed: map[string]diag.Diagnostic{}, output: checksOutput, resolver: r, options: options,
		survey: "{ skip, only }: checks: (" + evaluate.SurveyText + ") { describe = " + describe + "; inherit skip only; } (" + within + " checks)"}
}

// system returns Nix's name for this kind of machine.
func system() string {
	machine, name := runtime.GOARCH, runtime.GOOS
	switch machine {
	case "amd64":
		machine = "x86_64"
	case "arm64":
		machine = "aarch64"
	}
	return machine + "-" + name
}

// name finds out which profile and policy a check is about that cannot be evaluated;
// it keeps the name of the check where even that cannot.
func (v *verification) name(ctx context.Context, p *Policy) {
	found, err := v.ask(ctx, nil, []string{p.Check})
	if err != nil {
		return
	}
	for _, row := range found.rows {
		var a policyAnswer
		if row != nil && json.Unmarshal(row.text, &a) == nil && a.Kind == "policy" {
			p.Profile, p.Policy = a.Profile, a.Policy
		}
	}
}

// brokenProfile reports whether a check is named after a broken profile alone.
func (v *Verdicts) brokenProfile(check string) bool {
	broken := false
	for _, p := range v.Profiles {
		if strings.HasPrefix(check, policyPrefix+p.Name+"-") {
			if p.Ok {
				return false
			}
			broken = true
		}
	}
	return broken
}

// unread records that policies could not be read; it returns the errors that are about
// the whole command.
func (v *Verdicts) unread(f *evaluate.Flake, err error) error {
	var failure *evaluate.Failure
	if errors.As(err, &failure) && failure.Kind == evaluate.NoOutput {
		return nil
	}
	d := diag.From(err)
	if d.Exit == diag.ExitInterrupted {
		return err
	}
	unread := d.Diagnostics[0]
	unread.Message = "cannot evaluate the checks of " + diag.Quote(f.Ref.Flake) + ": " + unread.Message
	if elsewhere(err) {
		unread.Severity, unread.Code, unread.Hint = diag.SeverityWarning, policiesUnread, "check the policies with Nix: nix flake check "+f.Ref.Flake
	}
	v.Unread = &unread
	return nil
}

// elsewhere reports whether another machine, or Nix, may evaluate what this one
// cannot: it lacks an input or a builtin, or would have to build.
func elsewhere(err error) bool {
	var failure *evaluate.Failure
	if errors.As(err, &failure) && (failure.Kind == evaluate.Builds || failure.Kind == evaluate.Fetches) {
		return true
	}
	return diag.From(err).Exit == diag.ExitMissing
}
