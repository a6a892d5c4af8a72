//go:build !linux

package sandbox

import "errors"

const (
	supported                      = false
	abiFiles, abiApart, abiSockets = 3, 6, 9
)

func landlockABI() int { return 0 }

func (m Mechanism) rules(Spec) (*Rules, error) { return nil, nil }

func reachableSockets(Spec) []string { return nil }

// Confine would apply rules to this process; there are none on this platform.
func Confine(*Rules) error { return nil }

// Without would deny this process a file; it cannot on this platform.
func Without(string) error { return errors.ErrUnsupported }

// HidesFiles reports whether [Without] works on this machine.
func (m Mechanism) HidesFiles() bool { return false }
