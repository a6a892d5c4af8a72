package pod

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/nix/flake"
)

// Drift describes whether the source of a Pod's current generation has changed. Nothing
// is evaluated: the files that were read are compared by hash, so any change in one of
// them counts, even if the manifest would stay the same.
type Drift struct {
	State  DriftState `json:"state"`
	Detail string     `json:"detail,omitempty"` // for people: what has changed or gone, or why the state is unknown
}

// DriftState is a Drift in one word.
type DriftState string

const (
	Unchanged DriftState = "unchanged"
	Changed   DriftState = "changed"
	Gone      DriftState = "gone"    // the source was on this machine and no longer is
	Unknown   DriftState = "unknown" // the source is elsewhere, missing or unreadable
)

// Drifts compares Pods with their sources. It caches what it has read, so that the Pods
// of one list share it; use a new one for the next list.
type Drifts struct {
	// Library returns the digest of the built-in library, in the form of the provenance;
	// nil to skip the comparison.
	Library func() string
	// Pinned returns the hash of the source that a name resolves to now, without the
	// network; nil to skip the comparison.
	Pinned func(ctx context.Context, source Source) (narHash string, err error)

	library string
	known   map[string]Drift
	hashes  map[string]string
	trees   map[string]string
}

// Of compares the profile of a Pod with its current generation.
func (d *Drifts) Of(ctx context.Context, p *Pod) Drift {
	key := p.Source.Target + "\x00" + p.Source.Named + "\x00" + p.Source.Dir + "\x00" + p.Source.Folder + "\x00" + string(p.watch)
	if known, ok := d.known[key]; ok {
		return known
	}
	if d.known == nil {
		d.known, d.hashes, d.trees = map[string]Drift{}, map[string]string{}, map[string]string{}
	}
	var w watch
	drift := Drift{Unknown, "what to compare was not recorded"}
	if json.Unmarshal(p.watch, &w) == nil {
		drift = d.compare(ctx, p.Source, &w)
	}
	d.known[key] = drift
	return drift
}

// watch is the part of the current generation's provenance that pod.json keeps, so that
// comparing does not read the generation.
type watch struct {
	// Files maps the files that were read on this machine to prefixes of their hashes.
	// Names are relative to the source's directory, or absolute.
	Files map[string]string `json:"files,omitempty"`
	Main  string            `json:"main,omitempty"` // the profile file, among Files
	// NarHash is the hash of the whole source, set if the files that were read are unknown.
	NarHash    string `json:"narHash,omitempty"`
	Git        bool   `json:"git,omitempty"`        // NarHash covers only the tracked files
	Submodules bool   `json:"submodules,omitempty"` // and those in submodules
	Library    string `json:"library,omitempty"`
	Whole      string `json:"whole,omitempty"` // hash of the whole source, if the pin of a name may move
}

// watched is the length of the stored hash prefix: 96 bits, enough to detect accidental
// changes.
const watched = 16

func newWatch(p *manifest.Provenance) (jsontext.Value, error) {
	w := watch{Library: p.Library, Files: map[string]string{}}
	add := func(name, hash string) {
		if hash = strings.TrimPrefix(hash, "sha256-"); len(hash) >= watched && onThisMachine(name) {
			w.Files[name] = hash[:watched]
		}
	}
	for _, f := range p.Files {
		add(f.File, f.SHA256)
	}
	if p.File != "" {
		w.Main = p.File
		add(p.File, p.FileHash)
	}
	source, _ := reference.Parse(p.URL, "/")
	if p.URL != "" && source.Scheme != "path" {
		w.Whole = p.NarHash
	}
	if len(w.Files) == 0 {
		w.NarHash, w.Git, w.Submodules = p.NarHash, source.Scheme == "git+file", source.Query.Submodules
	}
	return json.Marshal(w, json.Deterministic(true))
}

// onThisMachine reports whether a name in a provenance is that of a local file. The lock
// pins the content of an input, and the lock itself is among the files.
func onThisMachine(name string) bool {
	if filepath.IsAbs(name) {
		return !strings.HasPrefix(name, "/nix/store/")
	}
	return filepath.IsLocal(name) && !strings.HasPrefix(name, "input:") && !strings.HasPrefix(name, "builtin:")
}

func (d *Drifts) compare(ctx context.Context, source Source, w *watch) Drift {
	drift := Drift{Unknown, "its source is not on this machine"}
	switch {
	case source.Target == "":
		return Drift{Unknown, "it was created from a manifest"}
	case source.Named != "" && d.Pinned != nil && w.Whole != "":
		return d.comparePin(ctx, source, w)
	case source.Folder != "" && len(w.Files) > 0:
		drift = d.compareFiles(source, w)
	case source.Folder != "" && w.NarHash != "":
		drift = d.compareTree(ctx, source.Folder, w)
	case source.Folder == "" && w.Library != "":
		drift = Drift{Unchanged, ""} // a built-in profile comes from the library
	}
	if drift.State != Unchanged || w.Library == "" {
		return drift
	}
	switch library := d.libraryDigest(); library {
	case w.Library:
		return drift
	case "":
		return Drift{Unknown, "the library inside insomnia is not known"}
	}
	return Drift{Changed, "the library inside insomnia has changed"}
}

