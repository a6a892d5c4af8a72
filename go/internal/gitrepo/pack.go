package gitrepo

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"path/filepath"
	"sort"
	"strings"
)

// pack is a pack with its index, both opened when they are first needed.
type pack struct {
	base   string // the path without .idx or .pack
	idSize int
	index  *paged
	data   *paged
	count  int64
	fanout [256]uint32
}

// Types of entries in a pack that are not objects but differences from one.
const (
	offsetDelta = 6
	nameDelta   = 7
)

func (o *objects) addPacks(dir string) error {
	entries, err := listInside(filepath.Dir(dir), dir, 100_000)
	if absent(err) {
		return nil
	}
	if err != nil {
		return unreadable(dir, err)
	}
	whole := make(map[string]bool)
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".pack"); ok {
			whole[name] = true
		}
	}
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ".idx")
		if !ok || !whole[name] {
			continue
		}
		if len(o.packs) == maxPacks {
			e := tooLarge(dir, "there are more than %d packs", maxPacks)
			e.Hint = "join them: git gc"
			return e
		}
		o.packs = append(o.packs, &pack{base: filepath.Join(dir, name), idSize: o.repo.format.idSize})
	}
	return nil
}

func (p *pack) close() {
	if p.index != nil {
		p.index.close()
	}
	if p.data != nil {
		p.data.close()
	}
}

func (p *pack) indexPath() string { return p.base + ".idx" }
func (p *pack) dataPath() string  { return p.base + ".pack" }

func (p *pack) badIndex() error { return damaged(p.indexPath(), "the index of the pack is damaged") }
func (p *pack) badData() error  { return damaged(p.dataPath(), "the pack is damaged") }

// open reads the head of the index.
func (p *pack) open() error {
	index, err := openPaged(p.indexPath())
	if err != nil {
		return unreadable(p.indexPath(), err)
	}
	head, err := index.bytes(0, 8+4*256)
	switch {
	case err != nil:
		err = p.badIndex()
	case !bytes.Equal(head[:8], []byte{0xff, 't', 'O', 'c', 0, 0, 0, 2}):
		err = &Error{Kind: Unsupported, Path: p.indexPath(), Msg: "the index of the pack has a version other than 2", Hint: "write it again: git index-pack " + p.dataPath()}
	default:
		for i := range p.fanout {
			p.fanout[i] = binary.BigEndian.Uint32(head[8+4*i:])
			if i > 0 && p.fanout[i] < p.fanout[i-1] {
				err = p.badIndex()
			}
		}
		p.count = int64(p.fanout[255])
		if index.size < 8+4*256+p.count*int64(p.idSize+8)+2*int64(p.idSize) {
			err = p.badIndex()
		}
	}
	if err != nil {
		index.close()
		return err
	}
	p.index = index
	return nil
}

const namesAt = 8 + 4*256

// lookup finds where in the pack an object begins.
func (p *pack) lookup(id string) (offset int64, found bool, err error) {
	if p.index == nil {
		if err := p.open(); err != nil {
			return 0, false, err
		}
	}
	from, to := int64(0), int64(p.fanout[id[0]])
	if id[0] > 0 {
		from = int64(p.fanout[id[0]-1])
	}
	size := int64(p.idSize)
	var failed error
	at := from + int64(sort.Search(int(to-from), func(i int) bool {
		name, err := p.index.bytes(namesAt+(from+int64(i))*size, p.idSize)
		if err != nil {
			failed = err
			return true
		}
		return string(name) >= id
	}))
	if failed == nil && at < to {
		var name []byte
		if name, failed = p.index.bytes(namesAt+at*size, p.idSize); failed == nil {
			found = string(name) == id
		}
	}
	if failed != nil {
		return 0, false, p.badIndex()
	}
	if !found {
		return 0, false, nil
	}
	offsets := namesAt + p.count*(size+4)
	word, err := p.index.bytes(offsets+4*at, 4)
	if err != nil {
		return 0, false, p.badIndex()
	}
	offset = int64(binary.BigEndian.Uint32(word))
	if offset&0x80000000 != 0 { // a place among the large offsets
		word, err := p.index.bytes(offsets+4*p.count+8*(offset&0x7fffffff), 8)
		if err != nil {
			return 0, false, p.badIndex()
		}
		offset = int64(binary.BigEndian.Uint64(word))
	}
	if offset < 12 {
		return 0, false, p.badIndex()
	}
	return offset, true, nil
}

