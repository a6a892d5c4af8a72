package pod

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Pod is a Pod as it stood on disk when it was read.
type Pod struct {
	ID      string    `json:"id"`   // UUID, see newID
	Name    string    `json:"name"` // unique among the Pods that are there
	Created time.Time `json:"created"`
	Source  Source    `json:"source"`
	Current int       `json:"current"` // number of the current generation, from 1
	// Revision counts what made another generation the current one. Who decides
	// on one revision cannot change another.
	Revision int   `json:"revision"`
	State    State `json:"state"`

	// What a list shows of the current generation, so that it reads no manifest.
	Profile   manifest.Identity `json:"profile"`
	Model     string            `json:"model"` // provider/model
	Workspace string            `json:"workspace,omitempty"`
	Runtime   string            `json:"runtime,omitempty"`
	watch     jsontext.Value    // see [Drifts]

	// Generations are in the order of their numbers, without gaps.
	Generations []Generation `json:"generations"`
}

// State says what a Pod is doing.
type State string

const (
	Saved State = "saved" // created, and never started
	Ended State = "ended" // was started, and is not running
)

// Source is how the profile of a Pod is resolved again, from any directory.
type Source struct {
	Target    string                `json:"target"` // reference with an absolute path, or one that needs none
	Root      string                `json:"root,omitempty"`
	Overrides []manifest.Overridden `json:"overrides,omitempty"`
	Evaluator string                `json:"evaluator,omitempty"`
	// Named is the profile as SOURCE:NAME, when its source has a name; what that
	// leads to moves with a pin, and Target is where it has led. It is looked up in Dir.
	Named string `json:"named,omitempty"`
	Dir   string `json:"dir,omitempty"`
	// Folder is what the file names of the provenance start from; empty when nothing is on this machine.
	Folder string `json:"folder,omitempty"`
}

// Generation is one snapshot of a Pod.
type Generation struct {
	Number   int       `json:"number"`
	Created  time.Time `json:"created"`
	Digest   string    `json:"digest"`   // of its manifest
	Checksum string    `json:"checksum"` // of its envelope: sha256- and base64
}

// Event is something that happened to a Pod.
type Event struct {
	Time       time.Time `json:"time"`
	Kind       string    `json:"kind"`
	Generation int       `json:"generation"` // the current one, after the event
}

// The kinds of events. Create, Add and Rollback record theirs, Begin and End those of the
// session.
const (
	EventCreated    = "created"
	EventStarted    = "started"
	EventResumed    = "resumed"
	EventReloaded   = "reloaded"
	EventRolledBack = "rolled back"
	EventEnded      = "ended"
	EventRenamed    = "renamed"
	EventPruned     = "transcript removed" // since session.retentionDays are over
)

// New is what a Pod is created from.
type New struct {
	// ID is one of NewID, which becomes that of the Pod if no other begins like it; empty for
	// any.
	ID       string
	Name     string // empty: made of the profile's name
	Source   Source
	Envelope *manifest.Envelope
	// Decided is called when it is known what the Pod will be, before it is written; nil
	// for nothing.
	Decided func(Pod)
}

// Damaged is a Pod that cannot be read, and why: an error for the reader.
type Damaged struct {
	ID  string
	Err error
}

// generation gives the entry of a number; 0 is the current one.
func (p *Pod) generation(number int) (Generation, bool) {
	if number == 0 {
		number = p.Current
	}
	if number < 1 || number > len(p.Generations) {
		return Generation{}, false
	}
	return p.Generations[number-1], true
}
