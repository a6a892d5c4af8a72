//go:build race

package manifest

// The race detector makes the properties ten times slower and finds nothing in them.
func init() { defaultMutations = 1000 }
