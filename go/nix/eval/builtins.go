package eval

import (
	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// definition is one entry of the table of builtins.
type definition struct {
	name  string
	arity int
	call  func(ev *Evaluator, args []Value, pos syntax.Pos) Value
}

// lookFirst are builtins that begin by evaluating one argument, whatever the
// others are, and which it is.
var lookFirst = map[string]int8{
	"isAttrs": 0, "isBool": 0, "isFloat": 0, "isFunction": 0, "isInt": 0, "isList": 0, "isNull": 0, "isPath": 0,
	"isString": 0, "typeOf": 0, "length": 0, "head": 0, "tail": 0, "concatLists": 0, "attrNames": 0, "attrValues": 0,
	"listToAttrs": 0, "stringLength": 0, "toString": 0, "hasContext": 0, "functionArgs": 0, "fromJSON": 0,
	"removeAttrs": 0, "intersectAttrs": 0, "hasAttr": 0, "getAttr": 0, "match": 0, "elemAt": 1, "elem": 1, "map": 1,
	"filter": 1, "mapAttrs": 1,
}

// unprefixed are the builtins that are variables by their own names; the
// others are variables with `__` before them.
var unprefixed = map[string]bool{
	"abort": true, "baseNameOf": true, "break": true, "derivation": true, "derivationStrict": true,
	"dirOf": true, "fetchGit": true, "fetchMercurial": true, "fetchTarball": true, "fetchTree": true,
	"fromTOML": true, "import": true, "isNull": true, "map": true, "placeholder": true,
	"removeAttrs": true, "scopedImport": true, "throw": true, "toString": true,
	"true": true, "false": true, "null": true, "builtins": true,
}

// langVersion and nixVersion are the versions that this evaluator claims.
const (
	langVersion = 6
	nixVersion  = "2.34.8"
	storeDir    = "/nix/store"
)

func (ev *Evaluator) installBuiltins() {
	tables := [][]definition{controlLib, typeLib, mathLib, listLib, setLib, stringLib, regexpLib, contextLib,
		dataLib, pathLib, hashLib, storeLib, fetchLib}
	count := 16
	for _, t := range tables {
		count += len(t)
	}
	all := make([]Builtin, 0, count)
	attrs := make([]Attr, 0, count)
	ev.base = make([]Value, 0, count)
	ev.globals = make(map[string]int, count)
	add := func(name string, v Value) {
		attrs = append(attrs, Attr{Name: ev.symbols.Intern(name), Value: v})
		global := "__" + name
		if unprefixed[name] {
			global = name
		}
		ev.symbols.Intern(global)
		ev.globals[global] = len(ev.base)
		ev.base = append(ev.base, v)
	}
	for _, t := range tables {
		for _, d := range t {
			all = append(all, Builtin{Name: d.name, arity: d.arity, call: d.call})
			if first, ok := lookFirst[d.name]; ok {
				all[len(all)-1].first = first + 1
			}
			add(d.name, &all[len(all)-1])
		}
	}
	add("true", Bool(true))
	add("false", Bool(false))
	add("null", Null{})
	add("langVersion", Int(langVersion))
	add("nixVersion", &String{S: nixVersion})
	add("storeDir", &String{S: storeDir})
	add("nixPath", ev.nixPath())
	if ev.options.System != "" {
		add("currentSystem", &String{S: ev.options.System})
	}
	add("derivation", ev.derivationFunction())
	set := &Attrs{}
	add("builtins", set)
	*set = *ev.sortAttrs(attrs)
}

func (ev *Evaluator) nixPath() Value {
	var out []Value
	for _, e := range ev.options.SearchPath {
		out = append(out, ev.attrsOf("path", ev.str(e.Path), "prefix", ev.str(e.Prefix)))
	}
	return ev.listOf(out)
}

// Builtins lists the names in the set `builtins`, including those that only report why
// they are unavailable.
func Builtins() []string {
	ev := New(Options{})
	names, _ := ev.AttrNames(ev.base[len(ev.base)-1])
	return names
}
