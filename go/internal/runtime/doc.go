// Package runtime is what the agent programs that run Pods have in common: a [Driver]
// is what is known of one of them, as data, and a [Plan] is one start of it, as data.
// Nothing here starts anything, reads a secret or opens a socket.
//
// The services of a Pod stand in the narrow places that every program has: the gateway
// in front of the model's API, the guard before each tool call, the sandbox around the
// process. A driver tells how its program is led to them, and what its names mean.
//
//	plan, err := driver.Plan(launch)         // files, arguments, environment, descriptors
//	calls, err := driver.Calls(use)          // a tool call in the terms of the guard
//	offer := driver.Offer(m, name)           // a tool in a request, in the terms of the manifest
package runtime
