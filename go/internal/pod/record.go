package pod

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/durable"
)

const (
	recordSchema = "insomnia.stored-pod/v1"
	schemaPrefix = "insomnia.stored-pod/v"

	recordName = "pod.json"
	maxRecord  = 16 << 20
)

// record is the content of pod.json.
type record struct {
	Schema string `json:"schema"`
	Pod
	Watch  jsontext.Value `json:"watch"`  // a watch
	Events []Event        `json:"events"` // the last ones
	// EventFiles are the checksums of events-1.json and so on, which hold the older events.
	EventFiles []string `json:"eventFiles"`
}

func (r *record) add(kind string, at time.Time) {
	r.Events = append(r.Events, Event{Time: at, Kind: kind, Generation: r.Current})
	if kind == EventStarted || kind == EventResumed {
		r.State = Ended
	}
}

// now returns the time with the precision that is stored.
func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

func (r *record) encode() ([]byte, error) {
	content, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encoding the Pod %s: %w", r.ID, err)
	}
	data, _ := durable.Frame(content)
	return data, nil
}

// errGone is the error for a Pod that does not exist, or no longer does.
var errGone = errors.New("no such Pod")

// read reads the record of the Pod with an ID; data is the content of the file.
func (s *Store) read(id string) (r *record, data []byte, err error) {
	path := filepath.Join(s.dir, id, recordName)
	data, err = s.fs.ReadFile(path, maxRecord)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := s.fs.Lstat(filepath.Join(s.dir, id)); errors.Is(err, fs.ErrNotExist) {
			return nil, nil, errGone
		}
		return nil, nil, s.damaged(id, recordName+" is missing")
	}
	if notOurs(err) {
		return nil, nil, s.damaged(id, recordName+": "+bounded.Reason(err).Error())
	}
	if err != nil {
		return nil, nil, s.unreadable(id, err)
	}
	content, _, err := durable.Unframe(data)
	if err != nil {
		return nil, nil, s.damaged(id, recordName+": "+err.Error())
	}
	r, err = decode(content)
	if err != nil || r.Schema != recordSchema {
		return nil, nil, s.otherSchema(id, content, err)
	}
	if problem := r.problem(id); problem != "" {
		return nil, nil, s.damaged(id, recordName+": "+problem)
	}
	return r, data, nil
}

// problem describes an inconsistency in a record whose bytes are intact.
func (r *record) problem(id string) string {
	switch {
	case r.ID != id:
		return fmt.Sprintf("it belongs to the Pod %s", shortened(r.ID))
	case CheckName(r.Name) != nil:
		return "invalid Pod name"
	case r.State != Saved && r.State != Ended:
		return diag.Sprintf("the state `%s` is not known", shortened(string(r.State)))
	case r.Current < 1 || r.Current > len(r.Generations):
		return "the current generation does not exist"
	}
	for i, g := range r.Generations {
		if g.Number != i+1 {
			return "the generations are not numbered in order"
		}
	}
	return ""
}

// otherSchema explains why content whose bytes are intact cannot be read.
func (s *Store) otherSchema(id string, content []byte, err error) error {
	var version struct {
		Schema string `json:"schema"`
	}
	if json.Unmarshal(content, &version, json.RejectUnknownMembers(false)) != nil {
		return s.damaged(id, recordName+" is not JSON")
	}
	if version.Schema != recordSchema && strings.HasPrefix(version.Schema, schemaPrefix) {
		return diag.Errorf(diag.ExitState, "pod-newer", "the Pod %s was written by a newer version of insomnia, and is left alone: its schema is %s",
			id, shortened(version.Schema)).
			Expectedf("%s", recordSchema).Hintf("use the newer version, or update this one")
	}
	if version.Schema != recordSchema {
		return s.damaged(id, diag.Sprintf("%s has the unknown schema `%s`", recordName, shortened(version.Schema)))
	}
	return s.damaged(id, fmt.Sprintf("%s is not the record of a Pod: %v", recordName, err))
}

func (s *Store) damaged(id, what string) *diag.Error {
	return diag.Errorf(diag.ExitState, "pod-damaged", "the Pod %s is damaged: %s", id, what).
		Hintf("restore %s from a backup, or remove what is left: insomnia pod rm --damaged %s", filepath.Join(s.dir, id), diag.Shell(id))
}

func (s *Store) unreadable(id string, err error) *diag.Error {
	return diag.Errorf(diag.ExitState, "pod-unreadable", "cannot read the Pod %s: %v", id, bounded.Reason(err)).
		Hintf("check the directory: ls -la %s", filepath.Join(s.dir, id))
}
