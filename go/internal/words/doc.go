// Package words turns manifests, grants, differences and selections into
// sentences for people.
//
// The other packages return data; the wording is decided here, once, for the command
// line and the TUI alike. Only cli, tui and app import this package: any other package
// that contained a sentence would have to change with every wording. Nothing here reads
// a file or decides anything. Text that came from a profile is returned as it is: the
// caller that shows it must escape it, with package diag.
package words
