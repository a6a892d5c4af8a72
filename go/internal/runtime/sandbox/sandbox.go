// Package sandbox puts an agent program behind walls of the operating system, as the
// manifest has it: what it writes, what it may not read, what it reaches, and which
// environment it has.
package sandbox

import "github.com/insomnia-pods/insomnia/go/manifest"

// Spec is what walls are made of. Paths are absolute and real, and lead to the same
// inside as outside.
type Spec struct {
	Manifest *manifest.Manifest
	// Workspace is the directory that the agent works in, and Home that of the user.
	Workspace, Home string
	// ReadOnly are paths of ours that the program may read: its files, its program, this program.
	ReadOnly []string
	// Writable are directories of ours that the program may write: its own state.
	Writable []string
	// Hidden are directories that are not there inside, but for the paths above: our own
	// state, keys, other Pods.
	Hidden []string
	// Sockets is the directory with the sockets of the Pod's services.
	Sockets string
	// Unenforced are the pointers of fields that the user does without.
	Unenforced []string
}

// Gap is a field that cannot be enforced here.
type Gap struct {
	// Pointer is the JSON Pointer of the field.
	Pointer string
	// Why and Remedy are clauses.
	Why, Remedy string
}
