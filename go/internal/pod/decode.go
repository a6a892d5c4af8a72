package pod

import (
	"github.com/insomnia-pods/insomnia/go/internal/jsonread"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// decode parses the content of pod.json; an unknown member is an error.
func decode(content []byte) (*record, error) {
	r := new(record)
	err := jsonread.New(content).Whole(r.field)
	r.watch = r.Watch
	return r, err
}

// field returns the destination of a member of pod.json, for package jsonread.
func (r *record) field(name string) any {
	switch name {
	case "schema":
		return &r.Schema
	case "id":
		return &r.ID
	case "name":
		return &r.Name
	case "created":
		return &r.Created
	case "source":
		return r.Source.field
	case "current":
		return &r.Current
	case "revision":
		return &r.Revision
	case "state":
		return (*string)(&r.State)
	case "profile":
		return r.Profile.JSONField
	case "model":
		return &r.Model
	case "workspace":
		return &r.Workspace
	case "runtime":
		return &r.Runtime
	case "generations":
		return jsonread.List(&r.Generations, (*Generation).field)
	case "watch":
		return &r.Watch
	case "events":
		return jsonread.List(&r.Events, (*Event).field)
	case "eventFiles":
		return &r.EventFiles
	}
	return nil
}

func (s *Source) field(name string) any {
	switch name {
	case "target":
		return &s.Target
	case "root":
		return &s.Root
	case "overrides":
		return jsonread.List(&s.Overrides, (*manifest.Overridden).JSONField)
	case "evaluator":
		return &s.Evaluator
	case "folder":
		return &s.Folder
	case "named":
		return &s.Named
	case "dir":
		return &s.Dir
	}
	return nil
}

func (g *Generation) field(name string) any {
	switch name {
	case "number":
		return &g.Number
	case "created":
		return &g.Created
	case "digest":
		return &g.Digest
	case "checksum":
		return &g.Checksum
	}
	return nil
}

func (e *Event) field(name string) any {
	switch name {
	case "time":
		return &e.Time
	case "kind":
		return &e.Kind
	case "generation":
		return &e.Generation
	}
	return nil
}
