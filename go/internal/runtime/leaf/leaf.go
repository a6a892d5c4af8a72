// Package leaf is what a runtime declares about each field of the manifest.
package leaf

// Class is how far a field of the manifest holds in a runtime.
type Class string

const (
	// Enforced: the field holds, whatever the model does.
	Enforced Class = "enforced"
	// Approximated: it holds but for a gap, which is named.
	Approximated Class = "approximated"
	// Advisory: the model or the program is told, and nothing holds it.
	Advisory Class = "advisory"
	// Unsupported: it has no effect.
	Unsupported Class = "unsupported"
)

// By is who makes a field hold.
type By string

const (
	Program    By = "program"    // the agent program's own settings
	Guard      By = "guard"      // the guard, asked before each tool call
	Gateway    By = "gateway"    // the gateway in front of the model's API
	Sandbox    By = "sandbox"    // the operating system, around the whole program
	Supervisor By = "supervisor" // Insomnia itself, before or around the session
	Nobody     By = ""
)

// Declaration is what a runtime says about one field.
type Declaration struct {
	Class Class
	By    By
	// Why names the gap or the reason; empty for a field that is simply enforced.
	Why string
}
