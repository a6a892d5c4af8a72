package eval

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io/fs"
	"strings"

	"github.com/nix-community/go-nix/pkg/nar"
	"github.com/nix-community/go-nix/pkg/nixbase32"

	"github.com/insomnia-pods/insomnia/go/nix/source"
	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// copyToStore returns the store path that Nix would copy a source path to. Nothing is
// copied: the name is computed, and everything below it is read from the source.
func (ev *Evaluator) copyToStore(p string, pos syntax.Pos) string {
	if s, ok := ev.storePaths[p]; ok {
		return s
	}
	if isDrvPath(p) {
		ev.fail(EvalFailure, pos, "file names are not allowed to end in '.drv'")
	}
	real, err := ev.sources.ResolveParent(p)
	if err != nil {
		ev.failFile(pos, p, err)
	}
	s := ev.addPath(real, ev.copyName(p), nil, false, pos)
	if ev.storePaths == nil {
		ev.storePaths = make(map[string]string)
	}
	ev.storePaths[p] = s
	return s
}

// addPath is the store path of a tree, or of a flat file, which is readable there from now on.
func (ev *Evaluator) addPath(p, name string, keep func(string, fs.FileInfo) bool, flat bool, pos syntax.Pos) string {
	s, kept := "", source.Names(nil)
	if flat {
		s = makeFixedPath("", "sha256", ev.sha256(ev.readFile(p, pos)), name)
	} else {
		if keep != nil {
			kept = source.Names{".": {}}
			keep = ev.noteKept(p, keep, kept)
		}
		s = makeStorePath("source", ev.narHash(p, keep, pos), name)
	}
	ev.checkStoreName(s, name, pos)
	ev.charge(objectSize)
	ev.sources.PutCopy(s, p, kept, flat)
	return s
}

// objectSize is roughly the memory of an object in the store.
const objectSize = 256

// noteKept notes which names a filter keeps.
func (ev *Evaluator) noteKept(root string, keep func(string, fs.FileInfo) bool, kept source.Names) func(string, fs.FileInfo) bool {
	return func(p string, info fs.FileInfo) bool {
		if !keep(p, info) {
			return false
		}
		name := strings.TrimPrefix(strings.TrimPrefix(p, root), "/")
		ev.charge(len(name) + 64)
		kept[name] = struct{}{}
		return true
	}
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

// makeFixedPath is the store path of what has a known hash: method is "" for a file, "r:" for a NAR.
func makeFixedPath(method, algorithm string, sum []byte, name string) string {
	if method == "r:" && algorithm == "sha256" {
		return makeStorePath("source", sum, name)
	}
	inner := sha256.Sum256([]byte("fixed:out:" + method + algorithm + ":" + hex.EncodeToString(sum) + ":"))
	return makeStorePath("output:out", inner[:], name)
}

// checkStoreName checks that the name of a store path is valid in Nix.
func (ev *Evaluator) checkStoreName(p, name string, pos syntax.Pos) {
	if why := badStoreName(name); why != "" {
		ev.fail(EvalFailure, pos, "path '%s' is not a valid store path: %s", strings.TrimPrefix(p, storeDir+"/"), why)
	}
}

// badStoreName returns why the name of a store path is invalid, or "".
func badStoreName(name string) string {
	if name == "" {
		return "name must not be empty"
	}
	if len(name) > 211 {
		return "name '" + name + "' must be no longer than 211 characters"
	}
	if name[0] == '.' {
		switch rest := strings.TrimPrefix(name[1:], "."); {
		case rest == "":
			return "name '" + name + "' is not valid"
		case rest[0] == '-':
			return "name '" + name + "' is not valid: first dash-separated component must not be '" + name[:len(name)-len(rest)] + "'"
		}
	}
	for i := 0; i < len(name); i++ {
		if c := name[i]; !isStoreNameByte(c) {
			return "name '" + name + "' contains illegal character '" + name[i:i+1] + "'"
		}
	}
	return ""
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
		name = ev.copyName(p)
	}
	return ev.addFiltered(p, name, filter, flat, want, pos)
}

// libFilterSource is builtins.filterSource.
func (ev *Evaluator) libFilterSource(args []Value, pos syntax.Pos) Value {
	p := ev.readPath(args[1], pos)
	return ev.addFiltered(p, ev.copyName(p), ev.forceFunction(args[0], pos), false, "", pos)
}

func (ev *Evaluator) addFiltered(p, name string, filter Value, flat bool, want string, pos syntax.Pos) Value {
	real, err := ev.sources.Resolve(p)
	if err != nil {
		ev.failFile(pos, p, err)
	}
	var keep func(string, fs.FileInfo) bool
	if filter != nil && !flat {
		keep = func(child string, info fs.FileInfo) bool {
			return ev.forceBool(ev.apply2(filter, ev.str(child), ev.str(fileType(info.Mode())), pos), pos)
		}
	}
	s := ev.addPath(real, name, keep, flat, pos)
	if want != "" {
		method := "r:"
		if flat {
			method = ""
		}
		if makeFixedPath(method, "sha256", []byte(want), name) != s {
			ev.fail(EvalFailure, pos, "store path mismatch in (possibly filtered) path added from '%s'", p)
		}
	}
	return ev.strContext(s, Context{s})
}

