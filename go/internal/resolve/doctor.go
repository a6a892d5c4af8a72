package resolve

import (
	"context"
	"fmt"
	"os/exec"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate/nix"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
)

// Status of a finding.
type Status string

const (
	StatusOk       Status = "ok"
	StatusWarning  Status = "warning"
	StatusOptional Status = "optional" // missing, and most things work without it
	StatusMissing  Status = "missing"
)

// Finding is one thing that was examined.
type Finding struct {
	Name   string `json:"name"`
	Status Status `json:"status"`
	Detail string `json:"detail"`
	Hint   string `json:"hint,omitempty"`
}

// Examine reports what works on this machine: first the requirements of the embedded
// evaluator, then the installed Nix, which only --evaluator nix needs.
func (r *Resolver) Examine(ctx context.Context) []Finding {
	nix := r.examineNix(ctx)
	findings := []Finding{r.examineProfiles(ctx, "profiles", Embedded), r.examineCache(), examineGit(), nix}
	if nix.Status != StatusOptional {
		findings = append(findings, r.examineStore(ctx), r.examineProfiles(ctx, "nix profiles", Nix))
	}
	return findings
}

func (r *Resolver) examineNix(ctx context.Context) Finding {
	const without = "--evaluator nix does not work without it; the embedded evaluator does not need it"
	version, printed, err := r.Nix.Version(ctx)
	switch {
	case diag.CodeIs(err, "nix-missing"):
		return Finding{"nix", StatusOptional, "not on PATH", without}
	case err != nil:
		return Finding{"nix", StatusOptional, "does not run: " + err.Error(), without}
	case version == "":
		return Finding{"nix", StatusOptional, fmt.Sprintf("does not say its version: %q", printed), without}
	case nix.TooOld(version):
		return Finding{"nix", StatusOptional, version + " is too old for --evaluator nix", nix.OldestVersion + " or newer is needed"}
	case nix.Vulnerable(version):
		return Finding{"nix", StatusWarning, version + " works, but evaluating other people's profiles with it (--evaluator nix) is not safe (CVE-2026-110449)",
			"update to 2.28.8, 2.30.6, 2.31.6, 2.34.9, 2.35.3 or newer"}
	}
	return Finding{"nix", StatusOk, version, ""}
}

func examineGit() Finding {
	if path, err := exec.LookPath("git"); err == nil {
		return Finding{"git", StatusOk, path, ""}
	}
	return Finding{"git", StatusOptional, "not on PATH; inputs and sources that are fetched with git need it", "install git"}
}

func (r *Resolver) examineCache() Finding {
	dir, err := r.library().Materialise(r.CacheDir)
	if err != nil {
		d := diag.From(err).Diagnostics[0]
		return Finding{"cache", StatusMissing, d.Message, d.Hint}
	}
	return Finding{"cache", StatusOk, dir, ""}
}

// examineStore evaluates nothing much, with the store that Nix needs for flakes.
func (r *Resolver) examineStore(ctx context.Context) Finding {
	_, err := r.Nix.Run(ctx, nix.Call{Dir: "/", Args: []string{"eval", "--json", "--expr", `builtins.toFile "insomnia-doctor" "ok"`}})
	if err != nil {
		return Finding{"nix store", StatusWarning, "--evaluator nix cannot evaluate flakes: " + err.Error(), "`nix store ping` should succeed for this user"}
	}
	return Finding{"nix store", StatusOk, "flakes can be evaluated", ""}
}

// examineProfiles resolves a built-in profile.
func (r *Resolver) examineProfiles(ctx context.Context, name, evaluator string) Finding {
	result, err := r.Resolve(ctx, reference.OfBuiltin("coder"), Options{Evaluator: evaluator})
	if err == nil {
		return Finding{name, StatusOk, "builtin:coder resolves to " + result.Digest(), ""}
	}
	status := StatusMissing
	if evaluator == Nix {
		status = StatusWarning
	}
	return Finding{name, status, "builtin:coder does not resolve: " + err.Error(), "insomnia resolve builtin:coder --evaluator " + evaluator}
}
