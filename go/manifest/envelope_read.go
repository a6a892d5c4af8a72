package manifest

import "github.com/insomnia-pods/insomnia/go/internal/jsonread"

// readEnvelope reads the fields of an envelope, and its manifest as it stands.
func readEnvelope(data []byte) (*Envelope, error) {
	e, in := new(Envelope), jsonread.New(data)
	err := in.Whole(func(name string) any {
		switch name {
		case "schema":
			return &e.Schema
		case "profile":
			return func() error { return readIdentity(in, &e.Profile) }
		case "provenance":
			return func() error {
				if in.Null() {
					return nil
				}
				e.Provenance = new(Provenance)
				return readProvenance(in, e.Provenance)
			}
		case "inputs":
			return func() error { return readInputs(in, &e.Inputs) }
		case "manifest":
			return &e.Manifest
		case "digest":
			return &e.Digest
		}
		return nil
	})
	return e, err
}

func readIdentity(in *jsonread.Reader, i *Identity) error {
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

func readInputs(in *jsonread.Reader, i *Inputs) error {
	return in.Object(func(name string) any {
		switch name {
		case "name":
			return &i.Name
		case "workspace":
			return &i.Workspace
		case "runtime":
			return &i.Runtime
		case "prompt":
			return &i.Prompt
		}
		return nil
	})
}

func readProvenance(in *jsonread.Reader, p *Provenance) error {
	return in.Object(func(name string) any {
		switch name {
		case "url":
			return &p.URL
		case "rev":
			return &p.Rev
		case "dirty":
			return &p.Dirty
		case "narHash":
			return &p.NarHash
		case "file":
			return &p.File
		case "fileHash":
			return &p.FileHash
		case "overrides":
			return func() error { return jsonread.List(in, &p.Overrides, readOverridden) }
		case "library":
			return &p.Library
		case "files":
			return func() error { return jsonread.List(in, &p.Files, readReadFile) }
		case "program":
			return &p.Program
		case "evaluator":
			return &p.Evaluator
		}
		return nil
	})
}

func readOverridden(in *jsonread.Reader, o *Overridden) error {
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

func readReadFile(in *jsonread.Reader, f *ReadFile) error {
	return in.Object(func(name string) any {
		switch name {
		case "file":
			return &f.File
		case "sha256":
			return &f.SHA256
		}
		return nil
	})
}
