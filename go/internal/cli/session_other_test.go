//go:build unix && !linux

package cli

import "github.com/rogpeppe/go-internal/testscript"

func session(ts *testscript.TestScript, neg bool, args []string) {
	ts.Fatalf("sessions are held on Linux only")
}
