package crashfs

import (
	"io/fs"

	"github.com/insomnia-pods/insomnia/go/internal/durable"
)

// The negative controls: file systems that each omit an fsync. A simulation that finds
// no fault in them cannot find any.

// ForgetDirs leaves out the fsync of folders.
func ForgetDirs(f durable.FS) durable.FS { return forgetDirs{f} }

// ForgetFiles leaves out the fsync of files.
func ForgetFiles(f durable.FS) durable.FS { return forgetFiles{f} }

type forgetDirs struct{ durable.FS }

func (forgetDirs) SyncDir(string) error { return nil }

type forgetFiles struct{ durable.FS }

func (f forgetFiles) Create(path string, perm fs.FileMode) (durable.File, error) {
	file, err := f.FS.Create(path, perm)
	return forgetful{file}, err
}

type forgetful struct{ durable.File }

func (forgetful) Sync() error { return nil }
