package gitrepo

import (
	"bytes"
	"compress/zlib"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
)

// Limits of objects.
const (
	maxObject        = 256 << 20 // bytes of one object
	maxWork          = 4 << 30   // bytes that all objects of one Repo take
	maxDeltas        = 4096      // one upon another; git makes at most 4095
	maxAlternates    = 32        // object directories in all
	maxAlternateHops = 5         // as in git
	maxPacks         = 400
	maxCache         = 32 << 20 // bytes of objects that are kept
)

// Types of objects, as in packs.
const (
	kindCommit = 1
	kindTree   = 2
	kindBlob   = 3
	kindTag    = 4
)

var kindNames = [...]string{kindCommit: "commit", kindTree: "tree", kindBlob: "blob", kindTag: "tag"}

// objects reads the objects of a repository and of its alternates.
type objects struct {
	repo  *Repo
	dirs  []string
	packs []*pack
	work  int64 // bytes that may still be unpacked

	cache     map[place]object
	cacheSize int
	zlib      io.ReadCloser // used again for every object
}

type object struct {
	kind int
	data []byte
}

// place is the location of an object.
type place struct {
	pack   *pack
	offset int64
}

// read returns an object, compared with its name. Only one goroutine reads at a time.
func (r *Repo) read(ctx context.Context, id string) (object, error) {
	return r.readObject(ctx, id, true)
}

func (r *Repo) readObject(ctx context.Context, id string, verify bool) (object, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.objects == nil {
		o := &objects{repo: r, work: maxWork, cache: make(map[place]object)}
		if err := o.find(); err != nil {
			o.close()
			return object{}, err
		}
		r.objects = o
	}
	got, err := r.objects.read(ctx, id)
	if (isMissing(err) || errors.Is(err, fs.ErrNotExist)) && !r.again {
		// Another process may have packed the objects meanwhile: look once more.
		r.again = true
		o := &objects{repo: r, work: r.objects.work, cache: make(map[place]object)}
		if o.find() == nil {
			r.objects.close()
			r.objects = o
			got, err = o.read(ctx, id)
		} else {
			o.close()
		}
	}
	if err == nil && verify && !bytes.Equal(r.hashObject(got.kind, got.data), []byte(id)) {
		err = damaged(r.objectsDir(), "the object %s does not match its name", hexOf(id))
	}
	return got, err
}

func (r *Repo) objectsDir() string { return filepath.Join(r.common, "objects") }

func (r *Repo) newHash() hash.Hash {
	if r.format.idSize == 32 {
		return sha256.New()
	}
	return sha1.New()
}

// hashObject is the name of an object.
func (r *Repo) hashObject(kind int, data []byte) []byte {
	h := r.newHash()
	io.WriteString(h, kindNames[kind]+" "+strconv.Itoa(len(data))+"\x00")
	h.Write(data)
	return h.Sum(nil)
}

// readKind is read for an object that must be of a type.
func (r *Repo) readKind(ctx context.Context, id string, kind int) ([]byte, error) {
	got, err := r.read(ctx, id)
	if err == nil && got.kind != kind {
		err = damaged(r.objectsDir(), "the object %s is not a %s", hexOf(id), kindNames[kind])
	}
	return got.data, err
}

func (o *objects) close() {
	for _, p := range o.packs {
		p.close()
	}
}

// find lists the directories of objects and their packs.
func (o *objects) find() error {
	dir := o.repo.objectsDir()
	real, err := realPlace(dir)
	if err != nil {
		return damaged(dir, "the directory of objects cannot be read")
	}
	seen := map[string]bool{real: true}
	if err := o.addDir(real, seen, 0); err != nil {
		return err
	}
	for _, dir := range o.dirs {
		if err := o.addPacks(filepath.Join(dir, "pack")); err != nil {
			return err
		}
	}
	return nil
}

