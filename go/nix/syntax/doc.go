// Package syntax scans and parses the Nix expression language.
//
// It covers the language of Nix 2.34 with no experimental feature on. The
// result is a small syntax tree whose nodes carry exact positions; names are
// interned in a Symbols table and positions are registered in a FileSet, so
// that trees of many files share both. Variables are given their slots by
// package resolver; the fields that it fills are marked so.
//
// A Parser is for one goroutine. Everything wrong with a text is an *Error.
package syntax
