//go:build !unix

package cli

import "os"

// unbreakable gives the stream as it is: no signal comes with a broken pipe here.
func unbreakable(f *os.File, _ int) *os.File { return f }