// libToFile is builtins.toFile. The file is readable in this evaluation, and nowhere else.
func (ev *Evaluator) libToFile(args []Value, pos syntax.Pos) Value {
	name := ev.stringNoContext(args[0], pos)
	text := ev.forceString(args[1], pos)
	refs, moves := ev.moveContext(text.Context())
	content := ev.moveText(text.S, moves)
	kind := textBuilder{ev: ev}
	kind.add("text")
	if c := Context(refs).derivation(); c != "" {
		ev.fail(EvalFailure, pos, "files created by builtins.toFile may not reference derivations, but %s references %s",
			name, strings.Replace(c, storeDir+"/", "", 1))
	}
	for _, c := range refs {
		ev.tick()
		kind.addByte(':')
		kind.add(c)
	}
	p := makeStorePath(kind.text(), ev.sha256(content), name)
	ev.checkStoreName(p, name, pos)
	if isDrvPath(name) {
		ev.fail(NeedsNix, pos, "builtins.toFile makes a derivation of the name '%s', which the embedded evaluator does not do", name)
	}
	ev.putFile(p, func() string { return content }, refs)
	return ev.strContext(p, Context{p})
}

// libStorePath is builtins.storePath, for objects that this evaluation put into the
// store.
func (ev *Evaluator) libStorePath(args []Value, pos syntax.Pos) Value {
	var ctx contextSet
	p := ev.coercePath(args[0], pos, &ctx)
	object := p
	if rest, ok := strings.CutPrefix(p, storeDir+"/"); ok {
		name, _, _ := strings.Cut(rest, "/")
		object = storeDir + "/" + name
	} else if resolved, err := ev.sources.Resolve(p); err == nil && strings.HasPrefix(resolved, storeDir+"/") {
		return ev.libStorePath([]Value{ev.str(resolved)}, pos)
	} else {
		ev.fail(EvalFailure, pos, "path '%s' is not in the Nix store", p)
	}
	if why := badObjectName(object[len(storeDir)+1:]); why != "" {
		ev.fail(EvalFailure, pos, "%s", why)
	}
	ev.requireObject(object, pos)
	ctx.addOne(ev, object)
	return ev.strContext(p, ctx.context(ev))
}

// badObjectName returns why the last component of a store path is invalid, or "".
func badObjectName(name string) string {
	switch {
	case len(name) < 33:
		return "'" + name + "' is too short to be a valid store path"
	case name[32] != '-':
		return "path '" + name + "' is not a valid store path"
	}
	if why := badStoreName(name[33:]); why != "" {
		return "path '" + name + "' is not a valid store path: " + why
	}
	return ""
}

// putFile makes a text readable in the store; refs are the store paths that it refers to.
func (ev *Evaluator) putFile(p string, text func() string, refs []string) {
	ev.charge(objectSize)
	ev.sources.PutFile(p, text)
	if len(refs) > 0 {
		if ev.references == nil {
			ev.references = make(map[string][]string)
		}
		ev.references[p] = refs
	}
}

// contextOf is the context of a text that was read from a file: those references of
// the file that the text holds, looked for by their hashes as in Nix.
func (ev *Evaluator) contextOf(file, text string) Context {
	refs := ev.references[file]
	if len(refs) == 0 {
		return nil
	}
	ev.ticks(len(refs))
	ev.chargeEach(len(refs), 64)
	ev.bytes(8 * len(text))
	byHash := make(map[string]string, len(refs))
	for _, ref := range refs {
		byHash[ref[len(storeDir)+1:][:hashLen]] = ref
	}
	var found contextSet
	run := 0 // of characters that a hash may have
	for i := range len(text) {
		if strings.IndexByte(nixAlphabet, text[i]) < 0 {
			run = 0
			continue
		}
		if run++; run < hashLen {
			continue
		}
		if i&0xff == 0 {
			ev.tick()
		}
		if ref, ok := byHash[text[i+1-hashLen:i+1]]; ok {
			found.addOne(ev, ref)
		}
	}
	return found.context(ev)
}

// hashLen is the length of the hash that the name of a store path begins with.
const hashLen = 32

// SourcePath is the store path of a source tree whose NAR has this SHA-256.
func SourcePath(narHash []byte) string { return makeStorePath("source", narHash, "source") }

// NARHash is the SHA-256 of the NAR of a tree of the sources; hidden files are
// not part of it. It serves provenance.
func NARHash(ctx context.Context, sources *source.FS, p string) (sum []byte, err error) {
	ev := New(Options{Context: ctx, Sources: sources, Limits: Limits{Memory: 1 << 50}})
	err = ev.run(func() { sum = ev.narHash(cleanPath(p), nil, 0) })
	return sum, err
}
