// Package drivers lists the runtimes.
package drivers

import (
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/agentsdir"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/claudecode"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/codex"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/opencode"
)

// All returns the runtimes that start Pods, sorted by name.
func All() []*runtime.Driver {
	return []*runtime.Driver{&claudecode.Driver, &codex.Driver, &opencode.Driver}
}

// Rendered returns All and the runtimes that can only be rendered.
func Rendered() []*runtime.Driver { return append(All(), &agentsdir.Driver) }

// Named returns the runtime with a name that starts Pods; nil for none.
func Named(name string) *runtime.Driver {
	return named(All(), name)
}

// RenderedAs returns the runtime with a name that can be rendered; nil for none.
func RenderedAs(name string) *runtime.Driver { return named(Rendered(), name) }

func named(all []*runtime.Driver, name string) *runtime.Driver {
	for _, d := range all {
		if d.Name == name {
			return d
		}
	}
	return nil
}
