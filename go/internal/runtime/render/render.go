// Package render writes the plan of a start into a directory, for people who inspect it
// or start the program themselves. Secrets stay references.
package render

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Token is a placeholder for the token that the program sends to the gateway.
const Token = "TOKEN"

// Places returns the paths of a launch whose plan is written to a directory.
func Places(dir string) (state, files, guard string) {
	return filepath.Join(dir, "state"), filepath.Join(dir, "files"), filepath.Join(dir, "guard.sock")
}

// ErrNotEmpty is the error for a directory that is not empty, which is left alone.
var ErrNotEmpty = errors.New("the directory is not empty")

// Write writes a plan that was made for the places of a directory. The directory must be
// missing or empty, and gets the whole plan or nothing. Write returns the names of the
// files, relative to the directory.
func Write(dir string, d *runtime.Driver, l runtime.Launch, plan *runtime.Plan) ([]string, error) {
	return whole(dir, func(w *writer) error {
		for _, f := range plan.Files {
			name, err := filepath.Rel(dir, f.Path)
			if err != nil || !filepath.IsLocal(name) || !strings.HasPrefix(f.Path, l.State+"/") && !strings.HasPrefix(f.Path, l.Files+"/") {
				return fmt.Errorf("the plan has a file outside of its directories: %q", f.Path)
			}
			if f.Gone {
				continue // it is a new directory
			}
			if f.Link == "" {
				err = w.put(name, f.Mode, f.Content)
			} else {
				err = w.link(name, f.Link)
			}
			if err != nil {
				return err
			}
		}
		for _, at := range []string{l.State, l.Files} {
			if name, err := filepath.Rel(dir, at); err != nil || w.root.MkdirAll(name, 0o700) != nil {
				return fmt.Errorf("cannot make the directory %q", at)
			}
		}
		for _, descriptor := range plan.Descriptors {
			if err := w.put(descriptorName(descriptor), 0o600, []byte(text(descriptor, l.Manifest))); err != nil {
				return err
			}
		}
		own, gaps := own(d, l.Manifest)
		for _, f := range own {
			if !filepath.IsLocal(f.Path) {
				return fmt.Errorf("a file of permissions is outside of its directory: %q", f.Path)
			}
			if err := w.put(filepath.Join("own", f.Path), f.Mode, f.Content); err != nil {
				return err
			}
		}
		if err := w.put("start", 0o700, []byte(script(dir, d, l, plan))); err != nil {
			return err
		}
		return w.put("README.md", 0o600, []byte(readme(d, l, plan, gaps)))
	})
}

// own returns the permissions of a manifest in the program's own format.
func own(d *runtime.Driver, m *manifest.Manifest) ([]runtime.File, []runtime.Gap) {
	if d.Own == nil {
		return nil, nil
	}
	return d.Own(m)
}

// WriteTree writes the files of a convention, and a description of what they lose of a
// manifest. The directory must be missing or empty, and gets all files or none. WriteTree
// returns their names, relative to the directory.
func WriteTree(dir string, d *runtime.Driver, m *manifest.Manifest, files []runtime.File) ([]string, error) {
	return whole(dir, func(w *writer) error {
		for _, f := range files {
			if !filepath.IsLocal(f.Path) {
				return fmt.Errorf("the convention has a file outside of its directory: %q", f.Path)
			}
			if err := w.put(f.Path, f.Mode, f.Content); err != nil {
				return err
			}
		}
		return w.put(filepath.Join(".agents", "README.md"), 0o600, []byte(treeReadme(d, m)))
	})
}

// writer writes below a directory.
type writer struct {
	root  *os.Root
	names []string
}

func (w *writer) put(name string, mode fs.FileMode, content []byte) error {
	w.names = append(w.names, filepath.ToSlash(name))
	return write(w.root, name, mode, content)
}

func (w *writer) link(name, target string) error {
	if err := w.root.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	w.names = append(w.names, filepath.ToSlash(name))
	return w.root.Symlink(target, name)
}

// whole creates a directory with everything that is written, or none at all.
func whole(dir string, all func(*writer) error) (names []string, err error) {
	// The files are written next to the directory and renamed in one step, which fails if
	// the directory has content by then.
	work, err := os.MkdirTemp(filepath.Dir(dir), ".insomnia-render-")
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(work)
		}
	}()
	root, err := os.OpenRoot(work)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	w := &writer{root: root}
	if err := all(w); err != nil {
		return nil, err
	}
	// Remove an empty directory first: os.Rename replaces none.
	if err := syscall.Rmdir(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		if errors.Is(err, syscall.ENOTEMPTY) || errors.Is(err, fs.ErrExist) {
			err = ErrNotEmpty
		}
		return nil, err
	}
	if err := os.Rename(work, dir); err != nil {
		return nil, err
	}
	return w.names, nil
}

func write(root *os.Root, name string, mode fs.FileMode, content []byte) error {
	if err := root.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode.Perm()&0o700)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Close())
}

func descriptorName(d runtime.Descriptor) string {
	return filepath.Join("descriptors", strconv.Itoa(d.Number))
}

// text returns the content of a descriptor, with the names of secrets instead of their
// values.
func text(d runtime.Descriptor, m *manifest.Manifest) string {
	var b strings.Builder
	for _, part := range d.Text {
		if part.Secret == "" {
			b.WriteString(part.Literal)
		} else {
			fmt.Fprintf(&b, "SECRET(%s)", secretName(m, part.Secret))
		}
	}
	return b.String()
}

// secretName returns the name of the secret in the reference at a JSON Pointer.
func secretName(m *manifest.Manifest, pointer string) string {
	data, err := json.Marshal(m)
	var value any
	if err != nil || json.Unmarshal(data, &value) != nil {
		return pointer
	}
	for key := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		key = strings.NewReplacer("~1", "/", "~0", "~").Replace(key)
		switch in := value.(type) {
		case map[string]any:
			value = in[key]
		case []any:
			i, err := strconv.Atoi(key)
			if err != nil || i < 0 || i >= len(in) {
				return pointer
			}
			value = in[i]
		}
	}
	reference, _ := value.(map[string]any)
	if name, ok := reference["name"].(string); ok && name != "" {
		return name
	}
	return pointer
}

// quote quotes text as one word for a shell.
func quote(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }
