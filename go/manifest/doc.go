// Package manifest holds the two types that Insomnia is built around and what
// keeps them honest.
//
// [Manifest] is the runtime contract of a Pod: typed, complete, portable.
// [Profile] is what an author may write in Nix. The JSON Schemas in lib/schema
// are generated from these types, and the Nix library validates with them, so
// the same field has the same name, bounds and description on both sides.
//
// Numbers are integers in the unit that ends the field's name (Tokens, Bytes,
// Seconds, Days, Percent, Cents); only temperature and topP have a fraction.
// Secrets appear as a [SecretRef] and never as a value.
//
// [Check] is what resolving does: it judges a JSON text and gives its canonical
// bytes, of which [Digest] is the digest. [Decode] gives the typed manifest,
// [Validate] the problems alone, [Encode] the canonical bytes of a manifest made
// in Go. [FillDefaults] completes what was written by hand. A [Problem] is data:
// a stable code, the place, and words for the author. None of these functions
// reads a file or keeps the text it is given, and all may be called at once.
//
// What the schema cannot say stands in rules.go, and in lib/rules.nix alike;
// checks/conformance holds the two validators to each other.
package manifest

//go:generate go run ./internal/schemagen/cmd
