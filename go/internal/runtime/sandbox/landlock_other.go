//go:build !linux

package sandbox

const (
	supported                      = false
	abiFiles, abiApart, abiSockets = 3, 6, 9
)

func landlockABI() int { return 0 }

func (m Mechanism) rules(Spec) (*Rules, error) { return nil, nil }

func reachableSockets(Spec) []string { return nil }

// Confine puts this process and all that it starts behind rules; there are none here.
func Confine(*Rules) error { return nil }
