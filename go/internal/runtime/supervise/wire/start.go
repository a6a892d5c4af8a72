package wire

import (
	"encoding/json"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/sandbox"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Start contains the parameters of a start. It is sent to the supervisor over a socket
// that no other process has; only its names are written to disk.
type Start struct {
	// ID and Name are those of the Pod.
	ID, Name string
	// Revision and Generation are those that the user has seen.
	Revision, Generation int
	// Dir is the directory of the running Pod, from live.Dir.
	Dir string
	// Runtime is the name of the driver.
	Runtime string
	// Program is the absolute path of the agent program.
	Program string
	// Insomnia is the path of this program; empty for that of the process.
	Insomnia string
	// Workspace is the agent's directory, and Home that of the user: absolute and real.
	Workspace, Home string
	// Manifest contains the canonical bytes of the snapshot; empty for the announced
	// manifest.
	Manifest json.RawMessage `json:",omitempty"`
	// Launch contains the inputs of this start: Prompt, Headless, Session, Resume, Changed,
	// UI, System, Login and Subscription. The supervisor sets the rest.
	Launch runtime.Launch
	// Environment contains the user's variables that the program may have, as NAME=VALUE:
	// those that the manifest inherits, and TERM, LANG and the like.
	Environment []string
	// Secrets maps references in the manifest to their values, by the JSON Pointer from
	// secret.Uses.
	Secrets map[string]string
	// Hosts are the hosts of the groups in sandbox.allowedDomains, as recorded with the
	// Pod; nil for none.
	Hosts *manifest.Hosts
	// Prices are those of other models that the manifest names, by their name in the API.
	Prices map[string]manifest.Prices
	// Unenforced are the fields that the user allows to have no effect, as JSON Pointers.
	Unenforced []string
	// Walls is the mechanism that builds walls here; nil if it is not determined yet.
	Walls *sandbox.Mechanism
	// Warnings are recorded.
	Warnings []string

	// Size and Modes describe the user's terminal; supervise.Run sets them.
	Size  Size
	Modes []byte
}
