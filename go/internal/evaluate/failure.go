package evaluate

import (
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/locate"
)

// Kind is the kind of failure that ended an evaluation.
type Kind uint8

const (
	// Other is everything that no other kind names.
	Other Kind = iota

	// What the author wrote.

	Thrown            // builtins.throw
	AssertionFailed   // assert
	Aborted           // builtins.abort
	TypeMismatch      // a value of the wrong type
	MissingAttribute  // Name is the attribute, where it is known
	UndefinedVariable // a variable that no scope has
	InfiniteRecursion // a value that needs itself, or calls without end
	SyntaxError       // a file that does not parse
	ByteOrderMark     // a file that begins with one, where that does not parse
	InvalidText       // a string that is not valid UTF-8

	// What it reached for.

	FileMissing   // Path does not exist
	FileOutside   // Path is outside of the source; Root is what may be read, empty for a flake
	FileHidden    // Path, below Root, exists and is not visible; Message explains why
	FileUntracked // Path, below Root, exists and git does not track it
	Unreadable    // Path cannot be read by this evaluator, but by the other one
	Fetches       // a download that no lock holds
	Builds        // something to be built, or in the Nix store
	NeedsNix      // a builtin that only the installed Nix has
	NoStore       // a copy into a store, which the installed Nix does not have

	// The flake.

	NoOutput  // the flake has no output Name
	NoFlake   // there is no flake.nix
	FlakeForm // flake.nix computes what must be literal
	NotLocked // an input is not in flake.lock; Name is the input, where it is known
	Unhad     // Cause: an input or a repository that cannot be had

	// Limits.

	Time
	Memory
	Output    // a result beyond its limit
	Messages  // traces and warnings beyond their limit
	Crowded   // not begun, since too much before it did not end
	Cancelled // the user's interruption
)

var kindNames = [...]string{"other", "thrown", "assertion", "aborted", "type", "missing attribute", "undefined variable", "recursion",
	"syntax", "byte order mark", "invalid text", "file missing", "file outside", "file hidden", "file untracked", "unreadable", "fetches", "builds",
	"needs nix", "no store", "no output", "no flake", "flake form", "not locked", "unhad", "time", "memory", "output", "messages", "crowded", "cancelled"}

// Limit reports whether the evaluation was ended, and did not end by itself.
func (k Kind) Limit() bool { return k >= Time }

func (k Kind) String() string { return kindNames[k] }

// Failure is an evaluation that ended with an error, as data.
type Failure struct {
	Kind Kind
	// Message is the evaluator's message, with the author's names of files.
	Message string
	// Positions are the places of the failure in the author's own files, innermost first;
	// if none is known, those in a layer or in the library.
	Positions []diag.Position
	// Trace are the messages of builtins.addErrorContext and what else the
	// evaluator said of the way, innermost first.
	Trace []string

	Path, Root, Name string            // set by the kinds that need them
	Ref              *locate.Reference // the flake; nil for a profile file
	Hint             string            // what to do, where only the evaluator knows it
	Cause            error             // of kind Unhad; else what the evaluator made the failure of, or nil
}

func (f *Failure) Error() string { return f.Message }

// Unwrap makes a *diag.Error of every Failure, for those who only report it.
func (f *Failure) Unwrap() error { return f.Diagnose() }
