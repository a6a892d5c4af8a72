package flake

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unsafe"
)

// gitDir is the directory that holds a work tree's index: `.git` itself, or
// what the file `.git` of a linked work tree names.
func gitDir(root string) (string, error) {
	dotGit := filepath.Join(root, ".git")
	info, err := os.Stat(dotGit)
	if err != nil {
		return "", err
	}
	if info.IsDir() {
		return dotGit, nil
	}
	data, err := os.ReadFile(dotGit)
	if err != nil {
		return "", err
	}
	dir, ok := strings.CutPrefix(strings.TrimSpace(string(data)), "gitdir: ")
	if !ok {
		return "", fmt.Errorf("%s does not name a git directory", dotGit)
	}
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(root, dir)
	}
	return dir, nil
}

// errSplitIndex is an index whose entries are in another file too.
var errSplitIndex = errors.New("the git index is split")

// trackedFiles lists the files in the index of a work tree, sorted. Submodules are not files.
func trackedFiles(root string) ([]string, error) {
	dir, err := gitDir(root)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(filepath.Join(dir, "index"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil // nothing was ever added
	}
	if err != nil {
		return nil, err
	}
	idSize := 20
	if config, err := os.ReadFile(filepath.Join(dir, "config")); err == nil &&
		strings.Contains(strings.ReplaceAll(strings.ToLower(string(config)), " ", ""), "objectformat=sha256") {
		idSize = 32
	}
	// Nobody else has the bytes, so that the names can be parts of them.
	files, err := parseIndex(unsafe.String(unsafe.SliceData(data), len(data)), idSize)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, "index"), err)
	}
	return files, nil
}

const (
	modeType      = 0o170000
	modeDirectory = 0o040000
	modeSubmodule = 0o160000
)

// parseIndex reads versions 2 to 4 of git's index. Names are parts of data.
func parseIndex(data string, idSize int) ([]string, error) {
	damaged := errors.New("the git index is damaged")
	if len(data) < 12+idSize || data[:4] != "DIRC" {
		return nil, damaged
	}
	bytes := unsafe.Slice(unsafe.StringData(data), len(data)) // to be read only
	u32 := func(at int) uint32 { return binary.BigEndian.Uint32(bytes[at:]) }
	version, count := u32(4), int(u32(8))
	if version < 2 || version > 4 {
		return nil, fmt.Errorf("the git index has version %d, which is not known", version)
	}
	if count > len(data)/(42+idSize) {
		return nil, damaged
	}
	files := make([]string, 0, count)
	at, previous := 12, ""
	for range count {
		start := at
		name := at + 40 + idSize + 2
		if name >= len(data) {
			return nil, damaged
		}
		mode := u32(at + 24)
		flags := binary.BigEndian.Uint16(bytes[name-2:])
		if version >= 3 && flags&0x4000 != 0 {
			name += 2
		}
		prefix := ""
		if version == 4 {
			drop, n := varint(data, name)
			if n == 0 || drop > len(previous) {
				return nil, damaged
			}
			name += n
			prefix = previous[:len(previous)-drop]
		}
		// The flags hold the length of a name, unless that is larger than they can say.
		end := int(flags & 0xfff)
		if version == 4 || end == 0xfff || name+end >= len(data) || data[name+end] != 0 {
			if end = strings.IndexByte(data[min(name, len(data)):], 0); end < 0 {
				return nil, damaged
			}
		}
		full := data[name : name+end]
		if prefix != "" {
			full = prefix + full
		}
		previous = full
		at = name + end + 1
		if version < 4 {
			// Entries are padded with 1 to 8 zeros to a multiple of 8 bytes.
			at = start + (name+end-start+8)&^7
		}
		if t := mode & modeType; t == modeSubmodule || t == modeDirectory {
			continue
		}
		if n := len(files); n > 0 && files[n-1] == full {
			continue // stages of a conflict
		}
		files = append(files, full)
	}
	for at+8 <= len(data)-idSize {
		if data[at:at+4] == "link" {
			return nil, errSplitIndex
		}
		at += 8 + int(u32(at+4))
	}
	if !slices.IsSorted(files) {
		return nil, damaged
	}
	return files, nil
}

// varint reads the offset encoding of git; n is the bytes used, 0 at the end of data.
func varint(data string, at int) (value, n int) {
	if at >= len(data) {
		return 0, 0
	}
	c := data[at]
	value, n = int(c&0x7f), 1
	for c&0x80 != 0 {
		if at+n >= len(data) || n > 4 {
			return 0, 0
		}
		c = data[at+n]
		value = (value+1)<<7 | int(c&0x7f)
		n++
	}
	return value, n
}
