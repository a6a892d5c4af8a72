// Package opencode is the driver of opencode.
//
// One config file and one plugin control the program. Both are in the files of the plan,
// which the program can only read. The plugin is the guard's hook. It holds a connection
// to the guard while the program runs and asks it before each tool call. It also moves
// the token and the secrets of MCP servers from a descriptor into the program's memory.
package opencode

import (
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/ownrules"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Driver describes opencode.
var Driver = runtime.Driver{
	Name:      "opencode",
	Title:     "opencode",
	Program:   "opencode",
	Install:   "npm install -g opencode-ai",
	From:      runtime.Version{1, 18, 33},
	Below:     runtime.Version{2, 0, 0}, // it does not run plugins of version 1
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
