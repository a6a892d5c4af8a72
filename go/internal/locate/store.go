package locate

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"

	"github.com/nix-community/go-nix/pkg/nixbase32"
)

var errNotSRI = errors.New("not an SRI sha256 hash")

// sourceStoreName is the name below /nix/store of a source tree with this
// narHash ("sha256-…"): the fixed-output path of the Nix manual, for the name
// "source".
func sourceStoreName(narHash string) (string, error) {
	sum, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(narHash, "sha256-"))
	if err != nil || len(sum) != sha256.Size || !strings.HasPrefix(narHash, "sha256-") {
		return "", errNotSRI
	}
	full := sha256.Sum256([]byte("source:sha256:" + hex.EncodeToString(sum) + ":/nix/store:source"))
	var folded [20]byte
	for i, b := range full {
		folded[i%len(folded)] ^= b
	}
	return nixbase32.EncodeToString(folded[:]) + "-source", nil
}
