// Package prompt composes the system prompt of a session from the text of the manifest
// and the context files that the workspace has when the session starts.
//
// The programs' own handling of such files is switched off, so that a profile means the
// same in each program.
package prompt

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

const (
	// MaxFiles limits the number of context files in a session.
	MaxFiles = 64
	// MaxBytes limits their total text.
	MaxBytes = 1 << 20
	// maxEntries limits the directory entries that are examined for globs.
	maxEntries = 100_000
)

// Prompt is a composed system prompt.
type Prompt struct {
	// Text is the text for the model.
	Text string
	// Files are its context files, relative to the workspace.
	Files []string
	// Left lists the files that were left out or cut.
	Left []Left
}

// Left is a context file that is not completely in the prompt.
type Left struct {
	// File is its name relative to the workspace, or a glob.
	File string
	// Why is a clause.
	Why string
}

// Compose composes the prompt of a session in a workspace, for a user with a home
// directory. It leaves out and lists files that cannot be read; a missing context file is
// not an error.
func Compose(m *manifest.Manifest, workspace, home string) Prompt {
	c := &composer{m: m, workspace: workspace}
	var err error
	if c.places, err = grammar.NewPlaces(workspace, home, false); err != nil {
		c.unplaced = true // then every glob of denyRead applies to every file
	}
	parts := []string{}
	add := func(text string) {
		if text = strings.TrimSpace(text); text != "" {
			parts = append(parts, text)
		}
	}
	add(string(m.Prompts.System))
	for _, text := range m.Prompts.Append {
		add(string(text))
	}
	if m.Prompts.Language != nil {
		add("Answer in the language with the BCP 47 tag " + string(*m.Prompts.Language) + ".")
	}
	add(services(m))
	add(c.files(workspace))
	c.out.Text = strings.Join(parts, "\n\n")
	if c.out.Text != "" {
		c.out.Text += "\n"
	}
	return c.out
}

// services describes where the services of the Pod are.
func services(m *manifest.Manifest) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(m.Sandbox.Services)) {
		service := m.Sandbox.Services[name]
		methods := make([]string, len(service.Methods))
		for i, method := range service.Methods {
			methods[i] = string(method)
		}
		fmt.Fprintf(&b, "\n- $INSOMNIA_SERVICE_%s: https://%s, for %s", strings.ToUpper(strings.ReplaceAll(string(name), "-", "_")), service.Host, strings.Join(methods, ", "))
	}
	if b.Len() == 0 {
		return ""
	}
	return "# Services\n\nThese environment variables contain URLs of other hosts, with credentials for them:\n" + b.String()
}

type composer struct {
	m         *manifest.Manifest
	workspace string
	places    grammar.Places
	unplaced  bool
	out       Prompt
	bytes     int
	seen      int // directory entries
}

func (c *composer) left(file, why string) { c.out.Left = append(c.out.Left, Left{file, why}) }

