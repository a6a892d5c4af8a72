package reference

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Attributes takes the URL of a flake input apart, as flake.nix has it and as
// flake.lock keeps it: `github:o/r` is { type = "github"; owner = "o"; repo = "r"; }.
// Values are strings, int64 and bool. isFlake is false for an input that is only
// a source tree, whose address may be that of a plain file.
//
// Unlike Parse it looks at no file, knows no notation but that of Nix, and keeps
// a relative path relative. Errors are *diag.Error.
func Attributes(text string, isFlake bool) (map[string]any, error) {
	if id, ok := identifier(text); ok {
		return indirect(text, strings.Split(id, "/"))
	}
	u, ok := splitURL(text)
	if !ok {
		return pathAttributes(text)
	}
	if u.fragment {
		return nil, unreadable("unexpected `#` in the address of an input: %s", text)
	}
	if u.scheme == "git+file" && u.path[0] != "" {
		return nil, unreadable("a local repository must have an absolute path and no host: %s", text).Expectedf("git+file:///PATH")
	}
	return u.all(text, isFlake)
}

// all is attributes with the directory.
func (u inputURL) all(text string, isFlake bool) (map[string]any, error) {
	attrs, err := u.attributes(text, isFlake)
	if err != nil {
		return nil, err
	}
	if dir := u.query["dir"]; dir != "" {
		attrs["dir"] = dir
	}
	return attrs, nil
}

// AttributesOf normalizes an input that flake.nix has as attributes, with a
// `type`. Errors are *diag.Error.
func AttributesOf(given map[string]any) (map[string]any, error) {
	kind, _ := given["type"].(string)
	allowed := attributeNames(kind)
	attrs := map[string]any{}
	for name, value := range given {
		if allowed != nil && name != "type" && name != "dir" && !slices.Contains(allowed, name) {
			return nil, unreadable("input attribute `%s` is not supported for the type `%s`", name, kind).
				Expectedf("one of: %s", strings.Join(allowed, ", "))
		}
		attrs[name] = value
	}
	for _, name := range requiredNames(kind) {
		if text, ok := attrs[name].(string); !ok || text == "" {
			return nil, unreadable("input of the type `%s` without `%s`", kind, name)
		}
	}
	if dir, ok := attrs["dir"]; ok && dir == "" {
		delete(attrs, "dir")
	}
	if kind == "git" {
		text := attrs["url"].(string)
		if strings.HasPrefix(text, "/") {
			text = "file://" + escapeSteps(text)
		}
		u, ok := splitURL(text)
		if !ok || u.fragment {
			return nil, unreadable("cannot read the address of a repository: %s", text).Expectedf("https://HOST/PATH, ssh://USER@HOST/PATH or file:///PATH")
		}
		u.scheme = strings.TrimPrefix(u.scheme, "git+")
		attrs["url"] = u.String()
	}
	return attrs, nil
}

// attributeNames are the attributes that Nix takes for a type, but for `dir`;
// nil for a type that is not known here.
func attributeNames(kind string) []string {
	switch kind {
	case "path":
		return []string{"path", "rev", "revCount", "lastModified", "narHash"}
	case "git":
		return []string{"url", "ref", "rev", "shallow", "submodules", "lfs", "exportIgnore", "lastModified", "revCount", "narHash",
			"allRefs", "name", "dirtyRev", "dirtyShortRev", "verifyCommit", "keytype", "publicKey", "publicKeys"}
	case "github", "gitlab", "sourcehut":
		return []string{"owner", "repo", "ref", "rev", "narHash", "lastModified", "host", "treeHash"}
	case "tarball", "file":
		return []string{"url", "narHash", "name", "unpack", "rev", "revCount", "lastModified"}
	case "indirect":
		return []string{"id", "ref", "rev", "narHash"}
	case "hg":
		return []string{"url", "ref", "rev", "revCount", "narHash", "name"}
	}
	return nil
}

// requiredNames are the attributes that a type cannot do without.
func requiredNames(kind string) []string {
	switch kind {
	case "path":
		return []string{"path"}
	case "git", "hg", "tarball", "file":
		return []string{"url"}
	case "github", "gitlab", "sourcehut":
		return []string{"owner", "repo"}
	case "indirect":
		return []string{"id"}
	}
	return nil
}

