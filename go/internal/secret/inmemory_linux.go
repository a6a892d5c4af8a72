package secret

import "golang.org/x/sys/unix"

// onlyInMemory reports whether a file is on a tmpfs or ramfs that is mounted
// read-only, which nothing but an orchestrator makes for a secret.
func onlyInMemory(path string) bool {
	var stat unix.Statfs_t
	if unix.Statfs(path, &stat) != nil {
		return false
	}
	kind := int64(stat.Type)
	return (kind == unix.TMPFS_MAGIC || kind == unix.RAMFS_MAGIC) && stat.Flags&unix.ST_RDONLY != 0
}
