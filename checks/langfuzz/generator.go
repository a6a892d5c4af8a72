package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// typ is the type of an expression: i int, f float, n either, s string, b
// bool, a attribute set of ints, l list of ints, t list of strings, p path, c
// string with context, o a derivation, v any data. Capital letters are texts (see text).
type typ byte

// rule makes an expression. A letter after % is an expression of that type; %%
// is a percent sign.
type rule struct {
	name, form string
}

// rules by the type of the result.
var rules = map[typ][]rule{
	'i': {
		{"+", "(%i + %i)"}, {"-", "(%i - %i)"}, {"*", "(%i * %i)"}, {"/", "(%i / (%i * %i + 1))"}, {"neg", "(- %i)"},
		{"if", "(if %b then %i else %i)"}, {"let", "(let %x = %i; in %x + %i)"}, {"add", "(builtins.add %i %i)"},
		{"sub", "(builtins.sub %i %i)"}, {"mul", "(builtins.mul %i %i)"}, {"div", "(builtins.div %i 7)"},
		{"bitAnd", "(builtins.bitAnd %i %i)"}, {"bitOr", "(builtins.bitOr %i %i)"}, {"bitXor", "(builtins.bitXor %i %i)"},
		{"ceil", "(builtins.ceil %f)"}, {"floor", "(builtins.floor %f)"}, {"length", "(builtins.length %l)"},
		{"stringLength", "(builtins.stringLength %s)"}, {"head", "(builtins.head (%l ++ [ %i ]))"},
		{"elemAt", "(builtins.elemAt (%l ++ [ %i ]) 0)"}, {"foldl'", "(builtins.foldl' (a: b: a + b) %i %l)"},
		{"select-or", "(%a.%x or %i)"}, {"getAttr", "(builtins.getAttr \"k\" (%a // { k = %i; }))"},
		{"compareVersions", "(builtins.compareVersions %s %s)"}, {"lambda", "((%x: %x + %i) %i)"},
		{"formals", "(({ x, y ? %i, ... }: x + y) (%a // { x = %i; }))"}, {"at", "((args@{ x, ... }: args.x + x) { x = %i; z = %i; })"},
		{"with", "(with { %x = %i; }; %x)"}, {"rec", "(rec { %x = %i; r = %x + 1; }).r"}, {"seq", "(builtins.seq %v %i)"},
		{"deepSeq", "(builtins.deepSeq %v %i)"}, {"tryEval", "(builtins.tryEval %i).value"},
		{"tryEval-throw", "(if (builtins.tryEval (throw %s)).success then 1 else %i)"},
		{"assert", "(assert %b || true; %i)"}, {"functor", "({ __functor = self: x: x + self.n; n = %i; } %i)"},
		{"trace", "(builtins.trace %s %i)"}, {"addErrorContext", "(builtins.addErrorContext \"context\" %i)"},
		{"fromJSON-int", "(builtins.fromJSON (builtins.toJSON %i))"}, {"legacy-let", "(let { body = %x; %x = %i; })"},
		{"inherit", "(let s = { %x = %i; }; inherit (s) %x; in %x)"},
		{"attr-pos", "(builtins.unsafeGetAttrPos \"%x\" { k = %i; %x = %i; }).column"}, {"attr-pos-rec", "(builtins.unsafeGetAttrPos \"%x\" (rec { inherit ({ %x = 1; }) %x; } // { w = %i; })).column"},
		{"attr-pos-gone", "(if builtins.unsafeGetAttrPos \"%x\" (builtins.mapAttrs (n: v: v) %a) == null then 1 else %i)"},
		{"curPos", "__curPos.column"}, {"list-pos", "(builtins.unsafeGetAttrPos \"%x\" (builtins.listToAttrs [ { name = \"%x\"; value = %i; } ])).column"},
		{"least", "((- 9223372036854775807 - 1) / %i)"}, {"select-none", "({ n = { a = %v; }; }.n.a.%x or %i)"}, {"version-pair", "(builtins.compareVersions %V %V)"}, {"version-self", "(let v = %V; in builtins.compareVersions v (v + %V))"},
		{"own-names", "(assert { %x = 1; x = %i; map = %i; name = 2; } == { %x = 1; x = %i; map = %i; name = 2; }; 3)"}, {"abort", "(if %b then abort %s else %i)"}, {"throw", "(if %b then throw %s else %i)"}, {"assert-eq", "(assert %v == %v; %i)"},
		{"tryEval-assert", "(if (builtins.tryEval (assert %b; 1)).success then %i else 2)"},
		{"lessThan-sort", "(builtins.head (builtins.sort builtins.lessThan (%l ++ [ %i ])))"},
		{"genericClosure", "(builtins.length (builtins.genericClosure { startSet = map (key: { inherit key; }) %l; operator = e: if e.key < 3 && e.key > -3 then [ { key = e.key + 1; } ] else [ ]; }))"},
	},
	'f': {
		{"f+", "(%f + %n)"}, {"f-", "(%n - %f)"}, {"f*", "(%f * %n)"}, {"f/", "(%f / 4)"}, {"f-if", "(if %b then %f else %f)"},
		{"fneg", "(- %f)"}, {"fadd", "(builtins.add %f %n)"}, {"fromJSON-float", "(builtins.fromJSON \"1.5\" + %f)"},
	},
	'n': {{"", "%i"}, {"", "%f"}},
	's': {
		{"s+", "(%s + %s)"}, {"interpolation", "\"a${%s}b$$c${toString %i}\""}, {"indented", "''\n  x ${%s}\n    y\n''"},
		{"toString-int", "(toString %i)"}, {"toString-float", "(toString %f)"}, {"toString-bool", "(toString %b)"},
		{"toString-list", "(toString %t)"}, {"substring", "(builtins.substring 1 3 %s)"}, {"substring-rest", "(builtins.substring 2 (-1) %s)"},
		{"concatStringsSep", "(builtins.concatStringsSep %s %t)"}, {"replaceStrings", "(builtins.replaceStrings [ \"a\" %s ] [ \"X\" \"b\" ] %s)"},
		{"replaceStrings-empty", "(builtins.replaceStrings [ \"\" ] [ \"-\" ] %s)"}, {"typeOf", "(builtins.typeOf %v)"},
		{"hashString", "(builtins.hashString \"sha256\" %s)"}, {"toJSON", "(builtins.toJSON %j)"}, {"toXML", "(builtins.toXML %v)"},
		{"baseNameOf", "(baseNameOf %s)"}, {"dirOf", "(dirOf %s)"}, {"parseDrvName", "(builtins.parseDrvName %s).name"},
		{"s-if", "(if %b then %s else %s)"}, {"outPath", "\"${{ outPath = %s; }}\""}, {"__toString", "(toString { __toString = _: %s; })"},
		{"attrNames-sep", "(builtins.concatStringsSep \",\" (builtins.attrNames %a))"}, {"placeholder", "(builtins.placeholder %s)"},
		{"discard", "(builtins.unsafeDiscardStringContext %s)"}, {"path-string", "(toString %p)"}, {"head-t", "(builtins.head (%t ++ [ \"e\" ]))"},
		{"c-s", "%c"}, {"classes", "(let all = %A; in builtins.concatStringsSep \"\" (builtins.filter (c: builtins.match \"%C\" c != null) (builtins.genList (i: builtins.substring i 1 all) (builtins.stringLength all))))"}, {"escapes", "\"\\r\\t\\$${%s}\\\"\""}, {"tabs", "''\n\t  %x\n  \t${%s}\n    z\n''"},
		{"sub-end", "(builtins.toJSON (builtins.hasContext (builtins.substring 900 3 %c)))"}, {"dirOf-path", "(toString (dirOf %P))"}, {"baseNameOf-path", "(baseNameOf %P)"}, {"drv-name", "(builtins.toJSON (builtins.parseDrvName %V))"},
		{"float-digits", "(toString (%i * 1.0 / 8))"}, {"float-print", "(builtins.toXML (%f * 123456.0))"}, {"path-context", "(toString (/a + %c))"}, {"fromJSON-s", "(toString (builtins.toJSON (builtins.fromJSON %J)))"}, {"regex-json", "(builtins.toJSON (builtins.match %R %S))"},
		{"hash-c", "(builtins.hashString \"md5\" %c)"}, {"toJSON-c", "(builtins.toJSON [ %c %s ])"}, {"toXML-c", "(builtins.toXML %c)"}, {"drv-out", "\"${%o}\""},
		{"path-copy", "\"${@/d/f}\""}, {"path-fun", "(builtins.path { path = @/d; name = \"n\"; })"}, {"filterSource", "(builtins.filterSource (p: t: t != \"regular\" || %b) @/d)"},
		{"readFile", "(builtins.readFile @/d/f)"}, {"floatJSON", "(builtins.toJSON (%f * 1.1))"}, {"replace-c", "(builtins.replaceStrings [ \"a\" ] [ %c ] %s)"},
		{"match-group", "(let m = builtins.match \"([a-z]*)(.*)\" %s; in if m == null then \"\" else builtins.elemAt m 1)"},
		{"split", "(builtins.concatStringsSep \"|\" (builtins.filter builtins.isString (builtins.split \"[ab0]+\" %s)))"},
	},
	'b': {
		{"==", "(%v == %v)"}, {"!=", "(%v != %v)"}, {"<", "(%n < %n)"}, {">", "(%n > %n)"}, {"<=", "(%n <= %n)"}, {">=", "(%n >= %n)"},
		{"s<", "(%s < %s)"}, {"l<", "(%l < %l)"}, {"l>=", "(%l >= %l)"}, {"&&", "(%b && %b)"}, {"||", "(%b || %b)"}, {"->", "(%b -> %b)"}, {"!", "(! %b)"},
		{"?", "(%a ? %x)"}, {"?path", "({ a = %a; } ? a.%x)"}, {"hasAttr", "(builtins.hasAttr %s %a)"}, {"elem", "(builtins.elem %i %l)"},
		{"any", "(builtins.any (x: x > %i) %l)"}, {"all", "(builtins.all (x: x > %i) %l)"}, {"isInt", "(builtins.isInt %v)"},
		{"isFloat", "(builtins.isFloat %v)"}, {"isString", "(builtins.isString %v)"}, {"isList", "(builtins.isList %v)"},
		{"isAttrs", "(builtins.isAttrs %v)"}, {"isBool", "(builtins.isBool %v)"}, {"isNull", "(isNull %v)"}, {"isPath", "(builtins.isPath %v)"},
		{"isFunction", "(builtins.isFunction (x: %v))"}, {"lessThan", "(builtins.lessThan %n %n)"}, {"a==", "(%a == %a)"}, {"l==", "(%l == %l)"},
		{"hasContext-c", "(builtins.hasContext %c)"}, {"elem-function", "(let f = a: a; in builtins.elem f [ %v %F ])"}, {"f==", "(let f = a: a; in [ %F ] == [ %F ])"},
		{"int==float", "(%i == %f + %i)"}, {"class", "(builtins.match \"(%C)*\" %S != null)"}, {"pathExists", "(builtins.pathExists @/d/nope)"}, {"drv==", "(%o == %o)"},
		{"match", "(builtins.match \"a*[b-d0-9]+.*\" %s != null)"}, {"hasContext", "(builtins.hasContext %s)"},
	},
	'l': {
		{"[]", "[ %i %i %i ]"}, {"++", "(%l ++ %l)"}, {"map", "(map (x: x + %i) %l)"}, {"filter", "(builtins.filter (x: x < %i) %l)"},
		{"tail", "(builtins.tail ([ 1 ] ++ %l))"}, {"genList", "(builtins.genList (i: i * %i) 4)"}, {"concatLists", "(builtins.concatLists [ %l %l ])"},
		{"concatMap", "(builtins.concatMap (x: [ x (x + 1) ]) %l)"}, {"sort", "(builtins.sort (a: b: a < b) %l)"}, {"attrValues", "(builtins.attrValues %a)"},
		{"catAttrs", "(builtins.catAttrs %s [ %a %a ])"}, {"partition", "(builtins.partition (x: x > %i) %l).right"},
		{"partition-wrong", "(builtins.partition (x: x > %i) %l).wrong"}, {"l-if", "(if %b then %l else %l)"},
		{"closure-keys", "(map (e: e.key) (builtins.genericClosure { startSet = [ { key = %i; } { key = %i; } ]; operator = e: [ ]; }))"},
	},
	't': {
		{"t[]", "[ %s %s ]"}, {"attrNames", "(builtins.attrNames %a)"}, {"map-toString", "(map toString %l)"},
		{"splitVersion", "(builtins.splitVersion %s)"}, {"sort-s", "(builtins.sort (a: b: a < b) %t)"}, {"groupBy", "(builtins.attrNames (builtins.groupBy (x: x) %t))"},
	},
	'a': {
		{"{}", "{ %x = %i; %y = %i; }"}, {"//", "(%a // %a)"}, {"rec{}", "rec { %x = %i; w = %x; }"}, {"removeAttrs", "(removeAttrs %a [ \"%x\" %s ])"},
		{"intersectAttrs", "(builtins.intersectAttrs %a %a)"}, {"mapAttrs", "(builtins.mapAttrs (n: v: v + builtins.stringLength n) %a)"},
		{"listToAttrs", "(builtins.listToAttrs [ { name = %s; value = %i; } { name = \"k\"; value = %i; } ])"},
		{"zipAttrsWith", "(builtins.zipAttrsWith (n: vs: builtins.foldl' builtins.add 0 vs) [ %a %a ])"}, {"dynamic", "{ ${%s} = %i; }"},
		{"functionArgs", "(builtins.mapAttrs (n: v: if v then 1 else 0) (builtins.functionArgs ({ %x, q ? 1 }: 1)))"},
		{"a-if", "(if %b then %a else %a)"}, {"groupBy-length", "(builtins.mapAttrs (n: builtins.length) (builtins.groupBy (x: toString x) %l))"},
		{"fromTOML", "(builtins.fromTOML \"x = 1\\ny = 22\\n\")"}, {"fromJSON-set", "(builtins.fromJSON (builtins.toJSON %a))"},
		{"nested", "{ n.%x = %i; n.o = %i; }.n"}, {"dynamic-null", "{ ${if %b then null else %s} = %i; }"}, {"overrides", "(removeAttrs (rec { __overrides = { %x = %i; }; %x = 1; o = %x; }) [ \"__overrides\" ])"},
	},
	'c': {{"toFile", "(builtins.toFile \"n\" %s)"}, {"c+", "(%c + %s)"}, {"drv-string", "\"${%o}/x\""}, {"drvPath", "(%o).drvPath"}, {"out-named", "\"${(%o).out}\""},
		{"discard-dep", "(builtins.unsafeDiscardOutputDependency (%o).drvPath)"}, {"add-dep", "(builtins.addDrvOutputDependencies (builtins.unsafeDiscardOutputDependency (%o).drvPath))"},
		{"append", "(builtins.appendContext %s (builtins.getContext %c))"}, {"sub-c", "(builtins.substring 0 3 %c)"}, {"sep-c", "(builtins.concatStringsSep %s [ %c %c ])"},
		{"c-if", "(if %b then %c else %c)"}, {"toFile-c", "(builtins.toFile \"m\" (builtins.toFile \"n\" %s))"}},
	'o': {{"drv-nulls", "(derivation { name = \"i\"; system = \"s\"; builder = \"b\"; __ignoreNulls = %b; u = null; w = %v; })"}, {"drv", "(derivation { name = \"d\"; system = \"s\"; builder = \"b\"; x = %v; })"}, {"drv-args", "(derivation { name = \"e\"; system = \"s\"; builder = %c; args = %t; })"},
		{"drv-fixed", "(derivation { name = \"f\"; system = \"s\"; builder = \"b\"; outputHash = builtins.hashString \"sha256\" %s; outputHashAlgo = \"sha256\"; })"},
		{"drv-outputs", "(derivation { name = \"g\"; system = \"s\"; builder = \"b\"; outputs = [ \"out\" \"dev\" ]; y = %c; })"},
		{"drv-structured", "(derivation { name = \"h\"; system = \"s\"; builder = \"b\"; __structuredAttrs = true; z = %v; })"}},
	'p': {{"path", "/a/b"}, {"path+", "(/a + \"/${toString %i}\")"}, {"path-dir", "(dirOf /a/b/c)"}},
	// Floats are added for the versions of Nix that print all of their digits.
	'j': {{"", "%i"}, {"", "%s"}, {"", "%b"}, {"", "%l"}, {"", "%a"}, {"", "null"}, {"json-nested", "[ %a { a = %t; } ]"}},
	'v': {{"", "%i"}, {"", "%f"}, {"", "%s"}, {"", "%b"}, {"", "%l"}, {"", "%t"}, {"", "%a"}, {"", "null"}, {"", "%p"}, {"getContext", "(builtins.getContext %c)"}, {"fromJSON", "(builtins.fromJSON %J)"}, {"fromTOML-v", "(builtins.fromTOML %T)"},
		{"regex-match", "(builtins.match %R %S)"}, {"regex-split", "(builtins.split %R %S)"}, {"readDir", "(builtins.readDir @/d)"}, {"v[]", "[ %v %v ]"}, {"v{}", "{ a = %v; b = %v; }"}},
}

