//go:build !unix

// Package parts provides the parts of a supervisor on this machine.
package parts

import "github.com/insomnia-pods/insomnia/go/internal/runtime/supervise/server"

// Program returns an empty supervisor, since Pods do not run on this platform.
func Program() server.Program { return server.Program{} }
