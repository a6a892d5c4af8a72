// Package claudecode is the driver of Claude Code.
package claudecode

import (
	"maps"
	"slices"
	"strconv"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/ownrules"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Driver describes Claude Code.
var Driver = runtime.Driver{
	Name:       "claude-code",
	Title:      "Claude Code",
	Program:    "claude",
	Install:    "npm install -g @anthropic-ai/claude-code",
	From:       runtime.Version{2, 1, 332},
	Below:      runtime.Version{2, 2, 0},
	WireAPIs:   []manifest.WireAPI{"anthropic"},
	Handshake:  runtime.PerSession,
	Login:      &runtime.Login{Renews: []string{"platform.claude.com", "console.anthropic.com"}, Renew: "claude"},
	SetupToken: &runtime.SetupToken{Begins: "sk-ant-oat", Command: "claude setup-token"},
	Leaves:     leaves,
	Dialog:     true,
	Unserved:   unserved,
	Recorded:   recorded,
	Own:        ownrules.Claude,
	Plan:       plan,
	Calls:      calls,
	Offer:      offer,
	Subagent:   subagent,
	Request:    request,
	Declined:   declined,
}

func unserved(m *manifest.Manifest) []runtime.Unserved {
	var found []runtime.Unserved
	wire := func(pointer string, api manifest.WireAPI) {
		if api != "anthropic" {
			found = append(found, runtime.Unserved{Pointer: pointer, Why: "speaks the API `anthropic` only, not `" + string(api) + "`"})
		}
	}
	wire("/model/wireApi", m.Model.WireAPI)
	for _, name := range slices.Sorted(maps.Keys(m.Subagents)) {
		if model := m.Subagents[name].Model; model != nil {
			wire("/subagents/"+escaped(string(name))+"/model/wireApi", model.WireAPI)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.MCPServers)) {
		for i, arg := range m.MCPServers[name].Args {
			if arg.Secret != nil {
				found = append(found, runtime.Unserved{
					Pointer: "/mcpServers/" + escaped(string(name)) + "/args/" + strconv.Itoa(i),
					Why:     "would start the server with the secret on its command line, which every tool can read: give it in `env`",
				})
			}
		}
	}
	return found
}
