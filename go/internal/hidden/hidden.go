// Package hidden runs the commands that are parts of a Pod that runs: insomnia calls
// them itself, and nothing of the command line is made ready for them.
package hidden

import (
	"github.com/insomnia-pods/insomnia/go/internal/guard/hook"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/inner"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise/parts"
)

// Run runs the command that args name, if it is one of these; ours reports whether it is.
func Run(args []string) (code int, ours bool) {
	if len(args) < 2 {
		return 0, false
	}
	switch args[1] {
	case "pod-hook":
		return hook.Main(args[2:]), true
	case "pod-supervise":
		return parts.Program().Main(), true
	case "pod-without":
		return inner.Without(args[2:]), true
	case "pod-inner":
		return inner.Main(), true
	}
	return 0, false
}
