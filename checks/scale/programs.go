package main

import (
	"strings"
)

// program is an expression that scales one dimension of one builtin or operator.
type program struct {
	name string // SUBJECT/DIMENSION, or SUBJECT/PLACE/VALUE
	expr scaled
	n    int
}

// text is the program of a size.
func (p program) text(n int) string { return prelude + p.expr.at(n) }

// calls are the builtins and operators with arguments that suit them. In each
// place every value is put in turn. The place is written between brackets.
var calls = []struct{ subject, text string }{
	{"abort", `builtins.abort ‹"x"›`},
	{"add", `builtins.add ‹1› ‹2›`},
	{"addDrvOutputDependencies", `builtins.addDrvOutputDependencies ‹(drv 1).drvPath›`},
	{"addErrorContext", `builtins.addErrorContext ‹"x"› ‹(throw "y")›`},
	{"all", `builtins.all ‹(x: true)› ‹[ 1 2 ]›`},
	{"any", `builtins.any ‹(x: false)› ‹[ 1 2 ]›`},
	{"appendContext", `builtins.appendContext ‹"x"› ‹{ }›`},
	{"attrNames", `builtins.attrNames ‹{ }›`},
	{"attrValues", `builtins.attrValues ‹{ }›`},
	{"baseNameOf", `baseNameOf ‹"a/b"›`},
	{"bitAnd", `builtins.bitAnd ‹1› ‹2›`},
	{"bitOr", `builtins.bitOr ‹1› ‹2›`},
	{"bitXor", `builtins.bitXor ‹1› ‹2›`},
	{"break", `builtins.break ‹1›`},
	{"catAttrs", `builtins.catAttrs ‹"a"› ‹[ { a = 1; } ]›`},
	{"ceil", `builtins.ceil ‹1.5›`},
	{"compareVersions", `builtins.compareVersions ‹"1.2"› ‹"1.3"›`},
	{"concatLists", `builtins.concatLists ‹[ [ 1 ] [ 2 ] ]›`},
	{"concatMap", `builtins.concatMap ‹(x: [ x x ])› ‹[ 1 2 ]›`},
	{"concatStringsSep", `concatStringsSep ‹","› ‹[ "a" "b" ]›`},
	{"convertHash", `builtins.convertHash { hash = ‹"sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="›; toHashFormat = ‹"base16"›; }`},
	{"deepSeq", `builtins.deepSeq ‹1› ‹2›`},
	{"derivation", `(derivation { name = ‹"n"›; system = ‹"x"›; builder = ‹"b"›; args = ‹[ ]›; env = ‹1›; outputs = ‹[ "out" ]›; }).drvPath`},
	{"derivationStrict", `(derivationStrict { name = "n"; system = "x"; builder = "b"; __structuredAttrs = true; env = ‹1›; outputs = ‹[ "out" ]›; }).drvPath`},
	{"dirOf", `dirOf ‹"/a/b"›`},
	{"div", `builtins.div ‹1› ‹2›`},
	{"elem", `builtins.elem ‹1› ‹[ 2 ]›`},
	{"elemAt", `builtins.elemAt ‹[ 1 2 ]› ‹1›`},
	{"fetchGit", `builtins.fetchGit ‹"x"›`},
	{"fetchMercurial", `fetchMercurial ‹"x"›`},
	{"fetchTarball", `fetchTarball ‹"x"›`},
	{"fetchTree", `builtins.fetchTree ‹"x"›`},
	{"fetchurl", `builtins.fetchurl ‹"x"›`},
	{"filter", `builtins.filter ‹(x: true)› ‹[ 1 2 ]›`},
	{"filterSource", `builtins.filterSource ‹(_: _: true)› ‹/src/many›`},
	{"findFile", `builtins.findFile ‹[ { prefix = "p"; path = "/src"; } ]› ‹"p/default.nix"›`},
	{"flakeRefToString", `builtins.flakeRefToString ‹{ type = "path"; path = "/x"; }›`},
	{"floor", `builtins.floor ‹1.5›`},
	{"foldl'", `foldl' ‹(a: b: a)› ‹0› ‹[ 1 2 ]›`},
	{"fromJSON", `builtins.fromJSON ‹"[]"›`},
	{"fromTOML", `fromTOML ‹""›`},
	{"functionArgs", `builtins.functionArgs ‹({ a, b ? 1 }: a)›`},
	{"genList", `genList ‹(x: x)› ‹3›`},
	{"genericClosure", `builtins.genericClosure { startSet = ‹[ { key = 1; } ]›; operator = ‹(_: [ ])›; }`},
	{"getAttr", `builtins.getAttr ‹"a"› ‹{ a = 1; }›`},
	{"getContext", `builtins.getContext ‹"x"›`},
	{"getEnv", `builtins.getEnv ‹"x"›`},
	{"getFlake", `builtins.getFlake ‹"x"›`},
	{"groupBy", `builtins.groupBy ‹(x: "g")› ‹[ 1 2 ]›`},
	{"hasAttr", `builtins.hasAttr ‹"a"› ‹{ a = 1; }›`},
	{"hasContext", `builtins.hasContext ‹"x"›`},
	{"hashFile", `builtins.hashFile ‹"sha256"› ‹/src/big.txt›`},
	{"hashString", `builtins.hashString ‹"sha512"› ‹"x"›`},
	{"head", `builtins.head ‹[ 1 ]›`},
	{"import", `import ‹/src›`},
	{"intersectAttrs", `builtins.intersectAttrs ‹{ a = 1; }› ‹{ a = 2; }›`},
	{"isAttrs", `builtins.isAttrs ‹1›`},
	{"isBool", `builtins.isBool ‹1›`},
	{"isFloat", `builtins.isFloat ‹1›`},
	{"isFunction", `builtins.isFunction ‹1›`},
	{"isInt", `builtins.isInt ‹1›`},
	{"isList", `builtins.isList ‹1›`},
	{"isNull", `isNull ‹1›`},
	{"isPath", `builtins.isPath ‹1›`},
	{"isString", `builtins.isString ‹1›`},
	{"length", `builtins.length ‹[ 1 ]›`},
	{"lessThan", `builtins.lessThan ‹1› ‹2›`},
	{"listToAttrs", `listToAttrs ‹[ { name = "a"; value = 1; } ]›`},
	{"map", `map ‹(x: x)› ‹[ 1 2 ]›`},
	{"mapAttrs", `builtins.mapAttrs ‹(n: v: v)› ‹{ a = 1; }›`},
	{"match", `builtins.match ‹"(a*)(b|a)*"› ‹"aaab"›`},
	{"mul", `builtins.mul ‹1› ‹2›`},
	{"parseDrvName", `builtins.parseDrvName ‹"a-1"›`},
	{"parseFlakeRef", `builtins.parseFlakeRef ‹"path:/x"›`},
	{"partition", `builtins.partition ‹(x: true)› ‹[ 1 2 ]›`},
	{"path", `builtins.path { path = ‹/src/many›; name = ‹"x"›; filter = ‹(_: _: true)›; }`},
	{"pathExists", `builtins.pathExists ‹/src›`},
	{"placeholder", `builtins.placeholder ‹"out"›`},
	{"readDir", `builtins.readDir ‹/src/many›`},
	{"readFile", `builtins.readFile ‹/src/default.nix›`},
	{"readFileType", `builtins.readFileType ‹/src/default.nix›`},
	{"removeAttrs", `removeAttrs ‹{ a = 1; }› ‹[ "a" ]›`},
	{"replaceStrings", `builtins.replaceStrings ‹[ "a" "b" ]› ‹[ "xx" "yy" ]› ‹"abc"›`},
	{"scopedImport", `scopedImport ‹{ a = 1; }› ‹/src›`},
	{"seq", `builtins.seq ‹1› ‹2›`},
	{"sort", `builtins.sort ‹(a: b: a < b)› ‹[ 2 1 ]›`},
	{"sort-lessThan", `builtins.sort builtins.lessThan ‹[ 2 1 ]›`},
	{"split", `builtins.split ‹"(a|b)*"› ‹"ab ab"›`},
	{"splitVersion", `builtins.splitVersion ‹"1.2"›`},
	{"storePath", `builtins.storePath ‹"/nix/store/x"›`},
	{"stringLength", `builtins.stringLength ‹"x"›`},
	{"sub", `builtins.sub ‹1› ‹2›`},
	{"substring", `builtins.substring ‹0› ‹1› ‹"x"›`},
	{"tail", `builtins.tail ‹[ 1 2 ]›`},
	{"throw", `throw ‹"x"›`},
	{"toFile", `builtins.toFile ‹"x"› ‹"y"›`},
	{"toJSON", `builtins.toJSON ‹1›`},
	{"toPath", `builtins.toPath ‹"/x"›`},
	{"toString", `toString ‹1›`},
	{"toXML", `builtins.toXML ‹1›`},
	{"trace", `builtins.trace ‹1› ‹2›`},
	{"traceVerbose", `builtins.traceVerbose ‹1› ‹2›`},
	{"tryEval", `builtins.tryEval ‹(throw "x")›`},
	{"typeOf", `builtins.typeOf ‹1›`},
	{"unsafeDiscardOutputDependency", `builtins.unsafeDiscardOutputDependency ‹"x"›`},
	{"unsafeDiscardStringContext", `builtins.unsafeDiscardStringContext ‹"x"›`},
	{"unsafeGetAttrPos", `builtins.unsafeGetAttrPos ‹"a"› ‹{ a = 1; }›`},
	{"warn", `builtins.warn ‹"x"› ‹2›`},
	{"zipAttrsWith", `builtins.zipAttrsWith ‹(n: vs: vs)› ‹[ { a = 1; } { a = 2; } ]›`},

	{"operator-call", `‹(x: x)› ‹1›`},
	{"operator-formals", `({ a ? 1, ... }@all: all) ‹{ }›`},
	{"operator-select", `‹{ a = 1; }›.${‹"a"›} or ‹2›`},
	{"operator-has", `‹{ a = 1; }› ? ${‹"a"›}`},
	{"operator-negate", `- ‹1›`},
	{"operator-not", `! ‹true›`},
	{"operator-concat", `‹[ 1 ]› ++ ‹[ 2 ]›`},
	{"operator-add", `‹"a"› + ‹"b"›`},
	{"operator-path", `/a + ‹"b"›`},
	{"operator-subtract", `‹1› - ‹2›`},
	{"operator-multiply", `‹1› * ‹2›`},
	{"operator-divide", `‹1› / ‹2›`},
	{"operator-update", `‹{ a = 1; }› // ‹{ a = 2; }›`},
	{"operator-less", `‹1› < ‹2›`},
	{"operator-equal", `‹1› == ‹2›`},
	{"operator-and", `‹true› && ‹true›`},
	{"operator-or", `‹false› || ‹true›`},
	{"operator-implies", `‹true› -> ‹true›`},
	{"if", `if ‹true› then ‹1› else 2`},
	{"assert", `assert ‹true›; ‹1›`},
	{"assert-equal", `assert ‹1› == ‹2›; 3`},
	{"with", `with ‹{ a = 1; }›; a`},
	{"interpolation", `"x${‹"a"›}y"`},
	{"dynamic-attribute", `{ ${‹"a"›} = ‹1›; }`},
	{"inherit-from", `let inherit (‹{ a = 1; }›) a; in a`},
}

