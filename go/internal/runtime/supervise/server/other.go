//go:build !unix

package server

import (
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise/wire"
)

type pod struct{}

// Main is the command `insomnia pod-supervise`.
func (p Program) Main() int {
	wire.NotForUsers("pod-supervise")
	return int(diag.ExitUsage)
}
