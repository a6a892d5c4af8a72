//go:build unix

package parts

import (
	"github.com/insomnia-pods/insomnia/go/internal/runtime/drivers"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise/server"
)

// Program returns the supervisor of Pods.
func Program() server.Program {
	return server.Program{Drivers: drivers.Named, Walls: Walls, Services: Services, History: History{}}
}
