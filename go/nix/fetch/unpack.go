package fetch

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
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// What an archive may hold, so that a small one cannot fill the disk.
const (
	maxFiles    = 500_000
	maxUnpacked = 4 << 30
)

// unpacker writes the members of an archive below a folder, and nowhere else.
type unpacker struct {
	ctx   context.Context
	root  *os.Root
	files int
	bytes int64
}

// unpackFile unpacks an archive and returns the folder with its content: the
// one folder that everything is in, if there is one, as Nix does.
func unpackFile(ctx context.Context, file, work string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", fmt.Errorf("%w: %v", ErrDownload, err)
	}
	defer f.Close()
	out := filepath.Join(work, "source")
	if err := os.Mkdir(out, 0o700); err != nil {
		return "", err
	}
	root, err := os.OpenRoot(out)
	if err != nil {
		return "", err
	}
	defer root.Close()
	u := &unpacker{ctx: ctx, root: root}
	if err := u.archive(f); err != nil {
		if errors.Is(err, ErrUnsupported) {
			return "", err
		}
		return "", fmt.Errorf("%w: unpacking: %v", ErrDownload, err)
	}
	entries, err := os.ReadDir(out)
	if err != nil {
		return "", err
	}
	if len(entries) == 1 && entries[0].IsDir() {
		return filepath.Join(out, entries[0].Name()), nil
	}
	return out, nil
}

func (u *unpacker) archive(f *os.File) error {
	r := bufio.NewReader(f)
	magic, _ := r.Peek(6)
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(r)
		if err != nil {
			return err
		}
		return u.tar(z)
	case bytes.HasPrefix(magic, []byte("BZh")):
		return u.tar(bzip2.NewReader(r))
	case bytes.HasPrefix(magic, []byte("PK\x03\x04")):
		info, err := f.Stat()
		if err != nil {
			return err
		}
		z, err := zip.NewReader(f, info.Size())
		if err != nil {
			return err
		}
		return u.zip(z)
	case bytes.HasPrefix(magic, []byte("\xfd7zXZ")), bytes.HasPrefix(magic, []byte("\x28\xb5\x2f\xfd")):
		return fmt.Errorf("%w: the archive is compressed with xz or zstd", ErrUnsupported)
	}
	return u.tar(r)
}

func (u *unpacker) tar(r io.Reader) error {
	t := tar.NewReader(r)
	for {
		h, err := t.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		switch h.Typeflag {
		case tar.TypeDir:
			err = u.dir(h.Name)
		case tar.TypeReg:
			err = u.file(h.Name, h.FileInfo().Mode(), t)
		case tar.TypeSymlink:
			err = u.link(h.Name, h.Linkname)
		case tar.TypeXGlobalHeader:
		case tar.TypeLink:
			err = u.copy(h.Name, h.Linkname)
		default:
			err = fmt.Errorf("%s is of a kind that a source tree does not have", h.Name)
		}
		if err != nil {
			return err
		}
	}
}

func (u *unpacker) zip(z *zip.Reader) error {
	for _, f := range z.File {
		mode := f.Mode()
		if mode.IsDir() {
			if err := u.dir(f.Name); err != nil {
				return err
			}
			continue
		}
		r, err := f.Open()
		if err != nil {
			return err
		}
		if mode&fs.ModeSymlink != 0 {
			var target []byte
			if target, err = io.ReadAll(io.LimitReader(r, 4096)); err == nil {
				err = u.link(f.Name, string(target))
			}
		} else {
			err = u.file(f.Name, mode, r)
		}
		r.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// name checks a member's name and counts the member.
func (u *unpacker) name(name string) (string, error) {
	if u.files++; u.files > maxFiles {
		return "", fmt.Errorf("the archive has more than %d files", maxFiles)
	}
	clean := path.Clean(strings.TrimPrefix(name, "./"))
	if !filepath.IsLocal(clean) {
		return "", fmt.Errorf("%q leads out of the archive", name)
	}
	return clean, u.ctx.Err()
}

func (u *unpacker) dir(name string) error {
	name, err := u.name(name)
	if err != nil || name == "." {
		return err
	}
	return u.root.MkdirAll(name, 0o755)
}

func (u *unpacker) file(name string, mode fs.FileMode, r io.Reader) error {
	name, err := u.name(name)
	if err != nil {
		return err
	}
	if err := u.root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	perm := fs.FileMode(0o644)
	if mode&0o100 != 0 {
		perm = 0o755
	}
	f, err := u.root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, perm)
	if err != nil {
		return err
	}
	n, err := io.Copy(f, io.LimitReader(r, maxUnpacked-u.bytes+1))
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if u.bytes += n; err == nil && u.bytes > maxUnpacked {
		err = fmt.Errorf("the archive unpacks to more than %d GiB", maxUnpacked>>30)
	}
	if err != nil {
		return err
	}
	// The umask may have taken the bit that counts.
	return u.root.Chmod(name, perm)
}

func (u *unpacker) link(name, target string) error {
	name, err := u.name(name)
	if err != nil {
		return err
	}
	if err := u.root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	return u.root.Symlink(target, name)
}

// copy stands for a hard link to a member that came before.
func (u *unpacker) copy(name, from string) error {
	from, err := u.name(from)
	if err != nil {
		return err
	}
	info, err := u.root.Lstat(from)
	if err != nil {
		return err
	}
	f, err := u.root.Open(from)
	if err != nil {
		return err
	}
	defer f.Close()
	return u.file(name, info.Mode(), f)
}

// writeTree writes a tree to a new folder.
func writeTree(tree source.Tree, out string) error {
	if err := os.Mkdir(out, 0o700); err != nil {
		return err
	}
	root, err := os.OpenRoot(out)
	if err != nil {
		return err
	}
	defer root.Close()
	u := &unpacker{ctx: context.Background(), root: root}
	return u.tree(tree, ".")
}

func (u *unpacker) tree(tree source.Tree, dir string) error {
	entries, err := tree.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		switch {
		case e.IsDir():
			err = u.dir(name)
			if err == nil {
				err = u.tree(tree, name)
			}
		case e.Type()&fs.ModeSymlink != 0:
			var target string
			if target, err = tree.Readlink(name); err == nil {
				err = u.link(name, target)
			}
		default:
			var info fs.FileInfo
			if info, err = tree.Lstat(name); err != nil {
				return err
			}
			var data []byte
			if data, err = tree.ReadFile(name); err == nil {
				err = u.file(name, info.Mode(), bytes.NewReader(data))
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}
