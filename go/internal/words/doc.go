// Package words turns manifests, grants, differences and selections into
// sentences for people.
//
// What an engine finds is data; how it is said is decided here, once, for the
// command line and the TUI alike. Only cli, tui and app import this package: an
// engine that needed a sentence would have to be changed with every wording.
// Nothing here reads a file or decides anything. Text that came from a profile
// is returned as it is: whoever shows it escapes it, with package diag.
package words
