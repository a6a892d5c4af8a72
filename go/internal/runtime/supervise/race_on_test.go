//go:build race

package supervise_test

// The race detector takes memory and time of its own.
const raced = true
