package eval

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io/fs"
	"path"
	"strings"

	"github.com/nix-community/go-nix/pkg/nixbase32"

	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/nix/source"
	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// fetchLib are the builtins that fetch. They need a Fetcher for all but the files that
// the evaluation reads anyway; the messages are Nix's.
var fetchLib = []definition{
	{"fetchurl", 1, func(ev *Evaluator, args []Value, pos syntax.Pos) Value {
		return ev.fetchAddress(args[0], pos, "fetchurl", "")
	}},
	{"fetchTarball", 1, func(ev *Evaluator, args []Value, pos syntax.Pos) Value {
		return ev.fetchAddress(args[0], pos, "fetchTarball", "source")
	}},
	{"fetchGit", 1, func(ev *Evaluator, args []Value, pos syntax.Pos) Value {
		return ev.fetchTree(args[0], pos, "fetchGit")
	}},
	{"fetchTree", 1, func(ev *Evaluator, args []Value, pos syntax.Pos) Value {
		return ev.fetchTree(args[0], pos, "fetchTree")
	}},
	{"getFlake", 1, (*Evaluator).libGetFlake},
	{"parseFlakeRef", 1, (*Evaluator).libParseFlakeRef},
	{"flakeRefToString", 1, (*Evaluator).libFlakeRefToString},
	{"fetchMercurial", 1, needsNix("fetchMercurial", "downloads", Fetches)},
}

// fetchAddress is fetchurl, and fetchTarball where the default name is "source".
func (ev *Evaluator) fetchAddress(arg Value, pos syntax.Pos, who, name string) Value {
	unpack := name != ""
	var want []byte
	url, given, named := "", false, false
	arg = ev.force(arg, pos)
	set, isSet := arg.(*Attrs)
	if isSet {
		for _, a := range set.settle().Attrs {
			switch n := ev.symbols.Name(a.Name); n {
			case "url":
				url, given = ev.stringNoContext(a.Value, a.Pos), true
			case "sha256":
				want = ev.expectedHash(ev.stringNoContext(a.Value, a.Pos), a.Pos)
			case "name":
				name, named = ev.stringNoContext(a.Value, a.Pos), true
			default:
				ev.fail(EvalFailure, pos, "unsupported argument '%s' to '%s'", n, who)
			}
		}
		if !given {
			ev.fail(EvalFailure, pos, "'url' argument required")
		}
	} else {
		url = ev.stringNoContext(arg, pos)
	}
	if channel, ok := strings.CutPrefix(url, "channel:"); ok && unpack {
		url = "https://channels.nixos.org/" + channel + "/nixexprs.tar.xz"
	}
	if name == "" {
		name = baseName(url)
	}
	if why := badStoreName(name); why != "" {
		advice := "Please pass an attribute set with 'url' and 'name' attributes to '%s',  so that it can create a valid store path."
		switch {
		case named:
			advice = "Please change the value for the 'name' attribute passed to '%s', so that it can create a valid store path."
		case isSet:
			advice = "Please add a valid 'name' attribute to the argument for '%s', so that it can create a valid store path."
		}
		ev.fail(EvalFailure, pos, "invalid store path name when fetching URL '%s': %s. "+advice, url, why, who)
	}
	if want == nil && !ev.options.Unlocked {
		ev.refused(who, pos, nil, "in pure evaluation mode, '%s' requires a 'sha256' argument", who)
	}
	if want != nil {
		p := makeFixedPath("", "sha256", want, name)
		if unpack {
			p = makeStorePath("source", want, name)
		}
		if _, err := ev.sources.Lstat(p); err == nil {
			return ev.strContext(p, Context{p})
		}
	}
	if !strings.Contains(url, ":") {
		ev.fail(EvalFailure, pos, "URL '%s' doesn't have a scheme", url)
	}
	kind := "file"
	if unpack {
		kind = "tarball"
	}
	attrs := map[string]any{"type": kind, "url": url}
	f := ev.known(who+" "+name, attrs, func() (f fetched) {
		if unpack {
			if f, ok := ev.sourceArchive(url, name, pos); ok {
				return f
			}
			return ev.get(FetchRequest{Builtin: who, URL: url, Attrs: attrs, NarHash: want}, pos, func(got Fetched) (string, []byte) {
				return ev.addTree(got.Files, name, pos)
			})
		}
		if data, ok := ev.sourceFile(url, pos); ok {
			f.path, f.sum = ev.addFile(data, name, pos)
			return f
		}
		return ev.get(FetchRequest{Builtin: who, URL: url, Attrs: attrs, FileHash: want}, pos, func(got Fetched) (string, []byte) {
			return ev.addFile(got.Data, name, pos)
		})
	})
	if f.path == "" && want == nil {
		want = make([]byte, sha256.Size)
	}
	if f.path == "" || want != nil && !bytes.Equal(want, f.sum) {
		ev.fail(EvalFailure, pos, "hash mismatch in file downloaded from '%s':\n  specified: sha256:%s\n  got:       sha256:%s",
			url, nixbase32.EncodeToString(want), nixbase32.EncodeToString(f.sum))
	}
	return ev.strContext(f.path, Context{f.path})
}