// SameAddress writes the address of an input so that equal ones are equal text:
// old locks have the directory in it a second time.
func SameAddress(attrs map[string]any) map[string]any {
	text, ok := attrs["url"].(string)
	if !ok {
		return attrs
	}
	u, ok := splitURL(text)
	if !ok || u.fragment {
		return attrs
	}
	if dir, _ := attrs["dir"].(string); dir != "" && u.query["dir"] == dir {
		delete(u.query, "dir")
	}
	out := make(map[string]any, len(attrs))
	for name, value := range attrs {
		out[name] = value
	}
	out["url"] = u.String()
	return out
}

// inputURL is a URL as Nix takes one apart.
type inputURL struct {
	scheme       string
	authority    string // with its encoding made uniform
	hasAuthority bool
	path         []string // decoded, by the slashes
	query        map[string]string
	fragment     bool
}

// splitURL parses a URL; ok is false for other text, such as a path.
func splitURL(text string) (u inputURL, ok bool) {
	scheme, rest, found := strings.Cut(text, ":")
	if !found || scheme == "" || strings.Trim(strings.ToLower(scheme), "abcdefghijklmnopqrstuvwxyz0123456789+.-") != "" || !letterOrDigit(scheme[0]) || scheme[0] <= '9' {
		return u, false
	}
	rest, fragment, _ := strings.Cut(rest, "#")
	rest, query, _ := strings.Cut(rest, "?")
	for _, c := range []byte(rest) {
		if c <= 0x20 || c >= 0x7f || strings.IndexByte("\"<>\\^`{|}", c) >= 0 {
			return u, false
		}
	}
	u = inputURL{scheme: scheme, query: map[string]string{}, fragment: fragment != ""}
	if after, ok := strings.CutPrefix(rest, "//"); ok {
		u.hasAuthority = true
		slash := strings.IndexByte(after, '/')
		if slash < 0 {
			slash = len(after)
		}
		if u.authority, ok = uniformAuthority(after[:slash]); !ok {
			return u, false
		}
		rest = after[slash:]
	}
	if strings.HasSuffix(scheme, "file") && rest == "" {
		rest = "/"
	}
	for step := range strings.SplitSeq(rest, "/") {
		decoded, err := url.PathUnescape(step)
		if err != nil {
			return u, false
		}
		u.path = append(u.path, decoded)
	}
	for parameter := range strings.SplitSeq(query, "&") {
		name, value, hasValue := strings.Cut(parameter, "=")
		name, err1 := url.PathUnescape(name)
		value, err2 := url.PathUnescape(value)
		if err1 != nil || err2 != nil {
			return u, false
		}
		if _, twice := u.query[name]; hasValue && !twice {
			u.query[name] = value
		}
	}
	return u, true
}

// uniformAuthority decodes and encodes USER@HOST:PORT.
func uniformAuthority(text string) (string, bool) {
	user, host := "", text
	if at := strings.LastIndexByte(text, '@'); at >= 0 {
		user, host = text[:at]+"@", text[at+1:]
	}
	port := ""
	if colon := strings.LastIndexByte(host, ':'); colon > strings.LastIndexByte(host, ']') {
		host, port = host[:colon], host[colon+1:]
		if port != "" {
			n, err := strconv.ParseUint(port, 10, 16)
			if err != nil {
				return "", false
			}
			port = ":" + strconv.FormatUint(n, 10)
		}
	}
	if !strings.HasPrefix(host, "[") {
		decoded, err := url.PathUnescape(host)
		if err != nil {
			return "", false
		}
		host = encodeText(decoded, "")
	}
	return user + host + port, true
}

func (u inputURL) String() string {
	var b strings.Builder
	b.WriteString(u.scheme + ":")
	if u.hasAuthority {
		b.WriteString("//" + u.authority)
	}
	for i, step := range u.path {
		if i > 0 {
			b.WriteByte('/')
		}
		b.WriteString(encodeText(step, ":@"))
	}
	separator := "?"
	for _, name := range sortedNames(u.query) {
		b.WriteString(separator + encodeText(name, ":@/?") + "=" + encodeText(u.query[name], ":@/?"))
		separator = "&"
	}
	return b.String()
}

func sortedNames[T any](m map[string]T) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// encodeText percent-encodes all but letters, digits, "-._~" and what is kept.
func encodeText(s, keep string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		if letterOrDigit(c) || strings.IndexByte("-._~", c) >= 0 || strings.IndexByte(keep, c) >= 0 {
			b.WriteByte(c)
			continue
		}
		const digits = "0123456789ABCDEF"
		b.WriteString("%" + string(digits[c>>4]) + string(digits[c&15]))
	}
	return b.String()
}

