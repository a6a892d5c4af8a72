package importing

import (
	"errors"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/doctree"
)

const (
	maxFile    = 1 << 20  // of settings and prompts
	maxState   = 64 << 20 // of ~/.claude.json, which has much else in it
	maxEntries = 2000     // of a directory
)

// source is a directory that is read. Links that point out of it are not followed.
type source struct {
	f    *Found
	root files
	dir  string // for messages
}

// files are those below a directory; names are in the notation of the operating system.
// Links are followed, and none leads out. *bounded.Root is one.
type files interface {
	ReadFile(name string, limit int64) ([]byte, error)
	ReadDir(name string, limit int) ([]fs.DirEntry, error)
	Stat(name string) (fs.FileInfo, error)
	Lstat(name string) (fs.FileInfo, error)
	Close() error
}

func (f *Found) open(dir string) (*source, error) {
	root, err := bounded.OpenRoot(dir)
	if err != nil {
		return nil, diag.Errorf(diag.ExitNotFound, "directory-unreadable", "cannot read %s: %v", dir, bounded.Reason(err)).
			Hintf("name a directory")
	}
	if f.Dir == "" {
		f.Dir = dir
	}
	return &source{f, root, dir}, nil
}

func (s *source) close() {
	if s != nil {
		s.root.Close()
	}
}

// shown is the name of a file for people.
func (s *source) shown(name string) string { return filepath.Join(s.dir, filepath.FromSlash(name)) }

// read reads a file; ok is false where there is none. What cannot be read is listed.
func (s *source) read(name string, limit int64) (data []byte, ok bool) {
	if s == nil {
		return nil, false
	}
	data, err := s.root.ReadFile(filepath.FromSlash(name), limit)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			s.f.note(Lost, diag.Position{File: s.shown(name)}, "", "the file is not read: "+bounded.Reason(err).Error())
		}
		return nil, false
	}
	if shown := s.f.below(s.shown(name)); !slices.Contains(s.f.Read, shown) {
		s.f.Read = append(s.f.Read, shown)
	}
	return data, true
}

// text reads a file that is text.
func (s *source) text(name string) (string, bool) {
	data, ok := s.read(name, maxFile)
	if ok && !utf8.Valid(data) {
		s.f.note(Lost, diag.Position{File: s.shown(name)}, "", "the file is not read: not valid UTF-8")
		return "", false
	}
	return strings.TrimPrefix(string(data), "\ufeff"), ok
}

// tree reads a file of settings; nil where there is none, and where it is damaged, which
// is an error: half of a list of permissions is not one.
func (s *source) tree(name string, format func([]byte, string) (*doctree.Node, error)) (*doctree.Node, error) {
	return s.treeOf(name, maxFile, format)
}

func (s *source) treeOf(name string, limit int64, format func([]byte, string) (*doctree.Node, error)) (*doctree.Node, error) {
	data, ok := s.read(name, limit)
	if !ok || len(strings.TrimSpace(string(data))) == 0 {
		return nil, nil
	}
	n, err := format(data, s.shown(name))
	if err == nil && !n.Is(doctree.Map) {
		return nil, diag.Errorf(diag.ExitInvalid, "type", "must be an object, got a %s", n.Kind).At(n.At)
	}
	return n, err
}

// entries lists a directory, without hidden files; nil where there is none.
func (s *source) entries(name string) []fs.DirEntry {
	if s == nil {
		return nil
	}
	all, err := s.root.ReadDir(filepath.FromSlash(name), maxEntries)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			s.f.note(Lost, diag.Position{File: s.shown(name)}, "", "the directory is not read: "+bounded.Reason(err).Error())
		}
		return nil
	}
	return slices.DeleteFunc(all, func(e fs.DirEntry) bool { return strings.HasPrefix(e.Name(), ".") })
}

// markdown lists the Markdown files below a directory, up to four levels deep.
func (s *source) markdown(dir string) []string { return s.files(dir, 4, ".md") }

func (s *source) files(dir string, depth int, ext string) (names []string) {
	for _, e := range s.entries(dir) {
		name := path.Join(dir, e.Name())
		switch {
		case s.isDir(name, e):
			if depth > 1 {
				names = append(names, s.files(name, depth-1, ext)...)
			}
		case strings.HasSuffix(strings.ToLower(e.Name()), ext) && !strings.EqualFold(e.Name(), "readme.md"):
			names = append(names, name)
		}
		if len(names) > maxEntries {
			return names[:maxEntries]
		}
	}
	return names
}

// isDir follows links that stay inside.
func (s *source) isDir(name string, e fs.DirEntry) bool {
	if e.Type()&fs.ModeSymlink == 0 {
		return e.IsDir()
	}
	info, err := s.root.Stat(filepath.FromSlash(name))
	return err == nil && info.IsDir()
}

// has reports whether there is a file or a directory.
func (s *source) has(name string) bool {
	_, err := s.root.Lstat(filepath.FromSlash(name))
	return err == nil
}

// document reads a Markdown file; damaged frontmatter is listed, and the file left out.
func (s *source) document(name string) (doctree.Document, bool) {
	data, ok := s.read(name, maxFile)
	if !ok {
		return doctree.Document{}, false
	}
	doc, err := doctree.Markdown(data, s.shown(name))
	if err != nil {
		d := diag.From(err).Diagnostics[0]
		at := diag.Position{File: s.shown(name)}
		if len(d.Positions) > 0 {
			at = d.Positions[0]
		}
		s.f.note(Lost, at, "", "the file is left out: the frontmatter is "+d.Message)
		return doc, false
	}
	if len(doc.Repaired) > 0 {
		s.f.note(Changed, diag.Position{File: s.shown(name), Line: 2}, strings.Join(doc.Repaired, ", "), "is not valid YAML, and is taken as the string that it seems to be")
	}
	return doc, true
}
