package reference

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// FlakeRef takes a flake reference apart as builtins.parseFlakeRef of Nix does. Values
// are strings, int64 and bool. Errors have Nix's words.
func FlakeRef(text string) (map[string]any, error) {
	notAbsolute := fmt.Errorf("flake reference '%s' is not an absolute path", text)
	if id, ok := identifier(text); ok {
		attrs, err := indirect(text, strings.Split(id, "/"))
		if err != nil {
			err = fmt.Errorf("GitHub URL 'flake:%s' is invalid", text)
		}
		return attrs, err
	}
	u, isURL := splitURL(text)
	if !isURL {
		if !strings.HasPrefix(text, "/") {
			return nil, notAbsolute
		}
		u, isURL = splitURL("path:" + text)
		if !isURL {
			return nil, notAbsolute
		}
	}
	before, fragment, found := strings.Cut(text, "#")
	if found && fragment != "" {
		return nil, fmt.Errorf("unexpected fragment '%s' in flake reference '%s'", fragment, text)
	}
	switch {
	case u.scheme == "path" && u.authority != "":
		return nil, fmt.Errorf("path URL '%s' should not have an authority ('%s')", before, u.authority)
	case u.scheme == "path":
		for _, name := range sortedNames(u.query) {
			if name != "dir" && !slices.Contains(attributeNames("path"), name) {
				return nil, fmt.Errorf("path URL '%s' has unsupported parameter '%s'", before, name)
			}
		}
	case !u.known():
		return nil, fmt.Errorf("input '%s' is unsupported", text)
	case u.remote() && !u.hasAuthority:
		return nil, notAbsolute
	}
	attrs, err := u.all(text, true)
	if err != nil {
		return nil, notAbsolute
	}
	switch kind, _ := attrs["type"].(string); kind {
	case "github", "gitlab", "sourcehut":
		if ref, ok := attrs["ref"].(string); ok && !legalRef(ref) {
			return nil, notAbsolute
		}
	}
	return attrs, nil
}

// known reports whether the scheme is one of an input.
func (u inputURL) known() bool {
	application, transport, two := strings.Cut(u.scheme, "+")
	if !two {
		application, transport = "", u.scheme
	}
	switch application {
	case "git", "hg":
		return true
	case "":
		switch transport {
		case "path", "flake", "github", "gitlab", "sourcehut", "git":
			return true
		}
	case "tarball", "file":
	default:
		return false
	}
	return transport == "file" || transport == "http" || transport == "https"
}

// remote reports whether the scheme is that of a host.
func (u inputURL) remote() bool {
	_, transport, two := strings.Cut(u.scheme, "+")
	if !two {
		transport = u.scheme
	}
	switch transport {
	case "git", "http", "https", "ssh":
		return true
	}
	return false
}

// legalRef reports whether git takes a name for a branch or tag.
func legalRef(name string) bool {
	if name == "" || name == "@" || strings.HasPrefix(name, "-") || strings.HasSuffix(name, ".") ||
		strings.Contains(name, "..") || strings.Contains(name, "@{") || strings.ContainsAny(name, " ~^:?*[\\\x7f") {
		return false
	}
	for step := range strings.SplitSeq(name, "/") {
		if step == "" || step[0] == '.' || strings.HasSuffix(step, ".lock") {
			return false
		}
	}
	return !strings.ContainsFunc(name, func(r rune) bool { return r < ' ' })
}

// sriSizes are the hashes that an SRI hash may be, with their sizes in bytes.
var sriSizes = [...]struct {
	name string
	size int
}{{"md5", 16}, {"sha1", 20}, {"sha256", 32}, {"sha512", 64}}

func checkNarHash(attrs map[string]any) error {
	text, given := attrs["narHash"].(string)
	if !given {
		return nil
	}
	algorithm, rest, ok := strings.Cut(text, "-")
	for _, h := range &sriSizes {
		if ok && h.name == algorithm {
			sum, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(rest, "="))
			if err != nil {
				sum = nil
			}
			if len(sum) != h.size {
				return fmt.Errorf("invalid SRI hash '%s', length %d != expected length %d", rest, len(sum), h.size)
			}
			return nil
		}
	}
	return fmt.Errorf("hash '%s' is not SRI", text)
}

