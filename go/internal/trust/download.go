package trust

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/durable"
)

// DownloadKey is what the user was asked about: a reference of a project. A
// locked reference holds its hash, so that another one is asked about again.
type DownloadKey struct {
	Project string `json:"project"` // absolute path of its directory
	Ref     string `json:"ref"`     // as the project writes it, or as its lock does
}

// Download is a recorded yes to a download.
type Download struct {
	DownloadKey
	Locked string    `json:"locked"` // the reference that was downloaded, with its hash
	At     time.Time `json:"at"`
}

type downloadRecord struct {
	Schema string `json:"schema"`
	Download
}

const (
	downloadSchema    = "insomnia.download-consent/v1"
	downloadExtension = ".download"
	maxDownloadRecord = 1 << 20
)

func (s *Store) downloadPath(key DownloadKey) string {
	sum := sha256.Sum256([]byte(key.Project + "\x00" + key.Ref))
	return filepath.Join(s.dir, hex.EncodeToString(sum[:16])+downloadExtension)
}

// Download returns the locked reference that the user agreed to, or "". A record
// that cannot be read is an error, and no consent.
func (s *Store) Download(key DownloadKey) (locked string, err error) {
	if err := s.safe(); err != nil {
		return "", err
	}
	d, err := s.readDownload(s.downloadPath(key))
	if err != nil || d == nil {
		return "", err
	}
	if d.DownloadKey != key {
		return "", damagedDownload(s.downloadPath(key))
	}
	return d.Locked, nil
}

func damagedDownload(path string) error {
	return diag.Errorf(diag.ExitState, "consent-damaged", "consent in %s is damaged", path).Hintf("remove it and consent again: rm %s", path)
}

// readDownload reads a record; nil when it is not there.
func (s *Store) readDownload(path string) (*Download, error) {
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
	data, err := s.fs.ReadFile(path, maxDownloadRecord)
	if err != nil {
		return nil, s.unreadable(path, err)
	}
	content, _, err := durable.Unframe(data)
	r := new(downloadRecord)
	if err != nil || json.Unmarshal(content, r, json.RejectUnknownMembers(true)) != nil || r.Schema != downloadSchema || r.Locked == "" {
		return nil, damagedDownload(path)
	}
	return &r.Download, nil
}

// ConsentToDownload records a yes. It is durable when it returns.
func (s *Store) ConsentToDownload(ctx context.Context, key DownloadKey, locked string) error {
	content, err := json.Marshal(downloadRecord{downloadSchema, Download{key, locked, time.Now().UTC().Truncate(time.Second)}})
	if err != nil {
		return err
	}
	return s.write(ctx, func() error {
		data, _ := durable.Frame(content)
		if err := durable.Replace(s.fs, s.downloadPath(key), data, fileMode); err != nil {
			return s.notWritten(err)
		}
		return nil
	})
}

// Downloads lists every recorded yes, and what is wrong with the others.
func (s *Store) Downloads() ([]Download, []diag.Diagnostic, error) {
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
	var all []Download
	var problems []diag.Diagnostic
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), downloadExtension) || strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		d, err := s.readDownload(filepath.Join(s.dir, entry.Name()))
		if err != nil {
			problems = append(problems, diag.From(err).Diagnostics...)
		} else if d != nil {
			all = append(all, *d)
		}
	}
	return all, problems, nil
}

// RevokeDownloads removes the consents to a locked reference, of every project,
// and returns how many there were.
func (s *Store) RevokeDownloads(ctx context.Context, locked string) (n int, err error) {
	all, _, err := s.Downloads()
	if err != nil {
		return 0, err
	}
	for _, d := range all {
		if d.Locked != locked {
			continue
		}
		err := s.write(ctx, func() error {
			if err := s.fs.Remove(s.downloadPath(d.DownloadKey)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return s.notWritten(err)
			}
			return s.fs.SyncDir(s.dir)
		})
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
