// Package sandbox puts an agent program behind walls of the operating system. The
// manifest determines what the program may write, what it may not read, what it can
// reach, and its environment.
//
//	m := sandbox.Probe(ctx, insomnia)             // what works on this machine, by trying it
//	gaps := m.Gaps(spec)                          // fields that it cannot enforce: no start
//	wrapped, err := m.Wrap(spec, argv)            // the command that builds the walls and runs argv
//	env := sandbox.Environment(spec, own, proxy, lookup)
//
// With bubblewrap, the walls are complete before argv runs. A process can apply Landlock
// rules and some other restrictions only to itself, so `insomnia pod-inner` calls
// [Confine] before it starts the program.
package sandbox

import (
	"slices"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Spec describes the walls to build. Paths are absolute and real, and the same inside and
// outside.
type Spec struct {
	Manifest *manifest.Manifest
	// Workspace is the agent's directory, and Home that of the user.
	Workspace, Home string
	// ReadOnly are paths of ours that the program may read: its files, its program, this
	// program.
	ReadOnly []string
	// Writable are directories of ours that the program may write: its own state.
	Writable []string
	// Hidden are directories that are invisible inside, except for the paths above: our own
	// state, keys, other Pods. Missing ones are created, so that nothing can appear in
	// their place.
	Hidden []string
	// Masks is a private directory for the masked forms of files. Without it, files of
	// sandbox.maskedFiles are hidden completely.
	Masks string
	// Sockets is the directory with the sockets of the Pod's services.
	Sockets string
	// Unenforced are the pointers of fields that the user allows to have no effect.
	Unenforced []string
}

// Gap is a field that cannot be enforced here.
type Gap struct {
	// Pointer is the JSON Pointer of the field.
	Pointer string
	// Why and Remedy are clauses.
	Why, Remedy string
}

// Kind is a way of building walls.
type Kind string

const (
	// Bubblewrap uses separate namespaces and enforces everything.
	Bubblewrap Kind = "bubblewrap"
	// Landlock uses kernel rules about files, for the process and everything that it
	// starts.
	Landlock Kind = "landlock"
	// None builds no walls.
	None Kind = "none"
)

// Mechanism builds walls on this machine. The zero value builds none.
type Mechanism struct {
	Kind Kind
	// Why explains why it is not bubblewrap; empty if it is.
	Why string
	// Remedy is a hint for that.
	Remedy string

	bwrap string // the program
	abi   int    // the version of Landlock, 0 for none; also set with bubblewrap
	// looked is the result of Gaps for denyRead, for the Wrap that follows.
	looked *looked
}

type looked struct {
	manifest        *manifest.Manifest
	workspace, home string
	denied          []denial
}

// Wrapped is a command behind walls.
type Wrapped struct {
	// Argv is the command, beginning with the absolute path of a program.
	Argv []string
	// Env is the environment to start it with. It is readable inside, so it is empty: the
	// first process inside sets the program's own.
	Env []string
	// Variables are additional variables of the program because of the walls, as
	// NAME=VALUE.
	Variables []string
	// Landlock holds the rules for [Confine], which the first process inside calls in any
	// case; nil for none.
	Landlock *Rules
	// PrivateNetwork is set if the loopback interface inside is separate.
	PrivateNetwork bool
	// Denied counts the files and directories that denyRead and maskedFiles hide.
	Denied int
}

// Rules are the restrictions that a process applies to itself. The first process inside
// receives them as JSON.
type Rules struct {
	// Files is set if only what is below the paths in Read and Write is accessible.
	Files bool `json:"files,omitempty"`
	// Read are files and directories that may be read and run; those in Write may also be
	// written.
	Read  []string `json:"read,omitempty"`
	Write []string `json:"write,omitempty"`
	// Connect are directories with unix sockets that may be connected to.
	Connect []string `json:"connect,omitempty"`
	// Apart blocks signals and abstract unix sockets to other processes, if the kernel can.
	Apart bool `json:"apart,omitempty"`
}

// enforced reports whether the user requires a field to be enforced.
func (s *Spec) enforced(pointer string) bool { return !slices.Contains(s.Unenforced, pointer) }
