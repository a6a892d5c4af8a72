package flake

import (
	"maps"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/reference"
)

// original are the attributes of an input as flake.lock keeps them: what was
// written, taken apart. dir is the directory of the flake.nix.
func (in *Input) original(dir string) (map[string]any, error) {
	if in.URL == "" {
		return in.Attrs, nil
	}
	r, err := reference.Parse(in.URL, dir)
	if err != nil {
		return nil, err
	}
	if r.Kind == reference.Name { // `nixpkgs` alone is a name in the registry here
		if r, err = reference.Parse("flake:"+in.URL, dir); err != nil {
			return nil, err
		}
	}
	attrs := attributes(r, in.URL, in.Flake)
	maps.Copy(attrs, in.Attrs)
	return attrs, nil
}

// attributes take a reference apart as Nix does.
func attributes(r reference.Reference, text string, isFlake bool) map[string]any {
	attrs := map[string]any{}
	set := func(name, value string) {
		if value != "" {
			attrs[name] = value
		}
	}
	switch r.Kind {
	case reference.Registry:
		attrs["type"], attrs["id"] = "indirect", r.Name
	case reference.Local:
		attrs["type"] = "path"
		switch {
		case r.Scheme == "git+file":
			attrs["type"], attrs["url"] = "git", "file://"+filepath.ToSlash(r.Path)
		case r.Scheme == "" && filepath.IsAbs(strings.TrimSuffix(r.Flake(), r.Query.String())) && gitAbove(r.Path):
			attrs["type"], attrs["url"] = "git", "file://"+filepath.ToSlash(r.Path)
		default:
			attrs["path"] = writtenPath(text)
		}
	case reference.Remote:
		attrs["type"] = r.Type
		set("owner", r.Owner)
		set("repo", r.Repo)
		set("url", r.Address)
		if r.Type == "tarball" && !isFlake && !strings.HasPrefix(r.Scheme, "tarball+") && !reference.Archive(r.Address) {
			attrs["type"] = "file"
		}
	}
	set("dir", r.Query.Dir)
	set("ref", r.Query.Ref)
	set("rev", r.Query.Rev)
	set("host", r.Query.Host)
	set("narHash", r.Query.NarHash)
	if r.Query.Shallow {
		attrs["shallow"] = true
	}
	return attrs
}

func gitAbove(dir string) bool { return GitRoot(dir) != "" }

// writtenPath is a path as it stands in flake.nix: a relative one stays relative.
func writtenPath(text string) string {
	text = strings.TrimPrefix(text, "path:")
	text, _, _ = strings.Cut(text, "#")
	text, _, _ = strings.Cut(text, "?")
	return text
}

// sameOriginal compares what flake.nix says with what a lock was made for.
// Numbers come from JSON as float64.
func sameOriginal(written, locked map[string]any) bool {
	normal := func(attrs map[string]any) map[string]any {
		out := map[string]any{}
		for name, value := range attrs {
			switch v := value.(type) {
			case int64:
				value = float64(v)
			case bool:
				if !v {
					continue // false is the default of each that there is
				}
			}
			out[name] = value
		}
		return out
	}
	return reflect.DeepEqual(normal(written), normal(locked))
}
