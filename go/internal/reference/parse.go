package reference

import (
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/userdir"
)

// flakeSchemes are the URL schemes of flake references, by what follows them.
var flakeSchemes = map[string]string{
	"path": "path", "flake": "registry", "github": "github", "gitlab": "gitlab", "sourcehut": "sourcehut",
	"git": "git", "git+file": "git", "git+http": "git", "git+https": "git", "git+ssh": "git",
	"hg+http": "hg", "hg+https": "hg", "hg+ssh": "hg", "hg+file": "hg",
	"http": "tarball", "https": "tarball", "file": "file",
	"tarball+http": "tarball", "tarball+https": "tarball", "tarball+file": "tarball",
	"file+http": "file", "file+https": "file", "file+file": "file",
}

// Parse parses a reference. dir is the absolute directory that relative paths start
// from. Errors are *diag.Error: usage for text that is not a reference, not found if a
// path is ambiguous.
func Parse(text, dir string) (Reference, error) {
	if text == "" {
		return Reference{}, nil
	}
	r := Reference{text: text}
	if strings.HasPrefix(text, "-") {
		return r, unreadable("a reference cannot begin with `-`: %s", text).Hintf("write `./%s` if it is a file", text)
	}
	for _, c := range text {
		if c < 0x20 || c == 0x7f {
			return r, unreadable("control character in the reference %q", text)
		}
	}
	if !looksLikePath(text) {
		if scheme, rest, ok := cutScheme(text); ok {
			return r.parseScheme(scheme, rest, dir)
		}
	}
	bare, _, _ := strings.Cut(text, "#")
	bare, _, _ = strings.Cut(bare, "?")
	switch {
	case looksLikePath(text), IsProfileFile(bare):
		return r.parsePath(text, dir)
	case strings.HasPrefix(text, "#"), strings.HasPrefix(text, "?"):
		return r.parsePath("."+text, dir)
	case strings.ContainsAny(text, "/#?"):
		return r.parseRegistry(text)
	}
	r.Kind, r.Name = Name, text
	return r, nil
}

// cutScheme takes the URL scheme off a reference, in lowercase.
func cutScheme(s string) (scheme, rest string, ok bool) {
	scheme, rest, ok = strings.Cut(s, ":")
	if !ok || scheme == "" || !letterOrDigit(scheme[0]) {
		return "", "", false
	}
	for i := range len(scheme) {
		if c := scheme[i]; !letterOrDigit(c) && c != '+' && c != '.' && c != '-' && c != '_' {
			return "", "", false
		}
	}
	if lower := strings.ToLower(scheme); flakeSchemes[lower] != "" {
		scheme = lower
	}
	return scheme, rest, true
}

func looksLikePath(s string) bool {
	for _, prefix := range []string{".", "..", "~"} {
		if rest, ok := strings.CutPrefix(s, prefix); ok && (rest == "" || strings.ContainsRune("/#?", rune(rest[0]))) {
			return true
		}
	}
	return strings.HasPrefix(s, "/")
}

// IsProfileFile reports whether a path is, by its name, that of a profile file: in Nix, or
// in Markdown.
func IsProfileFile(path string) bool {
	return strings.HasSuffix(path, ".nix") || strings.HasSuffix(path, ".md")
}

// BareName is the name of a profile file without its directory and without .nix or .md.
func BareName(path string) string {
	name := filepath.Base(path)
	return strings.TrimSuffix(strings.TrimSuffix(name, ".md"), ".nix")
}

// ByForm reports whether text has the form of a path or of a flake reference, and
// not of a name or SOURCE:NAME. It looks at no file.
func ByForm(text string) bool {
	if looksLikePath(text) || strings.ContainsAny(text, "/#?") || IsProfileFile(text) {
		return true
	}
	scheme, _, ok := cutScheme(text)
	return ok && flakeSchemes[scheme] != ""
}

// ManifestFile reports whether text is the name of a file with a manifest, by its
// ending, for the commands that take one in place of a reference.
func ManifestFile(text string) bool {
	if scheme, _, ok := cutScheme(text); ok && flakeSchemes[scheme] != "" || strings.Contains(text, "#") {
		return false
	}
	ext := strings.ToLower(filepath.Ext(text))
	return ext == ".json" || ext == ".toml"
}

