//go:build !linux

package secret

func onlyInMemory(string) bool { return false }
