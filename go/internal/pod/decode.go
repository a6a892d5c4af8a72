package pod

import (
	"github.com/insomnia-pods/insomnia/go/internal/jsonread"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// decode reads the content of pod.json; what it does not know is an error.
func decode(content []byte) (*record, error) {
	r, in := new(record), jsonread.New(content)
	err := in.Whole(func(name string) any {
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
			return func() error { return decodeSource(in, &r.Source) }
		case "current":
			return &r.Current
		case "revision":
			return &r.Revision
		case "state":
			return (*string)(&r.State)
		case "profile":
			return func() error { return decodeIdentity(in, &r.Profile) }
		case "model":
			return &r.Model
		case "workspace":
			return &r.Workspace
		case "runtime":
			return &r.Runtime
		case "generations":
			return func() error { return jsonread.List(in, &r.Generations, decodeGeneration) }
		case "watch":
			return &r.Watch
		case "events":
			return func() error { return jsonread.List(in, &r.Events, decodeEvent) }
		case "eventFiles":
			return &r.EventFiles
		}
		return nil
	})
	r.watch = r.Watch
	return r, err
}

func decodeSource(in *jsonread.Reader, s *Source) error {
	return in.Object(func(name string) any {
		switch name {
		case "target":
			return &s.Target
		case "root":
			return &s.Root
		case "overrides":
			return func() error { return jsonread.List(in, &s.Overrides, decodeOverridden) }
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
	})
}

func decodeOverridden(in *jsonread.Reader, o *manifest.Overridden) error {
	return in.Object(func(name string) any {
		switch name {
		case "input":
			return &o.Input
		case "ref":
			return &o.Ref
		}
		return nil
	})
}

func decodeIdentity(in *jsonread.Reader, i *manifest.Identity) error {
	return in.Object(func(name string) any {
		switch name {
		case "name":
			return &i.Name
		case "source":
			return &i.Source
		case "ref":
			return &i.Ref
		case "attr":
			return &i.Attr
		}
		return nil
	})
}

func decodeGeneration(in *jsonread.Reader, g *Generation) error {
	return in.Object(func(name string) any {
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
	})
}

func decodeEvent(in *jsonread.Reader, e *Event) error {
	return in.Object(func(name string) any {
		switch name {
		case "time":
			return &e.Time
		case "kind":
			return &e.Kind
		case "generation":
			return &e.Generation
		}
		return nil
	})
}
