package cli

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/registry"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

func (p *program) profileShowCommand() *cli.Command {
	return &cli.Command{
		Name:      "show",
		Usage:     "say what a profile may do",
		ArgsUsage: "[REF]",
		Description: "A page in words, made from the manifest. Without REF it is the default profile. `insomnia resolve`\n" +
			"prints the manifest itself, `insomnia profile explain` where its values come from.",
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "root", Usage: "let a profile file read what is below `FOLDER`, instead of its git work tree or folder"},
		}, evaluationFlags()...),
		Action:       p.profileShow,
		BashComplete: p.completeNames,
	}
}

func (p *program) profileShow(c *cli.Context) error {
	if err := arguments(c, 1, "[REF]"); err != nil {
		return err
	}
	options, err := evaluationOptions(c)
	if err != nil {
		return err
	}
	options.Root = c.String("root")
	resolver, err := p.resolver(c)
	if err != nil {
		return err
	}
	result, chosen, err := p.resolveChosen(c.Context, resolver, c.Args().First(), options)
	if err != nil {
		return err
	}
	summary, err := registry.Summarize(result.Manifest)
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return p.printJSON(map[string]any{"schema": "insomnia.profile/v1", "ref": result.Profile.Ref, "source": result.Profile.Source,
			"file": chosen.File, "digest": result.Digest, "summary": summary})
	}
	m, problems := manifest.Decode(result.Manifest)
	if len(problems) > 0 {
		return manifest.Problems(problems)
	}
	return p.write(profilePage(m, summary, result.Profile.Ref, chosen.File, result.Digest))
}

func profilePage(m *manifest.Manifest, s registry.Summary, ref, file, digest string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s: %s\n", diag.Escape(s.Name, false), orDash(s.Description))
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	line := func(name string, parts ...string) {
		parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
		if len(parts) > 0 {
			fmt.Fprintf(w, "  %s\t%s\n", name, diag.Escape(strings.Join(parts, ", "), false))
		}
	}
	line("reference", ref)
	line("file", file)
	line("role", s.Role, s.Variant)
	line("model", s.Model, registry.Tokens(s.Window)+" tokens", "answers up to "+registry.Tokens(m.Model.MaxOutputTokens), "effort "+string(m.Model.Effort))
	line("permissions", registry.Modes[s.Mode], "otherwise "+string(m.Permissions.Default), ruleCounts(m.Permissions.Rules))
	tools := registry.Count(len(m.Tools.Allow), "tool")
	if m.Tools.Default == "allow" {
		tools = "all but those denied"
	}
	line("tools", tools, listed("", m.Tools.Allow), listed("denied: ", m.Tools.Deny))
	network := "network " + string(m.Sandbox.Network)
	line("sandbox", "files "+string(m.Sandbox.Filesystem), network, listed("to ", m.Sandbox.AllowedDomains))
	web := ""
	if m.Web.Fetch.Enabled {
		web = "fetches pages"
	}
	line("web", "search "+string(m.Web.Search.Mode), web)
	line("mcp servers", strings.Join(slices.Sorted(keysOf(m.MCPServers)), ", "))
	line("delegates", strings.Join(slices.Sorted(keysOf(m.Subagents)), ", "))
	line("skills", strings.Join(slices.Sorted(keysOf(m.Skills)), ", "))
	line("workflows", strings.Join(slices.Sorted(keysOf(m.Workflows)), ", "))
	if len(m.Hooks) > 0 {
		line("hooks", registry.Count(len(m.Hooks), "command")+" at events of the session")
	}
	if c := m.Context.Compaction; c.Strategy == "off" {
		line("context", "never compacted")
	} else {
		line("context", "compacted at "+registry.Tokens(c.ThresholdTokens), "keeps "+registry.Tokens(c.RetainedTokens), "summary up to "+registry.Tokens(c.SummaryMaxTokens))
	}
	if m.Memory.Enabled {
		line("memory", "of the "+string(m.Memory.Scope), fmt.Sprintf("%d days", m.Memory.RetentionDays))
	}
	line("limits", fmt.Sprintf("%d turns", m.Limits.MaxTurns), fmt.Sprintf("%d minutes", m.Limits.MaxWallSeconds/60))
	if s.Secrets > 0 {
		line("secrets", "uses "+registry.Count(s.Secrets, "secret"))
	}
	line("digest", digest)
	w.Flush()
	return b.Bytes()
}

func ruleCounts(rules []manifest.Rule) string {
	count := map[string]int{}
	for _, r := range rules {
		count[string(r.Action)]++
	}
	var parts []string
	for _, action := range []string{"allow", "ask", "deny"} {
		if n := count[action]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, action))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "rules: " + strings.Join(parts, " ")
}

func listed[T ~string](prefix string, items []T) string {
	if len(items) == 0 {
		return ""
	}
	var parts []string
	for _, item := range items {
		parts = append(parts, string(item))
	}
	return prefix + strings.Join(parts, " ")
}

func keysOf[K ~string, V any](m map[K]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range maps.Keys(m) {
			if !yield(string(k)) {
				return
			}
		}
	}
}
