// Package gitrepo reads git repositories without git: it starts no process,
// makes no request and writes nothing.
//
// A repository may come from anyone: as an archive, on a shared disk, by a
// copied directory. Git itself obeys the configuration in it, which names
// programs (filters, signature checks, hooks, a file system monitor, a remote's
// upload-pack). This package reads of the configuration only how the repository
// is stored: formats, and how files of the work tree compare with their blobs.
//
// Every file is opened through package bounded, has a size limit, and is checked
// while it is parsed. Objects have limits of size, of depth and of the work that
// all of them together may take; what takes longer observes its context.
//
// A `.git` file, a `commondir` file and alternates may name any directory of
// this machine, as they do in linked work trees, submodules and shared clones.
// Such a directory is read only as the repository that it should be, with
// /proc, /sys and /dev refused. No byte of what is there is ever quoted: the
// most that a work tree learns from it is the name, the time and the number of
// commits, and of files which names are tracked.
//
// Errors are *Error. They name the file and the reason, never its content.
package gitrepo