func (p *pack) openData() error {
	if p.data != nil {
		return nil
	}
	data, err := openPaged(p.dataPath())
	if err != nil {
		return unreadable(p.dataPath(), err)
	}
	head, err := data.bytes(0, 12)
	if err != nil || string(head[:4]) != "PACK" || head[4]|head[5]|head[6] != 0 || head[7] != 2 && head[7] != 3 {
		data.close()
		return p.badData()
	}
	p.data = data
	return nil
}

// unpack reads an object of a pack, and the chain of objects that it differs from.
func (o *objects) unpack(ctx context.Context, p *pack, offset int64) (object, error) {
	if err := p.openData(); err != nil {
		return object{}, err
	}
	type delta struct {
		at   int64
		data []byte
	}
	var deltas []delta
	var base object
	held := int64(0)
	for {
		if cached, ok := o.cache[place{p, offset}]; ok {
			if err := o.spend(p.dataPath(), int64(len(cached.data))); err != nil {
				return object{}, err
			}
			base = cached
			break
		}
		c := &cursor{p.data, offset}
		kind, size, ok := entryHead(c)
		if !ok {
			return object{}, p.badData()
		}
		next := int64(0)
		switch kind {
		case kindCommit, kindTree, kindBlob, kindTag:
		case offsetDelta:
			back, ok := backOffset(c)
			if next = offset - back; !ok || back <= 0 || next < 12 {
				return object{}, p.badData()
			}
		case nameDelta:
			id, err := p.data.bytes(c.pos, p.idSize)
			if err != nil {
				return object{}, p.badData()
			}
			c.pos += int64(p.idSize)
			found := false
			if next, found, err = p.lookup(string(id)); err != nil {
				return object{}, err
			}
			if !found {
				return object{}, p.badData()
			}
		default:
			return object{}, p.badData()
		}
		r, err := o.inflater(c)
		if err != nil {
			return object{}, p.badData()
		}
		data, err := o.inflate(ctx, p.dataPath(), r, size)
		if err != nil {
			return object{}, err
		}
		if next == 0 {
			base = object{kind, data}
			o.keep(place{p, offset}, base)
			break
		}
		if held += int64(len(data)); held > maxObject {
			return object{}, tooLarge(p.dataPath(), "has an object of more than %d MiB", maxObject>>20)
		}
		if deltas = append(deltas, delta{offset, data}); len(deltas) > maxDeltas {
			return object{}, damaged(p.dataPath(), "has a chain of more than %d differences", maxDeltas)
		}
		offset = next
	}
	for i := len(deltas) - 1; i >= 0; i-- {
		size, ok := deltaSize(deltas[i].data)
		if !ok {
			return object{}, p.badData()
		}
		if err := o.spend(p.dataPath(), size); err != nil {
			return object{}, err
		}
		if err := ctx.Err(); err != nil {
			return object{}, err
		}
		data, err := applyDelta(base.data, deltas[i].data)
		if errors.Is(err, errDeltaSize) {
			return object{}, tooLarge(p.dataPath(), "has an object of more than %d MiB", maxObject>>20)
		}
		if err != nil {
			return object{}, p.badData()
		}
		base.data = data
		o.keep(place{p, deltas[i].at}, base)
	}
	return base, nil
}

// keep remembers an object that others may differ from. Blobs and trees do, mostly.
func (o *objects) keep(at place, obj object) {
	if obj.kind == kindCommit || len(obj.data) > maxCache/8 {
		return
	}
	if o.cacheSize+len(obj.data) > maxCache || len(o.cache) > 1<<16 {
		clear(o.cache)
		o.cacheSize = 0
	}
	o.cache[at] = obj
	o.cacheSize += len(obj.data)
}

// entryHead reads the type and the size of an entry of a pack.
func entryHead(c *cursor) (kind int, size int64, ok bool) {
	b, err := c.ReadByte()
	if err != nil {
		return 0, 0, false
	}
	kind, size = int(b>>4&7), int64(b&15)
	for shift := 4; b&0x80 != 0; shift += 7 {
		if b, err = c.ReadByte(); err != nil || shift > 53 {
			return 0, 0, false
		}
		size |= int64(b&0x7f) << shift
	}
	return kind, size, true
}

// backOffset reads how far back the object is that an entry differs from.
func backOffset(c *cursor) (back int64, ok bool) {
	b, err := c.ReadByte()
	if err != nil {
		return 0, false
	}
	back = int64(b & 0x7f)
	for range 8 {
		if b&0x80 == 0 {
			return back, true
		}
		if b, err = c.ReadByte(); err != nil {
			return 0, false
		}
		back = (back+1)<<7 | int64(b&0x7f)
	}
	return 0, false
}
