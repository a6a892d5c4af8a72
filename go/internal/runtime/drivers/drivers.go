// Package drivers lists the runtimes that there are.
package drivers

import (
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/claudecode"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/codex"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/opencode"
)

// All are the runtimes, in the order of their names.
func All() []*runtime.Driver {
	return []*runtime.Driver{&claudecode.Driver, &codex.Driver, &opencode.Driver}
}

// Named is the runtime of a name; nil where there is none.
func Named(name string) *runtime.Driver {
	for _, d := range All() {
		if d.Name == name {
			return d
		}
	}
	return nil
}
