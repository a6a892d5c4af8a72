// Package crashfs is a file system in memory that can lose power and fail, for tests of
// files written with package durable.
//
// It promises as little as POSIX does. After [FS.Crash] a file has any mixture of the
// sectors that were written since its last fsync, at any length between; and a name in
// a directory refers to its target at the directory's last fsync or to any later one,
// independently of other names: a rename can show in one place only, or in both.
package crashfs

import (
	"context"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/durable"
)

// FS is such a file system. Its paths are absolute.
type FS struct {
	// Before, if set, is called before each operation; an error is the outcome
	// of it, and then nothing happens. What is said of an open file is "write",
	// "sync" and "close"; the others are named as the methods are.
	Before func(operation, path string) error

	mu    sync.Mutex
	root  *node
	locks map[string]chan struct{}
}

var _ durable.FS = (*FS)(nil)

// New returns an empty file system.
func New() *FS { return &FS{root: newFolder(), locks: map[string]chan struct{}{}} }

// node is a file or a folder, with what is safe of it.
type node struct {
	folder bool
	perm   fs.FileMode

	data, safeData []byte

	names, safeNames map[string]*node
	// since holds, for the names that changed since the last fsync, all that they led to; nil is nothing.
	since map[string][]*node
}

func newFolder() *node {
	return &node{folder: true, perm: 0o755, names: map[string]*node{}, safeNames: map[string]*node{}, since: map[string][]*node{}}
}

func (n *node) set(name string, to *node) {
	if to == nil {
		delete(n.names, name)
	} else {
		n.names[name] = to
	}
	n.since[name] = append(n.since[name], to)
}

// Crash returns a possible state of the disk after a power cut now. keep, from 0 to 1,
// is the probability that a change without an fsync survives.
func (f *FS) Crash(random *rand.Rand, keep float64) *FS {
	f.mu.Lock()
	defer f.mu.Unlock()
	after := New()
	after.root = f.root.crash(random, keep)
	return after
}

const sector = 512

func (n *node) crash(random *rand.Rand, keep float64) *node {
	if !n.folder {
		data := n.crashData(random, keep)
		return &node{perm: n.perm, data: data, safeData: data}
	}
	after := newFolder()
	after.perm = n.perm
	lead := func(name string, to *node) {
		if to != nil {
			after.names[name] = to.crash(random, keep)
			after.safeNames[name] = after.names[name]
		}
	}
	for _, name := range sorted(n.safeNames, n.since) {
		to := n.safeNames[name]
		if later := n.since[name]; len(later) > 0 && random.Float64() < keep {
			to = later[random.IntN(len(later))]
		}
		lead(name, to)
	}
	return after
}

func (n *node) crashData(random *rand.Rand, keep float64) []byte {
	length := len(n.safeData)
	if grown := len(n.data) - length; grown > 0 && random.Float64() < keep {
		if length += grown; random.IntN(2) == 0 {
			length -= random.IntN(grown + 1)
		}
	}
	data := make([]byte, length)
	copy(data, n.safeData)
	for at := 0; at < length; at += sector {
		end := min(at+sector, length)
		if random.Float64() < keep && end <= len(n.data) {
			copy(data[at:end], n.data[at:end])
		}
	}
	return data
}

