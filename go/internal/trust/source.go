package trust

import (
	"net/url"
	"path/filepath"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/pattern"
	"github.com/insomnia-pods/insomnia/go/internal/registry"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
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
	path, _, _ := strings.Cut(again, "#")
	switch {
	case again == "":
		s.Key = "manifest:" + digest
	case strings.HasPrefix(again, registry.Builtin+":"):
		s.Own = true
	case id.Attr != "":
		s.Key = flakeKey(again, path) + "#" + id.Attr
	default: // a file, whatever its name holds
		s.Own = below(registry.UserDir(), again)
		s.Key = real(again)
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

func real(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return filepath.Clean(path)
}

func flakeKey(again, flake string) string {
	if ref, err := resolve.Parse(again, "/"); err == nil && ref.LocalDir != "" {
		return real(ref.LocalDir)
	}
	bare, query, hasQuery := strings.Cut(flake, "?")
	parts := strings.Split(bare, "/")
	if n := len(parts) - 1; n > 0 && revision.Get().MatchString(parts[n]) {
		bare = strings.Join(parts[:n], "/")
	}
	if !hasQuery {
		return bare
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return flake
	}
	for _, pin := range []string{"rev", "narHash", "lastModified", "revCount"} {
		values.Del(pin)
	}
	if len(values) == 0 {
		return bare
	}
	return bare + "?" + values.Encode()
}

var revision = pattern.Lazy{Text: `^[0-9a-f]{40}([0-9a-f]{24})?$`}
