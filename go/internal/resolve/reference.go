package resolve

import (
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// Kind says where a reference leads.
type Kind string

const (
	KindFlake   Kind = "flake"   // an output of a flake
	KindPath    Kind = "path"    // a profile.nix
	KindBuiltin Kind = "builtin" // inside this program
)

// Reference is a reference as typed, taken apart.
type Reference struct {
	Text string // as typed
	Kind Kind
	// Flake is the part before `#` of a flake reference, as typed.
	Flake string
	// LocalDir is the folder a flake reference names, when it names one by path.
	LocalDir string
	// Attr is the attribute path: empty for "the one profile there is", one
	// name for a profile of insomniaProfiles, several for a path from the
	// flake's outputs.
	Attr []string
	// Path is the file of a path profile, as typed.
	Path string
	// Name is the profile of a builtin reference.
	Name string
}

// flakeSchemes are the URL schemes of flake references.
var flakeSchemes = []string{
	"path", "flake", "github", "gitlab", "sourcehut",
	"git", "git+file", "git+http", "git+https", "git+ssh",
	"hg+http", "hg+https", "hg+ssh", "hg+file",
	"http", "https", "file",
	"tarball+http", "tarball+https", "tarball+file",
	"file+http", "file+https", "file+file",
}

// Parse takes a reference apart. dir is the directory that relative paths start
// from; files are looked at only to tell a path from a name.
func Parse(text, dir string) (*Reference, error) {
	if text == "" {
		text = "."
	}
	ref := &Reference{Text: text}
	if strings.HasPrefix(text, "-") {
		return nil, usage("reference-unreadable", "a reference does not begin with `-`: %s", text).
			Hintf("write `./%s` if it is a file", text)
	}
	for _, r := range text {
		if r < 0x20 || r == 0x7f {
			return nil, usage("reference-unreadable", "control character in the reference %q", text)
		}
	}
	if name, ok := strings.CutPrefix(text, "builtin:"); ok {
		return parseBuiltin(ref, name)
	}

	if filepath.IsAbs(text) && strings.HasSuffix(text, ".nix") && strings.ContainsAny(text, "#?") && exists(text) {
		ref.Kind, ref.Path = KindPath, filepath.Clean(text) // a folder on the way has such a name
		return ref, nil
	}
	flake, fragment, hasFragment := strings.Cut(text, "#")
	scheme := schemeOf(flake)
	switch {
	case slices.Contains(flakeSchemes, scheme):
		ref.Kind, ref.Flake = KindFlake, flake
		if scheme == "path" {
			ref.LocalDir = localDirOfPathURL(flake, dir)
			if strings.HasSuffix(ref.LocalDir, ".nix") {
				return nil, usage("reference-unreadable", "`path:` is followed by the folder of a flake, not by a file: %s", text).
					Hintf("write the path alone: insomnia resolve %s", strings.TrimPrefix(flake, "path:"))
			}
		}
		if scheme == "git+file" {
			ref.LocalDir = localDirOfGitURL(flake)
		}
		return withFragment(ref, fragment)
	case scheme != "":
		return nil, unknownSource(text, scheme)
	case looksLikePath(beforeQuery(flake)):
		return parsePath(ref, flake, fragment, hasFragment, dir)
	case hasFragment && flake == "":
		return parsePath(ref, ".", fragment, true, dir)
	case hasFragment, strings.Contains(flake, "/"):
		// An indirect reference, `insomnia#coder`.
		ref.Kind, ref.Flake = KindFlake, flake
		return withFragment(ref, fragment)
	}
	return nil, bareName(flake, dir)
}

// schemeOf is the URL scheme in front of a reference, or empty.
func schemeOf(s string) string {
	scheme, _, ok := strings.Cut(s, ":")
	if !ok || scheme == "" || scheme[0] < 'A' {
		return ""
	}
	for i := range len(scheme) {
		if c := scheme[i]; !letterOrDigit(c) && c != '+' && c != '.' && c != '-' {
			return ""
		}
	}
	return scheme
}

// isPlainName tells whether a name needs no quotes in an attribute path.
func isPlainName(s string) bool {
	for i := range len(s) {
		if c := s[i]; !letterOrDigit(c) && c != '_' && c != '-' {
			return false
		}
	}
	return s != ""
}

func letterOrDigit(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

func parseBuiltin(ref *Reference, name string) (*Reference, error) {
	if !isPlainName(name) {
		return nil, usage("reference-unreadable", "`builtin:` is followed by the name of a profile, not by %q", name).
			Hintf("for example builtin:coder")
	}
	ref.Kind, ref.Name = KindBuiltin, name
	return ref, nil
}

func beforeQuery(s string) string {
	bare, _, _ := strings.Cut(s, "?")
	return bare
}

func looksLikePath(s string) bool {
	return s == "." || s == ".." || s == "~" || strings.HasPrefix(s, "./") || strings.HasPrefix(s, "../") ||
		strings.HasPrefix(s, "/") || strings.HasPrefix(s, "~/") || strings.HasSuffix(s, ".nix")
}

// parsePath tells a path profile from the folder of a flake.
func parsePath(ref *Reference, path, fragment string, hasFragment bool, dir string) (*Reference, error) {
	bare, query, _ := strings.Cut(path, "?")
	abs := Absolute(bare, dir)
	if strings.HasSuffix(bare, ".nix") {
		if filepath.Base(bare) == "flake.nix" {
			folder := strings.TrimSuffix(strings.TrimSuffix(bare, "flake.nix"), "/")
			if folder == "" {
				folder = "."
			}
			return nil, usage("reference-unreadable", "%s is a flake, not a profile", path).
				Hintf("refer to its folder: %s#NAME", folder)
		}
		if hasFragment {
			return nil, usage("reference-unreadable", "a profile file has no attribute path: %s", ref.Text).
				Hintf("write `%s`", path)
		}
		ref.Kind, ref.Path = KindPath, abs
		return ref, nil
	}
	if !hasFragment && query == "" {
		profile, flake := exists(filepath.Join(abs, "profile.nix")), exists(filepath.Join(abs, "flake.nix"))
		switch {
		case profile && flake:
			return nil, diag.Errorf(diag.ExitNotFound, "reference-ambiguous", "%s holds both a flake.nix and a profile.nix", path).
				Hintf("name one of them:\n  %s\n  %s#NAME", joinTyped(path, "profile.nix"), path)
		case profile:
			ref.Kind, ref.Path = KindPath, filepath.Join(abs, "profile.nix")
			return ref, nil
		}
	}
	ref.Kind, ref.Flake, ref.LocalDir = KindFlake, path, withDir(abs, query)
	if rest, ok := strings.CutPrefix(path, "~"); ok {
		ref.Flake = homeDir() + rest
	}
	return withFragment(ref, fragment)
}

// withFragment reads the attribute path after `#`: names joined by dots, quoted
// where they hold a dot, percent-encoded as in any URL.
func withFragment(ref *Reference, fragment string) (*Reference, error) {
	decoded, err := url.PathUnescape(fragment)
	if err != nil {
		return nil, usage("reference-unreadable", "bad percent-encoding after `#`: %s", fragment)
	}
	attr, ok := splitAttrPath(decoded)
	if !ok {
		return nil, usage("reference-unreadable", "cannot read the attribute path %q", decoded).
			Expectedf("names joined by dots, such as coder or lib.profiles.\"with.dot\"")
	}
	ref.Attr = attr
	return ref, nil
}

func splitAttrPath(s string) ([]string, bool) {
	if s == "" {
		return nil, true
	}
	var attr []string
	for {
		var name string
		if strings.HasPrefix(s, `"`) {
			end := strings.IndexByte(s[1:], '"')
			if end < 0 {
				return nil, false
			}
			name, s = s[1:1+end], s[2+end:]
			if s != "" && s[0] != '.' {
				return nil, false
			}
		} else {
			end := strings.IndexByte(s, '.')
			if end < 0 {
				end = len(s)
			}
			name, s = s[:end], s[end:]
			if strings.ContainsRune(name, '"') {
				return nil, false
			}
		}
		if name == "" {
			return nil, false
		}
		attr = append(attr, name)
		if s == "" {
			return attr, true
		}
		s = s[1:]
	}
}

// attrText writes an attribute path the way it is typed.
func attrText(attr []string) string {
	parts := make([]string, len(attr))
	for i, name := range attr {
		if isPlainName(name) {
			parts[i] = name
		} else {
			parts[i] = `"` + name + `"`
		}
	}
	return strings.Join(parts, ".")
}

func unknownSource(text, scheme string) error {
	switch scheme {
	case "user", "project":
		return diag.Errorf(diag.ExitNotFound, "source-unknown", "profiles of the %s are not looked up by name yet: %s", scheme, text).
			Hintf("refer to the file or flake itself: ./PROFILE.nix or .#%s", strings.TrimPrefix(text, scheme+":"))
	}
	return diag.Errorf(diag.ExitNotFound, "source-unknown", "there is no source `%s`: %s", scheme, text).
		Expectedf("builtin:NAME, a path, or a flake reference (path:, git+file:, github:, …)")
}

// bareName is the answer to a name without a place, which is looked up nowhere yet.
func bareName(name, dir string) error {
	e := diag.Errorf(diag.ExitNotFound, "name-unqualified", "a name alone does not say where `%s` comes from", name)
	candidates := []string{"builtin:" + name, ".#" + name}
	if info, err := os.Stat(filepath.Join(dir, name)); err == nil {
		if info.IsDir() {
			candidates = append(candidates, "./"+name, "./"+name+"#NAME")
		} else {
			candidates = append(candidates, "./"+name)
		}
	} else if exists(filepath.Join(dir, name+".nix")) {
		candidates = append(candidates, "./"+name+".nix")
	}
	return e.Hintf("say which one is meant:\n  %s", strings.Join(candidates, "\n  "))
}

// lasting writes the reference so that it means the same from any directory.
// attr is the attribute path that it has led to.
func (ref *Reference) lasting(dir string, attr []string) string {
	switch ref.Kind {
	case KindBuiltin:
		return "builtin:" + ref.Name
	case KindPath:
		return ref.Path
	}
	flake := ref.Flake
	bare, query, hasQuery := strings.Cut(flake, "?")
	switch rest, isPath := strings.CutPrefix(bare, "path:"); {
	case isPath && !strings.HasPrefix(rest, "/"):
		base := (&url.URL{Path: dir}).EscapedPath()
		flake = "path:" + Absolute(rest, base)
	case isPath:
		hasQuery = false
	case looksLikePath(bare):
		flake = Absolute(bare, dir)
	default:
		hasQuery = false
	}
	if hasQuery {
		flake += "?" + query
	}
	return flake + "#" + strings.ReplaceAll(attrText(attr), "%", "%25")
}

func usage(code, format string, args ...any) *diag.Error {
	return diag.Errorf(diag.ExitUsage, code, format, args...)
}

// Absolute is a path as typed in a directory, with ~ for the home folder.
func Absolute(path, dir string) string {
	if rest, ok := strings.CutPrefix(path, "~"); ok && (rest == "" || rest[0] == '/') {
		path = homeDir() + rest
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	return filepath.Clean(path)
}

func homeDir() string {
	home, err := os.UserHomeDir()
	if err != nil {
		return "~"
	}
	return home
}

func localDirOfPathURL(flake, dir string) string {
	path, query, _ := strings.Cut(strings.TrimPrefix(flake, "path:"), "?")
	path = strings.TrimPrefix(path, "//")
	if decoded, err := url.PathUnescape(path); err == nil {
		path = decoded
	}
	return withDir(Absolute(path, dir), query)
}

// withDir goes into the folder that `?dir=` names.
func withDir(path, query string) string {
	values, err := url.ParseQuery(query)
	if err != nil {
		return path
	}
	return filepath.Join(path, values.Get("dir"))
}

func localDirOfGitURL(flake string) string {
	u, err := url.Parse(strings.TrimPrefix(flake, "git+"))
	if err != nil || u.Host != "" && u.Host != "localhost" || u.Query().Has("rev") || u.Query().Has("ref") {
		return ""
	}
	return filepath.Join(u.Path, u.Query().Get("dir"))
}

func joinTyped(path, name string) string {
	if strings.HasSuffix(path, "/") {
		return path + name
	}
	return path + "/" + name
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
