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
package manifest

//go:generate go run ./internal/schemagen/cmd
