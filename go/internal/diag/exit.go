package diag

import "fmt"

// Exit is the status with which the program ends.
type Exit int

const (
	ExitDone        Exit = 0
	ExitDifference  Exit = 1
	ExitUsage       Exit = 2
	ExitInvalid     Exit = 3
	ExitNotFound    Exit = 4
	ExitEvaluation  Exit = 5
	ExitMissing     Exit = 6
	ExitRefused     Exit = 7
	ExitState       Exit = 8
	ExitInternal    Exit = 70
	ExitInterrupted Exit = 130
)

// ExitCodes is the one table of exit codes; docs/exit-codes.md is written from it.
var ExitCodes = []struct {
	Code    Exit
	Meaning string
	Example string
}{
	{ExitDone, "done", "the manifest was printed"},
	{ExitDifference, "difference or problems found", "`insomnia verify` found a broken profile or policy"},
	{ExitUsage, "usage", "an unknown flag, a reference that cannot be read, a mistake in a config"},
	{ExitInvalid, "profile invalid", "an unknown field, a conflict between two imports, an output that is not a profile"},
	{ExitNotFound, "not found or ambiguous", "no such flake or profile, several profiles of one name, a secret that is not bound or not set"},
	{ExitEvaluation, "evaluation failed", "a syntax error, a `throw`, an untracked file, the deadline passed"},
	{ExitMissing, "needs Nix, a download or a missing program", "Nix is not installed or too old, an input is not locked or cannot be fetched, the command that has a secret fails"},
	{ExitRefused, "refused", "no consent to what a profile grants, Nix would copy private files into its store, a secret may not go to this host, a file that others can read"},
	{ExitState, "state damaged or conflict", "the source tree changed while it was being resolved, a Pod or a file in the store of secrets is damaged, another process changed the Pod meanwhile"},
	{ExitInternal, "internal error, or the output could not be written", "standard output is full or closed, a defect of this program (the message names a crash report)"},
	{ExitInterrupted, "interrupted", "ctrl-C, SIGTERM or SIGHUP"},
}

// Meaning is the entry of the table for this code.
func (c Exit) Meaning() string {
	for _, row := range ExitCodes {
		if row.Code == c {
			return row.Meaning
		}
	}
	return fmt.Sprintf("exit code %d", int(c))
}
