// Package drivers lists the runtimes that there are.
package drivers

import (
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/agentsdir"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/claudecode"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/codex"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/opencode"
)

// All are the runtimes that start Pods, in the order of their names.
func All() []*runtime.Driver {
	return []*runtime.Driver{&claudecode.Driver, &codex.Driver, &opencode.Driver}
}

// Rendered are All, and those that can only be rendered.
func Rendered() []*runtime.Driver { return append(All(), &agentsdir.Driver) }

// Named is the runtime of a name that starts Pods; nil where there is none.
func Named(name string) *runtime.Driver {
	return named(All(), name)
}

// RenderedAs is the runtime of a name, of those that can be rendered; nil where there is none.
func RenderedAs(name string) *runtime.Driver { return named(Rendered(), name) }

func named(all []*runtime.Driver, name string) *runtime.Driver {
	for _, d := range all {
		if d.Name == name {
			return d
		}
	}
	return nil
}