// comparePin compares the profile of a named source, which a lock pins.
func (d *Drifts) comparePin(ctx context.Context, source Source, w *watch) Drift {
	hash, err := d.Pinned(ctx, source)
	var typed *diag.Error
	switch {
	case errors.As(err, &typed) && typed.Exit == diag.ExitNotFound:
		return Drift{Gone, typed.Error()}
	case err != nil:
		return Drift{Unknown, err.Error()}
	case hash != w.Whole:
		return Drift{Changed, source.Named + " is pinned to another version"}
	}
	return Drift{Unchanged, ""}
}

func (d *Drifts) libraryDigest() string {
	if d.library == "" && d.Library != nil {
		d.library = d.Library()
	}
	return d.library
}

func (d *Drifts) compareFiles(source Source, w *watch) Drift {
	folder := source.Folder
	if w.Main != "" && filepath.IsAbs(source.Target) {
		// The profile may be a link whose target has changed, such as home-manager's.
		real, err := filepath.EvalSymlinks(source.Target)
		if errors.Is(err, fs.ErrNotExist) {
			return Drift{Gone, source.Target}
		}
		if err == nil && real != filepath.Join(folder, w.Main) {
			moved, ok := strings.CutSuffix(real, string(filepath.Separator)+w.Main)
			if !ok {
				return Drift{Changed, fmt.Sprintf("%s now resolves to %s", source.Target, real)}
			}
			folder = moved
		}
	}
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		return Drift{Gone, folder}
	}
	names := make([]string, 0, len(w.Files))
	for name := range w.Files {
		names = append(names, name)
	}
	slices.Sort(names)
	drift := Drift{Unchanged, ""}
	for _, name := range names {
		path := name
		if !filepath.IsAbs(name) {
			path = filepath.Join(folder, name)
		}
		hash, err := d.hash(path)
		switch {
		case hash == w.Files[name]:
		case errors.Is(err, fs.ErrNotExist) && (name == w.Main || filepath.Base(name) == "flake.nix"):
			return Drift{Gone, path} // the profile does not exist without it
		case errors.Is(err, fs.ErrNotExist):
			drift = Drift{Changed, name + " is gone"}
		case err != nil:
			return Drift{Unknown, fmt.Sprintf("cannot read %s: %v", path, bounded.Reason(err))}
		case drift.State == Unchanged:
			drift = Drift{Changed, name}
		}
	}
	return drift
}

// maxWatched exceeds the size of any file that an evaluation can have read.
const maxWatched = 64 << 20

// hash returns the prefix of a file's hash that newWatch keeps.
func (d *Drifts) hash(path string) (string, error) {
	if hash, ok := d.hashes[path]; ok {
		return hash, nil
	}
	hash := ""
	f, _, err := bounded.Open(path)
	switch {
	case errors.Is(err, bounded.ErrNotRegular):
		hash = "not a file" // so it differs from what was read
	case err != nil:
		return "", err
	default:
		defer f.Close()
		h := sha256.New()
		if _, err := io.Copy(h, io.LimitReader(f, maxWatched)); err != nil {
			return "", err
		}
		hash = base64.StdEncoding.EncodeToString(h.Sum(nil))[:watched]
	}
	d.hashes[path] = hash
	return hash, nil
}

// compareTree compares what the installed Nix has evaluated. Only the hash of the whole
// source is known then, so every file counts.
func (d *Drifts) compareTree(ctx context.Context, folder string, w *watch) Drift {
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		return Drift{Gone, folder}
	}
	key := fmt.Sprintf("%s\x00%v\x00%v", folder, w.Git, w.Submodules)
	hash, ok := d.trees[key]
	if !ok {
		where := flake.Ref{Dir: folder}
		if w.Git {
			where.GitRoot, where.Submodules = folder, w.Submodules
		}
		f, err := flake.Open(ctx, where, flake.Options{})
		if err == nil {
			hash, err = f.NARHash()
			f.Close()
		}
		if err != nil {
			return Drift{Unknown, fmt.Sprintf("cannot read %s: %v", folder, bounded.Reason(err))}
		}
		d.trees[key] = hash
	}
	if hash != w.NarHash {
		return Drift{Changed, "a file in " + folder}
	}
	return Drift{Unchanged, ""}
}
