package eval

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/nix-community/go-nix/pkg/nar"

	"github.com/insomnia-pods/insomnia/go/nix/internal/archive"
	"github.com/insomnia-pods/insomnia/go/nix/source"
	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// Fetcher fetches sources for fetchurl, fetchTarball, fetchGit, fetchTree and getFlake, unless they are
// files that the evaluation reads anyway. An expression computes the address, so the Fetcher must decide
// whether to use it: an address can leak anything that the expression has read.
//
// Fetch may be called by any expression, many times, and one at a time for each Evaluator. It must return
// soon after ctx ends, which happens at the time limit of the evaluation, and bound its downloads. The
// evaluator compares the result with the requested hash. An error ends the evaluation with an Error of the
// kind FetchFailed, of which it is the cause.
type Fetcher interface {
	Fetch(ctx context.Context, r FetchRequest) (*Fetched, error)
}

// FetchRequest describes a source that an expression asks a Fetcher for.
type FetchRequest struct {
	// Builtin is the function that was called: fetchurl, fetchTarball, fetchGit, fetchTree or getFlake.
	Builtin string
	// URL is the source as a flake reference, for messages; for fetchurl and fetchTarball
	// the address as it was written.
	URL string
	// Attrs are the attributes of the source as builtins.parseFlakeRef has them, its "type" among
	// them: file, tarball, git, github, gitlab, sourcehut, path, hg or indirect. Values are
	// string, int64 and bool. They have Nix's form, which does not make the address safe.
	Attrs map[string]any
	// NarHash is the SHA-256 that the tree must have, or FileHash that of the bytes of the file.
	// Both are nil if only a commit was named, or, with Options.Unlocked, nothing.
	NarHash, FileHash []byte
	// MaxFile is how many bytes Fetched.Data may have.
	MaxFile int64
}

// Fetched is the answer of a Fetcher.
type Fetched struct {
	// Files is the tree: for each type but "file". It must stay readable for as long as
	// the evaluator is used, and not change.
	Files fs.FS
	// Data is the content of the file: for the type "file".
	Data []byte
	// Rev is the commit, in hexadecimal; of a work tree with changes it is empty, and
	// DirtyRev is its commit with "-dirty" after it.
	Rev, DirtyRev string
	// LastModified is in seconds since 1970, RevCount the number of commits. 0: not known.
	LastModified, RevCount int64
}

// HashError is the error that a Fetcher may return for a source whose hash differs from the one
// requested. The evaluation then fails with Nix's message for it, as it does if the Fetcher
// returns such a source.
type HashError struct{ Got []byte } // SHA-256 of the tree, or of the bytes of the file

func (e *HashError) Error() string { return "the source has the hash " + sri(e.Got) }

// ErrNoFetcher is the cause of the Error of an evaluation that may fetch nothing.
var ErrNoFetcher = errors.New("no fetcher is set in the options of the evaluator")

// maxFetchedFile bounds a file that a Fetcher returns, in bytes.
const maxFetchedFile = 256 << 20

// fetched is a source that this evaluation has.
type fetched struct {
	Fetched
	path string // in the store; "" where only the hash is known
	sum  []byte // of its NAR; of a file by its content, of that
}

// refused is the error of a function that may not fetch.
func (ev *Evaluator) refused(who string, pos syntax.Pos, cause error, format string, args ...any) {
	ev.raise(&Error{Kind: Fetches, Name: who, pos: pos, Msg: message(format, args), Cause: cause})
}

// get calls the Fetcher; add makes the result readable in the store.
func (ev *Evaluator) get(r FetchRequest, pos syntax.Pos, add func(Fetched) (p string, sum []byte)) fetched {
	got, err := ev.ask(r, pos)
	var wrong *HashError
	if errors.As(err, &wrong) && len(wrong.Got) == sha256.Size {
		return fetched{sum: wrong.Got}
	}
	if err != nil {
		var failed *Error
		if errors.As(err, &failed) {
			panic(failed)
		}
		ev.raise(&Error{Kind: FetchFailed, Name: r.Builtin, pos: pos, Cause: err, Msg: message("cannot fetch '%s': %s", []any{r.URL, err})})
	}
	ev.charge(len(got.Data))
	f := fetched{Fetched: *got}
	f.path, f.sum = add(*got)
	return f
}

// ask is one call of the Fetcher.
func (ev *Evaluator) ask(r FetchRequest, pos syntax.Pos) (got *Fetched, err error) {
	if ev.options.Fetcher == nil {
		ev.refused(r.Builtin, pos, ErrNoFetcher, "builtins.%s would fetch '%s', and this evaluation may fetch nothing", r.Builtin, r.URL)
	}
	ev.checkContext()
	r.MaxFile = maxFetchedFile
	if most := ev.limits.Memory; most > 0 {
		r.MaxFile = min(r.MaxFile, most)
	}
	ctx, cancel := ev.until()
	defer cancel()
	ev.leaving(func() { got, err = ev.options.Fetcher.Fetch(ctx, r) })
	ev.checkContext()
	switch isFile := r.Attrs["type"] == "file"; {
	case err != nil:
	case got == nil || isFile != (got.Files == nil):
		err = errors.New("the fetcher returned no tree, or no file, where one was asked for")
	case int64(len(got.Data)) > r.MaxFile:
		err = fmt.Errorf("the file is larger than %d bytes", r.MaxFile)
	}
	return got, err
}