// CheckFlakeRef holds the attributes of a flake reference to what Nix takes: strings,
// int64 and bool. Errors have Nix's words.
func CheckFlakeRef(attrs map[string]any) error {
	kind, ok := attrs["type"].(string)
	switch {
	case attrs["type"] == nil:
		return fmt.Errorf("'type' attribute to specify input scheme is required but not provided")
	case !ok:
		return fmt.Errorf("input attribute 'type' is not a string %s", asJSON(attrs))
	}
	allowed := attributeNames(kind)
	if allowed == nil {
		return fmt.Errorf("cannot show unsupported input '%s'", asJSON(attrs))
	}
	for _, name := range sortedNames(attrs) {
		if name != "type" && name != "dir" && !slices.Contains(allowed, name) {
			return fmt.Errorf("input attribute '%s' not supported by scheme '%s'", name, kind)
		}
	}
	for _, name := range requiredNames(kind) {
		if attrs[name] == nil {
			return fmt.Errorf("input attribute '%s' is missing", name)
		}
	}
	for _, name := range sortedNames(attrs) {
		value := attrs[name]
		switch name {
		case "lastModified", "revCount":
			if _, ok := value.(int64); !ok {
				return fmt.Errorf("input attribute '%s' is not an integer", name)
			}
		case "shallow", "submodules", "lfs", "exportIgnore", "allRefs", "verifyCommit", "unpack":
			if _, ok := value.(bool); !ok {
				return fmt.Errorf("input attribute '%s' is not a Boolean", name)
			}
		default:
			if _, ok := value.(string); !ok {
				return fmt.Errorf("input attribute '%s' is not a string %s", name, asJSON(attrs))
			}
		}
	}
	return checkValues(kind, attrs)
}

func checkValues(kind string, attrs map[string]any) error {
	if err := checkNarHash(attrs); err != nil {
		return err
	}
	rev, hasRev := attrs["rev"].(string)
	ref, hasRef := attrs["ref"].(string)
	if hasRev && !hexadecimal40(rev) && !(len(rev) == 64 && strings.Trim(rev, "0123456789abcdefABCDEF") == "") {
		return fmt.Errorf("hash '%s' has wrong length for hash algorithm 'sha1'", rev)
	}
	switch kind {
	case "github", "gitlab", "sourcehut":
		if hasRev && hasRef {
			return fmt.Errorf("input %s contains both a commit hash ('%s') and a branch/tag name ('%s')", asJSON(attrs), rev, ref)
		}
	case "git":
		if hasRef && !legalRef(ref) {
			return fmt.Errorf("invalid Git branch/tag name '%s'", ref)
		}
		for _, name := range []string{"verifyCommit", "keytype", "publicKey", "publicKeys"} {
			if attrs[name] != nil {
				return fmt.Errorf("experimental Nix feature 'verified-fetches' is disabled; add '--extra-experimental-features verified-fetches' to enable it")
			}
		}
	case "indirect":
		if id, _ := attrs["id"].(string); !registryName(id) || id[0] <= '9' {
			return fmt.Errorf("'%s' is not a valid flake ID", id)
		}
	}
	return nil
}

func asJSON(attrs map[string]any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(attrs) != nil {
		return "{}"
	}
	return strings.TrimSpace(b.String())
}

