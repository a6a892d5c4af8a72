package source

import (
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// Memory is a tree of files held in memory.
type Memory struct{ nodes map[string]*memoryNode }

type memoryNode struct {
	name     string
	mode     fs.FileMode
	data     []byte // or the target of a link
	children []string
}

// NewMemory makes an empty tree.
func NewMemory() *Memory {
	return &Memory{nodes: map[string]*memoryNode{".": {name: ".", mode: fs.ModeDir | 0o755}}}
}

// Add adds a file, or with fs.ModeSymlink a link whose target is data, and the
// directories that lead to it. It reports false for a name that is not clean,
// or that goes through a file.
func (m *Memory) Add(name string, mode fs.FileMode, data []byte) bool {
	if !fs.ValidPath(name) || name == "." || m.nodes[name] != nil {
		return false
	}
	if !m.addDir(path.Dir(name)) {
		return false
	}
	m.insert(name, &memoryNode{name: path.Base(name), mode: mode, data: data})
	return true
}

// AddDir adds a directory. It reports false where one is there, or the name is not clean
// or goes through a file.
func (m *Memory) AddDir(name string) bool {
	return fs.ValidPath(name) && m.nodes[name] == nil && m.addDir(name)
}

func (m *Memory) addDir(name string) bool {
	if n := m.nodes[name]; n != nil {
		return n.mode.IsDir()
	}
	if !m.addDir(path.Dir(name)) {
		return false
	}
	m.insert(name, &memoryNode{name: path.Base(name), mode: fs.ModeDir | 0o755})
	return true
}

func (m *Memory) insert(name string, n *memoryNode) {
	m.nodes[name] = n
	parent := m.nodes[path.Dir(name)]
	parent.children = append(parent.children, n.name)
}

func (m *Memory) find(op, name string) (*memoryNode, error) {
	if n := m.nodes[name]; n != nil {
		return n, nil
	}
	return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
}

// Lstat implements Tree.
func (m *Memory) Lstat(name string) (fs.FileInfo, error) {
	n, err := m.find("stat", name)
	if err != nil {
		return nil, err
	}
	return memoryInfo{n}, nil
}

// ReadFile implements Tree.
func (m *Memory) ReadFile(name string) ([]byte, error) {
	n, err := m.find("open", name)
	if err != nil {
		return nil, err
	}
	if !n.mode.IsRegular() {
		return nil, &fs.PathError{Op: "open", Path: name, Err: notRegular(memoryInfo{n})}
	}
	return slices.Clone(n.data), nil
}

// Readlink implements Tree.
func (m *Memory) Readlink(name string) (string, error) {
	n, err := m.find("readlink", name)
	if err != nil {
		return "", err
	}
	if n.mode&fs.ModeSymlink == 0 {
		return "", &fs.PathError{Op: "readlink", Path: name, Err: fs.ErrInvalid}
	}
	return string(n.data), nil
}

// ReadDir implements Tree.
func (m *Memory) ReadDir(name string) ([]fs.DirEntry, error) {
	n, err := m.find("open", name)
	if err != nil {
		return nil, err
	}
	if !n.mode.IsDir() {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	out := make([]fs.DirEntry, 0, len(n.children))
	for _, child := range n.children {
		out = append(out, fs.FileInfoToDirEntry(memoryInfo{m.nodes[path.Join(name, child)]}))
	}
	slices.SortFunc(out, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return out, nil
}

type memoryInfo struct{ n *memoryNode }

func (i memoryInfo) Name() string      { return i.n.name }
func (i memoryInfo) Size() int64       { return int64(len(i.n.data)) }
func (i memoryInfo) Mode() fs.FileMode { return i.n.mode }
func (memoryInfo) ModTime() time.Time  { return time.Time{} }
func (i memoryInfo) IsDir() bool       { return i.n.mode.IsDir() }
func (memoryInfo) Sys() any            { return nil }
