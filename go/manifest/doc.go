// Package manifest defines the two central types of Insomnia and validates their
// values.
//
// [Manifest] is the runtime contract of a Pod: typed, complete, portable. [Profile] is
// what an author may write in Nix. The JSON Schemas in lib/schema are generated from
// these types, and the Nix library validates with them, so a field has the same name,
// bounds and description on both sides.
//
// Numbers are integers in the unit that ends the field's name (Tokens, Bytes,
// Seconds, Days, Percent, Cents); only temperature and topP have a fraction.
// Secrets appear as a [SecretRef] and never as a value.
//
// Resolving calls [Check]: it validates a JSON text and returns its canonical bytes;
// [Digest] returns their digest. [Decode] returns the typed manifest, [Validate] only
// the problems, [Encode] the canonical bytes of a manifest created in Go.
// [FillDefaults] completes a manifest that was written by hand. A [Problem] is data: a
// stable code, the place, and a message for the author. None of these functions reads a
// file or keeps its input, and all are safe for concurrent use.
//
// Constraints that the schema cannot express are in rules.go, and also in
// lib/rules.nix; checks/conformance compares the two validators.
package manifest

//go:generate go run ./internal/schemagen/cmd
