package cli

import (
	"os"
	"path/filepath"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
)

// maxPath limits the directories of PATH that are searched.
const maxPath = 1000

// examineName reports other programs named insomnia on PATH, such as the API client of
// that name. It runs none of them.
func examineName(path string) []resolve.Finding {
	self, err := os.Executable()
	if err != nil {
		return nil
	}
	own, err := os.Stat(self)
	if err != nil {
		return nil
	}
	first, other := true, ""
	dirs := filepath.SplitList(path)
	for _, dir := range dirs[:min(len(dirs), maxPath)] {
		file := filepath.Join(dir, "insomnia")
		info, err := os.Stat(file)
		if !filepath.IsAbs(dir) || err != nil || info.IsDir() || info.Mode()&0o111 == 0 {
			continue
		}
		if os.SameFile(own, info) {
			if other != "" {
				break
			}
			first = false
			continue
		}
		other = file
		if first {
			break
		}
	}
	switch {
	case other == "":
		return nil
	case first:
		return []resolve.Finding{{Name: "name", Status: resolve.StatusWarning,
			Detail: "`insomnia` on PATH is another program, " + other + "; this one is " + self,
			Hint:   "put its directory first: export PATH=" + diag.Shell(filepath.Dir(self)) + ":$PATH"}}
	}
	return []resolve.Finding{{Name: "name", Status: resolve.StatusOk, Detail: "this program is first on PATH; another one of the name is " + other}}
}
