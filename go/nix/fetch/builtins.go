package fetch

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sync"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/flake"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// Builtins is an eval.Fetcher for expressions that uses a Store, with all its checks. Close
// it when the evaluator is no longer used.
type Builtins struct {
	Store *Store
	// Local lets expressions fetch from this machine: files, archives, directories and
	// repositories that they name by a path, in any directory.
	Local bool

	mu   sync.Mutex
	open []func()
}

// Fetch implements eval.Fetcher.
func (b *Builtins) Fetch(ctx context.Context, r eval.FetchRequest) (*eval.Fetched, error) {
	if f, err := b.Known(r); f != nil || err != nil {
		return f, err
	}
	if err := b.Get(ctx, r); err != nil {
		return nil, err
	}
	f, err := b.Known(r)
	if f == nil && err == nil {
		return b.now(ctx, r)
	}
	return f, err
}

// Close closes the returned sources.
func (b *Builtins) Close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, done := range b.open {
		done()
	}
	b.open = nil
}

// source returns the source that a request describes. Errors wrap ErrUnsupported or
// ErrLocal.
func (b *Builtins) source(r eval.FetchRequest) (*flake.Locked, error) {
	l, err := flake.LockedOf(r.Attrs)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"submodules", "lfs", "allRefs", "verifyCommit"} {
		if r.Attrs[name] == true {
			return nil, fmt.Errorf("%w: `%s`", ErrUnsupported, name)
		}
	}
	if !b.Local && l.OfThisMachine() {
		return nil, fmt.Errorf("%w: it is on this machine", ErrLocal)
	}
	l.Dir = ""
	return l, nil
}

// record is the result of an earlier fetch. It is kept because the tree alone has
// neither the time of its last change nor its number of commits.
type record struct {
	Sum          string `json:"sum"` // of the tree's NAR, or of the bytes of a file
	Rev          string `json:"rev,omitempty"`
	LastModified int64  `json:"lastModified,omitempty"`
	RevCount     int64  `json:"revCount,omitempty"`
}

// steady reports whether a request always means the same.
func steady(r eval.FetchRequest) bool {
	rev, _ := r.Attrs["rev"].(string)
	return r.NarHash != nil || r.FileHash != nil || r.Attrs["type"] == "git" && rev != ""
}

// recordFile returns the path of a request's record.
func (b *Builtins) recordFile(r eval.FetchRequest) string {
	names := make([]string, 0, len(r.Attrs))
	for name := range r.Attrs {
		names = append(names, name)
	}
	slices.Sort(names)
	h := sha256.New()
	for _, name := range names {
		fmt.Fprintf(h, "%q=%q\n", name, fmt.Sprint(r.Attrs[name]))
	}
	fmt.Fprintf(h, "%x %x\n", r.NarHash, r.FileHash)
	return filepath.Join(b.Store.Dir, recordPrefix+hex.EncodeToString(h.Sum(nil)))
}

const (
	recordPrefix = "fetched-"
	filePrefix   = "file-"
	maxRecord    = 4 << 10
)

// Known returns the result of an earlier fetch for a request that always means the
// same; nil if there was none. Nothing is downloaded.
func (b *Builtins) Known(r eval.FetchRequest) (*eval.Fetched, error) {
	l, err := b.source(r)
	if err != nil || !steady(r) || local(l) || l.Type == "path" {
		return nil, err
	}
	data, err := bounded.ReadFile(b.recordFile(r), maxRecord)
	var known record
	if err != nil || json.Unmarshal(data, &known) != nil || len(known.Sum) != 2*sha256.Size {
		return nil, nil
	}
	f := &eval.Fetched{Rev: known.Rev, LastModified: known.LastModified, RevCount: known.RevCount}
	if l.Type == "file" {
		f.Data, err = bounded.ReadFile(filepath.Join(b.Store.Dir, filePrefix+known.Sum), r.MaxFile)
		if err != nil || !matches(r, f.Data, "") {
			return nil, nil
		}
		return f, nil
	}
	f.Files, err = b.dir(filepath.Join(b.Store.Dir, known.Sum))
	if err != nil {
		return nil, nil
	}
	return f, nil
}

// dir opens a directory until Close.
func (b *Builtins) dir(name string) (fs.FS, error) {
	d, err := source.OpenDir(name)
	if err != nil {
		return nil, err
	}
	b.keep(func() { d.Close() })
	return d, nil
}

func (b *Builtins) keep(done func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.open = append(b.open, done)
}

// Get downloads the source of a request, so that Known returns it. A source with another hash is not
// kept: the error wraps ErrWrongHash. A request whose meaning can change is ignored.
func (b *Builtins) Get(ctx context.Context, r eval.FetchRequest) error {
	l, err := b.source(r)
	if err != nil || !steady(r) || local(l) || l.Type == "path" {
		return err
	}
	var known record
	if l.Type == "file" {
		known.Sum, err = b.Store.file(ctx, l, r.MaxFile, func(file string) error {
			data, err := bounded.ReadFile(file, r.MaxFile)
			if err == nil && !matches(r, data, file) {
				err = wrongFile(r, data, file)
			}
			return err
		})
	} else {
		var dir string
		if r.NarHash != nil {
			l.NarHash = sri(r.NarHash)
		}
		l, dir, err = b.Store.Now(ctx, l, history(r))
		var wrong *hashError
		if errors.As(err, &wrong) {
			err = &wrongHash{r.URL, eval.HashError{Got: wrong.got}}
		}
		if err == nil {
			err = b.exported(r, dir)
			known = record{Rev: l.Rev, LastModified: l.LastModified, RevCount: l.RevCount, Sum: filepath.Base(dir)}
		}
	}
	if err != nil {
		return err
	}
	data, err := json.Marshal(known)
	if err == nil {
		err = writeWhole(b.recordFile(r), data)
	}
	return err
}

