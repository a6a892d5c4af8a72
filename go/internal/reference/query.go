package reference

import (
	"net/url"
	"slices"
	"strings"
)

// Query is the part after `?` in a reference to a flake, with the same meaning as in
// Nix.
type Query struct {
	Dir     string // directory of the flake.nix in the source
	Ref     string // branch or tag
	Rev     string // commit: 40 or 64 hexadecimal digits
	NarHash string // SRI hash that the source must have
	Host    string // of a GitHub or GitLab installation
	Shallow bool   // a clone without history will do
	// Submodules: the git submodules of a work tree are part of the source.
	Submodules bool
	// Nix are parameters that Nix knows and this program does not do, such as
	// `lfs=1`, joined by `&`: with the embedded evaluator they are refused.
	Nix string
}

// accepted are the parameters by the type of reference. What is unknown is
// refused by name, and never dropped.
var accepted = map[string][]string{
	"path":      {"dir", "narHash"},
	"directory": {"dir", "ref", "rev", "narHash", "submodules"},
	"git":       {"dir", "ref", "rev", "narHash", "shallow"},
	"git+file":  {"dir", "ref", "rev", "narHash", "submodules"},
	"github":    {"dir", "ref", "rev", "narHash", "host"},
	"gitlab":    {"dir", "ref", "rev", "narHash", "host"},
	"sourcehut": {"dir", "ref", "rev", "narHash", "host"},
	"tarball":   {"dir", "narHash"},
	"file":      {"dir", "narHash"},
	"hg":        {"dir", "ref", "rev", "narHash"},
	"registry":  {"dir", "ref", "rev", "narHash"},
}

// onlyNix are parameters that Nix knows for git and that this program does not do.
var onlyNix = []string{"submodules", "shallow", "lfs", "exportIgnore", "allRefs", "verifyCommit", "publicKey", "publicKeys", "keytype",
	"revCount", "lastModified", "name", "treeHash"}

// parseQuery reads the parameters of a reference of some type. rest are those
// that belong to the address itself, where an address has its own.
func parseQuery(text, query, kind string) (q Query, rest string, err error) {
	values, err := url.ParseQuery(strings.ReplaceAll(query, "+", "%2B"))
	if err != nil {
		return q, "", unreadable("cannot read the parameters after `?` in %s", text).
			Hintf("write them as NAME=VALUE, joined by `&` and percent-encoded")
	}
	own, nix := url.Values{}, url.Values{}
	for name, given := range values {
		switch {
		case !slices.Contains(accepted[kind], name) && slices.Contains(onlyNix, name):
			if (name == "submodules" || name == "shallow" || name == "lfs" || name == "exportIgnore" || name == "allRefs") && slices.Equal(given, []string{"0"}) {
				continue // the default
			}
			nix[name] = given
			continue
		case !slices.Contains(accepted[kind], name) && (kind == "tarball" || kind == "file" || kind == "git"):
			own[name] = given
			continue
		case !slices.Contains(accepted[kind], name):
			return q, "", unreadable("unknown parameter `%s` in %s", name, text).
				Expectedf("one of: %s", strings.Join(accepted[kind], ", "))
		case len(given) > 1:
			return q, "", unreadable("parameter `%s` is given twice in %s", name, text)
		}
		if err := q.set(text, name, given[0]); err != nil {
			return q, "", err
		}
	}
	q.Nix = encode(nix)
	return q, encode(own), nil
}

// encode encodes a space as %20: a plus is read as itself, as Nix does.
func encode(v url.Values) string { return strings.ReplaceAll(v.Encode(), "+", "%20") }

func (q *Query) set(text, name, value string) error {
	bad := func(want string) error {
		return unreadable("`?%s=%s` of %s: must be %s", name, value, text, want)
	}
	switch name {
	case "dir":
		if value == ".." || strings.HasPrefix(value, "../") || strings.HasPrefix(value, "/") || strings.Contains(value, "/../") || strings.HasSuffix(value, "/..") {
			return bad("a directory inside the source")
		}
		q.Dir = value
	case "ref":
		if value == "" || strings.HasPrefix(value, "-") || strings.Contains(value, "..") || strings.HasPrefix(value, "/") || strings.HasSuffix(value, "/") || strings.Contains(value, "//") || strings.ContainsAny(value, " ~^:?*[\\") || strings.HasSuffix(value, ".lock") {
			return bad("a branch or tag")
		}
		q.Ref = value
	case "rev":
		if !isRevision(value) {
			return bad("a commit of 40 or 64 hexadecimal digits")
		}
		q.Rev = value
	case "narHash":
		if !strings.HasPrefix(value, "sha256-") || len(value) > 100 {
			return bad("a hash such as sha256-…=")
		}
		q.NarHash = value
	case "host":
		if value == "" || strings.ContainsAny(value, "/@?# ") || strings.HasPrefix(value, "-") {
			return bad("a host name")
		}
		q.Host = value
	case "shallow", "submodules":
		if value != "0" && value != "1" {
			return bad("0 or 1")
		}
		if on := value == "1"; name == "shallow" {
			q.Shallow = on
		} else {
			q.Submodules = on
		}
	}
	return nil
}

// String is the query with its `?`, in a fixed order; empty when nothing is set.
func (q Query) String() string {
	var parts []string
	add := func(name, value string) {
		if value != "" {
			parts = append(parts, name+"="+strings.NewReplacer("%2F", "/", "%3A", ":", "+", "%20").Replace(url.QueryEscape(value)))
		}
	}
	add("dir", q.Dir)
	add("host", q.Host)
	add("narHash", q.NarHash)
	add("ref", q.Ref)
	add("rev", q.Rev)
	if q.Shallow {
		add("shallow", "1")
	}
	if q.Submodules {
		add("submodules", "1")
	}
	if q.Nix != "" {
		parts = append(parts, q.Nix)
	}
	if len(parts) == 0 {
		return ""
	}
	return "?" + strings.Join(parts, "&")
}

func isRevision(s string) bool {
	return (len(s) == 40 || len(s) == 64) && strings.Trim(s, "0123456789abcdef") == ""
}
