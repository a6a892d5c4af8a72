package archive

import "testing"

// MaxDepth exports maxDepth.
const MaxDepth = maxDepth

// Limit sets the limits of archives until the test ends.
func Limit(t testing.TB, files int, bytes int64) {
	oldFiles, oldBytes := maxFiles, maxUnpacked
	maxFiles, maxUnpacked = files, bytes
	t.Cleanup(func() { maxFiles, maxUnpacked = oldFiles, oldBytes })
}