// until is the context of the evaluation, with its limit of time.
func (ev *Evaluator) until() (context.Context, context.CancelFunc) {
	if ev.deadline.IsZero() {
		return ev.ctx, func() {}
	}
	return context.WithDeadline(ev.ctx, ev.deadline)
}

// sourceArchive unpacks the target of a file: address, if the evaluation reads it.
func (ev *Evaluator) sourceArchive(url, name string, pos syntax.Pos) (f fetched, ok bool) {
	data, ok := ev.sourceFile(url, pos)
	if !ok {
		return f, false
	}
	ctx, cancel := ev.until()
	defer cancel()
	tree, newest, err := archive.InMemory(ctx, data, func(n int) {
		ev.bytes(8 * n)
		ev.charge(n)
	})
	ev.checkContext()
	if err != nil {
		ev.fail(EvalFailure, pos, "cannot unpack '%s': %s", url, err)
	}
	f.LastModified = newest
	f.path, f.sum = ev.addTree(source.AsFS(tree), name, pos)
	return f, true
}

// addTree makes a tree that was fetched readable in the store.
func (ev *Evaluator) addTree(files fs.FS, name string, pos syntax.Pos) (p string, sum []byte) {
	tree := source.FromFS(files)
	sum = ev.treeHash(tree, pos)
	p = makeStorePath("source", sum, name)
	ev.checkStoreName(p, name, pos)
	ev.charge(objectSize)
	if _, err := ev.sources.Lstat(p); err != nil { // one of that name has the same content
		ev.sources.Mount(p, tree)
	}
	return p, sum
}

// treeHash is the SHA-256 of the NAR of a tree that is mounted nowhere.
func (ev *Evaluator) treeHash(tree source.Tree, pos syntax.Pos) []byte {
	alone, all := &source.FS{}, ev.sources
	alone.Mount("/source", tree)
	ev.sources = alone
	defer func() { ev.sources = all }()
	return ev.narHash("/source", nil, pos)
}

// addFile makes a file that was fetched readable in the store, under the name that
// Nix has for a file with a known hash.
func (ev *Evaluator) addFile(data []byte, name string, pos syntax.Pos) (p string, sum []byte) {
	text := asString(data)
	sum = ev.sha256(text)
	p = makeFixedPath("", "sha256", sum, name)
	ev.checkStoreName(p, name, pos)
	ev.putFile(p, func() string { return text }, nil)
	return p, sum
}

// addFileTree is addFile for a tree that is one file.
func (ev *Evaluator) addFileTree(data []byte, name string, pos syntax.Pos) (p string, sum []byte) {
	text := asString(data)
	h := sha256.New()
	w, err := nar.NewWriter(h)
	if err == nil {
		err = w.WriteHeader(&nar.Header{Path: "/", Type: nar.TypeRegular, Size: int64(len(text))})
	}
	for rest := data; err == nil && len(rest) > 0; {
		part := rest[:min(len(rest), hashPart)]
		ev.bytes(8 * len(part))
		_, err = w.Write(part)
		rest = rest[len(part):]
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		ev.raiseGo(err)
	}
	sum = h.Sum(nil)
	p = makeStorePath("source", sum, name)
	ev.checkStoreName(p, name, pos)
	ev.putFile(p, func() string { return text }, nil)
	return p, sum
}

// known returns the result of an earlier fetch for the same request, or else that of
// fetch.
func (ev *Evaluator) known(kind string, attrs map[string]any, fetch func() fetched) fetched {
	names := make([]string, 0, len(attrs))
	for name := range attrs {
		names = append(names, name)
	}
	slices.Sort(names)
	var key strings.Builder
	key.WriteString(kind)
	for _, name := range names {
		fmt.Fprintf(&key, "\x00%s=%v", name, attrs[name])
	}
	if f, ok := ev.fetched[key.String()]; ok {
		return f
	}
	f := fetch()
	if f.path == "" {
		return f
	}
	f.Data, f.Files = nil, nil // they are in the store now
	ev.charge(objectSize + 2*key.Len())
	if ev.fetched == nil {
		ev.fetched = make(map[string]fetched)
	}
	ev.fetched[key.String()] = f
	return f
}

// sri writes a SHA-256 hash in the notation of Nix.
func sri(sum []byte) string { return "sha256-" + base64.StdEncoding.EncodeToString(sum) }