func (r Reference) parseScheme(scheme, rest, dir string) (Reference, error) {
	if scheme == "builtin" {
		if !Plain(rest) {
			return r, unreadable("`builtin:` must be followed by the name of a profile, got %q", rest).Hintf("for example builtin:coder")
		}
		r.Kind, r.Name = Builtin, rest
		return r, nil
	}
	kind := flakeSchemes[scheme]
	if kind == "" {
		if strings.ContainsAny(scheme, "+.") {
			return r, diag.Errorf(diag.ExitNotFound, "source-unknown", "unknown scheme `%s`: %s", scheme, r.text).
				Expectedf("builtin:NAME, SOURCE:NAME, a path, or a flake reference (path:, git+file:, github:, …)")
		}
		if rest == "" {
			return r, unreadable("`%s:` must be followed by the name of a profile", scheme)
		}
		r.Kind, r.Source, r.Name = Qualified, scheme, rest
		return r, nil
	}
	if kind == "registry" {
		return r.parseRegistry(rest)
	}
	address, attr, _ := strings.Cut(rest, "#")
	r.flake, _, _ = strings.Cut(r.text, "#")
	address, query, _ := strings.Cut(address, "?")
	var err error
	if r.Attr, err = parseAttr(attr); err != nil {
		return r, err
	}
	if scheme == "path" || scheme == "git+file" {
		return r.parseLocal(scheme, scheme, address, query, dir)
	}
	r.Kind, r.Scheme, r.Type = Remote, scheme, kind
	var own string
	if r.Query, own, err = parseQuery(r.text, query, kind); err != nil {
		return r, err
	}
	switch kind {
	case "github", "gitlab", "sourcehut":
		return r.parseForge(address)
	}
	plain := scheme[strings.IndexByte(scheme, '+')+1:]
	r.Address = plain + ":" + address
	if own != "" {
		r.Address += "?" + own
	}
	u, err := url.Parse(r.Address)
	if err != nil || u.Opaque != "" || u.Host == "" && !strings.HasSuffix(scheme, "file") {
		return r, unreadable("cannot read the address %s", r.text).Expectedf("%s://HOST/PATH", scheme)
	}
	return r, nil
}

// parseForge reads OWNER/REPO and what may follow it.
func (r Reference) parseForge(address string) (Reference, error) {
	parts := strings.SplitN(address, "/", 3)
	for i, part := range parts {
		decoded, err := url.PathUnescape(part)
		if err != nil || decoded == "" {
			parts = nil
			break
		}
		parts[i] = decoded
	}
	if len(parts) < 2 {
		return r, unreadable("cannot read the reference %s", r.text).Expectedf("%s:OWNER/REPO", r.Type)
	}
	r.Owner, r.Repo = parts[0], parts[1]
	if len(parts) < 3 {
		return r, nil
	}
	return r.at(parts[2])
}

// at sets the branch, tag or commit that a path names.
func (r Reference) at(name string) (Reference, error) {
	parameter := "ref"
	if isRevision(name) {
		parameter = "rev"
	}
	if parameter == "ref" && r.Query.Ref != "" || parameter == "rev" && r.Query.Rev != "" {
		return r, unreadable("%s names two values for `%s`", r.text, parameter)
	}
	return r, r.Query.set(r.text, parameter, name)
}

func (r Reference) parseRegistry(rest string) (Reference, error) {
	bare, attr, _ := strings.Cut(rest, "#")
	r.flake, _, _ = strings.Cut(r.text, "#")
	bare, query, _ := strings.Cut(bare, "?")
	id, at, hasAt := strings.Cut(bare, "/")
	r.Kind, r.Scheme = Registry, "flake"
	if !registryName(id) {
		return r, unreadable("cannot read the reference %s", r.text).
			Expectedf("a path (./%s), a name, SOURCE:NAME, or a flake reference (github:OWNER/REPO)", strings.TrimPrefix(bare, "/"))
	}
	r.Name = id
	var err error
	if r.Attr, err = parseAttr(attr); err != nil {
		return r, err
	}
	if r.Query, _, err = parseQuery(r.text, query, "registry"); err != nil || !hasAt {
		return r, err
	}
	// NAME/REF, NAME/REV or NAME/REF/REV.
	if i := strings.LastIndexByte(at, '/'); i > 0 && isRevision(at[i+1:]) {
		if r, err = r.at(at[:i]); err != nil {
			return r, err
		}
		at = at[i+1:]
	}
	return r.at(at)
}

func registryName(s string) bool {
	return s != "" && letterOrDigit(s[0]) && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == ""
}

