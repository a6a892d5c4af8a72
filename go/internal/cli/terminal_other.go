//go:build !linux

package cli

func moreTyped(int) bool { return false }
