package manifest

import "testing"

func TestOffers(t *testing.T) {
	for _, c := range []struct {
		byDefault   ToolDefault
		allow, deny []ToolName
		tool        string
		offered     bool
		field       string
	}{
		{"deny", nil, nil, "bash", false, "default"},
		{"allow", nil, nil, "bash", true, "default"},
		{"deny", []ToolName{"read", "bash"}, nil, "bash", true, "allow"},
		{"deny", []ToolName{"Bash"}, nil, "bash", false, "default"},
		{"allow", []ToolName{"bash"}, []ToolName{"bash"}, "bash", false, "deny"},
		{"deny", []ToolName{"mcp__gh__*"}, nil, "mcp__gh__search", true, "allow"},
		{"deny", []ToolName{"mcp__gh__*"}, []ToolName{"mcp__gh__del*"}, "mcp__gh__delete", false, "deny"},
		{"allow", nil, []ToolName{"*"}, "read", false, "deny"},
		{"deny", []ToolName{"mcp__gh__*"}, nil, "mcp__ghost__search", false, "default"},
	} {
		tools := Tools{Default: c.byDefault, Allow: c.allow, Deny: c.deny}
		offered, field := tools.Lists().Offers(c.tool)
		if offered != c.offered || field != c.field || tools.Offers(c.tool) != c.offered {
			t.Errorf("%+v: %v by %s", c, offered, field)
		}
	}
}