// files returns the text of the context files.
func (c *composer) files(workspace string) string {
	if len(c.m.Prompts.ContextFiles) == 0 || c.m.Prompts.ContextMaxBytes == 0 {
		return ""
	}
	root, err := bounded.OpenRoot(workspace)
	if err != nil {
		c.left(workspace, bounded.Reason(err).Error())
		return ""
	}
	defer root.Close()
	var b strings.Builder
	for _, glob := range c.m.Prompts.ContextFiles {
		for _, name := range c.find(root, string(glob)) {
			if slices.Contains(c.out.Files, name) {
				continue
			}
			if len(c.out.Files) == MaxFiles {
				c.left(name, "a session has at most 64 context files")
				continue
			}
			text, ok := c.read(root, name)
			if !ok {
				continue
			}
			c.out.Files = append(c.out.Files, name)
			b.WriteString("## " + name + "\n\n" + strings.TrimSpace(text) + "\n\n")
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return "# Files of the workspace\n\n" + b.String()
}

// read reads a context file, cut at the limit of the manifest.
func (c *composer) read(root *bounded.Root, name string) (string, bool) {
	if field := c.denied(name); field != "" {
		c.left(name, field+" keeps it from being read")
		return "", false
	}
	f, size, err := root.Open(name)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			c.left(name, bounded.Reason(err).Error())
		}
		return "", false
	}
	f.Close()
	// A link inside the workspace may lead to a file whose own name is denied.
	real, err := filepath.EvalSymlinks(filepath.Join(c.workspace, name))
	if err != nil {
		c.left(name, bounded.Reason(err).Error())
		return "", false
	}
	if field := c.deniedPath(real); field != "" {
		c.left(name, field+" keeps it from being read")
		return "", false
	}
	limit := min(c.m.Prompts.ContextMaxBytes, int64(MaxBytes-c.bytes))
	if limit <= 0 {
		c.left(name, "the context files have more than 1 MiB in all")
		return "", false
	}
	data, err := readStart(root, name, min(size, limit))
	if err != nil {
		c.left(name, bounded.Reason(err).Error())
		return "", false
	}
	for int64(len(data)) < size && len(data) > 0 && !utf8.Valid(data) && len(data) > int(min(size, limit))-utf8.UTFMax {
		data = data[:len(data)-1] // a character that the limit splits
	}
	if !utf8.Valid(data) {
		c.left(name, "it is not UTF-8")
		return "", false
	}
	if int64(len(data)) < size {
		c.left(name, "only its first bytes are read: prompts.contextMaxBytes")
	}
	c.bytes += len(data)
	return string(data), true
}

func readStart(root *bounded.Root, name string, limit int64) ([]byte, error) {
	f, _, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data := make([]byte, limit)
	n, err := f.ReadAt(data, 0)
	if n > 0 || limit == 0 {
		err = nil
	}
	return data[:n], err
}

// denied returns the field that denies reading a file; empty for none.
func (c *composer) denied(name string) string {
	return c.deniedPath(filepath.Join(c.workspace, name))
}

func (c *composer) deniedPath(absolute string) string {
	p, err := grammar.ParsePath(absolute)
	if err != nil {
		return denyRead
	}
	for _, text := range c.m.Sandbox.DenyRead {
		glob, err := grammar.ParseFileGlob(string(text))
		if err != nil || c.unplaced || glob.MatchPath(p, c.places) {
			return denyRead
		}
	}
	for _, text := range c.m.Sandbox.MaskedFiles {
		path := filepath.Join(c.workspace, string(text))
		real, err := filepath.EvalSymlinks(path)
		if absolute == path || strings.HasPrefix(absolute, path+"/") || err == nil && (absolute == real || strings.HasPrefix(absolute, real+"/")) {
			return "sandbox.maskedFiles"
		}
	}
	return ""
}

const denyRead = "sandbox.denyRead"

// find returns the files that a glob matches, sorted by name. It does not enter
// directories of git or follow links to directories.
func (c *composer) find(root *bounded.Root, glob string) []string {
	if !strings.ContainsAny(glob, "*?") {
		return []string{glob}
	}
	var out []string
	var walk func(dir string, parts []string)
	walk = func(dir string, parts []string) {
		if len(out) > MaxFiles || c.seen >= maxEntries {
			return
		}
		at := dir
		if at == "" {
			at = "."
		}
		entries, err := root.ReadDir(at, maxEntries)
		if err != nil {
			return
		}
		if c.seen += len(entries); c.seen >= maxEntries {
			c.left(glob, "the workspace has too many files to look for it everywhere")
		}
		rest := parts
		if parts[0] == "**" {
			rest = parts[1:]
		}
		for _, e := range entries {
			name := path.Join(dir, e.Name())
			fits, _ := path.Match(rest[0], e.Name())
			switch {
			case e.IsDir() && e.Name() == ".git":
			case e.IsDir():
				if fits && len(rest) > 1 {
					walk(name, rest[1:])
				}
				if parts[0] == "**" {
					walk(name, parts)
				}
			case fits && len(rest) == 1:
				out = append(out, name)
			}
		}
	}
	walk("", slices.CompactFunc(strings.Split(glob, "/"), func(a, b string) bool { return a == "**" && b == "**" }))
	slices.Sort(out)
	return slices.Compact(out)
}
