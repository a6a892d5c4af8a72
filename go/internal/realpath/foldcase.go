package realpath

import (
	"path"
	"strings"
)

// maxNames bounds the directory that is read to ask for case.
const maxNames = 10_000

// FoldsCase reports whether names that differ in case alone are the same in a
// directory, given by its real path. It asks for a name that is there in the other
// case; where there is none with a letter, for the name of the directory itself. An
// answer that cannot be had is no.
func (f Finder) FoldsCase(dir string) bool {
	files := f.system()
	for {
		entries, err := files.ReadDir(dir, maxNames)
		if err == nil {
			names := make(map[string]bool, len(entries))
			for _, entry := range entries {
				names[entry.Name()] = true
			}
			for _, entry := range entries {
				name := entry.Name()
				other := otherCase(name)
				// Both may be there where case counts, and even be the same file.
				if other == name || names[other] {
					continue
				}
				return f.same(path.Join(dir, name), path.Join(dir, other))
			}
		}
		if dir == "/" || dir == "." {
			return false
		}
		name, parent := path.Base(dir), path.Dir(dir)
		if other := otherCase(name); other != name {
			// A directory has no hard links, so that the same one is the same name.
			return f.same(dir, path.Join(parent, other))
		}
		dir = parent
	}
}

func (f Finder) same(a, b string) bool {
	files := f.system()
	one, err := files.Lstat(a)
	if err != nil {
		return false
	}
	other, err := files.Lstat(b)
	return err == nil && files.Same(one, other)
}

// otherCase turns upper and lowercase around; only ASCII, which no file system folds
// differently.
func otherCase(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		}
		return r
	}, name)
}
