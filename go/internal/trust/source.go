package trust

import (
	"path/filepath"

	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Source is where a manifest came from, as far as consent is kept by it.
type Source struct {
	// Key is the same for every way to name the source, and for every state of it:
	// the path of a profile file, the folder or URL of a flake and the attribute
	// path, without a revision. A manifest that came from no profile has no source
	// but its own content.
	Key string `json:"key"`
	// Ref is what to type for it after `insomnia trust show`.
	Ref string `json:"ref"`
	// Own tells that it is the program's or the user's: it has consent by itself.
	Own bool `json:"own"`
}

// SourceOf says where a resolved manifest came from. again is the reference that
// leads to its profile from any directory, and is empty for a manifest that was
// read from a file; digest is the manifest's.
func SourceOf(id manifest.Identity, again, digest string) Source {
	s := Source{Key: again, Ref: id.Ref}
	ref, err := reference.Parse(again, "/")
	switch {
	case again == "":
		s.Key = "manifest:" + digest
	case id.Attr == "" && ref.Kind != reference.Builtin: // a file, whatever its path holds
		s.Own = below(config.UserDir(), again)
		s.Key = reference.OfFile(again).Key()
	case err != nil: // the text itself, which is nobody's own
	case ref.Kind == reference.Builtin:
		s.Own = true
	default:
		ref.Attr = nil
		s.Key = ref.Key() + "#" + id.Attr
	}
	return s
}

// below tells whether a file is in the user's own folder of profiles. Links in it
// are the user's.
func below(user, path string) bool {
	if user == "" {
		return false
	}
	rel, err := filepath.Rel(filepath.Join(user, "profiles"), path)
	return err == nil && filepath.IsLocal(rel)
}
