package cli

import (
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
)

// examineRuntime says that nothing can start a Pod: this version has no runtimes.
func examineRuntime() resolve.Finding {
	return resolve.Finding{Name: "runtime", Status: resolve.StatusOptional, Detail: "none: this version of insomnia saves Pods and cannot start them",
		Hint: "print the manifest of a Pod to run it elsewhere: insomnia pod export POD"}
}

// unknownRuntime warns of a runtime that is recorded and that nothing can start.
func unknownRuntime(name string) []diag.Diagnostic {
	if name == "" {
		return nil
	}
	return []diag.Diagnostic{{Severity: diag.SeverityWarning, Code: "runtime-unknown", Positions: []diag.Position{},
		Message: "runtime " + diag.Quote(name) + " not found: this version of insomnia has no runtimes",
		Hint:    "the Pod keeps the name and is not started; insomnia doctor shows the runtimes that there are"}}
}