var leaves = map[typ][]string{
	'i': {"0", "1", "2", "7", "100", "9223372036854775807", "4611686018427387904", "(-1)", "(-3)"},
	'f': {"0.5", "1.0", "2.25", "1e3", "0.1", "123456.789", "1.5e-7", "1e20"},
	's': {`""`, `"a"`, `"abc"`, `"foo-1.2.3"`, `"x/y.z"`, `"/a/b/"`, `"1.2pre3"`, `"é\n\t\"\\$"`, `"aXbX"`, `"ab0ab"`, `''a'${"''"}b''`},
	'b': {"true", "false"},
	'l': {"[ ]", "[ 1 2 3 ]", "[ 3 (-1) 2 2 ]", "[ 5 ]"},
	't': {"[ ]", `[ "b" "a" ]`, `[ "" "x y" ]`},
	'a': {"{ }", "{ x = 1; }", "{ y = 2; x = 3; }", `{ "a b" = 1; z = 4; }`},
	'p': {"/a", "/a/b.c"},
	'c': {`(builtins.toFile "l" "x")`},
	'o': {`(derivation { name = "l"; system = "s"; builder = "b"; })`},
	'j': {"null", "1"},
	'v': {"null", "1", `"a"`, "[ ]", "{ }"},
	'n': {"1", "2.5"},
}

