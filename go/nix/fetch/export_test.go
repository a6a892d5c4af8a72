package fetch

import "context"

import "testing"

// GitConfig is for tests: what git is told for an address.
var GitConfig = (*Store).gitConfig

// UnpackArchive is for tests.
func UnpackArchive(ctx context.Context, file, out string) error {
	_, err := unpackArchive(ctx, file, out)
	return err
}

// MaxDepth is for tests.
const MaxDepth = maxDepth

// Limit sets the limits of archives until the test ends.
func Limit(t testing.TB, files int, bytes int64) {
	oldFiles, oldBytes := maxFiles, maxUnpacked
	maxFiles, maxUnpacked = files, bytes
	t.Cleanup(func() { maxFiles, maxUnpacked = oldFiles, oldBytes })
}
