package trust_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/trust"
)

// A yes to a download is for one project and one reference, can be listed and
// taken back, and counts for nothing once its file is damaged.
func TestDownloadConsent(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "insomnia", "trust")
	store := trust.Open(dir)
	key := trust.DownloadKey{Project: "/p", Ref: "github:o/r"}
	const locked = "github:o/r/0123?narHash=x"
	want := func(key trust.DownloadKey, locked string) {
		t.Helper()
		if got, err := store.Download(key); err != nil || got != locked {
			t.Errorf("%v: %q, %v", key, got, err)
		}
	}
	want(key, "")
	if err := store.ConsentToDownload(t.Context(), key, locked); err != nil {
		t.Fatal(err)
	}
	want(key, locked)
	want(trust.DownloadKey{Project: "/q", Ref: key.Ref}, "")
	want(trust.DownloadKey{Project: key.Project, Ref: "github:o/r?ref=main"}, "")
	if all, problems, err := store.Downloads(); err != nil || len(problems) > 0 || len(all) != 1 || all[0].DownloadKey != key || all[0].Locked != locked {
		t.Errorf("%v, %v, %v", all, problems, err)
	}
	if consents, problems, err := store.List(); err != nil || len(consents)+len(problems) > 0 {
		t.Errorf("%v, %v, %v", consents, problems, err)
	}

	files, err := filepath.Glob(filepath.Join(dir, "*.download"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	other := trust.DownloadKey{Project: "/q", Ref: key.Ref}
	for i := range data { // every byte, and a record under another name
		damaged := append([]byte(nil), data...)
		damaged[i] ^= 1
		if err := os.WriteFile(files[0], damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := store.Download(key); err == nil || got != "" || !diag.CodeIs(err, "consent-damaged") {
			t.Fatalf("byte %d: %q, %v", i, got, err)
		}
	}
	if err := store.ConsentToDownload(t.Context(), other, locked); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(files[0], data, 0o600); err != nil {
		t.Fatal(err)
	}
	both, _ := filepath.Glob(filepath.Join(dir, "*.download"))
	for _, path := range both {
		if path != files[0] {
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := store.Download(other); !diag.CodeIs(err, "consent-damaged") {
		t.Errorf("a record of another project counts: %v", err)
	}
	if err := store.ConsentToDownload(t.Context(), other, locked); err != nil {
		t.Fatal(err)
	}
	if n, err := store.RevokeDownloads(t.Context(), locked); err != nil || n != 2 {
		t.Errorf("%d, %v", n, err)
	}
	want(key, "")
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Download(key); !diag.CodeIs(err, "unsafe-state") {
		t.Errorf("%v", err)
	}
}
