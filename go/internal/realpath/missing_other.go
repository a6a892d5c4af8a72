//go:build !unix

package realpath

func notDirectory(error) bool { return false }