// sorted are the names of both, so that the same seed crashes alike.
func sorted(safe map[string]*node, since map[string][]*node) []string {
	names := make([]string, 0, len(safe))
	for name := range safe {
		names = append(names, name)
	}
	for name := range since {
		if _, ok := safe[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// begin is how each operation starts; the caller unlocks f.mu.
func (f *FS) begin(operation, path string) error {
	if f.Before != nil {
		if err := f.Before(operation, path); err != nil {
			f.mu.Lock()
			return &fs.PathError{Op: operation, Path: path, Err: err}
		}
	}
	f.mu.Lock()
	return nil
}

func (f *FS) find(operation, path string) (*node, error) {
	at := f.root
	for name := range strings.SplitSeq(strings.Trim(filepath.ToSlash(path), "/"), "/") {
		if name == "" {
			continue
		}
		if !at.folder {
			return nil, &fs.PathError{Op: operation, Path: path, Err: syscall.ENOTDIR}
		}
		if at = at.names[name]; at == nil {
			return nil, &fs.PathError{Op: operation, Path: path, Err: fs.ErrNotExist}
		}
	}
	return at, nil
}

// parent is the folder that a path is in, and its name there.
func (f *FS) parent(operation, path string) (*node, string, error) {
	folder, err := f.find(operation, filepath.Dir(path))
	if err == nil && !folder.folder {
		err = &fs.PathError{Op: operation, Path: path, Err: syscall.ENOTDIR}
	}
	return folder, filepath.Base(path), err
}

// add puts a new node where nothing is.
func (f *FS) add(operation, path string, n *node) error {
	folder, name, err := f.parent(operation, path)
	if err != nil {
		return err
	}
	if folder.names[name] != nil {
		return &fs.PathError{Op: operation, Path: path, Err: fs.ErrExist}
	}
	folder.set(name, n)
	return nil
}

// Mkdir implements [durable.FS].
func (f *FS) Mkdir(path string, perm fs.FileMode) error {
	err := f.begin("Mkdir", path)
	defer f.mu.Unlock()
	if err != nil {
		return err
	}
	n := newFolder()
	n.perm = perm
	return f.add("Mkdir", path, n)
}

// Create implements [durable.FS].
func (f *FS) Create(path string, perm fs.FileMode) (durable.File, error) {
	err := f.begin("Create", path)
	defer f.mu.Unlock()
	if err != nil {
		return nil, err
	}
	n := &node{perm: perm}
	return &file{f, n, path}, f.add("Create", path, n)
}

// Rename implements [durable.FS].
func (f *FS) Rename(from, to string) error {
	err := f.begin("Rename", from)
	defer f.mu.Unlock()
	if err != nil {
		return err
	}
	source, name, err := f.parent("Rename", from)
	if err != nil {
		return err
	}
	target, newName, err := f.parent("Rename", to)
	if err != nil {
		return err
	}
	n := source.names[name]
	if n == nil {
		return &fs.PathError{Op: "Rename", Path: from, Err: fs.ErrNotExist}
	}
	if there := target.names[newName]; there != nil && (there.folder || n.folder) {
		return &fs.PathError{Op: "Rename", Path: to, Err: fs.ErrExist}
	}
	source.set(name, nil)
	target.set(newName, n)
	return nil
}

// Remove implements [durable.FS].
func (f *FS) Remove(path string) error {
	err := f.begin("Remove", path)
	defer f.mu.Unlock()
	if err != nil {
		return err
	}
	folder, name, err := f.parent("Remove", path)
	if err != nil {
		return err
	}
	n := folder.names[name]
	if n == nil {
		return &fs.PathError{Op: "Remove", Path: path, Err: fs.ErrNotExist}
	}
	if len(n.names) > 0 {
		return &fs.PathError{Op: "Remove", Path: path, Err: syscall.ENOTEMPTY}
	}
	folder.set(name, nil)
	return nil
}

// SyncDir implements [durable.FS].
func (f *FS) SyncDir(path string) error {
	err := f.begin("SyncDir", path)
	defer f.mu.Unlock()
	if err != nil {
		return err
	}
	n, err := f.find("SyncDir", path)
	if err != nil {
		return err
	}
	for name := range n.since {
		if to := n.names[name]; to != nil {
			n.safeNames[name] = to
		} else {
			delete(n.safeNames, name)
		}
	}
	clear(n.since)
	return nil
}

// ReadFile implements [durable.FS].
func (f *FS) ReadFile(path string, limit int64) ([]byte, error) {
	err := f.begin("ReadFile", path)
	defer f.mu.Unlock()
	if err != nil {
		return nil, err
	}
	n, err := f.find("ReadFile", path)
	switch {
	case err != nil:
		return nil, err
	case n.folder:
		return nil, &fs.PathError{Op: "ReadFile", Path: path, Err: durable.ErrNotRegular}
	case int64(len(n.data)) > limit:
		return nil, &fs.PathError{Op: "ReadFile", Path: path, Err: durable.ErrTooLarge}
	}
	return slices.Clone(n.data), nil
}

// ReadDir implements [durable.FS].
func (f *FS) ReadDir(path string) ([]fs.DirEntry, error) {
	err := f.begin("ReadDir", path)
	defer f.mu.Unlock()
	if err != nil {
		return nil, err
	}
	n, err := f.find("ReadDir", path)
	if err != nil {
		return nil, err
	}
	entries := make([]fs.DirEntry, 0, len(n.names))
	for name, child := range n.names {
		entries = append(entries, fs.FileInfoToDirEntry(info{name, child}))
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, nil
}

// Lstat implements [durable.FS].
func (f *FS) Lstat(path string) (fs.FileInfo, error) {
	err := f.begin("Lstat", path)
	defer f.mu.Unlock()
	if err != nil {
		return nil, err
	}
	n, err := f.find("Lstat", path)
	return info{filepath.Base(path), n}, err
}

// Lock implements [durable.FS]. It creates no lock file, since none is read.
func (f *FS) Lock(ctx context.Context, path string) (func() error, error) {
	err := f.begin("Lock", path)
	defer f.mu.Unlock()
	if err != nil {
		return nil, err
	}
	lock := f.locks[path]
	if lock == nil {
		lock = make(chan struct{}, 1)
		f.locks[path] = lock
	}
	f.mu.Unlock()
	defer f.mu.Lock()
	select {
	case lock <- struct{}{}:
		return func() error { <-lock; return nil }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

type file struct {
	fs   *FS
	node *node
	path string
}

// Write writes half of what cannot be written, as a full disk does.
func (w *file) Write(data []byte) (int, error) {
	err := w.fs.begin("write", w.path)
	defer w.fs.mu.Unlock()
	if err != nil {
		data = data[:len(data)/2]
	}
	w.node.data = append(w.node.data, data...)
	return len(data), err
}

func (w *file) Sync() error {
	err := w.fs.begin("sync", w.path)
	defer w.fs.mu.Unlock()
	if err == nil {
		w.node.safeData = w.node.data
	}
	return err
}

func (w *file) Close() error {
	err := w.fs.begin("close", w.path)
	defer w.fs.mu.Unlock()
	return err
}

type info struct {
	name string
	node *node
}

func (i info) Name() string       { return i.name }
func (i info) Size() int64        { return int64(len(i.node.data)) }
func (i info) IsDir() bool        { return i.node.folder }
func (i info) ModTime() time.Time { return time.Time{} }
func (i info) Sys() any           { return nil }
func (i info) Mode() fs.FileMode {
	if i.node.folder {
		return fs.ModeDir | i.node.perm
	}
	return i.node.perm
}
