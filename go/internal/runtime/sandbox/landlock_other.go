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

// Confine puts this process and all that it starts behind rules; there are none here.
func Confine(*Rules) error { return nil }

// Without keeps this process from reading a file; it cannot here.
func Without(string) error { return errors.ErrUnsupported }

// HidesFiles reports whether [Without] works on this machine.
func (m Mechanism) HidesFiles() bool { return false }
