package manifest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/reach"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// delegationRules holds subagents to what they may do at the most.
func (c *checker) delegationRules(v *value) {
	tools, permissions := boundOf(v, "tools"), boundOf(v, "permissions")
	line := func() string { return ceilingLine(v) }
	c.each(v, "subagents", func(at *location, subagent *value) {
		c.modelRules(at.field("model"), subagent.get("model"))
		c.subagentToolRules(at.field("tools"), tools, subagent.get("tools"), line)
		c.subagentPermissionRules(at.field("permissions"), permissions, subagent.get("permissions"))
		c.subagentNames(at.field("mcpServers"), v.get("mcpServers"), subagent.get("mcpServers"), "MCP server")
		c.subagentNames(at.field("skills"), v.get("skills"), subagent.get("skills"), "skill")
		c.subagentLimits(at.field("limits"), v.get("limits"), subagent.get("limits"))
		c.subagentSandbox(at.field("sandbox"), v.get("sandbox"), subagent.get("sandbox"))
		if subagent.get("effort").is(kindString) && subagent.get("model").is(kindObject) {
			c.report(at.field("effort"), "rule-subagent-effort", "has no effect on a model of its own", "absent", "set model.effort")
		}
	})
}

// subagentNames reports what a subagent is to use and the profile does not have.
func (c *checker) subagentNames(at *location, section, list *value, thing string) {
	if !list.is(kindArray) || !section.is(kindObject) {
		return
	}
	for i, item := range list.items {
		if item.is(kindString) && section.get(item.text) == nil {
			c.report(at.element(i), "rule-subagent-names", thing+" "+named(item.text)+" not found in the profile", "a name in `"+at.key+"` of the profile",
				"remove it here, or add it to "+at.key)
		}
	}
}

// subagentLimits reports the limits of a subagent that are above the Pod's.
func (c *checker) subagentLimits(at *location, pod, own *value) {
	for _, name := range []string{"maxTurns", "maxWallSeconds", "maxTokens", "maxCostCents"} {
		most, limited := pod.number(name)
		if n, ok := own.number(name); ok && limited && n > most {
			c.report(at.field(name), "rule-subagent-limits", fmt.Sprintf("must be at most %d, as in the profile, got %d", most, n), fmt.Sprintf("at most %d", most),
				"lower it here, or raise limits."+name)
		}
	}
}

// subagentSandbox reports what the sandbox of a subagent lets through and the Pod's does not.
func (c *checker) subagentSandbox(at *location, pod, own *value) {
	const code = "rule-subagent-sandbox"
	c.places(at, manifestSchema.property("subagents").additional.property("sandbox"), own)
	if !pod.is(kindObject) || !own.is(kindObject) {
		return
	}
	for _, field := range []struct {
		name  string
		order []string
	}{{"filesystem", reach.Filesystems}, {"network", reach.Networks}} {
		n, most := own.rank(field.name, field.order), pod.rank(field.name, field.order)
		if n >= 0 && most >= 0 && n > most {
			c.report(at.field(field.name), code, "must be at most "+shown(field.order[most])+", as in the profile, got "+shown(field.order[n]),
				"one of: "+strings.Join(field.order[:most+1], ", "), "lower it here, or raise sandbox."+field.name)
		}
	}
	filesystem := own.get("filesystem")
	if filesystem == nil {
		filesystem = pod.get("filesystem")
	}
	switch list := own.get("writableRoots"); {
	case !list.is(kindArray) || !filesystem.is(kindString):
	case filesystem.text == "workspace-write":
		c.subagentRoots(at.field("writableRoots"), pod, own)
	case len(list.items) > 0:
		c.report(at.field("writableRoots"), code, "has no effect while filesystem is "+shown(filesystem.text), "absent", `set filesystem to "workspace-write", or remove the directories`)
	}
	c.subagentNix(at, pod, own)
	domains := own.get("allowedDomains")
	if !domains.is(kindArray) || len(domains.items) == 0 {
		return
	}
	network := own.get("network")
	if network == nil {
		network = pod.get("network")
	}
	if network.is(kindString) && network.text != "allowlist" {
		c.report(at.field("allowedDomains"), code, "has no effect while network is "+shown(network.text), "empty", `set network to "allowlist", or remove the domains`)
		return
	}
	if !pod.isText("network", "allowlist") {
		return
	}
	wide := lowered(pod.names("allowedDomains"))
	for i, domain := range lowered(own.names("allowedDomains")) {
		if domain != "" && !slices.ContainsFunc(wide, func(w string) bool { return w != "" && reach.Covers(reach.Host, w, domain) }) &&
			!c.refusedAt(at.field("allowedDomains").element(i)) {
			c.report(at.field("allowedDomains").element(i), code, "the profile cannot reach "+shown(domain), "a host among `sandbox.allowedDomains`",
				"remove it here, or add it to sandbox.allowedDomains")
		}
	}
}

