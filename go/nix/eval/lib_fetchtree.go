package eval

import (
	"bytes"
	_ "embed"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// fetchTree is fetchTree and fetchGit.
func (ev *Evaluator) fetchTree(arg Value, pos syntax.Pos, who string) Value {
	arg = ev.force(arg, pos)
	var attrs map[string]any
	if set, ok := arg.(*Attrs); ok {
		attrs = ev.inputAttrs(set.settle(), pos, who)
	} else {
		var ctx contextSet
		attrs = ev.inputURL(ev.coerce(arg, pos, coercion{}, &ctx), pos, who)
	}
	if err := checkInput(attrs); err != nil {
		ev.fail(EvalFailure, pos, "%s", err)
	}
	if address, ok := attrs["url"].(string); ok && attrs["type"] == "git" {
		var err error
		if attrs["url"], err = reference.GitURL(address); err != nil {
			ev.fail(EvalFailure, pos, "%s", err)
		}
	}
	url := ev.inputText(attrs, pos)
	if !ev.options.Unlocked && !locked(attrs) {
		if attrs["narHash"] == nil {
			ev.refused(who, pos, nil, "in pure evaluation mode, '%s' doesn't fetch unlocked input '%s'", who, url)
		}
		ev.say("warning: Input '" + url + "' is unlocked (e.g. lacks a Git revision) but is checked by NAR hash. " +
			"This is not reproducible and will break after garbage collection or when shared.")
	}
	return ev.treeAttrs(attrs, ev.input(attrs, url, pos, who), who)
}

// inputURL are the attributes of a source that was given as a text.
func (ev *Evaluator) inputURL(text string, pos syntax.Pos, who string) map[string]any {
	ev.address(text, pos)
	var attrs map[string]any
	var err error
	if who == "fetchGit" {
		attrs = map[string]any{"type": "git", "exportIgnore": true}
		attrs["url"], err = reference.GitURL(text)
	} else {
		attrs, err = reference.InputURL(text)
	}
	if err != nil {
		ev.fail(EvalFailure, pos, "%s", err)
	}
	return attrs
}

// inputAttrs are the attributes of a source that was given as a set.
func (ev *Evaluator) inputAttrs(set *Attrs, pos syntax.Pos, who string) map[string]any {
	isGit := who == "fetchGit"
	attrs := map[string]any{}
	if isGit {
		attrs["type"] = "git"
	}
	switch kind := set.get(ev.sym.typ); {
	case kind == nil && !isGit:
		ev.fail(EvalFailure, pos, "argument 'type' is missing in call to '%s'", who)
	case kind != nil && isGit:
		ev.fail(EvalFailure, pos, "unexpected argument 'type'")
	case kind != nil:
		attrs["type"] = ev.stringNoContext(kind.Value, kind.Pos)
	}
	for _, a := range ev.byName(set) {
		if a.Name == ev.sym.typ {
			continue
		}
		ev.tick()
		name := ev.symbols.Name(a.Name)
		switch v := ev.force(a.Value, a.Pos).(type) {
		case *String, Path:
			var ctx contextSet
			text := ev.coerce(v, a.Pos, coercion{}, &ctx)
			ev.address(text, a.Pos)
			if isGit && name == "url" {
				var err error
				if text, err = reference.GitURL(text); err != nil {
					ev.fail(EvalFailure, pos, "%s", err)
				}
			}
			attrs[name] = text
		case Bool:
			attrs[name] = bool(v)
		case Int:
			if v < 0 {
				ev.fail(EvalFailure, pos, "negative value given for '%s' argument '%s': %d", who, name, v)
			}
			attrs[name] = int64(v)
		default:
			if name == "publicKeys" {
				ev.requireFeature("verified-fetches", false, pos)
			}
			ev.fail(TypeMismatch, 0, "argument '%s' to '%s' is %s while a string, Boolean or integer is expected", name, who, describe(v))
		}
	}
	switch submodules, _ := attrs["submodules"].(bool); {
	case isGit && attrs["exportIgnore"] == nil && !submodules:
		attrs["exportIgnore"] = true
	case !isGit && attrs["type"] == "git" && attrs["shallow"] == nil:
		attrs["shallow"] = true
	}
	if !isGit && attrs["name"] != nil {
		ev.fail(EvalFailure, pos, "argument 'name' isn’t supported in call to '%s'", who)
	}
	return attrs
}

// checkInput checks that the attributes describe a source as Nix accepts it. A directory within the
// source is not part of it.
func checkInput(attrs map[string]any) error {
	if attrs["dir"] != nil && reference.KnownInput(attrs["type"]) {
		return fmt.Errorf("input attribute 'dir' not supported by scheme '%s'", attrs["type"])
	}
	return reference.CheckFlakeRef(attrs)
}

// inputText is a source as a flake reference.
func (ev *Evaluator) inputText(attrs map[string]any, pos syntax.Pos) string {
	text, err := reference.FlakeRefText(attrs)
	if err != nil {
		ev.fail(EvalFailure, pos, "%s", err)
	}
	return text
}

// locked reports whether a source is always the same.
func locked(attrs map[string]any) bool {
	switch rev, _ := attrs["rev"].(string); attrs["type"] {
	case "git":
		return strings.Trim(rev, "0") != ""
	case "github", "gitlab", "sourcehut", "hg":
		return rev != ""
	case "path", "tarball", "file":
		return attrs["narHash"] != nil
	}
	return false
}

// input fetches a source and compares it with its attributes.
func (ev *Evaluator) input(attrs map[string]any, url string, pos syntax.Pos, who string) fetched {
	kind, _ := attrs["type"].(string)
	name, ok := attrs["name"].(string)
	if !ok {
		name = "source"
	}
	var want []byte
	if text, ok := attrs["narHash"].(string); ok {
		want = ev.expectedHash(text, pos)
	}
	ask := func(add func(Fetched) (string, []byte)) fetched {
		return ev.get(FetchRequest{Builtin: who, URL: url, Attrs: maps.Clone(attrs), NarHash: want}, pos, add)
	}
	f := ev.known("fetchTree", attrs, func() (f fetched) {
		switch kind {
		case "path":
			p, _ := attrs["path"].(string)
			if !strings.HasPrefix(p, "/") {
				ev.fail(EvalFailure, pos, "cannot fetch input '%s' because it uses a relative path", url)
			}
			if f, ok := ev.sourceTree(p, name, pos); ok {
				return f
			}
		case "tarball":
			address, _ := attrs["url"].(string)
			if f, ok := ev.sourceArchive(address, name, pos); ok {
				return f
			}
		case "file":
			address, _ := attrs["url"].(string)
			if data, ok := ev.sourceFile(address, pos); ok {
				f.path, f.sum = ev.addFileTree(data, name, pos)
				return f
			}
			return ask(func(got Fetched) (string, []byte) { return ev.addFileTree(got.Data, name, pos) })
		}
		return ask(func(got Fetched) (string, []byte) { return ev.addTree(got.Files, name, pos) })
	})
	ev.checkFetched(attrs, f, want, url, pos)
	return f
}

// checkFetched compares a source with its attributes.
func (ev *Evaluator) checkFetched(attrs map[string]any, f fetched, want []byte, url string, pos syntax.Pos) {
	if f.path == "" && want == nil {
		ev.fail(EvalFailure, pos, "cannot fetch '%s': the fetcher has another hash, and none was asked for", url)
	}
	if f.path == "" || want != nil && !bytes.Equal(want, f.sum) {
		specified, got := sri(want), sri(f.sum)
		if kind := attrs["type"]; kind == "path" || kind == "git" {
			specified, got = got, specified // so Nix writes them
		}
		ev.fail(EvalFailure, pos, "NAR hash mismatch in input '%s', expected '%s' but got '%s'", url, specified, got)
	}
	if rev, ok := attrs["rev"].(string); ok && f.Rev != "" && !strings.EqualFold(rev, f.Rev) {
		ev.fail(EvalFailure, pos, "'rev' attribute mismatch in input '%s', expected %s", url, rev)
	}
	if attrs["type"] != "git" {
		return
	}
	if n, ok := attrs["lastModified"].(int64); ok && f.LastModified != 0 && n != f.LastModified {
		ev.fail(EvalFailure, pos, "'lastModified' attribute mismatch in input '%s', expected %d, got %d", url, n, f.LastModified)
	}
	if n, ok := attrs["revCount"].(int64); ok && f.RevCount != 0 && n != f.RevCount {
		ev.fail(EvalFailure, pos, "'revCount' attribute mismatch in input '%s', expected %d", url, n)
	}
}

// nullRev is the commit of a work tree that has changes, or no commit, for fetchGit.
const nullRev = "0000000000000000000000000000000000000000"

// treeAttrs returns the result of fetchTree for a source.
func (ev *Evaluator) treeAttrs(attrs map[string]any, f fetched, who string) Value {
	out := map[string]Value{
		"outPath": ev.strContext(f.path, Context{f.path}),
		"narHash": ev.str(sri(f.sum)),
	}
	text := func(given string, found string) string {
		if s, ok := attrs[given].(string); ok {
			return strings.ToLower(s)
		}
		return found
	}
	number := func(given string, found int64) (int64, bool) {
		if n, ok := attrs[given].(int64); ok {
			return n, true
		}
		return found, found != 0
	}
	isGit := attrs["type"] == "git"
	if isGit {
		submodules, _ := attrs["submodules"].(bool)
		out["submodules"] = Bool(submodules)
	}
	rev := text("rev", f.Rev)
	fallback := who == "fetchGit"
	if rev == "" && (fallback || isGit && f.DirtyRev == "") {
		rev = nullRev
	}
	if rev != "" {
		out["rev"], out["shortRev"] = ev.str(rev), ev.str(rev[:min(7, len(rev))])
	}
	if shallow, _ := attrs["shallow"].(bool); shallow {
		f.RevCount = 0 // which is not known then
	}
	if count, ok := number("revCount", f.RevCount); ok || fallback {
		out["revCount"] = Int(count)
	}
	if f.DirtyRev != "" {
		out["dirtyRev"], out["dirtyShortRev"] = ev.str(f.DirtyRev), ev.str(f.DirtyRev[:min(7, len(f.DirtyRev))]+"-dirty")
	}
	if when, ok := number("lastModified", f.LastModified); ok || attrs["type"] == "path" || isGit {
		out["lastModified"] = Int(when)
		out["lastModifiedDate"] = ev.str(time.Unix(when, 0).UTC().Format("20060102150405"))
	}
	return ev.Set(out)
}

//go:embed getflake.nix
var getFlakeText string

// libGetFlake is builtins.getFlake. The inputs are those that the lock of the flake names.
func (ev *Evaluator) libGetFlake(args []Value, pos syntax.Pos) Value {
	const who = "getFlake"
	text := ev.stringNoContext(args[0], pos)
	ev.address(text, pos)
	attrs, err := reference.FlakeRef(text)
	if err != nil {
		ev.fail(EvalFailure, pos, "%s", err)
	}
	dir, _ := attrs["dir"].(string)
	delete(attrs, "dir")
	if err := reference.CheckFlakeRef(attrs); err != nil {
		ev.fail(EvalFailure, pos, "%s", err)
	}
	if !ev.options.Unlocked && !locked(attrs) {
		ev.refused(who, pos, nil, "cannot call 'getFlake' on unlocked flake reference '%s', at «none»:0 (use --impure to override)", text)
	}
	source := ev.treeAttrs(attrs, ev.input(attrs, ev.inputText(attrs, pos), pos, who), who)
	final := &Builtin{Name: "fetchFinalTree", arity: 1, call: func(ev *Evaluator, args []Value, pos syntax.Pos) Value {
		return ev.finalTree(args[0], pos)
	}}
	if ev.callFlake == nil {
		ev.callFlake = ev.eval(ev.parse(getFlakeText, "«getFlake»", "/", nil), nil)
	}
	return ev.force(ev.apply(ev.callFlake, []Value{ev.Set(map[string]Value{
		"ref": ev.str(text), "sourceInfo": source, "dir": ev.str(dir), "fetch": final,
	})}, pos), pos)
}

// finalTree fetches the source that a lock names. The lock's attributes are all that is
// known of it.
func (ev *Evaluator) finalTree(arg Value, pos syntax.Pos) Value {
	attrs := ev.flakeRefAttrs(arg, pos)
	for _, name := range []string{"dir", "__final"} {
		delete(attrs, name)
	}
	if err := reference.CheckFlakeRef(attrs); err != nil {
		ev.fail(EvalFailure, pos, "%s", err)
	}
	url := ev.inputText(attrs, pos)
	if attrs["narHash"] == nil && !ev.options.Unlocked {
		ev.refused("getFlake", pos, nil, "in pure evaluation mode, 'getFlake' doesn't fetch unlocked input '%s'", url)
	}
	f := ev.input(attrs, url, pos, "getFlake")
	said := fetched{path: f.path, sum: f.sum}
	said.DirtyRev, _ = attrs["dirtyRev"].(string)
	return ev.lockedAttrs(attrs, said)
}

// lockedAttrs is treeAttrs for a lock: attributes that the lock lacks get no default.
func (ev *Evaluator) lockedAttrs(attrs map[string]any, f fetched) Value {
	set := ev.treeAttrs(attrs, f, "getFlake").(*Attrs)
	if attrs["rev"] != nil && attrs["lastModified"] != nil {
		return set
	}
	out := map[string]Value{}
	for _, a := range set.Attrs {
		switch name := ev.symbols.Name(a.Name); {
		case (name == "rev" || name == "shortRev") && attrs["rev"] == nil:
		case (name == "lastModified" || name == "lastModifiedDate") && attrs["lastModified"] == nil:
		default:
			out[name] = a.Value
		}
	}
	return ev.Set(out)
}
