package gitrepo

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unsafe"
)

// maxIndex is the largest index that is read, some million files.
const maxIndex = 256 << 20

// Modes of entries in the index and in trees.
const (
	modeType      = 0o170000
	modeDirectory = 0o040000
	modeSubmodule = 0o160000
	modeLink      = 0o120000
	modeFile      = 0o100000
)

// Flags of an entry, those of its second word moved up.
const (
	flagAssumeUnchanged = 0x8000
	flagExtended        = 0x4000
	flagStage           = 0x3000
	flagSkipWorktree    = 0x4000 << 16
	flagIntentToAdd     = 0x2000 << 16
)

// entry is one line of an index. Both parts are in the index's bytes.
type entry struct {
	name string
	stat string // 40 bytes, the object's name
	// flags are those of the file, with the extended ones in the upper half.
	flags uint32
}

func (e *entry) field(at int) uint32 {
	return uint32(e.stat[at])<<24 | uint32(e.stat[at+1])<<16 | uint32(e.stat[at+2])<<8 | uint32(e.stat[at+3])
}

func (e *entry) mode() uint32 { return e.field(24) }
func (e *entry) id() string   { return e.stat[40:] }
func (e *entry) stage() int   { return int(e.flags & flagStage >> 12) }

// index is a parsed index. Entries are in the order of git: by name, then by stage.
type index struct {
	path    string
	entries []entry
	written time.Time // when the file was written: what is as new may have changed since
	sparse  bool      // there are entries for whole directories
	trees   string    // the extension TREE: which directories are as a tree object says
}

func damagedIndex(path string) *Error { return damaged(path, "the index is damaged") }

// readIndex reads the index and, where it is split, the part that it shares.
func (r *Repo) readIndex() (*index, error) {
	path := filepath.Join(r.gitDir, "index")
	// What was written before the look at the time is at most taken for newer.
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &index{path: path}, nil // nothing was ever added
	}
	if err != nil {
		return nil, unreadable(path, err)
	}
	raw, err := readIndexFile(path, r.format.idSize)
	if err != nil {
		return nil, err
	}
	ix := &index{path: path, written: info.ModTime(), entries: raw.entries, trees: raw.trees}
	if raw.link != "" {
		if err := r.joinShared(ix, raw); err != nil {
			return nil, err
		}
	}
	for i := range ix.entries {
		e := &ix.entries[i]
		if i > 0 && !before(&ix.entries[i-1], e) {
			return nil, damagedIndex(path)
		}
		if !validName(strings.TrimSuffix(e.name, "/")) {
			return nil, damaged(path, "the index has a file name that git does not allow")
		}
		directory := e.mode()&modeType == modeDirectory
		if directory != strings.HasSuffix(e.name, "/") {
			return nil, damagedIndex(path)
		}
		ix.sparse = ix.sparse || directory
	}
	return ix, nil
}

func before(a, b *entry) bool {
	if c := strings.Compare(a.name, b.name); c != 0 {
		return c < 0
	}
	return a.stage() < b.stage()
}

// validName refuses names outside of the work tree or inside `.git`.
func validName(name string) bool {
	if name == "" || len(name) > 4096 {
		return false
	}
	for at := 0; at <= len(name); {
		end := strings.IndexByte(name[at:], '/')
		if end < 0 {
			end = len(name) - at
		}
		step := name[at : at+end]
		if step == "" || step[0] == '.' && (step == "." || step == ".." || isDotGit(step)) {
			return false
		}
		at += end + 1
	}
	return true
}

func isDotGit(step string) bool { return len(step) == 4 && strings.EqualFold(step, ".git") }

// indexFile is one file of an index.
type indexFile struct {
	entries []entry
	link    string // the extension of a split index
	trees   string
}

func readIndexFile(path string, idSize int) (*indexFile, error) {
	data, err := readInside(filepath.Dir(path), path, maxIndex)
	if err != nil {
		return nil, unreadable(path, err)
	}
	// Nobody else has the bytes, so that names can be parts of them.
	file, err := parseIndex(unsafe.String(unsafe.SliceData(data), len(data)), idSize)
	if err != nil {
		e := damagedIndex(path)
		if errors.Is(err, errIndexVersion) {
			e = &Error{Kind: Unsupported, Path: path, Msg: err.Error(), Hint: "rewrite it: git update-index --index-version 2"}
		}
		return nil, e
	}
	return file, nil
}

var (
	errIndex        = errors.New("damaged")
	errIndexVersion = errors.New("the index has a version other than 2, 3 and 4")
)