// subagentRoots reports the directories of a subagent that are within none of the Pod's.
func (c *checker) subagentRoots(at *location, pod, own *value) {
	if !pod.isText("filesystem", "workspace-write") {
		return
	}
	inWorkspace := func(root string) bool { return root != "" && Directory(root).InWorkspace() }
	roots, list := pod.names("writableRoots"), own.names("writableRoots")
	if !slices.ContainsFunc(roots, inWorkspace) {
		roots = append(roots, ".") // without any of it, the whole workspace
	} else if !slices.ContainsFunc(list, inWorkspace) && !slices.Contains(roots, ".") {
		c.report(at, "rule-subagent-sandbox", "covers the whole workspace, but the profile may write only part of it", "directories below `sandbox.writableRoots`",
			"list directories, or remove the field")
	}
	for i, root := range list {
		if root != "" && !slices.ContainsFunc(roots, func(wide string) bool { return coversRoot(wide, root) }) && !c.refusedAt(at.element(i)) {
			c.report(at.element(i), "rule-subagent-sandbox", "the profile cannot write below "+shown(root), "a directory below one of `sandbox.writableRoots`",
				"remove it here, or add it to sandbox.writableRoots")
		}
	}
}

// subagentNix reports a network that is narrower than the Pod's and could be bypassed:
// the Pod can reach the Nix daemon, which downloads from any host when asked to build.
func (c *checker) subagentNix(at *location, pod, own *value) {
	nix := pod.get("nix")
	if !nix.is(kindBoolean) || nix.text != "true" || own.get("network") == nil && own.get("allowedDomains") == nil {
		return
	}
	effective := func(name string) *value {
		if v := own.get(name); v != nil {
			return v
		}
		return pod.get(name)
	}
	network := effective("network")
	if !network.is(kindString) || network.text == "full" {
		return
	}
	domains := effective("allowedDomains")
	if network.text == "allowlist" && domains.is(kindArray) &&
		slices.ContainsFunc(domains.items, func(v *value) bool { return v.is(kindString) && v.text == grammar.GroupNix }) {
		return
	}
	c.report(at.field("network"), "rule-subagent-sandbox", "the profile reaches the Nix daemon, whose builds reach every host, but network is "+shown(network.text),
		"a network that allows it", "add `@nix` to allowedDomains here, or remove sandbox.nix")
}

// lowered writes domains as the manifest has them.
func lowered(domains []string) []string {
	for i, domain := range domains {
		domains[i] = strings.ToLower(domain)
	}
	return domains
}

// coversRoot reports whether a directory is another one or above it. The workspace
// is above every directory that is written from it.
func coversRoot(wide, narrow string) bool {
	switch {
	case wide == narrow:
		return true
	case wide == "" || strings.Contains(narrow+"/", "../"):
		return false
	case wide == ".":
		return narrow != "" && Directory(narrow).InWorkspace()
	}
	return strings.HasPrefix(narrow, strings.TrimSuffix(wide, "/")+"/")
}
