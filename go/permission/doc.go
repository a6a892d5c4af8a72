// Package permission is the guard. [Parse] creates a [Guard] from a manifest, which
// decides tool calls by its permission rules: the programs that a command runs, the
// files that it reads and writes, and the paths, addresses and names of other tools.
// Package grammar defines the language of the rules.
//
// It reads no files and no environment: real paths, the workspace and the home
// directory come from the caller. docs/permissions-guard.md is its manual; the
// table there is a test.
package permission
