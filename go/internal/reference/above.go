package reference

import (
	"os"
	"path/filepath"
)

// WorkTree is the directory at or above dir that holds `.git`; empty where there is none.
func WorkTree(dir string) string {
	for at := dir; ; at = filepath.Dir(at) {
		if isWorkTree(at) {
			return at
		}
		if at == filepath.Dir(at) {
			return ""
		}
	}
}

// FlakeDir is the directory of the flake that a directory means, as Nix finds it: at
// or above dir, up to the top of the git work tree; empty where there is none.
func FlakeDir(dir string) string {
	for at := dir; ; at = filepath.Dir(at) {
		if exists(filepath.Join(at, "flake.nix")) {
			return at
		}
		if isWorkTree(at) || at == filepath.Dir(at) {
			return ""
		}
	}
}

func isWorkTree(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, ".git"))
	return err == nil
}
