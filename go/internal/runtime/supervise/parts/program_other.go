//go:build !unix

// Package parts is what a supervisor is made of on this machine.
package parts

import "github.com/insomnia-pods/insomnia/go/internal/runtime/supervise/server"

// Program is the supervisor of Pods, which do not run here.
func Program() server.Program { return server.Program{} }
