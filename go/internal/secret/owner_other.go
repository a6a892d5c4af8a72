//go:build !unix

package secret

import "io/fs"

const (
	openFlags  = 0
	sharedBits = false
)

func ownerOf(fs.FileInfo) int { return -1 }
