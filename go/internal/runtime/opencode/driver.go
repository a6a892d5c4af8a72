// Package opencode is the driver of opencode.
package opencode

import (
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Driver is what is known of opencode.
var Driver = runtime.Driver{
	Name:      "opencode",
	Title:     "opencode",
	Program:   "opencode",
	Install:   "npm install -g opencode-ai",
	From:      runtime.Version{1, 18, 33},
	Below:     runtime.Version{2, 0, 0},
	WireAPIs:  []manifest.WireAPI{"anthropic", "openai-chat", "openai-responses"},
	Handshake: runtime.PerConnection,
	Leaves:    leaves,
}