// parseLocal reads `path:` and `git+file:`.
func (r Reference) parseLocal(scheme, kind, address, query, dir string) (Reference, error) {
	path, err := url.PathUnescape(address)
	if err != nil {
		return r, unreadable("invalid percent-encoding in %s", r.text)
	}
	if rest, ok := strings.CutPrefix(path, "//"); ok {
		host, rest, _ := strings.Cut(rest, "/")
		if host != "" && host != "localhost" && scheme == "git+file" {
			return r, unreadable("%s names the host `%s`; a local repository has none", r.text, host)
		}
		path = "/" + rest
		if scheme == "path" && host != "" {
			path = host + "/" + rest // path://relative, as Nix takes it
		}
	}
	if path == "" {
		return r, unreadable("%s names no directory", r.text).Expectedf("%s:DIRECTORY", scheme)
	}
	if scheme == "path" && IsProfileFile(path) {
		return r, unreadable("`path:` must be followed by the directory of a flake, got a file: %s", r.text).
			Hintf("write the path alone: insomnia resolve %s", path)
	}
	r.Kind, r.Scheme, r.Path = Local, scheme, Absolute(path, dir)
	var own string
	if r.Query, own, err = parseQuery(r.text, query, kind); err != nil {
		return r, err
	}
	if own != "" {
		name, _, _ := strings.Cut(own, "=")
		return r, unreadable("unknown parameter `%s` in %s", name, r.text).Expectedf("one of: %s", strings.Join(accepted[kind], ", "))
	}
	return r, nil
}

// parsePath distinguishes a profile file from the directory of a flake.
func (r Reference) parsePath(text, dir string) (Reference, error) {
	path, query, attr, hasAttr := splitPath(text, dir)
	abs := Absolute(path, dir)
	if IsProfileFile(path) {
		if filepath.Base(path) == "flake.nix" {
			folder := strings.TrimSuffix(strings.TrimSuffix(path, "flake.nix"), "/")
			if folder == "" {
				folder = "."
			}
			return r, unreadable("%s is a flake, not a profile", path).Hintf("refer to its directory: %s#NAME", folder)
		}
		if hasAttr || query != "" {
			return r, unreadable("a profile file has no attribute path and no parameters: %s", r.text).Hintf("write `%s`", path)
		}
		r.Kind, r.Path = File, abs
		return r, nil
	}
	if !hasAttr && query == "" {
		profile, flake := exists(filepath.Join(abs, "profile.nix")), exists(filepath.Join(abs, "flake.nix"))
		switch {
		case profile && flake:
			return r, diag.Errorf(diag.ExitNotFound, "reference-ambiguous", "%s has both a flake.nix and a profile.nix", path).
				Hintf("name one of them:\n  %s\n  %s#NAME", strings.TrimSuffix(path, "/")+"/profile.nix", path)
		case profile:
			r.Kind, r.Path = File, filepath.Join(abs, "profile.nix")
			return r, nil
		}
	}
	r.Kind, r.Path, r.flake = Local, abs, path
	if query != "" {
		r.flake += "?" + query
	}
	var err error
	if r.Attr, err = parseAttr(attr); err != nil {
		return r, err
	}
	r.Query, _, err = parseQuery(r.text, query, "directory")
	return r, err
}

// splitPath finds where a path ends: at the first `#` or `?` before which there
// is something on disk, since names may hold both; else at the first.
func splitPath(text, dir string) (path, query, attr string, hasAttr bool) {
	cut := strings.IndexAny(text, "#?")
	if cut < 0 {
		return text, "", "", false
	}
	ends := []int{}
	for i, c := range text {
		if c == '#' || c == '?' {
			ends = append(ends, i)
		}
	}
	const mostTried = 16
	ends = append(ends[:min(len(ends), mostTried)], len(text))
	if i := slices.IndexFunc(ends, func(end int) bool { return exists(Absolute(text[:end], dir)) }); i >= 0 {
		cut = ends[i]
	}
	path, rest := text[:cut], text[cut:]
	if before, after, ok := strings.Cut(rest, "#"); ok {
		rest, attr, hasAttr = before, after, true
	}
	return path, strings.TrimPrefix(rest, "?"), attr, hasAttr
}

// Absolute is a path as typed in a directory, with ~ for the home directory.
func Absolute(path, dir string) string {
	if rest, ok := strings.CutPrefix(path, "~"); ok && (rest == "" || rest[0] == '/') {
		if home, err := userdir.Home(rest); err == nil {
			path = home
		}
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	return filepath.Clean(path)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func unreadable(format string, args ...any) *diag.Error {
	return diag.Errorf(diag.ExitUsage, "reference-unreadable", format, args...)
}

// Archive reports whether an address ends like the name of an archive, by which Nix
// distinguishes archives from plain files.
func Archive(address string) bool {
	address, _, _ = strings.Cut(address, "?")
	for _, suffix := range []string{".zip", ".tar", ".tgz", ".tar.gz", ".tar.xz", ".tar.bz2", ".tar.zst"} {
		if strings.HasSuffix(address, suffix) {
			return true
		}
	}
	return false
}
