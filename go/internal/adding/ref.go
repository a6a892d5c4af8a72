// Package adding manages what was added to the profiles of a project or of the user:
// references to skills, agent files and MCP servers of other authors, and the lock that
// pins them.
//
// Each addition is a layer below `added` in the directory of the profiles: NAME.nix or
// NAME.md, and the files of a skill in NAME. Like flake.lock, the lock next to the
// config records where it comes from, with the hash of each file.
package adding

import (
	"errors"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/keyform"
	"github.com/insomnia-pods/insomnia/go/internal/pattern"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/nix/flake"
)

// Ref is a reference to something that can be added: a source as flake inputs know it,
// a path in it, and a name where several things are at the path.
type Ref struct {
	// Text is the reference as the lock keeps it: paths are absolute.
	Text string
	// Source is the part without path and name, for messages and downloads.
	Source string
	// Original are the attributes of the source, as flake.lock has them, without `dir`.
	Original map[string]any
	// NarHash is the hash that the source must have; empty for any.
	NarHash string
	// Path is slash-separated; empty for the top of the source.
	Path string
	Pick string
}

var picked = pattern.Lazy{Text: `^[A-Za-z0-9][A-Za-z0-9._ -]*$`}

const expected = "such as github:OWNER/REPO/PATH, git+https://HOST/REPO?dir=PATH, https://HOST/FILE.tar.gz?dir=PATH or ./PATH"

// Parse reads a reference; dir is what relative paths start from. Errors are *diag.Error.
func Parse(text, dir string) (Ref, error) {
	r := Ref{}
	text, r.Pick, _ = strings.Cut(text, "#")
	if strings.Contains(text, "#") || r.Pick != "" && (len(r.Pick) > 64 || !picked.Get().MatchString(r.Pick)) {
		return r, invalid(text, "the name after `#` is not one of a skill, an agent or a server")
	}
	if keyform.Mask(text) != text {
		return r, diag.Errorf(diag.ExitRefused, "literal-secret", "the reference has what has the form of a key (not shown), which the lock would keep").
			Hintf("leave the key out: git asks its credential helper")
	}
	switch {
	case strings.HasPrefix(text, "/"), strings.HasPrefix(text, "."), strings.HasPrefix(text, "~"):
		abs := reference.Absolute(text, dir)
		r.Original = map[string]any{"type": "path", "path": abs}
		r.Source, r.Text = "path:"+abs, abs
	default:
		address, inside, err := forgePath(text)
		if err != nil {
			return r, err
		}
		address, given, err := without(address, "dir")
		if err == nil {
			address, r.NarHash, err = without(address, "narHash")
		}
		if err != nil {
			return r, err
		}
		if r.Original, err = reference.Attributes(address, false); err != nil {
			return r, err
		}
		if given != "" && inside != "" {
			return r, invalid(text, "it has a path twice: after the repository and in ?dir=")
		}
		if r.Path, err = clean(text, inside+given); err != nil {
			return r, err
		}
		r.Source, r.Text = address, text
		if r.Original["type"] == "path" {
			abs, _ := r.Original["path"].(string)
			if !filepath.IsAbs(abs) {
				abs = filepath.Join(dir, abs)
			}
			r.Original["path"] = filepath.Clean(abs)
		}
	}
	if r.Pick != "" {
		r.Text += "#" + r.Pick
	}
	switch r.Original["type"] {
	case "path", "git", "github", "gitlab", "sourcehut", "tarball":
	case "file":
		return r, invalid(text, "a file at an address cannot be added; name the repository or the archive that it is in")
	default:
		return r, invalid(text, "")
	}
	l, err := flake.LockedOf(r.Original)
	if err != nil {
		return r, invalid(text, err.Error())
	}
	if u, err := url.Parse(l.URL); err == nil && u.User != nil {
		if _, has := u.User.Password(); has {
			return r, diag.Errorf(diag.ExitRefused, "literal-secret", "the reference has a password (not shown), which the lock would keep").
				Hintf("leave it out: git asks its credential helper")
		}
	}
	return r, nil
}

func invalid(text, why string) error {
	e := diag.Errorf(diag.ExitUsage, "reference-invalid", "cannot add %s", diag.Quote(text)).Expectedf("%s", expected)
	if why != "" {
		e.Diagnostics[0].Message += ": " + why
	}
	return e
}

