package bounded

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// read reads what is left of an open file, which must be regular.
func read(f *os.File, path string, limit int64) ([]byte, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if err := judge(path, info.Mode().IsRegular(), info.Size(), limit); err != nil {
		return nil, err
	}
	return readAll(path, info.Size(), limit, f.Read)
}

func judge(path string, regular bool, size, limit int64) error {
	switch {
	case !regular:
		return &fs.PathError{Op: "read", Path: path, Err: ErrNotRegular}
	case size > limit:
		return &fs.PathError{Op: "read", Path: path, Err: ErrTooLarge}
	}
	return nil
}

// readAll reads to the end. The size is a guess: files of /proc have none, and
// others may grow while they are read.
func readAll(path string, size, limit int64, next func([]byte) (int, error)) ([]byte, error) {
	data := make([]byte, 0, min(size, limit)+1)
	for {
		n, err := next(data[len(data):cap(data)])
		data = data[:len(data)+max(n, 0)]
		if int64(len(data)) > limit {
			return nil, &fs.PathError{Op: "read", Path: path, Err: ErrTooLarge}
		}
		if errors.Is(err, io.EOF) {
			return data, nil
		}
		if err != nil {
			var in *fs.PathError
			if errors.As(err, &in) {
				err = in.Err
			}
			return nil, &fs.PathError{Op: "read", Path: path, Err: err}
		}
		if len(data) == cap(data) {
			data = slices.Grow(data, len(data)+512)
		}
	}
}

// ReadOpenDir is ReadDir for a directory that is open; path is for errors.
func ReadOpenDir(f *os.File, path string, limit int) ([]fs.DirEntry, error) {
	var entries []fs.DirEntry
	for {
		// Asking for what is left of the limit bounds the memory; n <= 0 would not.
		more, err := f.ReadDir(min(1024, limit+1-len(entries)))
		entries = append(entries, more...)
		if len(entries) > limit {
			return nil, &fs.PathError{Op: "readdir", Path: path, Err: ErrTooLarge}
		}
		if errors.Is(err, io.EOF) {
			slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
			return entries, nil
		}
		if err != nil {
			return nil, err
		}
	}
}
