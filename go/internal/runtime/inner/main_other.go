//go:build !linux

package inner

import (
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise/wire"
)

// Main is the command `insomnia pod-inner`.
func Main() int {
	wire.NotForUsers("pod-inner")
	return int(diag.ExitUsage)
}
