//go:build !unix

package cli

import "os"

// unbreakable returns the stream unchanged: a broken pipe sends no signal on this
// platform.
func unbreakable(f *os.File, _ int) *os.File { return f }
