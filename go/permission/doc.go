// Package permission is the guard: [Parse] makes a [Guard] of a manifest, which
// decides tool calls by its permission rules: what a command runs, reads and
// writes, and the paths, addresses and names of other tools. Package grammar has
// the language of the rules.
//
// It reads no files and no environment: real paths, the workspace and the home
// directory come from the caller. docs/permissions-guard.md is its manual; the
// table there is a test.
package permission