func escapeSteps(path string) string {
	steps := strings.Split(path, "/")
	for i, step := range steps {
		steps[i] = encodeText(step, ":@")
	}
	return strings.Join(steps, "/")
}

// filePath is the path on a file system that the steps of a URL mean.
func filePath(steps []string) (string, bool) {
	var kept []string
	for _, step := range steps {
		if strings.ContainsAny(step, "/\x00") {
			return "", false
		}
		if step != "" {
			kept = append(kept, step)
		}
	}
	path := strings.Join(kept, "/")
	if steps[0] == "" {
		path = "/" + path
	}
	if len(kept) > 0 && steps[len(steps)-1] == "" {
		path += "/"
	}
	return path, path != ""
}

func (u inputURL) attributes(text string, isFlake bool) (map[string]any, error) {
	application, transport, two := strings.Cut(u.scheme, "+")
	if !two {
		application, transport = "", u.scheme
	}
	switch {
	case u.scheme == "path":
		return u.directory(text)
	case u.scheme == "flake":
		return indirect(text, slices.DeleteFunc(u.path, func(s string) bool { return s == "" }))
	case u.scheme == "github", u.scheme == "gitlab", u.scheme == "sourcehut":
		return u.forge(text)
	case u.scheme == "git", application == "git":
		return u.git(text)
	case application == "hg":
		u.scheme = transport
		attrs := map[string]any{"type": "hg"}
		for _, name := range []string{"ref", "rev"} {
			if value, ok := u.query[name]; ok {
				attrs[name] = value
				delete(u.query, name)
			}
		}
		delete(u.query, "dir")
		attrs["url"] = u.String()
		return attrs, nil
	case transport != "file" && transport != "http" && transport != "https":
	case application == "tarball", application == "file":
		return u.archive(text, application, transport)
	case application == "" && !isFlake && !Archive(u.path[len(u.path)-1]):
		return u.archive(text, "file", transport)
	case application == "":
		return u.archive(text, "tarball", transport)
	}
	return nil, unreadable("unknown scheme `%s` in the address of an input: %s", u.scheme, text).
		Expectedf("path:, git+https:, git+file:, github:, gitlab:, sourcehut:, https: or file:")
}

// takeNumbers moves whole numbers from the query to the attributes.
func (u inputURL) takeNumbers(text string, attrs map[string]any, names ...string) error {
	for _, name := range names {
		value, ok := u.query[name]
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil || n < 0 {
			return unreadable("`?%s=%s` of %s: must be a whole number", name, value, text)
		}
		attrs[name] = n
	}
	return nil
}

func (u inputURL) directory(text string) (map[string]any, error) {
	path, ok := filePath(u.path)
	if !ok || u.authority != "" {
		return nil, unreadable("cannot read the path of an input: %s", text).Expectedf("path:DIRECTORY")
	}
	attrs := map[string]any{"type": "path", "path": path}
	for _, name := range sortedNames(u.query) {
		switch name {
		case "rev", "narHash":
			attrs[name] = u.query[name]
		case "dir", "revCount", "lastModified":
		default:
			return nil, unreadable("unknown parameter `%s` in %s", name, text).Expectedf("one of: dir, lastModified, narHash, rev, revCount")
		}
	}
	return attrs, u.takeNumbers(text, attrs, "revCount", "lastModified")
}

func (u inputURL) git(text string) (map[string]any, error) {
	attrs := map[string]any{"type": "git"}
	own := map[string]string{}
	for name, value := range u.query {
		switch name {
		case "rev", "ref", "keytype", "publicKey", "publicKeys":
			attrs[name] = value
		case "shallow", "submodules", "lfs", "exportIgnore", "allRefs", "verifyCommit":
			attrs[name] = value == "1"
		case "dir":
		default:
			own[name] = value
		}
	}
	u.query, u.scheme = own, strings.TrimPrefix(u.scheme, "git+")
	if u.scheme == "file" && u.authority != "" {
		return nil, unreadable("a local repository must have an absolute path and no host: %s", text).Expectedf("git+file:///PATH")
	}
	attrs["url"] = u.String()
	return attrs, nil
}

