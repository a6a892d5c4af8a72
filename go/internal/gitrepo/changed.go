package gitrepo

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Limits of comparing files with their blobs by content.
const (
	maxHashed    = 4 << 30  // bytes in all; what comes after counts as changed
	maxConverted = 64 << 20 // bytes of a file whose ends of lines are converted
)

// verdict is the result of comparing the stat data of a file.
type verdict int

const (
	unchanged verdict = iota
	suspect           // only its content can decide
	changed
)

// changed reports whether the work tree differs from the index.
func (r *Repo) changed(ctx context.Context) (bool, error) {
	ix, err := r.index()
	if err != nil {
		return false, err
	}
	entries := ix.entries
	if ix.sparse {
		if entries, err = r.expanded(ctx, ix); err != nil {
			return false, err
		}
	}
	suspects, dirty := r.suspects(ctx, entries, ix.written)
	if dirty || ctx.Err() != nil {
		return dirty, ctx.Err()
	}
	if len(suspects) == 0 {
		return false, nil
	}
	c := comparison{repo: r, ctx: ctx, left: maxHashed}
	for _, e := range suspects {
		same, err := c.same(e)
		if err != nil || !same {
			return !same, err
		}
	}
	return false, nil
}

// suspects looks at every file, from several goroutines where there are many.
func (r *Repo) suspects(ctx context.Context, entries []entry, written time.Time) (suspects []*entry, dirty bool) {
	const each = 2000
	parts := min(4, len(entries)/each+1)
	found := make([][]*entry, parts)
	var stop atomic.Bool
	var wait sync.WaitGroup
	for part := range parts {
		from, to := part*len(entries)/parts, (part+1)*len(entries)/parts
		wait.Go(func() {
			look := looker{root: r.root, format: r.format, written: written}
			for i := from; i < to && !stop.Load() && (i%256 != 0 || ctx.Err() == nil); i++ {
				e := &entries[i]
				switch look.verdict(e) {
				case changed:
					stop.Store(true)
				case suspect:
					found[part] = append(found[part], e)
				}
			}
		})
	}
	wait.Wait()
	for _, list := range found {
		suspects = append(suspects, list...)
	}
	return suspects, stop.Load()
}

// expanded is a sparse index with the files of those directories that are in
// the work tree all the same.
func (r *Repo) expanded(ctx context.Context, ix *index) ([]entry, error) {
	work, err := r.work()
	if err != nil {
		return nil, err
	}
	all := make([]entry, 0, len(ix.entries))
	for _, dir := range ix.entries {
		name := strings.TrimSuffix(dir.name, "/")
		if dir.mode()&modeType != modeDirectory {
			all = append(all, dir)
			continue
		}
		if _, err := work.Lstat(filepath.FromSlash(name)); err != nil {
			continue
		}
		w := treeWalk{repo: r, ctx: ctx, file: func(path string, e treeEntry) (bool, error) {
			stat := make([]byte, 40, 40+len(e.id))
			binary.BigEndian.PutUint32(stat[24:], canonicalMode(e.mode))
			all = append(all, entry{name: path, stat: string(stat) + e.id, flags: flagSkipWorktree})
			return true, nil
		}}
		if err := w.walk(name+"/", dir.id(), 0); err != nil {
			return nil, err
		}
		if len(all) > maxTreeFiles {
			return nil, tooLarge(ix.path, "the index has more than %d files", maxTreeFiles)
		}
	}
	return all, nil
}

// comparison compares files with their blobs by content.
type comparison struct {
	repo       *Repo
	ctx        context.Context
	left       int64 // bytes that may still be hashed
	attributes *attributeFiles
}

