//go:build !linux

package wire

// Seclude keeps the memory of this process from others where the system can do that.
func Seclude() {}

// Adopt makes this process the parent of orphans where the system can do that.
func Adopt() {}
