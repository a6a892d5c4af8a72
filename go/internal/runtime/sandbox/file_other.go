//go:build !unix

package sandbox

import "io/fs"

func identity(fs.FileInfo) (file, bool) { return file{}, false }

func writableFile(string) bool { return true }
