// Package opencode is the driver of opencode.
//
// The program is led by one config file and one plugin, both in the files of the plan,
// which it can only read. The plugin is the guard's hook: it holds a connection to the
// guard for as long as the program runs, asks it before each tool call, and brings the
// token and the secrets of MCP servers from a descriptor into the program's memory.
package opencode

import (
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/ownrules"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Driver is what is known of opencode.
var Driver = runtime.Driver{
	Name:      "opencode",
	Title:     "opencode",
	Program:   "opencode",
	Install:   "npm install -g opencode-ai",
	From:      runtime.Version{1, 18, 33},
	Below:     runtime.Version{2, 0, 0}, // in which plugins of version 1 do not run
	WireAPIs:  []manifest.WireAPI{"anthropic", "openai-chat", "openai-responses"},
	Handshake: runtime.PerConnection,
	Leaves:    leaves,
	Dialog:    true,
	Unserved:  unserved,
	Recorded:  recorded,
	Own:       ownrules.Opencode,
	Plan:      plan,
	Calls:     calls,
	Offer:     offer,
	Request:   request,
	Declined:  declined,
}
