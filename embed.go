// Package insomnia carries the Nix half of the project inside the Go program: the
// library and the built-in profiles, as they are in the repository.
package insomnia

import "embed"

// Library holds the folders lib and profiles. The prefix all: keeps files whose
// names begin with a dot or an underscore; symbolic links and folders with a
// go.mod would be left out by the compiler, so neither may appear there.
//
//go:embed all:lib all:profiles
var Library embed.FS

// Template holds the files of the template `profile`, which `insomnia init --flake` writes.
//
//go:embed all:templates/profile
var Template embed.FS
