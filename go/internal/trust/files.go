package trust

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/durable"
)

// file is the path of the record about a key.
func (s *Store) file(key, extension string) string {
	sum := sha256.Sum256([]byte(key))
	return filepath.Join(s.dir, hex.EncodeToString(sum[:16])+extension)
}

// content reads a record as it was written; nil when it is not there. damaged is
// the error for a file that is not as it was written.
func (s *Store) content(path string, most int64, damaged func(what string) error) ([]byte, error) {
	info, err := s.fs.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, s.unreadable(path, err)
	}
	if what, remedy := durable.UnsafeFile(path, info); what != "" {
		return nil, unsafe("a consent", path, what, remedy)
	}
	data, err := s.fs.ReadFile(path, most)
	if err != nil {
		return nil, s.unreadable(path, err)
	}
	content, _, err := durable.Unframe(data)
	if err != nil {
		return nil, damaged(err.Error())
	}
	return content, nil
}

// replace writes a record, durably.
func (s *Store) replace(path string, content []byte) error {
	data, _ := durable.Frame(content)
	if err := durable.Replace(s.fs, path, data, fileMode); err != nil {
		return s.notWritten(err)
	}
	return nil
}

// remove removes a record, durably; there is none when gone is true.
func (s *Store) remove(path string) (gone bool, err error) {
	err = s.fs.Remove(path)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err == nil {
		err = s.fs.SyncDir(s.dir)
	}
	if err != nil {
		return false, s.notWritten(err)
	}
	return false, nil
}

// records reads every record with an extension, and collects what is wrong with
// the others.
func records[T any](s *Store, extension string, read func(path string) (*T, error)) ([]*T, []diag.Diagnostic, error) {
	if err := s.safe(); err != nil {
		return nil, nil, err
	}
	entries, err := s.fs.ReadDir(s.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, s.unreadable(s.dir, err)
	}
	var all []*T
	var problems []diag.Diagnostic
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), extension) || strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		record, err := read(filepath.Join(s.dir, entry.Name()))
		if err != nil {
			problems = append(problems, diag.From(err).Diagnostics...)
		} else if record != nil {
			all = append(all, record)
		}
	}
	return all, problems, nil
}