// baseName is the last step of an address, as Nix names files after it.
func baseName(url string) string {
	url = strings.TrimSuffix(url, "/")
	return url[strings.LastIndexByte(url, '/')+1:]
}

// expectedHash reads a SHA-256 hash in any notation. An empty one becomes the hash of
// nothing, so that the message of the failure shows the right hash.
func (ev *Evaluator) expectedHash(text string, pos syntax.Pos) []byte {
	if text == "" {
		none := make([]byte, sha256.Size)
		ev.say("warning: found empty hash, assuming '" + sri(none) + "'")
		return none
	}
	sum, _ := ev.parseHash(text, "sha256", pos)
	return sum
}

// sourceFile reads the target of a file: address, if the evaluation reads it.
func (ev *Evaluator) sourceFile(url string, pos syntax.Pos) (data []byte, ok bool) {
	p, isFile := reference.FileURL(url)
	if !isFile {
		return nil, false
	}
	if !ev.inSources(p, pos) {
		return nil, false
	}
	return []byte(ev.readFile(p, pos)), true
}

// inSources reports whether a path is among the files of the evaluation. If it is and
// does not exist, that is an error.
func (ev *Evaluator) inSources(p string, pos syntax.Pos) bool {
	_, err := ev.sources.Resolve(p)
	if errors.Is(err, source.ErrOutside) {
		return false
	}
	if err != nil {
		ev.failFile(pos, p, err)
	}
	return true
}

// sourceTree copies the target of a path, if the evaluation reads it.
func (ev *Evaluator) sourceTree(p, name string, pos syntax.Pos) (f fetched, ok bool) {
	if p = cleanPath(p); !ev.inSources(p, pos) {
		return f, false
	}
	real, err := ev.sources.Resolve(p)
	if err != nil {
		ev.failFile(pos, p, err)
	}
	f.sum = ev.narHash(real, nil, pos)
	f.path = makeStorePath("source", f.sum, name)
	ev.charge(objectSize)
	ev.sources.PutCopy(f.path, real, nil, false)
	f.LastModified = ev.newest(real, pos)
	return f, true
}

// newest is the latest time in a tree. In the store all is from the first second of 1970,
// and a source that is read where it is belongs there.
func (ev *Evaluator) newest(root string, pos syntax.Pos) (seconds int64) {
	if ev.options.StoredAs != nil || strings.HasPrefix(root, storeDir+"/") {
		at := root
		if stored := ev.storedAs(root); stored != "" {
			at = stored
		}
		if path.Dir(at) == storeDir && strings.HasSuffix(at, "-source") {
			return 0 // which Nix does not look at
		}
		return 1
	}
	err := ev.walk(root, nil, func(_ string, info fs.FileInfo) error {
		ev.tick()
		if t := info.ModTime(); !t.IsZero() {
			seconds = max(seconds, t.Unix())
		}
		return nil
	})
	if err != nil {
		ev.failFile(pos, root, err)
	}
	return seconds
}
