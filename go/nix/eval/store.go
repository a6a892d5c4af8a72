package eval

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io/fs"
	"path"
	"strings"

	"github.com/nix-community/go-nix/pkg/nar"
	"github.com/nix-community/go-nix/pkg/nixbase32"

	"github.com/insomnia-pods/insomnia/go/nix/source"
	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// copyToStore gives the store path that Nix would copy a source path to.
// Nothing is copied: only the name is computed.
func (ev *Evaluator) copyToStore(p string, pos syntax.Pos) string {
	if s, ok := ev.storePaths[p]; ok {
		return s
	}
	real, err := ev.sources.ResolveParent(p)
	if err != nil {
		ev.failFile(pos, p, err)
	}
	s := ev.addPath(real, path.Base(p), nil, false, pos)
	if ev.storePaths == nil {
		ev.storePaths = make(map[string]string)
	}
	ev.storePaths[p] = s
	return s
}

// addPath is the store path of a tree, or of a flat file.
func (ev *Evaluator) addPath(p, name string, keep func(string, fs.FileInfo) bool, flat bool, pos syntax.Pos) string {
	ev.checkStoreName(name, pos)
	if flat {
		sum := ev.sha256(ev.readFile(p, pos))
		inner := sha256.Sum256([]byte("fixed:out:sha256:" + hex.EncodeToString(sum) + ":"))
		return makeStorePath("output:out", inner[:], name)
	}
	return makeStorePath("source", ev.narHash(p, keep, pos), name)
}

// narHash is the SHA-256 of a tree's NAR.
func (ev *Evaluator) narHash(p string, keep func(string, fs.FileInfo) bool, pos syntax.Pos) []byte {
	h := sha256.New()
	if err := ev.writeNAR(h, p, keep, pos); err != nil {
		ev.failFile(pos, p, err)
	}
	return h.Sum(nil)
}

func (ev *Evaluator) writeNAR(h hash.Hash, root string, keep func(string, fs.FileInfo) bool, pos syntax.Pos) error {
	w, err := nar.NewWriter(h)
	if err != nil {
		return err
	}
	err = ev.walk(root, keep, func(p string, info fs.FileInfo) error {
		ev.tick()
		header := &nar.Header{Path: "/" + strings.TrimPrefix(strings.TrimPrefix(p, root), "/")}
		switch {
		case info.IsDir():
			header.Type = nar.TypeDirectory
			return w.WriteHeader(header)
		case info.Mode()&fs.ModeSymlink != 0:
			header.Type = nar.TypeSymlink
			target, err := ev.sources.Readlink(p)
			if err != nil {
				return err
			}
			header.LinkTarget = target
			return w.WriteHeader(header)
		case !info.Mode().IsRegular():
			return &fs.PathError{Op: "read", Path: p, Err: errors.New("has an unsupported type")}
		}
		data, err := ev.sources.ReadFile(p)
		if err != nil {
			return err
		}
		ev.charge(len(data))
		header.Type, header.Size, header.Executable = nar.TypeRegular, int64(len(data)), info.Mode()&0o100 != 0
		if err := w.WriteHeader(header); err != nil {
			return err
		}
		for len(data) > 0 {
			part := data[:min(len(data), hashPart)]
			ev.bytes(8 * len(part))
			if _, err := w.Write(part); err != nil {
				return err
			}
			data = data[len(part):]
		}
		return nil
	})
	if err != nil {
		return err
	}
	return w.Close()
}

// makeStorePath is Nix's: a truncated hash over what the path is.
func makeStorePath(kind string, sum []byte, name string) string {
	full := sha256.Sum256([]byte(kind + ":sha256:" + hex.EncodeToString(sum) + ":" + storeDir + ":" + name))
	short := make([]byte, 20)
	for i, b := range full {
		short[i%20] ^= b
	}
	return storeDir + "/" + nixbase32.EncodeToString(short) + "-" + name
}

func (ev *Evaluator) checkStoreName(name string, pos syntax.Pos) {
	bad := func(why string) {
		ev.fail(EvalFailure, pos, "name '%s' cannot be the name of a store path: it %s", name, why)
	}
	switch {
	case name == "":
		bad("is empty")
	case len(name) > 211:
		bad("has more than 211 characters")
	case name == "." || name == ".." || strings.HasPrefix(name, ".-") || strings.HasPrefix(name, "..-"):
		bad("begins like a path")
	case strings.HasSuffix(name, ".drv"):
		ev.fail(EvalFailure, pos, "file names are not allowed to end in '.drv'")
	}
	for i := 0; i < len(name); i++ {
		if c := name[i]; !isStoreNameByte(c) {
			bad("contains the character '" + string(rune(c)) + "'")
		}
	}
}

