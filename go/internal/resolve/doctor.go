package resolve

import (
	"context"
	"fmt"
	"os/exec"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/nixcli"
)

// Status of a finding.
type Status string

const (
	StatusOk      Status = "ok"
	StatusWarning Status = "warning"
	StatusMissing Status = "missing"
)

// Finding is one thing that was examined.
type Finding struct {
	Name   string `json:"name"`
	Status Status `json:"status"`
	Detail string `json:"detail"`
	Hint   string `json:"hint,omitempty"`
}

// Examine says what works on this machine.
func (r *Resolver) Examine(ctx context.Context) []Finding {
	findings := []Finding{r.examineNix(ctx), examineGit(), r.examineCache()}
	if findings[0].Status == StatusMissing {
		return append(findings, Finding{"manifests", StatusOk, "resolve --manifest FILE works without Nix", ""})
	}
	return append(findings, r.examineStore(ctx), r.examineProfiles(ctx))
}

func (r *Resolver) examineNix(ctx context.Context) Finding {
	version, printed, err := r.Nix.Version(ctx)
	switch {
	case diag.CodeIs(err, "nix-missing"):
		d := diag.From(err).Diagnostics[0]
		return Finding{"nix", StatusMissing, "not on PATH; profiles cannot be resolved", strings.ReplaceAll(d.Hint, "\n", " ")}
	case err != nil:
		return Finding{"nix", StatusMissing, "does not run: " + err.Error(), "install it from https://nixos.org/download"}
	case version == "":
		return Finding{"nix", StatusMissing, fmt.Sprintf("does not say its version: %q", printed), "install it from https://nixos.org/download"}
	case nixcli.TooOld(version):
		return Finding{"nix", StatusMissing, version + " is too old", nixcli.OldestVersion + " or newer is needed"}
	case nixcli.Vulnerable(version):
		return Finding{"nix", StatusWarning, version + " works, but evaluating other people's profiles with it is not safe (CVE-2026-110449)",
			"update to 2.28.8, 2.30.6, 2.31.6, 2.34.9, 2.35.3 or newer"}
	}
	return Finding{"nix", StatusOk, version, ""}
}

func examineGit() Finding {
	if path, err := exec.LookPath("git"); err == nil {
		return Finding{"git", StatusOk, path, ""}
	}
	return Finding{"git", StatusMissing, "not on PATH; flakes in git repositories cannot be read", "install git"}
}

func (r *Resolver) examineCache() Finding {
	dir, err := r.materialise()
	if err != nil {
		d := diag.From(err).Diagnostics[0]
		return Finding{"cache", StatusMissing, d.Message, d.Hint}
	}
	return Finding{"cache", StatusOk, dir, ""}
}

// examineStore evaluates nothing much, with the store that flakes need.
func (r *Resolver) examineStore(ctx context.Context) Finding {
	_, err := r.Nix.Run(ctx, nixcli.Call{Dir: "/", Args: []string{"eval", "--json", "--expr", `builtins.toFile "insomnia-doctor" "ok"`}})
	if err != nil {
		return Finding{"store", StatusMissing, "flakes cannot be evaluated: " + err.Error(), "`nix store ping` should succeed for this user"}
	}
	return Finding{"store", StatusOk, "flakes can be evaluated", ""}
}

// examineProfiles resolves a built-in profile.
func (r *Resolver) examineProfiles(ctx context.Context) Finding {
	result, err := r.Resolve(ctx, "builtin:coder", Options{})
	if err != nil {
		return Finding{"profiles", StatusMissing, "builtin:coder does not resolve: " + err.Error(), "insomnia resolve builtin:coder"}
	}
	return Finding{"profiles", StatusOk, "builtin:coder resolves to " + result.Digest, ""}
}
