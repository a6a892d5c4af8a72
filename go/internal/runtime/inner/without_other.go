//go:build !unix

package inner

import "github.com/insomnia-pods/insomnia/go/internal/runtime/supervise/wire"

// Without is the command `insomnia pod-without`.
func Without([]string) int {
	wire.NotForUsers("pod-without")
	return 2
}
