package fetch_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/nix/fetch"
	"github.com/insomnia-pods/insomnia/go/nix/flake"
)

// answers plays the servers: an address and what it answers.
type answers map[string]string

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	response := &http.Response{StatusCode: http.StatusOK, Status: "200 OK", Request: r, Header: http.Header{}}
	text, ok := a[r.URL.String()]
	if !ok {
		response.StatusCode, response.Status = http.StatusNotFound, "404 Not Found"
	}
	response.Body = io.NopCloser(strings.NewReader(text))
	return response, nil
}

func archive(t *testing.T, name, text string) string {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	w := tar.NewWriter(z)
	for _, err := range []error{
		w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text))}),
		func() error { _, err := w.Write([]byte(text)); return err }(),
		w.Close(), z.Close(),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return out.String()
}

// TestLock finds the commit of a branch, downloads it, and checks the locked
// attributes.
func TestLock(t *testing.T) {
	const rev = "0123456789abcdef0123456789abcdef01234567"
	tarball := archive(t, "repo-"+rev+"/flake.nix", "{ }")
	servers := answers{
		"https://api.github.com/repos/o/r/commits/HEAD":                                 rev,
		"https://github.com/o/r/archive/" + rev + ".tar.gz":                             tarball,
		"https://gitlab.com/api/v4/projects/o%2Fr/repository/commits?ref_name=main":     `[{"id":"` + rev + `"}]`,
		"https://gitlab.com/api/v4/projects/o%2Fr/repository/archive.tar.gz?sha=" + rev: tarball,
	}
	store := &fetch.Store{Dir: t.TempDir(), Client: &http.Client{Transport: servers}}
	hash := ""
	for _, l := range []*flake.Locked{
		{Type: "github", Owner: "o", Repo: "r"},
		{Type: "github", Owner: "o", Repo: "r", Rev: rev},
		{Type: "gitlab", Owner: "o", Repo: "r", Ref: "main"},
	} {
		locked, err := store.Lock(context.Background(), l)
		if err != nil {
			t.Fatalf("%s: %v", l, err)
		}
		if locked.Rev != rev || hash != "" && locked.NarHash != hash {
			t.Errorf("%+v", locked)
		}
		hash = locked.NarHash
		dir, ok := store.Find(locked)
		if data, err := os.ReadFile(filepath.Join(dir, "flake.nix")); !ok || err != nil || string(data) != "{ }" {
			t.Errorf("%v: %q, %v", ok, data, err)
		}
	}
	for _, missing := range []*flake.Locked{
		{Type: "github", Owner: "o", Repo: "gone"},
		{Type: "tarball", URL: "https://example.org/gone.tar.gz"},
	} {
		if _, err := store.Lock(context.Background(), missing); !errors.Is(err, fetch.ErrNotFound) {
			t.Errorf("%s: %v", missing, err)
		}
	}
}
