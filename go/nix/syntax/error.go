package syntax

// Error explains why a text is not a Nix expression.
type Error struct {
	Msg      string
	Position Position
	// Also is a second place that the message speaks of, such as the first of
	// two definitions; it may be invalid.
	Also Position
}

func (e *Error) Error() string {
	if !e.Position.IsValid() {
		return e.Msg
	}
	return e.Position.String() + ": " + e.Msg
}

// FeatureOff returns Nix's message for an experimental feature that is off.
func FeatureOff(name string) string {
	return "experimental Nix feature '" + name + "' is disabled; add '--extra-experimental-features " + name + "' to enable it"
}
