package trust

import (
	"path/filepath"

	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Source is the origin of a manifest, as far as consent depends on it.
type Source struct {
	// Key is the same for every way to name the source, and for every state of it:
	// the path of a profile file, the folder or URL of a flake and the attribute
	// path, without a revision. A manifest that came from no profile has no source
	// but its own content.
	Key string `json:"key"`
	// Ref is the argument that selects it for `insomnia trust show`.
	Ref string `json:"ref"`
	// Own marks a source of the program or the user, which has consent by itself.
	Own bool `json:"own"`
}

// SourceOf returns the source of a resolved manifest. again is the reference that
// resolves to its profile from any directory, and is empty for a manifest that was read
// from a file; digest is the manifest's.
func SourceOf(id manifest.Identity, again, digest string) Source {
	s := Source{Key: again, Ref: id.Ref}
	ref, err := reference.Parse(again, "/")
	switch {
	case again == "":
		s.Key = "manifest:" + digest
	case id.Attr == "" && ref.Kind != reference.Builtin: // a file, whatever its path holds
		s.Own = below(config.UserDir(), again)
		s.Key = reference.OfFile(again).Key()
	case err != nil: // the source is the text itself, which is not the user's own
	case ref.Kind == reference.Builtin:
		s.Own = true
	default:
		ref.Attr = nil
		s.Key = ref.Key() + "#" + id.Attr
	}
	return s
}

// below reports whether a file is in the user's own directory of profiles. Links in
// that directory count as the user's.
func below(user, path string) bool {
	if user == "" {
		return false
	}
	rel, err := filepath.Rel(filepath.Join(user, "profiles"), path)
	return err == nil && filepath.IsLocal(rel)
}
