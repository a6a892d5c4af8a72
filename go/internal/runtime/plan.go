package runtime

import (
	"io/fs"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Launch is what a plan is made of: the snapshot of a Pod and the inputs of this start.
// Paths are absolute and real, and the same inside the sandbox as outside.
type Launch struct {
	Manifest *manifest.Manifest
	// Pod is the name of the Pod.
	Pod string
	// Workspace is the directory that the agent works in.
	Workspace string
	// State is the program's own directory for this Pod: its config, transcripts and
	// databases. It outlives the session and is writable.
	State string
	// Files is where the files of the plan are written; the program may only read them.
	Files string
	// Insomnia is the path of this program.
	Insomnia string
	// Guard is the path of the guard's socket.
	Guard string
	// Gateway is the base of the model's API for the program: http://127.0.0.1:PORT. What a
	// dialect puts behind it, such as /v1, the driver adds.
	Gateway string
	// Token is what the program shows to the gateway. It goes into a descriptor, never
	// into an argument, the environment or a file.
	Token string
	// Login is the file in which the program keeps its own login, where the Pod uses that in
	// place of a key; empty where it does not. The program reads it and nothing else does.
	Login string
	// Subscription says that the key is a token for a subscription (see [Driver.SetupToken]),
	// so that the program shows Token as it would show that.
	Subscription bool
	// System is the whole system prompt: prompts.system, prompts.append, context files,
	// language.
	System string
	// Session is the ID of the agent's session: the one to go on with where Resume is set,
	// else one to begin with, for programs that take one.
	Session string
	// Resume says that the session goes on.
	Resume bool
	// Changed says that the snapshot is another one than when the session last ran.
	Changed bool
	// Headless says that there is no terminal: the program prints its events as JSON.
	Headless bool
	// Prompt is the first message of this start; empty for none.
	Prompt string
	// UI are the looks that the user has chosen, from [runtimes.NAME.ui] of the config.
	UI map[string]string
}

// Plan is one start of a program.
type Plan struct {
	// Args follow the program.
	Args []string
	// Env are variables of the program's own, as NAME=VALUE; those of the user and of the
	// manifest come from the sandbox.
	Env []string
	// Files are written before the start, below Launch.Files or Launch.State.
	Files []File
	// Stdin is what a headless program reads; nil for nothing.
	Stdin []byte
	// Descriptors are pipes that the program finds open.
	Descriptors []Descriptor
	// Asks says that the program asks the guard for the token once, before its first
	// request, where it cannot read one from a descriptor.
	Asks bool
}

// File is a file of a plan.
type File struct {
	// Path is absolute.
	Path string
	Mode fs.FileMode
	// Content may hold secrets only in files that no tool can read; there are none today.
	Content []byte
	// Keep leaves a file that is there already: the program has made it its own.
	Keep bool
	// Link is the target of a symbolic link; empty for a file.
	Link string
	// Gone removes what is there, and writes nothing.
	Gone bool
}

// Descriptor is a pipe with text that can be read once.
type Descriptor struct {
	// Number is the descriptor, from 3.
	Number int
	// Text are the parts of what is read from it, in order.
	Text []Part
}

// Part is a piece of text: literal, or the value of a secret that is put in at the start.
type Part struct {
	Literal string
	// Secret is the JSON Pointer of a reference to a secret in the manifest; empty for a literal.
	Secret string
	// JSON escapes the value of the secret for the inside of a JSON string.
	JSON bool
}
