package words

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/difference"
	"github.com/insomnia-pods/insomnia/go/internal/grant"
	"github.com/insomnia-pods/insomnia/go/internal/secret"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// secrets compares the slots of both manifests: which secret is used for what, and
// where it goes, by pointer.
func secrets(c *comparison, a, b map[string]any, from, to map[string]string) {
	before, after := map[string]any{}, map[string]any{}
	slots(before, "", a)
	slots(after, "", b)
	s := &scope{comparison: c}
	for _, pointer := range difference.Keys(before, after) {
		at := change{pointer: pointer}
		was, now := text(before[pointer]), text(after[pointer])
		purpose := Purpose(pointer)
		if was == now && (from == nil || to == nil || from[pointer] == to[pointer]) {
			continue
		}
		effect := c.effects.At(grant.Secret, pointer)
		switch {
		case was == now:
			s.say(Secrets, effect, at, "sends the secret `%s` %s to `%s` (was `%s`)", now, purpose, to[pointer], from[pointer])
		case now == "":
			s.say(Secrets, effect, at, "no longer uses the secret `%s` %s", was, purpose)
		case was == "":
			s.say(Secrets, effect, at, "now uses the secret `%s` %s", now, purpose)
		default:
			s.say(Secrets, effect, at, "now uses the secret `%s` %s (was `%s`)", now, purpose, was)
		}
	}
}

// destinations returns the destination of each secret of a manifest, by pointer; nil if
// the manifest is malformed.
func destinations(data []byte) map[string]string {
	m, problems := manifest.DecodeForm(data)
	if len(problems) > 0 {
		return nil
	}
	to := map[string]string{}
	for _, use := range secret.Uses(m) {
		to[use.Pointer] = use.To.String()
	}
	return to
}

// slots finds the names of secrets, by pointer.
func slots(found map[string]any, pointer string, v any) {
	switch v := v.(type) {
	case map[string]any:
		if difference.IsSecret(v) {
			found[pointer] = v["name"]
			return
		}
		for key, member := range v {
			slots(found, pointer+"/"+difference.Escape(key), member)
		}
	case []any:
		for i, item := range v {
			slots(found, fmt.Sprintf("%s/%d", pointer, i), item)
		}
	}
}

// Purpose describes the purpose of the secret at a place of a manifest.
func Purpose(pointer string) string {
	parts := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	if parts[0] == "mcpServers" && len(parts) > 2 {
		return serverPurpose(parts[1], parts[2:])
	}
	switch {
	case len(parts) > 3 && parts[0] == "sandbox" && parts[1] == "services":
		return diag.Sprintf("for the service `%s`", parts[2])
	case pointer == "/model/auth":
		return "to call the model"
	case pointer == "/web/search/auth":
		return "to search the web"
	case len(parts) >= 3 && parts[0] == "model" && parts[1] == "headers":
		return diag.Sprintf("to call the model, in the header `%s`", parts[2])
	case len(parts) >= 5 && parts[0] == "subagents" && parts[3] == "headers":
		return diag.Sprintf("to call the model of the subagent `%s`, in the header `%s`", parts[1], parts[4])
	case len(parts) == 4 && parts[0] == "subagents":
		return diag.Sprintf("to call the model of the subagent `%s`", parts[1])
	}
	return "in " + diag.Quote(pointer)
}

// serverPurpose is about a place of a server: env K, or args 1 refs 0.
func serverPurpose(name string, place []string) string {
	switch field := place[0]; {
	case field == "url":
		return diag.Sprintf("for the MCP server `%s`, in its address", name)
	case len(place) < 2:
	case field == "args":
		if n, err := strconv.Atoi(place[1]); err == nil {
			return diag.Sprintf("for the MCP server `%s`, in argument %d", name, n+1)
		}
	case field == "env":
		return diag.Sprintf("for the MCP server `%s`, as `%s`", name, place[1])
	case field == "headers":
		return diag.Sprintf("for the MCP server `%s`, in the header `%s`", name, place[1])
	}
	return diag.Sprintf("for the MCP server `%s`", name)
}

// slot is the handler of a field for a secret; references are worded by secrets.
func slot(s *scope, c change) {
	if (c.a == nil || difference.IsSecret(members(c.a))) && (c.b == nil || difference.IsSecret(members(c.b))) {
		return
	}
	a, b := content(c.a), content(c.b)
	switch {
	case a == b && a != "":
		// It may have restricted a server. By contract it is not a secret, but it is still not shown.
		s.say(Servers, s.endpoint(), c, "gets another value for `%s`", c.name)
	case b == "":
		s.say(Servers, s.endpoint(), c, "no longer gets %s for `%s`", a, c.name)
	case a == "":
		s.say(Servers, s.endpoint(), c, "now gets %s for `%s`", b, c.name)
	default:
		s.say(Servers, s.endpoint(), c, "now gets %s for `%s`, not %s", b, c.name, a)
	}
}

// content names what a slot holds; empty for nothing or for a secret alone.
func content(v any) string {
	slot := members(v)
	switch {
	case slot == nil, difference.IsSecret(slot):
		return ""
	case difference.IsWhole(slot):
		return shown(v)
	}
	return "a literal value"
}
