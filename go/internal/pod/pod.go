package pod

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Pod is the state of a Pod on disk when it was read.
type Pod struct {
	ID      string    `json:"id"`   // UUID, see newID
	Name    string    `json:"name"` // unique among the existing Pods
	Created time.Time `json:"created"`
	Source  Source    `json:"source"`
	Current int       `json:"current"` // number of the current generation, from 1
	// Revision counts the changes of the current generation. A decision based on one
	// revision cannot affect another.
	Revision int   `json:"revision"`
	State    State `json:"state"`

	// The properties of the current generation that a list shows, so that it reads no
	// manifest.
	Profile   manifest.Identity `json:"profile"`
	Model     string            `json:"model"` // provider/model
	Workspace string            `json:"workspace,omitempty"`
	Runtime   string            `json:"runtime,omitempty"`
	watch     jsontext.Value    // see [Drifts]

	// Generations are in the order of their numbers, without gaps.
	Generations []Generation `json:"generations"`
}

// State is the activity of a Pod.
type State string

const (
	Saved State = "saved" // created and never started
	Ended State = "ended" // was started and is not running
)

// Source describes how to resolve the profile of a Pod again, from any directory.
type Source struct {
	Target    string                `json:"target"` // reference with an absolute path, or one that needs no path
	Root      string                `json:"root,omitempty"`
	Overrides []manifest.Overridden `json:"overrides,omitempty"`
	Evaluator string                `json:"evaluator,omitempty"`
	// Named is the profile as SOURCE:NAME, if its source has a name. It is looked up in
	// Dir. What it resolves to moves with a pin, and Target is what it resolved to.
	Named string `json:"named,omitempty"`
	Dir   string `json:"dir,omitempty"`
	// Folder is the base of relative file names in the provenance; empty if nothing is on
	// this machine.
	Folder string `json:"folder,omitempty"`
}

// Generation is one numbered manifest of a Pod.
type Generation struct {
	Number   int       `json:"number"`
	Created  time.Time `json:"created"`
	Digest   string    `json:"digest"`   // of its manifest
	Checksum string    `json:"checksum"` // of its envelope: sha256- and base64
}

// Event is an event in the history of a Pod.
type Event struct {
	Time       time.Time `json:"time"`
	Kind       string    `json:"kind"`
	Generation int       `json:"generation"` // the current generation after the event
}

// The kinds of events. Create, Add and Rollback record their own, Begin and End those of
// the session.
const (
	EventCreated    = "created"
	EventStarted    = "started"
	EventResumed    = "resumed"
	EventReloaded   = "reloaded"
	EventRolledBack = "rolled back"
	EventEnded      = "ended"
	EventRenamed    = "renamed"
	EventPruned     = "transcript removed" // because session.retentionDays have passed
)

// New describes a Pod to create.
type New struct {
	// ID comes from NewID and becomes that of the Pod if no other ID begins the same way;
	// empty to choose any.
	ID       string
	Name     string // empty to derive it from the profile's name
	Source   Source
	Envelope *manifest.Envelope
	// Decided is called with the Pod before it is written; may be nil.
	Decided func(Pod)
}

// Damaged is a Pod that cannot be read. The error explains why.
type Damaged struct {
	ID  string
	Err error
}

// generation returns the entry with a number; 0 is the current one.
func (p *Pod) generation(number int) (Generation, bool) {
	if number == 0 {
		number = p.Current
	}
	if number < 1 || number > len(p.Generations) {
		return Generation{}, false
	}
	return p.Generations[number-1], true
}
