// Package sandbox puts an agent program behind walls of the operating system, as the
// manifest has it: what it writes, what it may not read, what it reaches, and which
// environment it has.
//
//	m := sandbox.Probe(ctx, insomnia)             // what works on this machine, tried
//	gaps := m.Gaps(spec)                          // fields that it cannot hold: no start
//	wrapped, err := m.Wrap(spec, argv)            // the command that builds the walls and runs argv
//	env := sandbox.Environment(spec, own, proxy, lookup)
//
// With bubblewrap the walls stand before argv runs. Rules of Landlock and what else
// a process can only do to itself, argv does: `insomnia pod-inner` calls [Confine]
// before it starts the program.
package sandbox

import (
	"slices"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

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
	// state, keys, other Pods. Those that are missing are made, so that nothing can appear
	// in their place.
	Hidden []string
	// Masks is the directory that the masked forms of files are written to, of ours alone.
	// Without it, files of sandbox.maskedFiles are hidden whole.
	Masks string
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

// Kind is a way of building walls.
type Kind string

const (
	// Bubblewrap: namespaces of its own, everything holds.
	Bubblewrap Kind = "bubblewrap"
	// Landlock: rules about files in the kernel, for the process and what it starts.
	Landlock Kind = "landlock"
	// None: no walls.
	None Kind = "none"
)

// Mechanism is what builds walls on this machine. The zero value builds none.
type Mechanism struct {
	Kind Kind
	// Why says why it is not bubblewrap; empty where it is.
	Why string
	// Remedy is what to do about that.
	Remedy string

	bwrap string // the program
	abi   int    // the version of Landlock, 0 for none; with bubblewrap, too
	// looked is what Gaps has found of denyRead, for the Wrap that follows.
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
	// Env is the environment to start it with. It can be read inside, so it is empty: the
	// program's own is given to it by the first process inside.
	Env []string
	// Variables are those that the program needs because of the walls, as NAME=VALUE.
	Variables []string
	// Landlock is what the first process inside confines itself to by [Confine], which it
	// calls in any case; nil for nothing.
	Landlock *Rules
	// PrivateNetwork says that the loopback interface inside is its own.
	PrivateNetwork bool
	// Denied is how many files and directories are kept from being read by denyRead and
	// maskedFiles.
	Denied int
}

// Rules are what a process confines itself to, as JSON in what the first process is told.
type Rules struct {
	// Files says that what is not below one of these paths cannot be read or written.
	Files bool `json:"files,omitempty"`
	// Read are files and directories that may be read and run, Write those that may be
	// written as well.
	Read  []string `json:"read,omitempty"`
	Write []string `json:"write,omitempty"`
	// Connect are directories with unix sockets that may be connected to.
	Connect []string `json:"connect,omitempty"`
	// Apart keeps signals and abstract unix sockets from reaching other processes, where
	// the kernel can.
	Apart bool `json:"apart,omitempty"`
}

// enforced reports whether the user wants a field to hold.
func (s *Spec) enforced(pointer string) bool { return !slices.Contains(s.Unenforced, pointer) }