// forgePath takes the path off a reference to a forge: what follows OWNER/REPO, which for
// a flake would be a branch.
func forgePath(text string) (address, inside string, err error) {
	scheme, rest, ok := strings.Cut(text, ":")
	switch strings.ToLower(scheme) {
	case "github", "gitlab", "sourcehut":
	default:
		return text, "", nil
	}
	rest, query, hasQuery := strings.Cut(rest, "?")
	steps := strings.Split(strings.Trim(rest, "/"), "/")
	if !ok || len(steps) < 2 {
		return "", "", invalid(text, "")
	}
	address = strings.ToLower(scheme) + ":" + steps[0] + "/" + steps[1]
	if hasQuery {
		address += "?" + query
	}
	if len(steps) == 2 {
		return address, "", nil
	}
	if inside, err = url.PathUnescape(strings.Join(steps[2:], "/")); err != nil {
		return "", "", invalid(text, "the path is not valid: write % as %25")
	}
	return address, inside, nil
}

// without takes a parameter off an address.
func without(address, parameter string) (rest, value string, err error) {
	before, query, found := strings.Cut(address, "?")
	if !found {
		return address, "", nil
	}
	var kept []string
	for given := range strings.SplitSeq(query, "&") {
		name, text, _ := strings.Cut(given, "=")
		switch {
		case name != parameter:
			kept = append(kept, given)
			continue
		case value != "":
			err = errors.New("?" + parameter + "= is given twice")
		default:
			value, err = url.PathUnescape(text)
		}
		if err != nil {
			return "", "", invalid(address, err.Error())
		}
	}
	if len(kept) == 0 {
		return before, value, nil
	}
	return before + "?" + strings.Join(kept, "&"), value, nil
}

func clean(text, inside string) (string, error) {
	cleaned := path.Clean("/" + inside)[1:]
	for step := range strings.SplitSeq(inside, "/") {
		if step == ".." {
			return "", invalid(text, "the path points out of the source")
		}
	}
	if strings.ContainsFunc(inside, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\\' }) || len(inside) > 1000 {
		return "", invalid(text, "the path has characters that a path cannot have here")
	}
	return cleaned, nil
}

// At is the reference to something else of the same source.
func (r Ref) At(inside, pick string) string {
	text := r.Source
	if forge, ok := r.Original["type"].(string); ok && forge != "path" && inside != "" {
		before, query, hasQuery := strings.Cut(text, "?")
		escaped := (&url.URL{Path: inside}).EscapedPath()
		switch forge {
		case "github", "gitlab", "sourcehut":
			text = before + "/" + escaped
			if hasQuery {
				text += "?" + query
			}
		default:
			text = before + "?dir=" + escaped
			if hasQuery {
				text = before + "?" + query + "&dir=" + escaped
			}
		}
	} else if forge == "path" {
		dir, _ := r.Original["path"].(string)
		text = filepath.Join(dir, filepath.FromSlash(inside))
		if info, err := os.Stat(dir); err == nil && !info.IsDir() {
			text = dir
		}
	}
	if pick != "" {
		text += "#" + pick
	}
	return text
}

// Dir is the place on this machine that the reference names; empty for a download.
func (r Ref) Dir() string {
	l, err := flake.LockedOf(r.Original)
	if err != nil || !l.OfThisMachine() {
		return ""
	}
	if l.Type == "path" {
		return l.Path
	}
	if a, ok, err := l.Address(); ok && err == nil && a.Local() {
		return a.FilePath()
	}
	return "/"
}

// Title is a name for what is at the top of the source.
func (r Ref) Title() string {
	switch r.Original["type"] {
	case "path":
		dir, _ := r.Original["path"].(string)
		return filepath.Base(dir)
	case "git", "tarball":
		address, _ := r.Original["url"].(string)
		address, _, _ = strings.Cut(address, "?")
		base := path.Base(address)
		for _, ext := range []string{".git", ".tgz", ".zip"} {
			base = strings.TrimSuffix(base, ext)
		}
		base, _, _ = strings.Cut(base, ".tar")
		return base
	}
	repo, _ := r.Original["repo"].(string)
	return repo
}
