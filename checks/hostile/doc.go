// Package hostile tests what the program promises about repositories of other authors:
// listing, resolving, verifying, creating and showing run no program, open no socket,
// and open no file outside the sources and the user's own directories of Insomnia.
//
// Its test creates some thirty hostile trees, runs every command that reads a
// repository in each of them, and watches the system calls. It needs strace and git.
package hostile
