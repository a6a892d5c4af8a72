package resolve

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/nix-community/go-nix/pkg/nar"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// Provenance says where a manifest came from and what made it.
type Provenance struct {
	URL       string           `json:"url,omitempty"`     // locked reference of a flake
	Rev       string           `json:"rev,omitempty"`     // commit; of the last one when dirty
	Dirty     bool             `json:"dirty"`             // the tree has changes beyond rev
	NarHash   string           `json:"narHash,omitempty"` // of the source tree as Nix saw it
	File      string           `json:"file,omitempty"`    // of a path profile: below its root
	FileHash  string           `json:"fileHash,omitempty"`
	Overrides []OverriddenFrom `json:"overrides,omitempty"`
	Library   string           `json:"library,omitempty"` // digest of the embedded library, where it was used
	Program   string           `json:"program"`
	Evaluator string           `json:"evaluator"` // such as "nix 2.34.8"; "none" for a manifest
	// Files are what the embedded evaluator read, by name, with their SHA-256.
	Files map[string]string `json:"files,omitempty"`
}

// OverriddenFrom is an input that --override-input replaced.
type OverriddenFrom struct {
	Input string `json:"input"`
	Ref   string `json:"ref"`
}

// envelope is `insomnia.resolved/v1`.
type envelope struct {
	Schema     string          `json:"schema"`
	Profile    Profile         `json:"profile"`
	Provenance *Provenance     `json:"provenance"`
	Inputs     struct{}        `json:"inputs"` // startup inputs: a Pod's, none when resolving
	Manifest   json.RawMessage `json:"manifest"`
	Digest     string          `json:"digest"`
}

// Envelope is the manifest with its provenance, as canonical JSON.
func (r *Resolved) Envelope() ([]byte, error) {
	data, err := json.Marshal(envelope{Schema: "insomnia.resolved/v1", Profile: r.Profile, Provenance: r.Provenance,
		Manifest: r.Manifest, Digest: r.Digest})
	if err != nil {
		return nil, err
	}
	value := jsontext.Value(data)
	if err := value.Canonicalize(jsontext.CanonicalizeRawInts(false)); err != nil {
		return nil, err
	}
	return value, nil
}

func (r *Resolver) flakeProvenance(ctx context.Context, f *flakeSource, options Options) (*Provenance, error) {
	m := f.metadata
	p := &Provenance{URL: m.URL, Rev: m.Locked.Rev, Program: r.program(), Evaluator: r.evaluator(ctx, options)}
	if f.local != nil && f.local.GitRoot != "" && p.Rev == "" {
		p.Dirty = true
		if head, err := git(ctx, f.local.GitRoot, "rev-parse", "--verify", "HEAD"); err == nil {
			p.Rev = strings.TrimSpace(string(head))
		}
	}
	p.Files = filesRead(f.reads, f.tree)
	for _, o := range f.overrides {
		p.Overrides = append(p.Overrides, OverriddenFrom(o))
	}
	if options.embedded() {
		p.NarHash = m.Locked.NarHash // computed here already
		return p, nil
	}
	hash, err := f.narHash(ctx)
	if err != nil {
		return nil, diag.Errorf(diag.ExitState, "source-unreadable", "cannot hash the source: %v", err)
	}
	if locked := m.Locked.NarHash; locked != "" && locked != hash {
		return nil, diag.Errorf(diag.ExitState, "source-changed", "the source has the hash %s, but Nix recorded %s", hash, locked).
			Hintf("if the tree is being edited, run it again; else `nix store verify` checks the store")
	}
	p.NarHash = hash
	return p, nil
}

// narHash hashes what Nix evaluated: its copy in the store, or, where it makes
// none, the files it would have copied.
func (f *flakeSource) narHash(ctx context.Context) (string, error) {
	if f.metadata.Path != "" && exists(f.metadata.Path) {
		return NarHash(f.metadata.Path)
	}
	if f.local == nil {
		return f.metadata.Locked.NarHash, nil
	}
	if f.local.GitRoot != "" {
		return TrackedNarHash(ctx, f.local.GitRoot)
	}
	return NarHash(f.local.Dir)
}

// NarHash is the hash of a file or folder as `nix hash path` prints it.
func NarHash(path string) (string, error) {
	h := sha256.New()
	if err := nar.DumpPath(h, path); err != nil {
		return "", err
	}
	return sri(h.Sum(nil)), nil
}

// TrackedNarHash is the narHash of a git work tree as Nix sees it: the files
// that git tracks, with the content they have now.
func TrackedNarHash(ctx context.Context, root string) (string, error) {
	listed, err := git(ctx, root, "ls-files", "-z", "--cached")
	if err != nil {
		return "", err
	}
	keep := map[string]bool{root: true}
	for _, name := range bytes.Split(listed, []byte{0}) {
		if len(name) == 0 {
			continue
		}
		for at := filepath.Join(root, string(name)); !keep[at]; at = filepath.Dir(at) {
			keep[at] = true
		}
	}
	h := sha256.New()
	err = nar.DumpPathFilter(h, root, func(path string, _ nar.NodeType) bool { return keep[path] })
	if err != nil {
		return "", err
	}
	return sri(h.Sum(nil)), nil
}

func sri(sum []byte) string { return "sha256-" + base64.StdEncoding.EncodeToString(sum) }

func (r *Resolver) program() string { return "insomnia " + r.Version }

func (r *Resolver) evaluator(ctx context.Context, options Options) string {
	if options.embedded() {
		return "embedded " + r.Version
	}
	version, _, err := r.Nix.Version(ctx)
	if err != nil || version == "" {
		return "nix"
	}
	return "nix " + version
}

// fileProvenance is for a path profile: the commit of the work tree around it,
// and the hash of the file itself.
func (r *Resolver) fileProvenance(ctx context.Context, options Options, in *fileSources, file, root string) (*Provenance, error) {
	files, err := r.libraryFiles()
	if err != nil {
		return nil, err
	}
	p := &Provenance{Library: sri(digestOf(files)), Program: r.program(), Evaluator: r.evaluator(ctx, options), Files: filesRead(in.reads, in)}
	if file == "" {
		return p, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, diag.Errorf(diag.ExitState, "source-unreadable", "cannot read the profile again: %v", err)
	}
	sum := sha256.Sum256(data)
	p.FileHash = sri(sum[:])
	if p.File, err = filepath.Rel(root, file); err != nil {
		p.File = filepath.Base(file)
	}
	if gitRoot(root) == "" {
		return p, nil
	}
	if head, err := git(ctx, root, "rev-parse", "--verify", "HEAD"); err == nil {
		p.Rev = strings.TrimSpace(string(head))
	}
	status, err := git(ctx, root, "status", "--porcelain", "-z", "--untracked-files=all")
	p.Dirty = err != nil || len(status) > 0
	return p, nil
}