func (c *comparison) same(e *entry) (bool, error) {
	if err := c.ctx.Err(); err != nil {
		return false, err
	}
	work, err := c.repo.work()
	if err != nil {
		return false, err
	}
	name := filepath.FromSlash(e.name)
	info, err := work.Lstat(name)
	if err != nil {
		return false, nil // it was there a moment ago
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		target, err := work.Readlink(name)
		return err == nil && string(c.repo.hashObject(kindBlob, []byte(target))) == e.id(), nil
	}
	f, size, err := work.Open(name)
	if err != nil {
		return false, nil
	}
	defer f.Close()
	if c.left -= size; c.left < 0 {
		return false, nil
	}
	conversion := conversion{binary: true}
	if e.mode()&modeType == modeFile && size > 0 {
		if c.attributes == nil {
			if c.attributes, err = c.repo.attributeFiles(); err != nil {
				return false, err
			}
		}
		attributes, err := c.attributes.of(e.name)
		if err != nil {
			return false, err
		}
		conversion = c.repo.format.conversionOf(attributes)
	}
	if size > maxConverted || conversion.binary && !conversion.ident {
		id, err := c.hash(f, size)
		return err == nil && string(id) == e.id(), c.ctx.Err()
	}
	data, err := io.ReadAll(io.LimitReader(f, maxConverted+1))
	if err != nil || len(data) > maxConverted {
		return false, nil
	}
	// No filter is run. One that would change nothing leaves the file as it is.
	if conversion.program && string(c.repo.hashObject(kindBlob, data)) == e.id() {
		return true, nil
	}
	data = conversion.toBlob(data, func() []byte {
		got, err := c.repo.read(c.ctx, e.id())
		if err != nil {
			return nil // not here, as in a partial clone
		}
		return got.data
	})
	return string(c.repo.hashObject(kindBlob, data)) == e.id(), nil
}

// hash is the name that a file would have as a blob.
func (c *comparison) hash(f io.Reader, size int64) ([]byte, error) {
	h := c.repo.newHash()
	io.WriteString(h, "blob "+strconv.FormatInt(size, 10)+"\x00")
	buffer := make([]byte, min(size, 1<<20)+1)
	for read := int64(0); ; {
		n, err := f.Read(buffer)
		read += int64(n)
		h.Write(buffer[:n])
		switch {
		case c.ctx.Err() != nil:
			return nil, c.ctx.Err()
		case read > size, errors.Is(err, io.EOF) && read < size:
			return nil, io.ErrUnexpectedEOF // it changes while it is read
		case errors.Is(err, io.EOF):
			return h.Sum(nil), nil
		case err != nil:
			return nil, err
		}
	}
}

// HasUntracked reports whether the work tree has a file that is neither tracked
// nor ignored. What is too large to be looked through counts as having one.
func (r *Repo) HasUntracked(ctx context.Context) (bool, error) {
	work, err := r.work()
	if err != nil {
		return false, err
	}
	const maxFiles, maxDepth = 1_000_000, 256
	seen := 0
	var look func(dir string, depth int) (bool, error)
	look = func(dir string, depth int) (bool, error) {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		entries, err := work.ReadDir(filepath.FromSlash(dir), maxFiles)
		if err != nil {
			return true, nil
		}
		if seen += len(entries); seen > maxFiles || depth > maxDepth {
			return true, nil
		}
		for _, e := range entries {
			name := path.Join(dir, e.Name())
			if isDotGit(e.Name()) {
				continue
			}
			tracked, err := r.IsTracked(name)
			if err != nil {
				return false, err
			}
			switch {
			case !tracked && r.Ignored(name):
			case !e.IsDir():
				// A link in place of a tracked directory is not tracked itself.
				if r.entryMode(name) == 0 {
					return true, nil
				}
			case r.entryMode(name) != modeSubmodule:
				if found, err := look(name, depth+1); err != nil || found {
					return found, err
				}
			}
		}
		return false, nil
	}
	return look(".", 0)
}

// entryMode is the type of the file of this name in the index, 0 for none.
func (r *Repo) entryMode(name string) uint32 {
	ix, err := r.index()
	if err != nil {
		return 0
	}
	if i, found := slices.BinarySearchFunc(ix.entries, name, func(e entry, name string) int { return strings.Compare(e.name, name) }); found {
		return ix.entries[i].mode() & modeType
	}
	if ix.sparse {
		if files, err := r.tracked(); err == nil {
			if _, found := slices.BinarySearch(files, name); found {
				return modeFile
			}
		}
	}
	return 0
}
