package locate

import (
	"context"
	"crypto/sha256"
	"encoding/base64"

	"github.com/nix-community/go-nix/pkg/nar"

	"github.com/insomnia-pods/insomnia/go/nix/flake"
)

// NarHash is the hash of a file or folder as `nix hash path` prints it.
func NarHash(path string) (string, error) {
	h := sha256.New()
	if err := nar.DumpPath(h, path); err != nil {
		return "", err
	}
	return SRI(h.Sum(nil)), nil
}

// FileNarHash is NarHash of a file with these bytes.
func FileNarHash(data []byte) (string, error) {
	h := sha256.New()
	w, err := nar.NewWriter(h)
	if err == nil {
		err = w.WriteHeader(&nar.Header{Path: "/", Type: nar.TypeRegular, Size: int64(len(data))})
	}
	if err == nil {
		_, err = w.Write(data)
	}
	if err == nil {
		err = w.Close()
	}
	return SRI(h.Sum(nil)), err
}

// TrackedNarHash is the narHash of a git work tree as Nix sees it: the files
// that git tracks, with the content they have now.
func TrackedNarHash(ctx context.Context, where flake.Ref) (string, error) {
	opened, err := flake.Open(ctx, where, flake.Options{})
	if err != nil {
		return "", err
	}
	defer opened.Close()
	return opened.NARHash()
}

// SRI writes a SHA-256 sum as Nix does.
func SRI(sum []byte) string { return "sha256-" + base64.StdEncoding.EncodeToString(sum) }
