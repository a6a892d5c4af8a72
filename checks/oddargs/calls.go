package main

import (
	"slices"
	"strings"
)

// values are the arguments for builtins that expect something else.
var values = []string{
	"null", "true", "1", "1.5", `""`, `"x"`, "./.", "[ ]", "[ 1 ]", "{ }", "{ x = 1; }", "(x: x)",
	`(derivation { name = "d"; system = "s"; builder = "b"; })`,
	`(throw "thrown")`,
	`(builtins.concatStringsSep "" (builtins.genList (x: "abcdefghij") 10000))`,
	`"a${derivation { name = "d"; system = "s"; builder = "b"; }}"`,
}

// usual are valid arguments for each builtin. Builtins that download or have no
// arguments are left out.
var usual = map[string]string{
	"abort": `"a"`, "add": "1|2", "addDrvOutputDependencies": `"a"`, "addErrorContext": `"a"|1`,
	"all": "(x: true)|[ 1 ]", "any": "(x: true)|[ 1 ]", "appendContext": `"a"|{ }`, "attrNames": "{ a = 1; }",
	"attrValues": "{ a = 1; }", "baseNameOf": `"/a/b"`, "bitAnd": "1|2", "bitOr": "1|2", "bitXor": "1|2", "break": "1",
	"catAttrs": `"a"|[ { a = 1; } ]`, "ceil": "1.5", "compareVersions": `"1.2"|"1.3"`, "concatLists": "[ [ 1 ] ]",
	"concatMap": "(x: [ x ])|[ 1 ]", "concatStringsSep": `","|[ "a" "b" ]`, "convertHash": `{ hash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; toHashFormat = "base16"; }`,
	"deepSeq": "1|2", "derivation": `{ name = "d"; system = "s"; builder = "b"; }`, "derivationStrict": `{ name = "d"; system = "s"; builder = "b"; }`,
	"dirOf": `"/a/b"`, "div": "4|2", "elem": "1|[ 1 ]", "elemAt": "[ 1 2 ]|1", "filter": "(x: true)|[ 1 ]", "filterSource": "(p: t: true)|./.",
	"findFile": `[ ]|"a"`, "floor": "1.5", "foldl'": "(a: b: a)|1|[ 2 ]", "fromJSON": `"1"`, "fromTOML": `"a = 1"`, "functionArgs": "({ a }: a)",
	"genList": "(x: x)|2", "genericClosure": "{ startSet = [ { key = 1; } ]; operator = x: [ ]; }", "getAttr": `"a"|{ a = 1; }`,
	"getContext": `"a"`, "getEnv": `"NO_SUCH_VARIABLE"`, "groupBy": `(x: "a")|[ 1 ]`, "hasAttr": `"a"|{ a = 1; }`, "hasContext": `"a"`,
	"hashFile": `"md5"|./file`, "hashString": `"md5"|"a"`, "head": "[ 1 ]", "import": "./file.nix", "intersectAttrs": "{ a = 1; }|{ a = 2; }",
	"isAttrs": "1", "isBool": "1", "isFloat": "1", "isFunction": "1", "isInt": "1", "isList": "1", "isNull": "1", "isPath": "1", "isString": "1",
	"length": "[ 1 ]", "lessThan": "1|2", "listToAttrs": `[ { name = "a"; value = 1; } ]`, "map": "(x: x)|[ 1 ]", "mapAttrs": "(n: v: v)|{ a = 1; }",
	"match": `"a(b)"|"ab"`, "mul": "1|2", "parseDrvName": `"a-1.2"`, "partition": "(x: true)|[ 1 ]", "path": "{ path = ./.; }",
	"pathExists": "./.", "placeholder": `"out"`, "readDir": "./.", "readFile": "./file", "readFileType": "./.",
	"removeAttrs": `{ a = 1; }|[ "a" ]`, "replaceStrings": `[ "a" ]|[ "b" ]|"a"`, "scopedImport": "{ }|./file.nix", "seq": "1|2",
	"sort": "(a: b: a < b)|[ 2 1 ]", "split": `"a"|"bab"`, "splitVersion": `"1.2"`, "storePath": `"/nix/store"`, "stringLength": `"a"`, "sub": "1|2", "substring": `0|1|"abc"`,
	"tail": "[ 1 ]", "throw": `"a"`, "toFile": `"a"|"b"`, "toJSON": "1", "toPath": `"/a"`, "toString": "1", "toXML": "1", "trace": "1|2",
	"traceVerbose": "1|2", "tryEval": "1", "typeOf": "1", "unsafeDiscardOutputDependency": `"a"`, "unsafeDiscardStringContext": `"a"`,
	"unsafeGetAttrPos": `"a"|{ a = 1; }`, "warn": `"a"|1`, "zipAttrsWith": "(n: vs: vs)|[ { a = 1; } ]",
}

// call is a builtin with one odd argument.
type call struct {
	builtin  string
	argument int // from 0
	expr     string
}

// calls are all of them: each argument of each builtin with each value.
func calls() []call {
	names := make([]string, 0, len(usual))
	for name := range usual {
		names = append(names, name)
	}
	slices.Sort(names)
	var out []call
	for _, name := range names {
		args := strings.Split(usual[name], "|")
		for i := range args {
			for _, v := range values {
				odd := slices.Clone(args)
				odd[i] = v
				// The type of the result is asked for once all of it is evaluated.
				out = append(out, call{name, i, "let v = builtins." + name + " " + strings.Join(odd, " ") + "; in builtins.deepSeq v (builtins.typeOf v)"})
			}
		}
	}
	return out
}
