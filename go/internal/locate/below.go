package locate

import (
	"path/filepath"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
)

// Within reports whether a clean absolute path is that of a folder or of something in it.
func Within(folder, path string) bool {
	if !filepath.IsAbs(path) || filepath.Clean(path) != path {
		return false
	}
	rel, err := filepath.Rel(folder, path)
	return err == nil && filepath.IsLocal(rel)
}

// ReadBelow reads a file of a directory; no link and no name can escape it.
func ReadBelow(folder, rel string, limit int64) ([]byte, bool) {
	root, err := bounded.OpenRoot(folder)
	if err != nil {
		return nil, false
	}
	defer root.Close()
	data, err := root.ReadFile(filepath.FromSlash(rel), limit)
	return data, err == nil
}

// MaxQuoted is the largest file that is read to be quoted or compared.
const MaxQuoted = 1 << 20

// StoreDir is the directory of Nix's store.
const StoreDir = "/nix/store"
