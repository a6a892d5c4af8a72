package gitrepo

import (
	"io"
	"os"
	"path/filepath"
)

const (
	pageSize = 32 << 10
	maxPages = 512 // kept of one file
)

// paged is a large file of which parts are read. It is not mapped into memory:
// another process may cut it off at any time.
type paged struct {
	path  string
	file  *os.File
	size  int64
	pages map[int64][]byte
	last  int64 // the page that was read last, -1 for none
	page  []byte
}

func openPaged(path string) (*paged, error) {
	f, size, err := openInside(filepath.Dir(path), path)
	if err != nil {
		return nil, err
	}
	return &paged{path: path, file: f, size: size, pages: make(map[int64][]byte), last: -1}, nil
}

func (p *paged) close() { p.file.Close() }

// at returns the bytes from an offset to the end of its page; none at the end of the file.
func (p *paged) at(offset int64) ([]byte, error) {
	if offset < 0 || offset >= p.size {
		return nil, io.EOF
	}
	number, within := offset/pageSize, offset%pageSize
	if number != p.last {
		page := p.pages[number]
		if page == nil {
			page = make([]byte, min(pageSize, p.size-number*pageSize))
			if n, err := p.file.ReadAt(page, number*pageSize); n < len(page) {
				if err == io.EOF {
					err = io.ErrUnexpectedEOF
				}
				return nil, err
			}
			if len(p.pages) >= maxPages {
				clear(p.pages)
			}
			p.pages[number] = page
		}
		p.last, p.page = number, page
	}
	return p.page[within:], nil
}

// bytes returns n bytes at an offset.
func (p *paged) bytes(offset int64, n int) ([]byte, error) {
	part, err := p.at(offset)
	if err == nil && len(part) >= n {
		return part[:n], nil
	}
	out := make([]byte, 0, n)
	for len(out) < n {
		part, err := p.at(offset + int64(len(out)))
		if err != nil {
			return nil, err
		}
		out = append(out, part[:min(len(part), n-len(out))]...)
	}
	return out, nil
}

// cursor reads a paged file from a position on, byte by byte or more.
type cursor struct {
	file *paged
	pos  int64
}

func (c *cursor) Read(b []byte) (int, error) {
	part, err := c.file.at(c.pos)
	if err != nil {
		return 0, err
	}
	n := copy(b, part)
	c.pos += int64(n)
	return n, nil
}

func (c *cursor) ReadByte() (byte, error) {
	part, err := c.file.at(c.pos)
	if err != nil {
		return 0, err
	}
	c.pos++
	return part[0], nil
}