// addDir adds a directory of objects and its alternates, each once.
func (o *objects) addDir(dir string, seen map[string]bool, hops int) error {
	if len(o.dirs) == maxAlternates {
		return tooLarge(dir, "has more than %d alternates", maxAlternates)
	}
	o.dirs = append(o.dirs, dir)
	list := filepath.Join(dir, "info", "alternates")
	data, err := readInside(dir, list, 64<<10)
	if absent(err) {
		return nil
	}
	if err != nil {
		return unreadable(list, err)
	}
	for line := range strings.Lines(string(data)) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" || line[0] == '#' {
			continue
		}
		if line[0] == '"' {
			unquoted, err := strconv.Unquote(line)
			if err != nil {
				return damaged(list, "has a line that git does not write")
			}
			line = unquoted
		}
		if !filepath.IsAbs(line) {
			line = filepath.Join(dir, line)
		}
		real, err := realPlace(line)
		var e *Error
		if errors.As(err, &e) && e.Kind == Refused {
			return &Error{Kind: Refused, Path: list, Msg: "names a directory that " + e.Msg}
		}
		// As in git, one that is not there is left out: its objects are missing then.
		if err != nil || seen[real] || !isDirectory(real) {
			continue
		}
		seen[real] = true
		if hops == maxAlternateHops {
			return tooLarge(list, "alternates of alternates, more than %d deep", maxAlternateHops)
		}
		if err := o.addDir(real, seen, hops+1); err != nil {
			return err
		}
	}
	return nil
}

func (o *objects) read(ctx context.Context, id string) (object, error) {
	if err := ctx.Err(); err != nil {
		return object{}, err
	}
	for _, p := range o.packs {
		offset, found, err := p.lookup(id)
		if err != nil {
			return object{}, err
		}
		if found {
			return o.unpack(ctx, p, offset)
		}
	}
	name := hexOf(id)
	for _, dir := range o.dirs {
		path := filepath.Join(dir, name[:2], name[2:])
		data, err := readInside(dir, path, maxObject)
		if absent(err) {
			continue
		}
		if err != nil {
			return object{}, unreadable(path, err)
		}
		return o.loose(ctx, path, data)
	}
	return object{}, &Error{Kind: MissingObject, Path: o.repo.objectsDir(), Msg: "the object " + name + " is missing",
		Hint: "in a partial clone, get what is missing: git fetch --refetch --no-filter; else check the repository: git fsck"}
}

// loose reads an object that has a file of its own.
func (o *objects) loose(ctx context.Context, path string, file []byte) (object, error) {
	bad := damaged(path, "the object is damaged")
	r, err := o.inflater(bytes.NewReader(file))
	if err != nil {
		return object{}, bad
	}
	var head [32]byte
	n := 0
	for ; n < len(head); n++ {
		if _, err := io.ReadFull(r, head[n:n+1]); err != nil {
			return object{}, bad
		}
		if head[n] == 0 {
			break
		}
	}
	name, digits, ok := strings.Cut(string(head[:n]), " ")
	size, err := strconv.ParseInt(digits, 10, 64)
	if !ok || err != nil || size < 0 || n == len(head) {
		return object{}, bad
	}
	kind := 0
	for i, known := range kindNames {
		if i > 0 && known == name {
			kind = i
		}
	}
	if kind == 0 {
		return object{}, bad
	}
	data, err := o.inflate(ctx, path, r, size)
	return object{kind, data}, err
}

// inflater begins to unpack; what it returns is good until the next call.
func (o *objects) inflater(from io.Reader) (io.Reader, error) {
	if o.zlib == nil {
		r, err := zlib.NewReader(from)
		if err == nil {
			o.zlib = r
		}
		return r, err
	}
	err := o.zlib.(zlib.Resetter).Reset(from, nil)
	return o.zlib, err
}

// inflate reads what must be size bytes and then end.
func (o *objects) inflate(ctx context.Context, path string, r io.Reader, size int64) ([]byte, error) {
	if size > maxObject {
		return nil, tooLarge(path, "has an object of more than %d MiB", maxObject>>20)
	}
	if err := o.spend(path, size); err != nil {
		return nil, err
	}
	// The size is only the file's own claim: memory grows with the actual data.
	data := make([]byte, 0, min(size, 1<<20)+1)
	for {
		n, err := r.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		if int64(len(data)) > size {
			break
		}
		if err == io.EOF {
			if int64(len(data)) == size {
				return data, nil
			}
			break
		}
		if err != nil {
			var in *fs.PathError
			if errors.As(err, &in) {
				return nil, unreadable(path, err)
			}
			break
		}
		if len(data) == cap(data) {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			grown := make([]byte, len(data), min(2*int64(cap(data)), size+1))
			copy(grown, data)
			data = grown
		}
	}
	return nil, damaged(path, "an object is damaged")
}

// spend takes from the work that all objects together may take.
func (o *objects) spend(path string, n int64) error {
	if o.work -= n + 64; o.work < 0 {
		return tooLarge(path, "reading the repository unpacks more than %d GiB", maxWork>>30)
	}
	return nil
}