func (u inputURL) archive(text, kind, transport string) (map[string]any, error) {
	attrs := map[string]any{"type": kind}
	own := map[string]string{}
	for name, value := range u.query {
		switch {
		case name == "narHash", name == "rev":
			attrs[name] = value
		case name == "dir", slices.Contains(attributeNames(kind), name):
		default:
			own[name] = value
		}
	}
	if err := u.takeNumbers(text, attrs, "revCount", "lastModified"); err != nil {
		return nil, err
	}
	u.query, u.scheme = own, transport
	if transport == "file" && (u.authority != "" || u.path[0] != "") {
		return nil, unreadable("a local archive must have an absolute path and no host: %s", text).Expectedf("file:///PATH")
	}
	attrs["url"] = u.String()
	return attrs, nil
}

func (u inputURL) forge(text string) (map[string]any, error) {
	steps := slices.DeleteFunc(slices.Clone(u.path), func(s string) bool { return s == "" })
	if len(steps) < 2 {
		return nil, unreadable("cannot read the reference %s", text).Expectedf("%s:OWNER/REPO", u.scheme)
	}
	attrs := map[string]any{"type": u.scheme, "owner": steps[0], "repo": steps[1]}
	if len(steps) == 3 && hexadecimal40(steps[2]) {
		attrs["rev"] = steps[2]
	} else if len(steps) > 2 {
		attrs["ref"] = strings.Join(steps[2:], "/")
	}
	for _, name := range []string{"rev", "ref", "host", "narHash"} {
		value, given := u.query[name]
		if !given {
			continue
		}
		if _, twice := attrs[name]; twice {
			return nil, unreadable("%s names two values for `%s`", text, name)
		}
		attrs[name] = value
	}
	rev, hasRev := attrs["rev"].(string)
	if _, hasRef := attrs["ref"]; hasRef && hasRev {
		return nil, unreadable("%s names both a commit and a branch", text).Hintf("leave one of them out")
	}
	if hasRev && !hexadecimal40(rev) {
		return nil, unreadable("`rev` of %s: must be a commit of 40 hexadecimal digits", text)
	}
	return attrs, nil
}

func hexadecimal40(s string) bool {
	return len(s) == 40 && strings.Trim(s, "0123456789abcdefABCDEF") == ""
}

// identifier reports whether an input is named by its name in a registry: ID,
// ID/REF, ID/REV or ID/REF/REV.
func identifier(text string) (string, bool) {
	id, rest, more := strings.Cut(text, "/")
	if id == "" || id[0] <= '9' || !registryName(id) {
		return "", false
	}
	if !more {
		return text, true
	}
	return text, rest != "" && (letterOrDigit(rest[0]) || rest[0] == '@') &&
		strings.Trim(rest, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./@+-") == ""
}

func indirect(text string, steps []string) (map[string]any, error) {
	bad := unreadable("cannot read the reference %s", text).Expectedf("flake:NAME, flake:NAME/REF or flake:NAME/REF/REV")
	if len(steps) == 0 || len(steps) > 3 || !registryName(steps[0]) || steps[0][0] <= '9' {
		return nil, bad
	}
	attrs := map[string]any{"type": "indirect", "id": steps[0]}
	switch {
	case len(steps) == 2 && hexadecimal40(steps[1]):
		attrs["rev"] = strings.ToLower(steps[1])
	case len(steps) == 2:
		attrs["ref"] = steps[1]
	case len(steps) == 3 && !hexadecimal40(steps[2]):
		return nil, bad
	case len(steps) == 3:
		attrs["ref"], attrs["rev"] = steps[1], strings.ToLower(steps[2])
	}
	return attrs, nil
}

// pathAttributes reads a path without a scheme.
func pathAttributes(text string) (map[string]any, error) {
	path, query, _ := strings.Cut(text, "?")
	if strings.Contains(text, "#") {
		return nil, unreadable("unexpected `#` in the path of an input: %s", text)
	}
	if strings.ContainsAny(path, "\x00\n") || path == "" {
		return nil, unreadable("cannot read the path of an input: %q", text)
	}
	u, ok := splitURL("path:?" + query)
	if !ok {
		return nil, unreadable("cannot read the parameters after `?` in %s", text)
	}
	u.path = strings.Split(path, "/")
	attrs, err := u.directory(text)
	if dir := u.query["dir"]; err == nil && dir != "" {
		attrs["dir"] = dir
	}
	return attrs, err
}
