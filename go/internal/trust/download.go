package trust

import (
	"context"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// DownloadKey identifies a question to the user: a reference of a project. A locked
// reference contains its hash, so the user is asked again if it changes.
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
	return s.file(key.Project+"\x00"+key.Ref, downloadExtension)
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
	content, err := s.content(path, maxDownloadRecord, func(string) error { return damagedDownload(path) })
	if err != nil || content == nil {
		return nil, err
	}
	r := new(downloadRecord)
	if json.Unmarshal(content, r, json.RejectUnknownMembers(true)) != nil || r.Schema != downloadSchema || r.Locked == "" {
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
	return s.write(ctx, func() error { return s.replace(s.downloadPath(key), content) })
}

// Downloads lists every recorded yes, and what is wrong with the others.
func (s *Store) Downloads() ([]Download, []diag.Diagnostic, error) {
	found, problems, err := records(s, downloadExtension, s.readDownload)
	var all []Download
	for _, d := range found {
		all = append(all, *d)
	}
	return all, problems, err
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
			_, err := s.remove(s.downloadPath(d.DownloadKey))
			return err
		})
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
