package gitrepo

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
)

// Kind is the reason for which a repository cannot be read.
type Kind int

const (
	// Damaged means content that git would not have written.
	Damaged Kind = iota
	// Unsupported means a format that this program does not read.
	Unsupported
	// MissingObject means that an object is not here, as in a partial clone.
	MissingObject
	// Refused means a place where no repository is read.
	Refused
	// TooLarge means that a limit was reached.
	TooLarge
	// NotFound means that there is no repository, or no such commit.
	NotFound
)

// Error describes a file of a repository that cannot be used.
type Error struct {
	Kind Kind
	// Path is the file or directory, absolute.
	Path string
	// Msg is the reason; it quotes nothing of the file.
	Msg string
	// Hint is a command or a step that helps.
	Hint string
	// Err is the cause, if another package had one.
	Err error
}

func (e *Error) Error() string {
	if e.Err != nil {
		return e.Path + ": " + e.Msg + ": " + e.Err.Error()
	}
	return e.Path + ": " + e.Msg
}

func (e *Error) Unwrap() error { return e.Err }

const hintFsck = "check the repository: git fsck"

func damaged(path, format string, args ...any) *Error {
	return &Error{Kind: Damaged, Path: path, Msg: fmt.Sprintf(format, args...), Hint: hintFsck}
}

func tooLarge(path, format string, args ...any) *Error {
	return &Error{Kind: TooLarge, Path: path, Msg: fmt.Sprintf(format, args...)}
}

// unreadable returns the error for a file that could not be opened or read.
func unreadable(path string, err error) *Error {
	e := &Error{Kind: Damaged, Path: path, Msg: "cannot be read", Hint: hintFsck}
	var in *fs.PathError
	if errors.As(err, &in) {
		err = in.Err
	}
	switch {
	case errors.Is(err, bounded.ErrTooLarge):
		e.Kind = TooLarge
	case errors.Is(err, bounded.ErrOutside):
		return &Error{Kind: Refused, Path: path, Msg: "is a link that points out of the repository",
			Hint: "put the file itself there; for a second work tree of one repository, use git worktree add"}
	}
	if errors.Is(err, fs.ErrPermission) {
		e.Hint = "check permissions: ls -la " + path
	}
	e.Err = err
	return e
}
