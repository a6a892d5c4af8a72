// Package runtime is the common description of the agent programs that run Pods. A
// [Driver] describes one program and a [Plan] one start of it, both as data. Nothing here
// starts anything, reads a secret or opens a socket.
//
// The services of a Pod control the few points that every program must pass: the gateway
// the model's API, the guard each tool call, the sandbox the process. A driver describes
// how to connect its program to them, and what the program's names mean.
//
//	plan, err := driver.Plan(launch)         // files, arguments, environment, descriptors
//	calls, err := driver.Calls(use)          // a tool call in the terms of the guard
//	offer := driver.Offer(m, name)           // a tool in a request, in the terms of the manifest
package runtime
