package manifest

import (
	"bytes"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// EnvelopeSchema is the version of the envelope that this program writes.
const EnvelopeSchema = "insomnia.resolved/v1"

// Envelope is a resolved manifest and where it came from. `resolve --provenance`
// prints one, and each generation of a Pod is one.
type Envelope struct {
	Schema     string      `json:"schema"` // EnvelopeSchema
	Profile    Identity    `json:"profile"`
	Provenance *Provenance `json:"provenance"`
	// Inputs are a Pod's startup inputs; none when a profile is only resolved.
	Inputs Inputs `json:"inputs"`
	// Manifest holds canonical bytes, of which Digest is the digest.
	Manifest jsontext.Value `json:"manifest"`
	Digest   string         `json:"digest"`

	judged bool // Manifest was found valid by DecodeEnvelope or DecodeStored
}

// Decoded is the manifest as Go types; of an envelope that DecodeEnvelope or
// DecodeStored gave, it does not have to be judged again.
func (e *Envelope) Decoded() (*Manifest, []Problem) {
	if !e.judged {
		return Decode(e.Manifest)
	}
	return decode(e.Manifest)
}

// Identity identifies the profile.
type Identity struct {
	Name   string `json:"name"`
	Source string `json:"source"` // builtin, user, project, the name of a source, path, flake or manifest
	Ref    string `json:"ref"`    // as typed
	Attr   string `json:"attr,omitempty"`
}

// Inputs are the user's settings at the creation of a Pod that no profile controls.
type Inputs struct {
	Name      string `json:"name,omitempty"`      // of the Pod
	Workspace string `json:"workspace,omitempty"` // absolute path of the folder it works in
	Runtime   string `json:"runtime,omitempty"`   // agent program
	Prompt    string `json:"prompt,omitempty"`    // first prompt
	// Hosts are those of the groups that the manifest lets commands reach, as the
	// machine answered when the Pod was created or last reloaded.
	Hosts *Hosts `json:"hosts,omitempty"`
}

// Hosts are the hosts of groups, as entries of an allowlist; nil for a group that
// the manifest does not name.
type Hosts struct {
	GitRemotes []string `json:"@git-remotes,omitzero"`
	Packages   []string `json:"@packages,omitzero"`
}

// HostGroup is a group of hosts with its name.
type HostGroup struct {
	Name  string
	Hosts []string
}

// Groups are the groups that have hosts, or were asked for; none of nil.
func (h *Hosts) Groups() []HostGroup {
	var groups []HostGroup
	if h != nil && h.GitRemotes != nil {
		groups = append(groups, HostGroup{"@git-remotes", h.GitRemotes})
	}
	if h != nil && h.Packages != nil {
		groups = append(groups, HostGroup{"@packages", h.Packages})
	}
	return groups
}

// Provenance records what a manifest was resolved from, and by which program.
type Provenance struct {
	URL       string       `json:"url,omitempty"`     // locked reference of a flake
	Rev       string       `json:"rev,omitempty"`     // commit; of the last one when dirty
	Dirty     bool         `json:"dirty"`             // the tree has changes beyond rev
	NarHash   string       `json:"narHash,omitempty"` // of the source tree as Nix saw it
	File      string       `json:"file,omitempty"`    // of a path profile: below its root
	FileHash  string       `json:"fileHash,omitempty"`
	Overrides []Overridden `json:"overrides,omitempty"`
	Library   string       `json:"library,omitempty"` // digest of the embedded library, where it was used
	Files     []ReadFile   `json:"files,omitempty"`   // what the embedded evaluator read
	Program   string       `json:"program"`
	Evaluator string       `json:"evaluator"` // "embedded", such as "nix 2.34.8", or "none" for a manifest
}

// ReadFile is a file that an evaluation read.
type ReadFile struct {
	File   string `json:"file"`
	SHA256 string `json:"sha256"` // as Nix writes it: sha256-BASE64
}

// Overridden is an input that --override-input replaced.
type Overridden struct {
	Input string `json:"input"`
	Ref   string `json:"ref"`
}

// EncodeEnvelope returns the canonical bytes of an envelope; no newline follows.
func EncodeEnvelope(e *Envelope) ([]byte, error) {
	data, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("encoding the envelope: %w", err)
	}
	value := jsontext.Value(data)
	if err := value.Canonicalize(jsontext.CanonicalizeRawInts(false)); err != nil {
		return nil, fmt.Errorf("encoding the envelope: %w", err)
	}
	return value, nil
}

// DecodeEnvelope reads an envelope strictly: it has the fields it may have and
// no others, its manifest is valid and canonical, and its digest is the
// manifest's.
func DecodeEnvelope(data []byte) (*Envelope, []Problem) { return decodeEnvelope(data, judge) }

// DecodeStored is [DecodeEnvelope] for an envelope that this program stored, perhaps
// an earlier version of it. The rules were judged when it was made and are not
// judged again: a rule that came later must not lock a user out of a Pod.
func DecodeStored(data []byte) (*Envelope, []Problem) { return decodeEnvelope(data, form) }

func decodeEnvelope(data []byte, judge func([]byte) (*value, []Problem)) (*Envelope, []Problem) {
	var top *location
	if len(data) > MaxManifestBytes+maxAround {
		return nil, []Problem{top.problem("too-large", "the envelope is larger than any that this program writes")}
	}
	e, err := readEnvelope(data)
	if err != nil || e.Schema != EnvelopeSchema {
		return nil, []Problem{notEnvelope(data, err)}
	}
	v, problems := judge(e.Manifest)
	if len(problems) > 0 {
		return nil, within("manifest", problems)
	}
	canonical := appendCanonical(make([]byte, 0, len(e.Manifest)), manifestSchema, v)
	switch {
	case !bytes.Equal(canonical, e.Manifest):
		return nil, []Problem{top.field("manifest").problem("not-canonical", "the manifest is not in its canonical form")}
	case e.Digest != Digest(canonical):
		return nil, []Problem{top.field("digest").problem("digest", "the digest is not that of the manifest: it was changed after it was resolved")}
	}
	e.Manifest, e.judged = canonical, true // and not a part of data
	return e, nil
}

// within moves the problems of a value to its place in another.
func within(key string, problems []Problem) []Problem {
	for i, p := range problems {
		problems[i].Pointer = "/" + key + p.Pointer
		if problems[i].Path = key; p.Path != "" {
			problems[i].Path += "." + p.Path
		}
	}
	return problems
}

// notEnvelope explains why data are not an envelope, such as a different version of it.
func notEnvelope(data []byte, err error) Problem {
	var top *location
	var version struct {
		Schema *string `json:"schema"`
	}
	if syntax := json.Unmarshal(data, &version, json.RejectUnknownMembers(false)); syntax != nil {
		return top.problem("syntax", "not an envelope: "+syntax.Error())
	}
	if version.Schema == nil || *version.Schema != EnvelopeSchema {
		p := top.field("schema").problem("schema-version", "not an envelope that this version of insomnia reads")
		if version.Schema != nil {
			p.Message += ": " + shown(*version.Schema)
		}
		p.Expected = EnvelopeSchema
		return p
	}
	return top.problem("type", fmt.Sprintf("not a valid envelope: %v", err))
}

// maxAround is the room for provenance and inputs around a manifest.
const maxAround = 8 << 20
