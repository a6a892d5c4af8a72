// Package claudecode is the driver of Claude Code.
package claudecode

import (
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Driver is what is known of Claude Code.
var Driver = runtime.Driver{
	Name:      "claude-code",
	Title:     "Claude Code",
	Program:   "claude",
	Install:   "npm install -g @anthropic-ai/claude-code",
	From:      runtime.Version{2, 1, 332},
	Below:     runtime.Version{2, 2, 0},
	WireAPIs:  []manifest.WireAPI{"anthropic"},
	Handshake: runtime.PerSession,
	Leaves:    leaves,
	Dialog:    true,
}