func isStoreNameByte(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || strings.IndexByte("+-._?=", c) >= 0
}

// libPath is builtins.path.
func (ev *Evaluator) libPath(args []Value, pos syntax.Pos) Value {
	var p, name, want string
	var filter Value
	flat := false
	a := ev.forceAttrs(args[0], pos)
	for _, x := range a.Attrs {
		switch n := ev.symbols.Name(x.Name); n {
		case "path":
			p = ev.readPath(x.Value, x.Pos)
		case "name":
			name = ev.stringNoContext(x.Value, x.Pos)
		case "filter":
			filter = ev.forceFunction(x.Value, x.Pos)
		case "recursive":
			flat = !ev.forceBool(x.Value, x.Pos)
		case "sha256":
			sum, _ := ev.parseHash(ev.stringNoContext(x.Value, x.Pos), "sha256", x.Pos)
			want = string(sum)
		default:
			ev.fail(EvalFailure, x.Pos, "unsupported argument '%s' to 'builtins.path'", n)
		}
	}
	if p == "" {
		ev.fail(EvalFailure, pos, "missing required 'path' attribute in the first argument to 'builtins.path'")
	}
	if name == "" {
		name = path.Base(p)
	}
	return ev.addFiltered(p, name, filter, flat, want, pos)
}

// libFilterSource is builtins.filterSource.
func (ev *Evaluator) libFilterSource(args []Value, pos syntax.Pos) Value {
	p := ev.readPath(args[1], pos)
	return ev.addFiltered(p, path.Base(p), ev.forceFunction(args[0], pos), false, "", pos)
}

func (ev *Evaluator) addFiltered(p, name string, filter Value, flat bool, want string, pos syntax.Pos) Value {
	real, err := ev.sources.Resolve(p)
	if err != nil {
		ev.failFile(pos, p, err)
	}
	var keep func(string, fs.FileInfo) bool
	if filter != nil {
		keep = func(child string, info fs.FileInfo) bool {
			return ev.forceBool(ev.apply2(filter, ev.str(child), ev.str(fileType(info.Mode())), pos), pos)
		}
	}
	if flat {
		keep = nil
	}
	s := ev.addPath(real, name, keep, flat, pos)
	if want != "" {
		expected := makeStorePath("source", []byte(want), name)
		if flat {
			inner := sha256.Sum256([]byte("fixed:out:sha256:" + hex.EncodeToString([]byte(want)) + ":"))
			expected = makeStorePath("output:out", inner[:], name)
		}
		if expected != s {
			ev.fail(EvalFailure, pos, "store path mismatch in (possibly filtered) path added from '%s'", p)
		}
	}
	return ev.strContext(s, Context{s})
}

// libToFile is builtins.toFile. The file is not written.
func (ev *Evaluator) libToFile(args []Value, pos syntax.Pos) Value {
	name := ev.stringNoContext(args[0], pos)
	text := ev.forceString(args[1], pos)
	ev.checkStoreName(name, pos)
	kind := textBuilder{ev: ev}
	kind.add("text")
	for _, c := range text.Context {
		ev.tick()
		if e := parseContextElem(c); e.all || e.output != "" {
			ev.fail(EvalFailure, pos, "files created by builtins.toFile may not reference derivations, but %s references %s", name, c)
		}
		kind.addByte(':')
		kind.add(c)
	}
	p := makeStorePath(kind.text(), ev.sha256(text.S), name)
	return ev.strContext(p, Context{p})
}

// SourcePath is the store path of a source tree whose NAR has this SHA-256.
func SourcePath(narHash []byte) string { return makeStorePath("source", narHash, "source") }

// NARHash is the SHA-256 of the NAR of a tree of the sources; hidden files are
// not part of it. It serves provenance.
func NARHash(ctx context.Context, sources *source.FS, p string) (sum []byte, err error) {
	ev := New(Options{Context: ctx, Sources: sources, Limits: Limits{Allocation: 1 << 50}})
	err = ev.run(func() { sum = ev.narHash(cleanPath(p), nil, 0) })
	return sum, err
}
