// Package archive unpacks untrusted archives into a directory or into memory: it writes nothing
// outside of it, and refuses archives that exceed its limits.
package archive

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// ErrUnsupported is wrapped by errors for archives of a kind that is not known here.
var ErrUnsupported = errors.New("only Nix can fetch this")

// Unpack unpacks an archive of any kind that is known into a new directory, and returns
// the time of its newest member, in seconds since 1970.
func Unpack(ctx context.Context, file io.ReaderAt, size int64, out string) (newest int64, err error) {
	to, err := newDisk(out)
	if err != nil {
		return 0, err
	}
	defer to.close()
	w := newWriter(ctx, to)
	err = w.unpack(file, size)
	return w.newest, err
}

// InMemory unpacks an archive into memory. charge is called with the bytes that are about to
// be kept. Like Nix it returns the one directory that everything is in, if there is one.
func InMemory(ctx context.Context, data []byte, charge func(int)) (tree source.Tree, newest int64, err error) {
	to := &memory{source.NewMemory(), charge}
	w := newWriter(ctx, to)
	if err := w.unpack(bytes.NewReader(data), int64(len(data))); err != nil {
		return nil, 0, err
	}
	entries, err := to.tree.ReadDir(".")
	if err == nil && len(entries) == 1 && entries[0].IsDir() {
		return below{to.tree, entries[0].Name()}, w.newest, nil
	}
	return to.tree, w.newest, err
}

func (w *treeWriter) unpack(f io.ReaderAt, size int64) error {
	r := bufio.NewReader(io.NewSectionReader(f, 0, size))
	magic, _ := r.Peek(6)
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(r)
		if err != nil {
			return err
		}
		return unpackTar(w, z)
	case bytes.HasPrefix(magic, []byte("BZh")):
		return unpackTar(w, bzip2.NewReader(r))
	case bytes.HasPrefix(magic, []byte("PK\x03\x04")):
		z, err := zip.NewReader(f, size)
		if err != nil {
			return err
		}
		return unpackZip(w, z)
	case bytes.HasPrefix(magic, []byte("\xfd7zXZ")), bytes.HasPrefix(magic, []byte("\x28\xb5\x2f\xfd")):
		return fmt.Errorf("%w: the archive is compressed with xz or zstd", ErrUnsupported)
	}
	return unpackTar(w, r)
}

// counted counts the bytes of an unpacked archive, headers included. It ends at the
// limit, and with the context.
type counted struct {
	io.Reader
	ctx context.Context
	n   int64
}

func (c *counted) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	if c.n >= maxUnpacked {
		return 0, errTooMuch()
	}
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	return n, err
}

func errTooMuch() error {
	return fmt.Errorf("the archive unpacks to more than %d MiB", maxUnpacked>>20)
}

func unpackTar(w *treeWriter, stream io.Reader) error {
	in := &counted{Reader: stream, ctx: w.ctx}
	t := tar.NewReader(in)
	for {
		before := in.n
		h, err := t.Next()
		if err == io.EOF {
			// Two blocks of zeros end an archive. A reader takes the end of the file
			// for the end of the archive, which a cut one has too.
			if in.n-before < 1024 {
				return errors.New("the archive is cut off")
			}
			// The decompressor reports at its end whether anything is missing.
			_, err := io.Copy(io.Discard, in)
			return err
		}
		if err != nil {
			return err
		}
		for name := range h.PAXRecords {
			if strings.HasPrefix(name, "GNU.sparse.") {
				return fmt.Errorf("%q is a sparse file", h.Name)
			}
		}
		if h.Typeflag != tar.TypeXGlobalHeader {
			w.newest = max(w.newest, h.ModTime.Unix())
		}
		switch h.Typeflag {
		case tar.TypeDir:
			err = w.dir(h.Name)
		case tar.TypeReg:
			err = w.file(h.Name, h.FileInfo().Mode(), t)
		case tar.TypeSymlink:
			err = w.link(h.Name, h.Linkname)
		case tar.TypeXGlobalHeader:
			err = w.count()
		case tar.TypeLink:
			err = w.copy(h.Name, h.Linkname)
		default:
			err = fmt.Errorf("%q is of a kind that a source tree does not have", h.Name)
		}
		if err != nil {
			return err
		}
	}
}

func unpackZip(w *treeWriter, z *zip.Reader) error {
	for _, f := range z.File {
		if err := unpackZipped(w, f); err != nil {
			return err
		}
	}
	return nil
}

func unpackZipped(w *treeWriter, f *zip.File) error {
	mode := f.Mode()
	w.newest = max(w.newest, f.Modified.Unix())
	if mode.IsDir() {
		return w.dir(f.Name)
	}
	r, err := f.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	switch {
	case mode&fs.ModeSymlink != 0:
		target, err := io.ReadAll(io.LimitReader(r, maxName+1))
		if err != nil {
			return err
		}
		return w.link(f.Name, string(target))
	case mode.IsRegular():
		return w.file(f.Name, mode, r)
	}
	return fmt.Errorf("%q is of a kind that a source tree does not have", f.Name)
}