type generator struct {
	r     *rand.Rand
	count map[string]int
	// dir is the directory that @ stands for; wrong is one in how many expressions are of another type.
	dir   string
	wrong int
}

func (g *generator) program() string {
	types := []typ("ifsbltacvv")
	return g.expr(types[g.r.IntN(len(types))], 2+g.r.IntN(3))
}

func (g *generator) expr(t typ, depth int) string {
	if g.wrong > 0 && g.r.IntN(g.wrong) == 0 {
		g.count["wrong type"]++
		t = []typ("ifsbltapcv")[g.r.IntN(10)]
	}
	if list := leaves[t]; depth <= 0 && len(list) > 0 {
		return list[g.r.IntN(len(list))]
	}
	choices := rules[t]
	r := choices[g.r.IntN(len(choices))]
	if r.name != "" {
		g.count[r.name]++
	}
	// One name stands for %x in a whole rule.
	x, y := names[g.r.IntN(len(names))], "u"
	var b strings.Builder
	for i := 0; i < len(r.form); i++ {
		c := r.form[i]
		if c == '@' && g.dir != "" {
			// In args@{ … } it is another thing.
			if i+1 < len(r.form) && r.form[i+1] == '/' {
				b.WriteString(g.dir)
				continue
			}
		}
		if c != '%' {
			b.WriteByte(c)
			continue
		}
		i++
		switch c := r.form[i]; c {
		case '%':
			b.WriteByte('%')
		case 'x':
			b.WriteString(x)
		case 'y':
			b.WriteString(y)
		case 'J', 'T', 'R', 'S', 'V', 'P', 'F', 'C', 'A':
			b.WriteString(g.text(c))
		default:
			if rules[typ(c)] == nil {
				panic(fmt.Sprintf("rule %q: no type %q", r.name, c))
			}
			b.WriteString(g.expr(typ(c), depth-1))
		}
	}
	return b.String()
}

var names = []string{"x", "y", "z", "k", "foo", "a-b", "c'"}
