package manifest

import "github.com/insomnia-pods/insomnia/go/internal/jsonread"

// readEnvelope reads the fields of an envelope, and its manifest unchanged.
func readEnvelope(data []byte) (*Envelope, error) {
	e := new(Envelope)
	return e, jsonread.New(data).Whole(e.field)
}

func (e *Envelope) field(name string) any {
	switch name {
	case "schema":
		return &e.Schema
	case "profile":
		return e.Profile.JSONField
	case "provenance":
		return func(in *jsonread.Reader) error {
			if in.Null() {
				return nil
			}
			e.Provenance = new(Provenance)
			return in.Object(e.Provenance.field)
		}
	case "inputs":
		return e.Inputs.field
	case "manifest":
		return &e.Manifest
	case "digest":
		return &e.Digest
	}
	return nil
}

// JSONField returns the address of the field that has this name in JSON, or nil.
func (i *Identity) JSONField(name string) any {
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
}

func (i *Inputs) field(name string) any {
	switch name {
	case "name":
		return &i.Name
	case "workspace":
		return &i.Workspace
	case "runtime":
		return &i.Runtime
	case "prompt":
		return &i.Prompt
	case "hosts":
		return func(in *jsonread.Reader) error {
			i.Hosts = new(Hosts)
			return in.Object(i.Hosts.field)
		}
	}
	return nil
}

func (h *Hosts) field(name string) any {
	switch name {
	case "@packages":
		return &h.Packages
	case "@git-remotes":
		return &h.GitRemotes
	}
	return nil
}

func (p *Provenance) field(name string) any {
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
		return jsonread.List(&p.Overrides, (*Overridden).JSONField)
	case "library":
		return &p.Library
	case "files":
		return jsonread.List(&p.Files, (*ReadFile).field)
	case "program":
		return &p.Program
	case "evaluator":
		return &p.Evaluator
	}
	return nil
}

// JSONField returns the address of the field that has this name in JSON, or nil.
func (o *Overridden) JSONField(name string) any {
	switch name {
	case "input":
		return &o.Input
	case "ref":
		return &o.Ref
	}
	return nil
}

func (f *ReadFile) field(name string) any {
	switch name {
	case "file":
		return &f.File
	case "sha256":
		return &f.SHA256
	}
	return nil
}
