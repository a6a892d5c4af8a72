//go:build !linux

package wire

// Seclude would protect the memory of this process; it does nothing on this platform.
func Seclude() {}

// Adopt would adopt orphans; it does nothing on this platform.
func Adopt() {}
