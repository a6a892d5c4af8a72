package pod

import (
	"context"
	"errors"
	"time"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Pod is a Pod as it stands on disk.
type Pod struct {
	ID      string    `json:"id"`   // UUID, version 7
	Name    string    `json:"name"` // unique among the Pods that are there
	Created time.Time `json:"created"`
	Source  Source    `json:"source"`
	Current int       `json:"current"` // number of the current generation, from 1
	State   State     `json:"state"`
	// Generations are in the order of their numbers.
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
	// Folder is what the file names of the provenance start from; empty when nothing is on this machine.
	Folder string `json:"folder,omitempty"`
}

// Generation is one snapshot of a Pod.
type Generation struct {
	Number  int       `json:"number"`
	Created time.Time `json:"created"`
	Digest  string    `json:"digest"` // of its manifest
}

// Event is something that happened to a Pod.
type Event struct {
	Time       time.Time `json:"time"`
	Kind       string    `json:"kind"` // created, started, resumed, reloaded, rolled back, ended
	Generation int       `json:"generation"`
}

// New is what a Pod is created from.
type New struct {
	Name     string // empty: made of the profile's name
	Source   Source
	Envelope *manifest.Envelope
}

// Damaged is a Pod that cannot be read, and why: an error for the reader.
type Damaged struct {
	ID  string
	Err error
}

// Store is the folder of all Pods.
type Store struct{ dir string }

// Open gives the store below a folder; nothing is made before the first Create.
func Open(dir string) *Store { return &Store{dir: dir} }

// DefaultDir is $XDG_STATE_HOME/insomnia/pods.
func DefaultDir() (string, error) { return "", errUnfinished }

// Create writes a new Pod with its first generation. It is there, whole and
// durably, when Create returns; and not at all after an error.
func (s *Store) Create(ctx context.Context, n New) (*Pod, error) { return nil, errUnfinished }

// List gives every Pod, newest first, and those that are damaged. The manifests are not read.
func (s *Store) List() ([]*Pod, []Damaged, error) { return nil, nil, errUnfinished }

// Find gives the Pod of an ID, a name, or the beginning of an ID that only one has.
func (s *Store) Find(ref string) (*Pod, error) { return nil, errUnfinished }

// Envelope reads and verifies one generation; 0 is the current one.
func (s *Store) Envelope(p *Pod, number int) (*manifest.Envelope, error) { return nil, errUnfinished }

// Bytes are the bytes of a generation's envelope as they were written, verified.
func (s *Store) Bytes(p *Pod, number int) ([]byte, error) { return nil, errUnfinished }

// Add adds a generation and makes it the current one. p is what the caller has
// decided on: if the Pod has changed since, that is a conflict and nothing is written.
func (s *Store) Add(ctx context.Context, p *Pod, e *manifest.Envelope) (*Pod, error) {
	return nil, errUnfinished
}

// Rollback makes an earlier generation the current one; 0 is the one before.
func (s *Store) Rollback(ctx context.Context, p *Pod, number int) (*Pod, error) {
	return nil, errUnfinished
}

// Record adds an event.
func (s *Store) Record(ctx context.Context, p *Pod, kind string) error { return errUnfinished }

// Events are what happened to a Pod, oldest first.
func (s *Store) Events(p *Pod) ([]Event, error) { return nil, errUnfinished }

// Remove takes a Pod away with all its generations.
func (s *Store) Remove(ctx context.Context, p *Pod) error { return errUnfinished }

var errUnfinished = errors.New("the store of Pods is being built")
