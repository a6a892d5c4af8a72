package grant

import (
	"slices"
	"strconv"
	"strings"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

func (c *collection) subagent(at string, d manifest.Subagent) {
	c.text(at+"/description", string(d.Description))
	c.text(at+"/prompts/system", string(d.Prompts.System))
	c.text(at+"/prompts/append", appended(d.Prompts.Append))
	c.tools(at+"/tools", d.Tools.Default, d.Tools.Allow, d.Tools.Deny)
	c.permissions(at+"/permissions", d.Permissions)
	if d.Model != nil {
		c.model(at+"/model", *d.Model)
	}
	if d.MCPServers != nil {
		offer(c, at+"/mcpServers", d.MCPServers)
	}
	if d.Skills != nil {
		offer(c, at+"/skills", d.Skills)
	}
	if l := d.Limits; l != nil {
		for name, n := range map[string]*int64{
			"maxTurns": l.MaxTurns, "maxWallSeconds": l.MaxWallSeconds, "maxTokens": l.MaxTokens, "maxCostCents": l.MaxCostCents,
		} {
			if n != nil {
				c.add(Limit, at+"/limits/"+name, strconv.FormatInt(*n, 10))
			}
		}
	}
}

// offer adds that only these names may be used.
func offer[T ~string](c *collection, at string, names []T) {
	c.none(Offer, at)
	for _, name := range names {
		c.decide(Offer, at, string(name), "allow")
	}
}

// none says of a place that has its grants from elsewhere otherwise that nothing is
// granted there but what is said of it.
func (c *collection) none(kind Kind, at string) {
	c.grants = append(c.grants, Grant{Kind: kind, Pointer: at, Action: "deny"})
}

func (c *collection) subagentSandbox(at string, pod manifest.Sandbox, own manifest.SubagentSandbox) {
	if own.Filesystem != "" || own.WritableRoots != nil {
		filesystem, roots := own.Filesystem, own.WritableRoots
		if filesystem == "" {
			filesystem = pod.Filesystem
		}
		if roots == nil {
			roots = pod.WritableRoots
		}
		if filesystem != "full" {
			c.none(Files, at+"/filesystem")
		}
		c.files(at+"/filesystem", filesystem, roots)
	}
	if own.Network != "" || own.AllowedDomains != nil {
		network, domains := own.Network, own.AllowedDomains
		if network == "" {
			network = pod.Network
		}
		if domains == nil {
			domains = pod.AllowedDomains
		}
		if network != "full" {
			c.none(Hosts, at+"/network")
		}
		c.hosts(at+"/network", network, domains)
	}
	if len(own.DenyRead) > 0 {
		c.readable(at+"/denyRead", nil)
		c.unreadable(at+"/denyRead", own.DenyRead)
	}
}

// ceilingAt is the pointer of the limits for subagents.
const ceilingAt = "/delegation/ceiling"

func (c *collection) delegation(d manifest.Delegation) {
	if d.Ceiling != nil {
		if t := d.Ceiling.Tools; t != nil {
			if t.Default == "deny" {
				c.none(Tool, ceilingAt+"/tools")
			}
			c.tools(ceilingAt+"/tools", t.Default, t.Allow, t.Deny)
		}
		if p := d.Ceiling.Permissions; p != nil {
			if p.Default == "deny" {
				c.none(Rule, ceilingAt+"/permissions")
			}
			c.permissions(ceilingAt+"/permissions", *p)
		}
	}
	for _, profile := range d.Profiles {
		c.add(Pod, "/delegation/profiles", string(profile))
	}
}

// groups are the grants of a set by their places.
type groups map[place]Set

// at returns the grants of a place. Where a manifest leaves out what holds its
// subagents, that is what holds the Pod itself.
func (g groups) at(key place) Set {
	if own, ok := g[key]; ok {
		return own
	}
	from, inherits := g.above(key.Pointer)
	if !inherits {
		return nil
	}
	var out Set
	if from != "" {
		out = slices.Clone(g[place{key.Kind, from}])
		for i := range out {
			out[i].Pointer = key.Pointer
		}
	}
	if len(out) > 0 {
		return out
	}
	switch {
	case key.Kind == Limit:
		return Set{{Kind: key.Kind, Pointer: key.Pointer}}
	case from == "":
		return Set{{Kind: key.Kind, Pointer: key.Pointer, Action: "allow"}}
	}
	return nil
}

// above is the pointer that a place has its grants from where it has none of its own;
// empty for one where all is granted.
func (g groups) above(pointer string) (from string, inherits bool) {
	if rest, ok := strings.CutPrefix(pointer, ceilingAt); ok {
		return rest, true
	}
	rest, ok := strings.CutPrefix(pointer, "/subagents/")
	name, field, found := strings.Cut(rest, "/")
	if _, there := g[place{Mode, "/subagents/" + name + "/permissions/mode"}]; !ok || !found || !there {
		return "", false
	}
	switch section, _, _ := strings.Cut(field, "/"); {
	case section == "mcpServers", section == "skills", field == "sandbox/denyRead":
		return "", true
	case section == "sandbox", section == "limits":
		return "/" + field, true
	}
	return "", false
}

// mode is that of the permissions at a pointer; empty where there are none.
func (g groups) mode(pointer string) string {
	if modes := g.at(place{Mode, pointer + "/mode"}); len(modes) > 0 {
		return modes[0].Value
	}
	return ""
}