// crossed puts every value in every place of every call.
func crossed() []program {
	var out []program
	for _, c := range calls {
		before, rest, more := strings.Cut(c.text, "‹")
		for place := 1; more; place++ {
			inner, after, _ := strings.Cut(rest, "›")
			suffix := plain(after)
			for _, v := range values {
				prefix := plain(before)
				e := scaled{n: v.n, build: func(n int) string {
					return "let big = " + v.at(n) + "; in builtins.deepSeq (" + prefix + "big" + suffix + ") null"
				}}
				out = append(out, program{c.subject + "/" + string(rune('0'+place)) + "/" + v.name, e, v.n})
			}
			before += inner
			var next string
			next, rest, more = strings.Cut(after, "‹")
			before += next
		}
	}
	return out
}

// plain takes the marks of places out.
func plain(s string) string { return strings.NewReplacer("‹", "", "›", "").Replace(s) }

// hostile are all programs.
func hostile() []program {
	var out []program
	for _, e := range dimensions {
		for _, n := range []int{1e4, 1e5, 1e6, 1e7} {
			if e.build == nil || n <= 1e6 {
				out = append(out, program{e.name + "/" + exponent(n), e, n})
			}
		}
	}
	return append(out, crossed()...)
}

func exponent(n int) string {
	e := 0
	for ; n >= 10; n /= 10 {
		e++
	}
	return "1e" + string(rune('0'+e))
}