// history reports whether a request wants the number of commits.
func history(r eval.FetchRequest) bool {
	return r.Attrs["type"] == "git" && r.Attrs["shallow"] != true
}

// exported refuses a repository that leaves files out of its archives, where the request
// wants that: nothing here reads these rules.
func (b *Builtins) exported(r eval.FetchRequest, dir string) error {
	if r.Attrs["exportIgnore"] != true {
		return nil
	}
	d, err := source.OpenDir(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return exportsAll(d, ".")
}

// exportsAll looks for rules of `export-ignore`.
func exportsAll(tree source.Tree, dir string) error {
	entries, err := tree.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		switch {
		case e.IsDir():
			if err := exportsAll(tree, name); err != nil {
				return err
			}
		case e.Name() == ".gitattributes" && e.Type().IsRegular():
			data, err := tree.ReadFile(name)
			if err != nil {
				return err
			}
			if bytes.Contains(data, []byte("export-ignore")) {
				return fmt.Errorf("%w: %s has `export-ignore`; set exportIgnore = false", ErrUnsupported, name)
			}
		}
	}
	return nil
}

// matches compares the content of a file with the hash in a request. The hash of a tree
// is that of the file at name, or was compared before.
func matches(r eval.FetchRequest, data []byte, name string) bool {
	if r.FileHash != nil {
		sum := sha256.Sum256(data)
		return bytes.Equal(sum[:], r.FileHash)
	}
	if r.NarHash == nil || name == "" {
		return true
	}
	sum, err := narHash(context.Background(), name, true)
	return err == nil && bytes.Equal(sum, r.NarHash)
}

// wrongHash returns the error for a source whose hash differs from the requested one.
type wrongHash struct {
	url string
	is  eval.HashError
}

func (e *wrongHash) Error() string   { return e.url + ": " + e.is.Error() }
func (e *wrongHash) Unwrap() []error { return []error{ErrWrongHash, &e.is} }

// wrongFile is the error for a file with this content.
func wrongFile(r eval.FetchRequest, data []byte, name string) error {
	sum := sha256.Sum256(data)
	got := sum[:]
	if r.FileHash == nil {
		var err error
		if got, err = narHash(context.Background(), name, true); err != nil {
			return err
		}
	}
	return &wrongHash{r.URL, eval.HashError{Got: got}}
}

// file downloads a file of at most so many bytes, has it checked, and keeps it by the hash of its content, which
// it returns in hexadecimal.
func (s *Store) file(ctx context.Context, l *flake.Locked, most int64, check func(file string) error) (string, error) {
	s = &Store{Dir: s.Dir, Client: s.Client, Hosts: s.Hosts, Timeout: s.Timeout, most: most}
	where, err := Where(l)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, MaxTime)
	defer cancel()
	work, remove, err := s.workDir(ctx)
	if err != nil {
		return "", err
	}
	defer remove()
	file, err := s.download(ctx, l, where, work, false)
	if err == nil {
		err = check(file)
	}
	if err != nil {
		return "", err
	}
	data, err := bounded.ReadFile(file, maxArchive)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	name := hex.EncodeToString(sum[:])
	return name, os.Rename(file, filepath.Join(s.Dir, filePrefix+name))
}

// writeWhole writes a small file that others may read at any time.
func writeWhole(name string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), recordPrefix+"new-")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if _, err = f.Write(data); err == nil {
		err = f.Close()
	} else {
		f.Close()
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// now fetches what may be another thing each time, or is on this machine.
func (b *Builtins) now(ctx context.Context, r eval.FetchRequest) (*eval.Fetched, error) {
	l, err := b.source(r)
	if err != nil {
		return nil, err
	}
	l.NarHash = "" // the evaluator compares it
	switch l.Type {
	case "path":
		files, err := b.dir(l.Path)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrLocal, err)
		}
		when, err := flake.Newest(ctx, l.Path)
		return &eval.Fetched{Files: files, LastModified: when}, err
	case "file":
		var data []byte
		_, err := b.Store.file(ctx, l, r.MaxFile, func(file string) (err error) {
			data, err = bounded.ReadFile(file, r.MaxFile)
			return err
		})
		return &eval.Fetched{Data: data}, err
	case "git":
		if a, ok, err := l.Address(); ok && err == nil && a.Local() && l.Rev == "" && l.Ref == "" {
			if root := a.FilePath(); flake.GitRoot(root) == filepath.Clean(root) {
				return b.workTree(ctx, r, root)
			}
		}
	}
	found, dir, err := b.Store.Now(ctx, l, history(r))
	if err != nil {
		return nil, err
	}
	if err := b.exported(r, dir); err != nil {
		return nil, err
	}
	files, err := b.dir(dir)
	return &eval.Fetched{Files: files, Rev: found.Rev, LastModified: found.LastModified, RevCount: found.RevCount}, err
}

// workTree is a git work tree with the current content of its tracked files.
func (b *Builtins) workTree(ctx context.Context, r eval.FetchRequest, root string) (*eval.Fetched, error) {
	work, done, err := flake.OpenWorkTree(ctx, root, history(r))
	if err != nil {
		return nil, err
	}
	b.keep(done)
	if r.Attrs["exportIgnore"] == true {
		if err := exportsAll(work.Tree, "."); err != nil {
			return nil, err
		}
	}
	f := &eval.Fetched{Files: source.AsFS(work.Tree), LastModified: work.LastModified}
	switch {
	case !work.Dirty:
		f.Rev, f.RevCount = work.Rev, work.RevCount
	case work.Rev != "":
		f.DirtyRev = work.Rev + "-dirty"
	}
	return f, nil
}
