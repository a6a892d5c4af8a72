package runtime

import (
	"io/fs"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Launch holds the inputs of a plan: the snapshot of a Pod and the inputs of this start.
// Paths are absolute and real, and the same inside and outside the sandbox.
type Launch struct {
	Manifest *manifest.Manifest
	// Pod is the name of the Pod.
	Pod string
	// Workspace is the agent's directory.
	Workspace string
	// State is the program's own directory for this Pod: its config, transcripts and
	// databases. It outlives the session and is writable.
	State string
	// Files is the directory for the files of the plan; the program may only read them.
	Files string
	// Insomnia is the path of this program.
	Insomnia string
	// Guard is the path of the guard's socket.
	Guard string
	// Gateway is the base address of the model's API for the program:
	// http://127.0.0.1:PORT. The driver appends the path of its dialect, such as /v1.
	Gateway string
	// Token authenticates the program to the gateway. It goes into a descriptor, never into
	// an argument, the environment or a file.
	Token string
	// Login is the file with the program's own login, if the Pod uses that instead of a
	// key; otherwise empty. Only the program reads it.
	Login string
	// Subscription is set if the key is a subscription token (see [Driver.SetupToken]). The
	// program then sends Token in the form of such a token.
	Subscription bool
	// System is the whole system prompt: prompts.system, prompts.append, context files,
	// language.
	System string
	// Session is the ID of the agent's session: the one to resume if Resume is set, or else
	// one for a new session, for programs that accept it.
	Session string
	// Resume is set to continue the session.
	Resume bool
	// Changed is set if the snapshot has changed since the session last ran.
	Changed bool
	// Headless is set if there is no terminal: the program prints its events as JSON.
	Headless bool
	// Prompt is the first message of this start; empty for none.
	Prompt string
	// UI holds the user's settings of the look, from [runtimes.NAME.ui] of the config.
	UI map[string]string
}

// Plan is one start of a program.
type Plan struct {
	// Args are the arguments of the program.
	Args []string
	// Env holds the variables of the program itself, as NAME=VALUE. Those of the user and
	// the manifest are added by the sandbox.
	Env []string
	// Files are written before the start, below Launch.Files or Launch.State.
	Files []File
	// Stdin is the input of a headless program; nil for none.
	Stdin []byte
	// Descriptors are pipes that the program inherits.
	Descriptors []Descriptor
	// Asks is set if the program asks the guard for the token, once before its first
	// request, because it cannot read it from a descriptor.
	Asks bool
}

// File is a file of a plan.
type File struct {
	// Path is absolute.
	Path string
	Mode fs.FileMode
	// Content may contain secrets only in files that no tool can read; there are none
	// today.
	Content []byte
	// Keep leaves an existing file, because the program may have changed it.
	Keep bool
	// Link is the target of a symbolic link; empty for a file.
	Link string
	// Gone removes an existing file and writes nothing.
	Gone bool
}

// Descriptor is a pipe with text that can be read once.
type Descriptor struct {
	// Number is the descriptor, at least 3.
	Number int
	// Text holds the parts of its content, in order.
	Text []Part
}

// Part is a piece of text: a literal, or the value of a secret that is filled in at the
// start.
type Part struct {
	Literal string
	// Secret is the JSON Pointer of a reference to a secret in the manifest; empty for a
	// literal.
	Secret string
	// JSON escapes the value of the secret for the inside of a JSON string.
	JSON bool
}