// parseIndex reads versions 2 to 4 of git's index. Names are parts of data.
func parseIndex(data string, idSize int) (*indexFile, error) {
	if len(data) < 12+idSize || data[:4] != "DIRC" {
		return nil, errIndex
	}
	bytes := unsafe.Slice(unsafe.StringData(data), len(data)) // to be read only
	u32 := func(at int) uint32 { return binary.BigEndian.Uint32(bytes[at:]) }
	version, count := u32(4), int(u32(8))
	if version < 2 || version > 4 {
		return nil, errIndexVersion
	}
	end := len(data) - idSize // the checksum
	if count > end/(42+idSize) {
		return nil, errIndex
	}
	file := &indexFile{entries: make([]entry, 0, count)}
	at, previous := 12, ""
	// Version 4 names share prefixes, and a hostile index could make them grow
	// with the square of its size.
	budget := 16*len(data) + 1<<20
	for range count {
		start := at
		name := at + 40 + idSize + 2
		if name >= end {
			return nil, errIndex
		}
		e := entry{stat: data[at : at+40+idSize], flags: uint32(binary.BigEndian.Uint16(bytes[name-2:]))}
		if version >= 3 && e.flags&flagExtended != 0 {
			if name+2 >= end {
				return nil, errIndex
			}
			e.flags |= uint32(binary.BigEndian.Uint16(bytes[name:])) << 16
			name += 2
		}
		prefix := ""
		if version == 4 {
			drop, n := varint(data[:end], name)
			if n == 0 || drop > len(previous) {
				return nil, errIndex
			}
			name += n
			prefix = previous[:len(previous)-drop]
		}
		// The flags hold the length of a name, unless that is larger than they can say.
		length := int(e.flags & 0xfff)
		if version == 4 || length == 0xfff || name+length >= end || data[name+length] != 0 {
			if length = strings.IndexByte(data[min(name, end):end], 0); length < 0 {
				return nil, errIndex
			}
		}
		e.name = data[name : name+length]
		if prefix != "" {
			if budget -= len(prefix) + length; budget < 0 {
				return nil, errIndex
			}
			e.name = prefix + e.name
		}
		previous = e.name
		at = name + length + 1
		if version < 4 {
			// Entries are padded with 1 to 8 zeros to a multiple of 8 bytes.
			at = start + (name+length-start+8)&^7
		}
		file.entries = append(file.entries, e)
	}
	for at+8 <= end {
		size := int(u32(at + 4))
		if size > end-at-8 {
			return nil, errIndex
		}
		content := data[at+8 : at+8+size]
		switch tag := data[at : at+4]; {
		case tag == "link":
			file.link = content
		case tag == "TREE":
			file.trees = content
		case tag == "sdir": // entries for directories, which their modes tell
		case tag[0] < 'A' || tag[0] > 'Z':
			return nil, errIndex // an extension without which an index is not understood
		}
		at += 8 + size
	}
	if at > end {
		return nil, errIndex
	}
	return file, nil
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

// joinShared puts a split index together with the file that it shares.
func (r *Repo) joinShared(ix *index, raw *indexFile) error {
	size := r.format.idSize
	if len(raw.link) < size {
		return damagedIndex(ix.path)
	}
	id, bitmaps := raw.link[:size], []byte(raw.link[size:])
	if strings.Trim(id, "\x00") == "" {
		return nil // nothing is shared
	}
	path := filepath.Join(r.gitDir, "sharedindex."+hexOf(id))
	shared, err := readIndexFile(path, size)
	if err != nil {
		return err
	}
	if shared.link != "" {
		return damagedIndex(path)
	}
	base := shared.entries
	var deleted, replaced []int
	if len(bitmaps) > 0 {
		var ok bool
		if deleted, bitmaps, ok = ewah(bitmaps, len(base)); !ok {
			return damagedIndex(ix.path)
		}
		if replaced, _, ok = ewah(bitmaps, len(base)); !ok || len(replaced) > len(raw.entries) {
			return damagedIndex(ix.path)
		}
	}
	for i, at := range replaced {
		e := raw.entries[i]
		if e.name != "" {
			return damagedIndex(ix.path)
		}
		e.name = base[at].name
		base[at] = e
	}
	gone := make(map[int]bool, len(deleted))
	for _, at := range deleted {
		gone[at] = true
	}
	added := raw.entries[len(replaced):]
	all := make([]entry, 0, len(base)+len(added))
	for i := range base {
		for len(added) > 0 && before(&added[0], &base[i]) {
			all, added = append(all, added[0]), added[1:]
		}
		if !gone[i] {
			all = append(all, base[i])
		}
	}
	ix.entries = append(all, added...)
	return nil
}

// ewah reads a compressed bitmap: the positions that are set, all below limit,
// and what follows the bitmap.
func ewah(data []byte, limit int) (set []int, rest []byte, ok bool) {
	if len(data) < 12 {
		return nil, nil, false
	}
	words := int(binary.BigEndian.Uint32(data[4:]))
	if words > (len(data)-12)/8 {
		return nil, nil, false
	}
	rest, data = data[8+8*words+4:], data[8:8+8*words]
	at := 0
	word := func() (w uint64, ok bool) {
		if len(data) == 0 {
			return 0, false
		}
		w, data = binary.BigEndian.Uint64(data), data[8:]
		return w, true
	}
	for {
		head, more := word()
		if !more {
			return set, rest, true
		}
		run, literals := int(head>>1&0xffffffff), int(head>>33)
		if head&1 != 0 {
			if run > (limit-at)/64+1 {
				return nil, nil, false
			}
			for i := range 64 * run {
				if at+i < limit {
					set = append(set, at+i)
				}
			}
		}
		at += 64 * run
		for range literals {
			w, more := word()
			if !more {
				return nil, nil, false
			}
			for bit := range 64 {
				if w>>bit&1 == 0 {
					continue
				}
				if at+bit >= limit {
					return nil, nil, false
				}
				set = append(set, at+bit)
			}
			at += 64
		}
		if at > limit+64 && at > 1<<40 {
			return nil, nil, false
		}
	}
}

// emptyBlob is the name of a blob without content.
func emptyBlob(idSize int) string {
	if idSize == 32 {
		return "\x47\x3a\x0f\x4c\x3b\xe8\xa9\x36\x81\xa2\x67\xe3\xb1\xe9\xa7\xdc\xda\x11\x85\x43\x6f\xe1\x41\xf7\x74\x91\x20\xa3\x03\x72\x18\x13"
	}
	return "\xe6\x9d\xe2\x9b\xb2\xd1\xd6\x43\x4b\x8b\x29\xae\x77\x5a\xd8\xc2\xe4\x8c\x53\x91"
}

func hexOf(id string) string { return hex.EncodeToString([]byte(id)) }