// FlakeRefText writes the attributes of a flake reference as builtins.flakeRefToString
// of Nix does. Errors have Nix's words.
func FlakeRefText(attrs map[string]any) (string, error) {
	if err := CheckFlakeRef(attrs); err != nil {
		return "", err
	}
	text := func(name string) string { s, _ := attrs[name].(string); return s }
	u := inputURL{query: map[string]string{}}
	copyTo := func(names ...string) {
		for _, name := range names {
			switch value := attrs[name].(type) {
			case string:
				u.query[name] = value
			case int64:
				u.query[name] = fmt.Sprint(value)
			case bool:
				if value {
					u.query[name] = "1"
				}
			}
		}
	}
	switch kind := text("type"); kind {
	case "github", "gitlab", "sourcehut":
		u.scheme, u.path = kind, []string{text("owner"), text("repo")}
		copyTo("narHash", "host")
	case "indirect":
		u.scheme, u.path = "flake", []string{text("id")}
	case "path":
		u.scheme, u.path = "path", strings.Split(text("path"), "/")
		copyTo("rev", "revCount", "lastModified", "narHash")
	default:
		address, prefix := text("url"), ""
		if kind == "git" || kind == "hg" {
			address, prefix = gitAddress(address), kind+"+"
		}
		var ok bool
		if u, ok = splitURL(address); !ok {
			return "", fmt.Errorf("'%s' doesn't have a scheme", address)
		}
		if !strings.HasPrefix(u.scheme, prefix) && u.scheme != kind {
			u.scheme = prefix + u.scheme
		}
		switch kind {
		case "git":
			copyTo("ref", "rev", "shallow", "submodules", "lfs", "exportIgnore")
		case "hg":
			copyTo("ref", "rev")
		default:
			copyTo("narHash")
		}
	}
	switch text("type") {
	case "github", "gitlab", "sourcehut", "indirect":
		for _, name := range []string{"ref", "rev"} {
			if value := text(name); value != "" {
				u.path = append(u.path, value)
			}
		}
	}
	if text("dir") != "" {
		copyTo("dir")
	}
	return u.String(), nil
}

// InputURL takes the URL of an input apart, as builtins.fetchTree of Nix does: FlakeRef
// without the notations that are no URL. Errors have Nix's words.
func InputURL(text string) (map[string]any, error) {
	if u, ok := splitURL(text); !ok {
		if !strings.Contains(text, ":") {
			return nil, fmt.Errorf("'%s' doesn't have a scheme", text)
		}
		return nil, fmt.Errorf("'%s' is not a valid URL", text)
	} else if u.scheme == "path" && u.query["dir"] != "" {
		return nil, fmt.Errorf("path URL '%s' has unsupported parameter 'dir'", text)
	}
	attrs, err := FlakeRef(text)
	delete(attrs, "dir")
	return attrs, err
}

// KnownInput reports whether there is an input of that type.
func KnownInput(kind any) bool {
	name, _ := kind.(string)
	return attributeNames(name) != nil
}

// FileURL is the path that a file: URL means.
func FileURL(text string) (path string, ok bool) {
	u, ok := splitURL(text)
	if !ok || u.scheme != "file" || u.authority != "" {
		return "", false
	}
	path, ok = filePath(u.path)
	return path, ok && strings.HasPrefix(path, "/")
}

// GitURL makes a URL of what git takes for an address, as builtins.fetchGit of Nix
// does. Errors have Nix's words.
func GitURL(text string) (string, error) {
	address := gitAddress(text)
	if first, _, _ := strings.Cut(text, "/"); strings.HasPrefix(address, "file:") && !strings.HasPrefix(text, "file:") && strings.Contains(first, ":") {
		return "", fmt.Errorf("SCP-like URL '%s' is not supported; use SSH URL syntax instead (ssh://...)", text)
	}
	u, ok := splitURL(address)
	if !ok {
		return "", fmt.Errorf("'%s' is not a valid URL", text)
	}
	u.scheme = strings.TrimPrefix(u.scheme, "git+")
	return u.String(), nil
}

// gitAddress makes a URL of what git takes for an address.
func gitAddress(text string) string {
	if u, ok := splitURL(text); ok && (u.hasAuthority || u.scheme == "file") {
		return text
	}
	if host, path, ok := strings.Cut(text, ":"); ok && strings.Contains(host, "@") && !strings.Contains(host, "/") {
		return "ssh://" + host + "/" + strings.TrimPrefix(path, "/")
	}
	if strings.HasPrefix(text, "/") {
		return "file://" + escapeSteps(text)
	}
	return "file:" + escapeSteps(text)
}
