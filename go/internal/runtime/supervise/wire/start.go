package wire

import (
	"encoding/json"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/sandbox"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Start is what a Pod is started with. It goes to the supervisor over a socket that
// nothing else has; no part of it is written down but the names.
type Start struct {
	// ID and Name are those of the Pod.
	ID, Name string
	// Revision and Generation are those of the Pod that the user has seen.
	Revision, Generation int
	// Dir is the directory of the Pod that runs, as live.Dir has it.
	Dir string
	// Runtime is the name of the driver.
	Runtime string
	// Program is the absolute path of the agent program.
	Program string
	// Insomnia is the path of this program; empty for that of the process.
	Insomnia string
	// Workspace is the directory that the agent works in, and Home that of the user:
	// absolute and real.
	Workspace, Home string
	// Manifest are the canonical bytes of the snapshot; empty for those that were announced.
	Manifest json.RawMessage `json:",omitempty"`
	// Launch has the inputs of this start: Prompt, Headless, Session, Resume, Changed, UI,
	// System, Login and Subscription. The supervisor sets the rest.
	Launch runtime.Launch
	// Environment are the variables of the user that the program may have, as NAME=VALUE:
	// those that the manifest inherits, and TERM, LANG and the like.
	Environment []string
	// Secrets are the values of references in the manifest, by the JSON Pointer that
	// secret.Uses has for each.
	Secrets map[string]string
	// Hosts are those that the groups of sandbox.allowedDomains are, as recorded with the
	// Pod; nil where there are none.
	Hosts *manifest.Hosts
	// Prices are those of models that the manifest only names, by the name that the API knows.
	Prices map[string]manifest.Prices
	// Unenforced are the fields that the user does without, as JSON Pointers.
	Unenforced []string
	// Walls is what builds walls here; nil where that is still to be found out.
	Walls *sandbox.Mechanism
	// Warnings are recorded.
	Warnings []string

	// Size and Modes are those of the user's terminal; supervise.Run sets them.
	Size  Size
	Modes []byte
}
