package main

import (
	"strconv"
	"strings"
)

// dimensions are programs of one dimension each, named SUBJECT/DIMENSION. Where
// its n is set, the time that one takes is compared with Nix from that size on.
var dimensions = []scaled{
	// lists
	{name: "map/length", n: 10000, text: `builtins.length (map (x: x) (genList (x: x) N))`},
	{name: "map/forced", n: 10000, text: `builtins.deepSeq (map (x: x + 1) (genList (x: x) N)) 1`},
	{name: "filter/length", n: 10000, text: `builtins.length (builtins.filter (x: x > 10) (genList (x: x) N))`},
	{name: "elem/length", n: 100000, text: `let l = genList (x: x) N; in builtins.elem (-1) l`},
	{name: "elem/length-squared", n: 200, text: `let l = genList (x: x) N; in builtins.length (builtins.filter (x: builtins.elem (0 - x - 1) l) l)`},
	{name: "elem/long-strings", n: 100, text: `let s = repeat "a" 100000 + "b"; l = genList (_: repeat "a" 100000 + "c") 20; in foldl' (a: _: builtins.elem s l) false (genList (x: x) N)`},
	{name: "elemAt/length", n: 10000, text: `let l = genList (x: x) N; in foldl' (a: i: a + builtins.elemAt l i) 0 l`},
	{name: "head/tail", n: 1000, text: `let f = l: if l == [ ] then 0 else f (builtins.tail l); in f (genList (x: x) (if N > 8000 then 8000 else N))`},
	{name: "length/calls", n: 10000, text: `let l = genList (x: x) N; in foldl' (a: i: a + builtins.length l) 0 l`},
	{name: "concatLists/lists", n: 10000, text: `builtins.length (builtins.concatLists (genList (x: [ x x ]) N))`},
	{name: "concatLists/shared", n: 100, text: `let l = genList (x: x) N; in builtins.length (builtins.concatLists (genList (_: l) N))`},
	{name: "concatMap/length", n: 10000, text: `builtins.length (builtins.concatMap (x: [ x x ]) (genList (x: x) N))`},
	{name: "concatMap/shared", n: 100, text: `let l = genList (x: x) N; in builtins.length (builtins.concatMap (_: l) l)`},
	{name: "foldl'/length", n: 10000, text: `foldl' (a: x: a + x) 0 (genList (x: x) N)`},
	{name: "foldl'/builtin", n: 10000, text: `foldl' builtins.add 0 (genList (x: x) N)`},
	{name: "any/length", n: 10000, text: `builtins.any (x: false) (genList (x: x) N)`},
	{name: "all/length", n: 10000, text: `builtins.all (x: true) (genList (x: x) N)`},
	{name: "genList/length", n: 100000, text: `builtins.length (genList (x: x) N)`},
	{name: "genList/huge", text: `builtins.length (genList (x: x) (N * 1000))`},
	{name: "sort/ascending", n: 4000, text: `builtins.length (builtins.sort (a: b: a < b) (genList (x: x) N))`},
	{name: "sort/descending", n: 4000, text: `builtins.length (builtins.sort builtins.lessThan (genList (x: 0 - x) N))`},
	{name: "sort/scattered", n: 4000, text: `builtins.length (builtins.sort builtins.lessThan (genList (x: builtins.bitXor (x * 7919) 123456) N))`},
	{name: "sort/equal", n: 4000, text: `builtins.length (builtins.sort builtins.lessThan (genList (x: 1) N))`},
	{name: "sort/strings", n: 4000, text: `builtins.length (builtins.sort builtins.lessThan (genList (x: "abc${toString (builtins.bitXor x 12345)}") N))`},
	{name: "sort/lists", n: 1000, text: `builtins.length (builtins.sort builtins.lessThan (genList (x: [ 1 2 3 (0 - x) ]) N))`},
	{name: "sort/long-strings", text: `let s = repeat "a" 1000000; in builtins.length (builtins.sort builtins.lessThan (genList (x: s) N))`},
	{name: "sort/liar", text: `builtins.length (builtins.sort (a: b: true) (genList (x: x) N))`},
	{name: "partition/length", n: 10000, text: `builtins.length (builtins.partition (x: x > 10) (genList (x: x) N)).right`},
	{name: "groupBy/keys", n: 4000, text: `builtins.length (builtins.attrNames (builtins.groupBy (x: toString x) (genList (x: x) N)))`},
	{name: "groupBy/one-key", n: 10000, text: `builtins.length (builtins.groupBy (x: "a") (genList (x: x) N)).a`},
	{name: "operator-concat/chain", n: 500, text: `builtins.length (foldl' (a: x: a ++ [ x ]) [ ] (genList (x: x) N))`},
	{name: "operator-concat/left-chain", n: 500, text: `builtins.length (foldl' (a: x: [ x ] ++ a) [ ] (genList (x: x) N))`},
	{name: "operator-concat/long", text: `let l = genList (x: x) N; in builtins.length (foldl' (a: _: (l ++ l)) [ ] l)`},
	{name: "operator-concat/doubling", text: `builtins.length (times N (a: a ++ a) [ 1 ])`},

	// sets
	{name: "attrNames/keys", n: 4000, text: `builtins.length (builtins.attrNames (attrs N))`},
	{name: "attrNames/calls", n: 100, text: `let s = attrs N; in foldl' (a: _: a + builtins.length (builtins.attrNames s)) 0 (genList (x: x) N)`},
	{name: "attrValues/keys", n: 4000, text: `builtins.length (builtins.attrValues (attrs N))`},
	{name: "getAttr/keys", n: 4000, text: `let s = attrs N; in foldl' (a: i: a + builtins.getAttr "a${toString i}" s) 0 (genList (x: x) N)`},
	{name: "hasAttr/keys", n: 4000, text: `let s = attrs N; in foldl' (a: i: builtins.hasAttr "b${toString i}" s) false (genList (x: x) N)`},
	{name: "removeAttrs/keys", n: 4000, text: `builtins.length (builtins.attrNames (removeAttrs (attrs N) (genList (i: "a${toString (i * 2)}") N)))`},
	{name: "removeAttrs/chain", n: 100, text: `builtins.length (builtins.attrNames (foldl' (s: i: removeAttrs s [ "a${toString i}" ]) (attrs N) (genList (x: x) N)))`},
	{name: "intersectAttrs/keys", n: 4000, text: `let s = attrs N; in builtins.length (builtins.attrNames (builtins.intersectAttrs s (s // { z = 1; })))`},
	{name: "intersectAttrs/small-large", n: 400, text: `let s = attrs N; in foldl' (a: i: builtins.intersectAttrs { a1 = 1; } s) 0 (genList (x: x) N)`},
	{name: "intersectAttrs/large-small", n: 400, text: `let s = attrs N; in foldl' (a: i: builtins.intersectAttrs s { a1 = 1; }) 0 (genList (x: x) N)`},
	{name: "listToAttrs/keys", n: 4000, text: `builtins.length (builtins.attrNames (listToAttrs (genList (i: { name = "k${toString i}"; value = i; }) N)))`},
	{name: "listToAttrs/one-key", n: 10000, text: `builtins.length (builtins.attrNames (listToAttrs (genList (i: { name = "k"; value = i; }) N)))`},
	{name: "mapAttrs/keys", n: 4000, text: `builtins.deepSeq (builtins.mapAttrs (n: v: v + 1) (attrs N)) 1`},
	{name: "catAttrs/length", n: 10000, text: `builtins.length (builtins.catAttrs "a" (genList (x: { a = x; }) N))`},
	{name: "zipAttrsWith/keys", n: 2000, text: `let s = attrs N; in builtins.deepSeq (builtins.zipAttrsWith (n: v: builtins.length v) [ s s s ]) 1`},
	{name: "zipAttrsWith/sets", n: 4000, text: `builtins.deepSeq (builtins.zipAttrsWith (n: v: builtins.length v) (genList (x: { a = x; }) N)) 1`},
	{name: "functionArgs/formals", n: 1000, build: func(n int) string {
		return "builtins.length (builtins.attrNames (builtins.functionArgs " + formals(n) + "))"
	}},
	{name: "operator-formals/formals", n: 1000, build: func(n int) string { return formals(n) + " { } 1" }},
	{name: "operator-formals/calls", n: 100, build: func(n int) string {
		return "let f = " + formals(n) + "; in foldl' (a: i: f { } i) 0 (genList (x: x) " + strconv.Itoa(n) + ")"
	}},
	{name: "operator-formals/unexpected", text: `({ a ? 1 }: a) (attrs N)`},
	{name: "operator-update/chain", n: 200, text: `builtins.length (builtins.attrNames (foldl' (a: i: a // { "k${toString i}" = i; }) { } (genList (x: x) N)))`},
	{name: "operator-update/chain-of-large", n: 100, text: `let s = attrs N; in builtins.length (builtins.attrNames (foldl' (a: i: a // s) { } (genList (x: x) N)))`},
	{name: "operator-update/one-key", n: 10000, text: `foldl' (a: i: a // { k = i; }) { } (genList (x: x) N)`},
	{name: "operator-select/keys", n: 4000, text: `let s = attrs N; in foldl' (a: i: a + s.${"a${toString i}"}) 0 (genList (x: x) N)`},
	{name: "operator-has/keys", n: 4000, text: `let s = attrs N; in foldl' (a: i: s ? ${"b${toString i}"}) false (genList (x: x) N)`},
	{name: "operator-has/new-names", text: `let s = attrs 10; in foldl' (a: i: s ? ${"b${toString i}"}) false (genList (x: x) N)`},
	{name: "dynamic-attribute/keys", n: 500, build: func(n int) string {
		return "builtins.length (builtins.attrNames { " + numbered(n, `${"a" + "#"} = 1; `) + "})"
	}},
	{name: "attribute/keys", n: 1000, build: func(n int) string {
		return "builtins.length (builtins.attrNames { " + numbered(n, `a# = 1; `) + "})"
	}},
	{name: "attribute/path", n: 1000, build: func(n int) string {
		return "builtins.attrNames { " + numbered(n, `a.b.c# = 1; `) + "}"
	}},
	{name: "rec/keys", n: 1000, build: func(n int) string {
		return "builtins.length (builtins.attrNames (rec { " + numbered(n, `a# = x; `) + " x = 1; }))"
	}},
	{name: "rec/overrides", n: 500, build: func(n int) string {
		return "builtins.length (builtins.attrNames (rec { " + numbered(n, `a# = 1; `) + " __overrides = attrs " + strconv.Itoa(n) + "; }))"
	}},
	{name: "let/variables", n: 1000, build: func(n int) string {
		return "let " + numbered(n, `a# = #; `) + " in a1"
	}},
	{name: "let/calls", n: 100, build: func(n int) string {
		return "let f = x: let " + numbered(n, `a# = x; `) + " in a1; in foldl' (a: i: f i) 0 (genList (x: x) " + strconv.Itoa(n) + ")"
	}},
	{name: "inherit-from/names", n: 1000, build: func(n int) string {
		return "let s = attrs " + strconv.Itoa(n) + "; inherit (s) " + numbered(n, `a# `) + "; in a1"
	}},
	{name: "with/lookups", n: 10000, text: `with attrs 1000; foldl' (a: i: a + a1) 0 (genList (x: x) N)`},
	{name: "with/nested", n: 100, build: func(n int) string {
		n = min(n, 5000)
		return strings.Repeat("with { b = 1; }; ", n/2) + "let c = 1; in foldl' (x: i: x + b) 0 (genList (x: x) " + strconv.Itoa(n) + ")"
	}},
	{name: "with/missed", text: `with { x = 1; }; ` + strings.Repeat("with { y = 1; }; ", 1000) + ` foldl' (a: i: a + x) 0 (genList (x: x) N)`},

	// strings
	{name: "stringLength/length", n: 1000000, text: `builtins.stringLength (repeat "a" N)`},
	{name: "substring/each", n: 10000, text: `let s = repeat "a" N; in foldl' (a: i: a + builtins.stringLength (builtins.substring i 1 s)) 0 (genList (x: x) N)`},
	{name: "substring/tail", n: 1000, text: `let s = repeat "a" N; in foldl' (a: i: a + builtins.stringLength (builtins.substring i (-1) s)) 0 (genList (x: x) N)`},
	{name: "concatStringsSep/length", n: 10000, text: `builtins.stringLength (concatStringsSep "," (genList (x: "abc") N))`},
	{name: "concatStringsSep/large", text: `let s = repeat "a" 1000000; in builtins.stringLength (concatStringsSep "," (genList (x: s) N))`},
	{name: "concatStringsSep/separator", text: `let s = repeat "a" N; in builtins.stringLength (concatStringsSep s (genList (x: "a") 10000))`},
	{name: "concatStringsSep/contexts", n: 200, text: `builtins.stringLength (concatStringsSep " " (genList (i: "${drv i}") N))`},
	{name: "concatStringsSep/same-contexts", n: 200, text: `let s = contexts 100; in builtins.stringLength (concatStringsSep " " (genList (i: s) N))`},
	{name: "concatStringsSep/many-same-contexts", n: 200, text: `let s = contexts N; in builtins.stringLength (concatStringsSep " " (genList (i: s) N))`},
	{name: "replaceStrings/length", n: 10000, text: `builtins.stringLength (builtins.replaceStrings [ "a" ] [ "bb" ] (repeat "ac" N))`},
	{name: "replaceStrings/patterns", n: 200, text: `builtins.stringLength (builtins.replaceStrings (genList (i: "a${toString i}x") N) (genList (i: "b") N) (repeat "ab" N))`},
	{name: "replaceStrings/long-patterns", text: `let p = repeat "a" 100000 + "b"; in builtins.stringLength (builtins.replaceStrings (genList (i: p) 100) (genList (i: "b") 100) (repeat "a" N))`},
	{name: "replaceStrings/empty", n: 10000, text: `builtins.stringLength (builtins.replaceStrings [ "" ] [ "xx" ] (repeat "ab" N))`},
	{name: "replaceStrings/large-replacement", text: `let s = repeat "a" 100000; in builtins.stringLength (builtins.replaceStrings [ "a" ] [ s ] (repeat "a" N))`},
	{name: "replaceStrings/contexts", n: 200, text: `builtins.stringLength (builtins.replaceStrings (genList (i: "a${digits i}") N) (genList (i: "${drv i}") N) (concatStringsSep "" (genList (i: "a${digits i}") N)))`},
	{name: "operator-add/chain", n: 1000, text: `builtins.stringLength (foldl' (a: i: a + "x") "" (genList (x: x) N))`},
	{name: "operator-add/doubling", text: `builtins.stringLength (times N (a: a + a) "x")`},
	{name: "operator-add/large", text: `let s = repeat "a" N; in foldl' (a: i: builtins.stringLength (s + s)) 0 (genList (x: x) N)`},
	{name: "operator-add/contexts", n: 100, text: `builtins.stringLength (foldl' (a: i: a + "${drv i}") "" (genList (x: x) N))`},
	{name: "operator-add/kept", n: 100, text: `builtins.length (foldl' (a: i: a ++ [ ((if a == [ ] then "" else builtins.elemAt a (i - 1)) + "x") ]) [ ] (genList (x: x) N))`},
	{name: "operator-path/chain", n: 500, text: `toString (foldl' (a: i: a + "/b") /a (genList (x: x) N)) != ""`},
	{name: "operator-path/long", n: 10000, text: `toString (/. + repeat "/b" N) != ""`},
	{name: "operator-path/dots", n: 10000, text: `toString (/. + repeat "/b/.." N) != ""`},
	{name: "interpolation/parts", n: 1000, build: func(n int) string {
		return `let a = "x"; in builtins.stringLength "` + strings.Repeat("${a}", n) + `"`
	}},
	{name: "toString/list", n: 4000, text: `builtins.stringLength (toString (genList (x: x) N))`},
	{name: "toString/nested", n: 500, text: `builtins.stringLength (toString (times (if N > 9000 then 9000 else N) (a: [ a ]) (repeat "x" 100000)))`},
	{name: "toString/shared", text: `builtins.stringLength (toString (times N (a: [ a a ]) "x"))`},
	{name: "toString/chain", n: 100, text: `toString (times (if N > 4000 then 4000 else N) (a: { outPath = a; }) "x")`},
	{name: "parseDrvName/dashes", n: 100000, text: `(builtins.parseDrvName (repeat "-a" N)).version`},
	{name: "compareVersions/length", n: 10000, text: `builtins.compareVersions (repeat "1." N) (repeat "1." N + "2")`},
	{name: "compareVersions/digits", n: 100000, text: `builtins.compareVersions (repeat "1" N) (repeat "1" N + "2")`},
	{name: "splitVersion/length", n: 10000, text: `builtins.length (builtins.splitVersion (repeat "1.a" N))`},
	{name: "baseNameOf/length", n: 100000, text: `baseNameOf (repeat "a/" N)`},
	{name: "dirOf/length", n: 100000, text: `builtins.stringLength (dirOf (repeat "a/" N))`},
	{name: "hashString/length", n: 1000000, text: `builtins.hashString "sha512" (repeat "a" N)`},
	{name: "hashString/calls", text: `let s = repeat "a" 1000000; in foldl' (a: i: builtins.hashString "md5" s) "" (genList (x: x) N)`},
	{name: "hashFile/calls", text: `foldl' (a: i: builtins.hashFile "sha1" /src/big.txt) "" (genList (x: x) N)`},
	{name: "readFile/calls", text: `foldl' (a: i: builtins.readFile /src/big.txt) "" (genList (x: x) N)`},
	{name: "readDir/calls", text: `foldl' (a: i: builtins.readDir /src/many) "" (genList (x: x) N)`},
	{name: "import/calls", text: `foldl' (a: i: import /src) "" (genList (x: x) N)`},
	{name: "scopedImport/calls", text: `foldl' (a: i: scopedImport { inherit i; } /src) "" (genList (x: x) N)`},
	{name: "path/calls", text: `foldl' (a: i: builtins.path { path = /src/big.txt; name = "n${toString i}"; }) "" (genList (x: x) N)`},
	{name: "filterSource/calls", text: `foldl' (a: i: builtins.filterSource (p: t: p != "x${toString i}") /src/many) "" (genList (x: x) N)`},
	{name: "findFile/entries", text: `builtins.findFile (genList (i: { prefix = "p"; path = "/src/none${toString i}"; }) N) "p/default.nix"`},
	{name: "findFile/calls", text: `foldl' (a: i: builtins.tryEval (builtins.findFile [ { path = "/src"; } ] "n${toString i}")) 0 (genList (x: x) N)`},
	{name: "placeholder/length", n: 1000000, text: `builtins.placeholder (repeat "a" N)`},
	{name: "convertHash/length", text: `builtins.convertHash { hash = "sha256-" + repeat "a" N; toHashFormat = "sri"; }`},
	{name: "toFile/length", n: 1000000, text: `"${builtins.toFile "x" (repeat "a" N)}"`},
	{name: "toFile/references", n: 500, text: `"${builtins.toFile "x" (concatStringsSep "" (genList (i: "${builtins.toFile "y" (toString i)}") N))}"`},

	// contexts
	{name: "getContext/elements", n: 1000, text: `builtins.length (builtins.attrNames (builtins.getContext (contexts N)))`},
	{name: "appendContext/elements", n: 1000, text: `builtins.hasContext (contexts N)`},
	{name: "appendContext/chain", n: 100, text: `builtins.hasContext (foldl' (a: i: builtins.appendContext a { "/nix/store/${digits i}-x" = { path = true; }; }) "x" (genList (x: x) N))`},
	{name: "appendContext/outputs", n: 1000, text: `builtins.hasContext (builtins.appendContext "x" { "/nix/store/${digits 1}-x.drv" = { outputs = genList (i: "o${toString i}") N; }; })`},
	{name: "unsafeDiscardStringContext/elements", n: 1000, text: `builtins.unsafeDiscardStringContext (contexts N)`},
	{name: "unsafeDiscardOutputDependency/elements", n: 500, text: `builtins.stringLength (builtins.unsafeDiscardOutputDependency (concatStringsSep "" (genList (i: (drv i).drvPath) N)))`},
	{name: "hasContext/elements", n: 1000, text: `let s = contexts N; in foldl' (a: i: builtins.hasContext s) false (genList (x: x) N)`},

	// derivations
	{name: "derivation/number", n: 200, text: `builtins.deepSeq (genList (i: (drv i).drvPath) N) 1`},
	{name: "derivation/inputs", n: 200, text: `(derivation { name = "x"; system = "x"; builder = "b"; inputs = genList drv N; }).drvPath`},
	{name: "derivation/chain", n: 100, text: `(foldl' (d: i: let e = derivation { name = "n${toString i}"; system = "x"; builder = "b"; inherit d; }; in builtins.seq e.drvPath e) "x" (genList (x: x) N)).drvPath`},
	{name: "derivation/closure", n: 50, text: `(foldl' (d: i: let e = derivation { name = "n${toString i}"; system = "x"; builder = "b"; d = if d == null then "" else d.drvPath; }; in builtins.seq e.drvPath e) null (genList (x: x) N)).drvPath`},
	{name: "derivation/closures", n: 50, text: `(derivation { name = "x"; system = "x"; builder = "b"; inputs = genList (i: (drv i).drvPath) N; }).drvPath`},
	{name: "derivation/arguments", n: 4000, text: `(derivation { name = "x"; system = "x"; builder = "b"; args = genList (i: "a${toString i}") N; }).drvPath`},
	{name: "derivation/large-arguments", text: `let s = repeat "0123456789abcdef" 65536; in (derivation { name = "x"; system = "x"; builder = "b"; args = genList (_: s) N; }).drvPath`},
	{name: "derivation/attributes", n: 1000, text: `(derivation (attrs N // { name = "x"; system = "x"; builder = "b"; })).drvPath`},
	{name: "derivation/outputs", n: 100, text: `(derivation { name = "x"; system = "x"; builder = "b"; outputs = genList (i: "o${toString i}") N; }).drvPath`},
	{name: "derivation/output-uses", n: 100, text: `let d = derivation { name = "x"; system = "x"; builder = "b"; outputs = genList (i: "o${toString i}") N; }; in (derivation { name = "y"; system = "x"; builder = "b"; all = map (o: "${d.${o}}") (genList (i: "o${toString i}") N); }).drvPath`},
	{name: "derivation/fixed-inputs", n: 100, text: `let d = i: derivation { name = "f"; system = "x"; builder = "b"; inherit i; outputHash = builtins.hashString "sha256" "x"; outputHashAlgo = "sha256"; }; in (derivation { name = "y"; system = "x"; builder = "b"; all = genList d N; }).drvPath`},
	{name: "derivation/structured", n: 1000, text: `(derivation { name = "x"; system = "x"; builder = "b"; __structuredAttrs = true; all = genList (i: i) N; }).drvPath`},

	// data
	{name: "toJSON/length", n: 4000, text: `builtins.stringLength (builtins.toJSON (genList (x: x) N))`},
	{name: "toJSON/strings", n: 4000, text: `builtins.stringLength (builtins.toJSON (genList (x: "a\"b\n${toString x}") N))`},
	{name: "toJSON/keys", n: 2000, text: `builtins.stringLength (builtins.toJSON (attrs N))`},
	{name: "toJSON/string", n: 100000, text: `builtins.stringLength (builtins.toJSON (repeat "é\n" N))`},
	{name: "toJSON/large", text: `let s = repeat "a" 1000000; in builtins.stringLength (builtins.toJSON (genList (x: s) N))`},
	{name: "toJSON/shared", text: `builtins.stringLength (builtins.toJSON (times N (a: [ a a ]) [ ]))`},
	{name: "toJSON/contexts", n: 200, text: `builtins.stringLength (builtins.toJSON (genList (i: "${drv i}") N))`},
	{name: "toXML/length", n: 2000, text: `builtins.stringLength (builtins.toXML (genList (x: x) N))`},
	{name: "toXML/keys", n: 2000, text: `builtins.stringLength (builtins.toXML (attrs N))`},
	{name: "toXML/large", text: `let s = repeat "\"" 1000000; in builtins.stringLength (builtins.toXML (genList (x: s) N))`},
	{name: "toXML/shared", text: `builtins.stringLength (builtins.toXML (times N (a: [ a a ]) [ ]))`},
	{name: "toXML/nested", n: 100, text: `builtins.stringLength (builtins.toXML (times (if N > 5000 then 5000 else N) (a: [ a ]) [ ]))`},
	{name: "toXML/derivations", n: 50, text: `builtins.stringLength (builtins.toXML (genList drv N))`},
	{name: "toXML/contexts", n: 200, text: `builtins.stringLength (builtins.toXML (genList (i: "${drv i}") N))`},
	{name: "fromJSON/list", n: 10000, text: `builtins.length (builtins.fromJSON ("[" + repeat "1," N + "1]"))`},
	{name: "fromJSON/keys", n: 2000, text: `builtins.length (builtins.attrNames (builtins.fromJSON ("{" + concatStringsSep "," (genList (i: "\"k${toString i}\":1") N) + "}")))`},
	{name: "fromJSON/one-key", n: 4000, text: `builtins.fromJSON ("{" + concatStringsSep "," (genList (i: "\"k\":1") N) + "}")`},
	{name: "fromJSON/nested", n: 100, text: `builtins.isList (builtins.fromJSON (let n = if N > 5000 then 5000 else N; in repeat "[" n + repeat "]" n))`},
	{name: "fromJSON/string", n: 100000, text: `builtins.stringLength (builtins.fromJSON ("\"" + repeat "é\\n" N + "\""))`},
	{name: "fromJSON/blank", text: `builtins.fromJSON (repeat " " N + "1")`},
	{name: "fromJSON/digits", n: 10000, text: `builtins.fromJSON ("0." + repeat "1" N)`},
	{name: "fromTOML/keys", n: 500, text: `builtins.length (builtins.attrNames (fromTOML (concatStringsSep "" (genList (i: "k${toString i} = 1\n") N))))`},
	{name: "fromTOML/tables", n: 300, text: `builtins.length (builtins.attrNames (fromTOML (concatStringsSep "" (genList (i: "[t${toString i}]\na = 1\n") N))))`},
	{name: "fromTOML/table-arrays", n: 300, text: `builtins.length (fromTOML (repeat "[[a]]\nx = 1\n" N)).a`},
	{name: "fromTOML/subtables", n: 300, text: `builtins.length (builtins.attrNames (fromTOML (concatStringsSep "" (genList (i: "[a.b.t${toString i}]\na = 1\n") N))).a.b)`},
	{name: "fromTOML/dotted-keys", n: 300, text: `builtins.length (builtins.attrNames (fromTOML (concatStringsSep "" (genList (i: "a.b.k${toString i} = 1\n") N))).a.b)`},
	{name: "fromTOML/dotted", n: 50, text: `builtins.isAttrs (fromTOML (repeat "a." (if N > 400 then 400 else N) + "a = 1"))`},
	{name: "fromTOML/dotted-deep", text: `builtins.isAttrs (fromTOML (repeat "a." N + "a = 1"))`},
	{name: "fromTOML/array", n: 4000, text: `builtins.length (fromTOML ("a = [" + repeat "1," N + "]")).a`},
	{name: "fromTOML/nested", text: `fromTOML ("a = " + repeat "[" N + repeat "]" N)`},
	{name: "fromTOML/inline", n: 300, text: `builtins.length (builtins.attrNames (fromTOML ("a = {" + concatStringsSep "," (genList (i: "k${toString i} = 1") N) + "}")).a)`},
	{name: "fromTOML/string", n: 10000, text: `builtins.stringLength (fromTOML ("a = \"" + repeat "x\\n" N + "\"")).a`},
	{name: "fromTOML/comment", text: `fromTOML ("#" + repeat "a" N)`},

	// regular expressions
	{name: "match/stars", n: 1000, text: `builtins.length (builtins.match "(a*)(b*)" (repeat "a" N))`},
	{name: "match/fails", n: 1000, text: `builtins.match "(a|b)*c" (repeat "ab" N)`},
	{name: "match/nested-stars", text: `builtins.match "((a*)*)*b" (repeat "a" N)`},
	{name: "match/alternatives", text: `builtins.match "(a|ab|b|ba|aba)*c" (repeat "ab" N)`},
	{name: "match/pattern", n: 500, text: `builtins.match (repeat "a?" N + repeat "b" 10) "bbbbbbbbbb"`},
	{name: "match/pattern-and-text", text: `builtins.match (repeat "a?" N + repeat "a" N) (repeat "a" N)`},
	{name: "match/groups", text: `builtins.match (repeat "(a)" N) (repeat "a" N)`},
	{name: "match/nested-groups", text: `builtins.match (repeat "(" N + "a" + repeat ")" N) "a"`},
	{name: "match/interval", text: `builtins.match "(a{1,900}){1,900}b" (repeat "a" N)`},
	{name: "match/classes", n: 1000, text: `builtins.match "[[:alpha:]]+[[:digit:]]*" (repeat "a" N)`},
	{name: "match/patterns", n: 50, text: `builtins.length (builtins.filter (x: x != null) (map (i: builtins.match "([[:alpha:]]{50}|x${toString i})[[:digit:]]{40}" "x1") (genList (x: x) N)))`},
	{name: "match/calls", n: 4000, text: `builtins.length (builtins.filter (x: builtins.match "[a-z]+[0-9]*" "abc${toString x}" != null) (genList (x: x) N))`},
	{name: "split/letters", n: 1000, text: `builtins.length (builtins.split "a" (repeat "ab" N))`},
	{name: "split/empty", n: 1000, text: `builtins.length (builtins.split "" (repeat "ab" N))`},
	{name: "split/none", n: 1000, text: `builtins.length (builtins.split "c" (repeat "ab" N))`},
	{name: "split/everything", n: 1000, text: `builtins.length (builtins.split "(.*)" (repeat "ab" N))`},
	{name: "split/look-ahead", n: 100, text: `builtins.length (builtins.split "a(.*b)?" (repeat "a" N))`},
	{name: "split/groups", n: 1000, text: `builtins.length (builtins.split "(a)(b)|(c)" (repeat "ab" N))`},
	{name: "split/lines", n: 1000, text: `builtins.length (builtins.split "\n" (repeat "ab\n" N))`},
	{name: "split/words", n: 1000, text: `builtins.length (builtins.split "[[:space:]]+" (repeat "ab  " N))`},
	{name: "split/anchors", n: 1000, text: `builtins.length (builtins.split "^a|b$" (repeat "ab" N))`},
	{name: "split/wide", n: 1000, text: `builtins.length (builtins.split "é" (repeat "aé" N))`},

	// comparison
	{name: "operator-equal/length", n: 10000, text: `genList (x: x) N == genList (x: x) N`},
	{name: "operator-equal/keys", n: 2000, text: `attrs N == attrs N`},
	{name: "operator-equal/depth", n: 500, text: `let n = if N > 8000 then 8000 else N; in times n (a: [ a ]) [ ] == times n (a: [ a ]) [ ]`},
	{name: "operator-equal/shared", text: `times N (a: { l = a; r = a; }) { x = 1; } == times N (a: { l = a; r = a; }) { x = 1; }`},
	{name: "operator-equal/shared-lists", text: `times N (a: [ a a ]) [ 1 ] == times N (a: [ a a ]) [ 1 ]`},
	{name: "operator-equal/long-strings", text: `let a = repeat "a" 1000000 + "b"; b = repeat "a" 1000000 + "c"; in foldl' (x: _: a == b) 0 (genList (x: x) N)`},
	{name: "operator-less/length", n: 10000, text: `genList (x: x) N < genList (x: x) N ++ [ 1 ]`},
	{name: "operator-less/shared", text: `times N (a: [ a a ]) [ 1 ] < times N (a: [ a a ]) [ 2 ]`},
	{name: "operator-less/long-strings", text: `let a = repeat "a" 1000000 + "b"; b = repeat "a" 1000000 + "c"; in foldl' (x: _: a < b) 0 (genList (x: x) N)`},
	{name: "assert/shared", text: `assert times N (a: [ a a ]) [ 1 ] == times N (a: [ a a ]) [ 2 ]; 1`},
	{name: "assert/shared-sets", text: `assert times N (a: { l = a; r = a; }) { x = 1; } == times N (a: { l = a; r = a; }) { x = 2; }; 1`},
	{name: "assert/condition", n: 1000, build: func(n int) string { return "assert [ " + strings.Repeat("1 ", n) + "] == [ ]; 1" }},
	{name: "lessThan/calls", n: 10000, text: `foldl' (a: x: builtins.lessThan x 5) true (genList (x: x) N)`},

	// evaluation
	{name: "genericClosure/ascending", n: 1000, text: `builtins.length (builtins.genericClosure { startSet = [ { key = 0; } ]; operator = { key }: if key < N then [ { key = key + 1; } ] else [ ]; })`},
	{name: "genericClosure/descending", n: 1000, text: `builtins.length (builtins.genericClosure { startSet = [ { key = 0; } ]; operator = { key }: if key > 0 - N then [ { key = key - 1; } ] else [ ]; })`},
	{name: "genericClosure/zigzag", n: 1000, text: `builtins.length (builtins.genericClosure { startSet = [ { key = 0; i = 0; } ]; operator = { key, i }: if i < N then [ { key = if key > 0 then 0 - i else i; i = i + 1; } ] else [ ]; })`},
	{name: "genericClosure/strings", n: 1000, text: `builtins.length (builtins.genericClosure { startSet = genList (i: { key = "k${toString (0 - i)}"; }) N; operator = _: [ ]; })`},
	{name: "genericClosure/lists", n: 1000, text: `builtins.length (builtins.genericClosure { startSet = genList (i: { key = [ 1 2 (0 - i) ]; }) N; operator = _: [ ]; })`},
	{name: "genericClosure/dense", n: 50, text: `let all = genList (i: { key = i; }) N; in builtins.length (builtins.genericClosure { startSet = [ { key = 0; } ]; operator = _: all; })`},
	{name: "genericClosure/endless", text: `builtins.genericClosure { startSet = genList (key: { inherit key; }) N; operator = { key }: [ { key = key + 1; } { key = key + 2; } ]; }`},
	{name: "deepSeq/length", n: 10000, text: `builtins.deepSeq (genList (x: [ x ]) N) 1`},
	{name: "deepSeq/shared", n: 1000, text: `builtins.deepSeq (times (if N > 9000 then 9000 else N) (a: [ a a ]) [ 1 ]) 1`},
	{name: "seq/calls", n: 10000, text: `foldl' (a: x: builtins.seq x a) 0 (genList (x: x) N)`},
	{name: "tryEval/throws", n: 4000, text: `foldl' (a: x: builtins.tryEval (throw "x")) 0 (genList (x: x) N)`},
	{name: "tryEval/kept", text: `builtins.deepSeq (genList (x: builtins.tryEval (throw "x")) N) 1`},
	{name: "tryEval/contexts", text: `let f = n: if n == 0 then builtins.deepSeq (genList (x: builtins.tryEval (throw "x")) N) 1 else builtins.addErrorContext "x" (f (n - 1)); in f 2000`},
	{name: "addErrorContext/depth", text: `let f = n: if n == 0 then throw "x" else builtins.addErrorContext (repeat "x" 100000) (f (n - 1)); in f N`},
	{name: "addErrorContext/slow", text: `builtins.addErrorContext (toString (foldl' (a: x: a + x) 0 (genList (x: x) N))) (throw "x")`},
	{name: "throw/large", text: `throw (repeat "x" N)`},
	{name: "abort/large", text: `abort (repeat "x" N)`},
	{name: "trace/large", text: `builtins.trace (attrs N) 1`},
	{name: "trace/calls", text: `foldl' (a: x: builtins.trace "x" a) 0 (genList (x: x) N)`},
	{name: "trace/shared", text: `let s = times (if N > 9000 then 9000 else N) (a: [ a a ]) [ 1 ]; in builtins.deepSeq s (builtins.trace s 1)`},
	{name: "warn/large", text: `builtins.warn (repeat "x" N) 1`},
	{name: "message/set", text: `let s = attrs N; in builtins.deepSeq s (1 + s)`},
	{name: "message/list", text: `let s = genList (x: x) N; in builtins.deepSeq s (builtins.add 1 s)`},
	{name: "message/string", text: `1 + repeat "\n" N`},
	{name: "message/path", text: `[ ] ++ (/. + repeat "/a" N)`},
	{name: "message/name", text: `{ }.${repeat "a" N}`},
	{name: "message/caught", text: `let s = attrs 1000; in foldl' (a: i: builtins.tryEval (assert s == { }; 1)) 0 (genList (x: x) N)`},
	{name: "unsafeGetAttrPos/keys", n: 1000, build: func(n int) string {
		return "let s = {\n" + numbered(n, "a# = 1;\n") + "}; in foldl' (a: n: a + (builtins.unsafeGetAttrPos n s).line) 0 (builtins.attrNames s)"
	}},
	{name: "operator-call/depth", n: 100, text: `let f = n: if n == 0 then 0 else 1 + f (n - 1); in f (if N > 4000 then 4000 else N)`},
	{name: "operator-call/too-deep", text: `let f = n: if n == 0 then 0 else 1 + f (n - 1); in f N`},
	{name: "operator-call/functor", n: 4000, text: `let f = { __functor = self: x: x + 1; }; in foldl' (a: x: f a) 0 (genList (x: x) N)`},
	{name: "operator-call/functor-of-itself", text: `let f = { __functor = f; }; in f N`},
	{name: "operator-call/partial", n: 4000, text: `foldl' (a: x: builtins.substring 0 1 "abc") "" (genList (x: x) N)`},
	{name: "operator-call/arguments", n: 100, build: func(n int) string {
		n = min(n, 3000)
		return "(" + numbered(n, "a#: ") + "1)" + strings.Repeat(" 1", n)
	}},
	{name: "thunks/chain", n: 1000, text: `(times (if N > 8000 then 8000 else N) (a: { v = a.v + 1; }) { v = 0; }).v`},
	{name: "thunks/too-deep", text: `(times N (a: { v = a.v + 1; }) { v = 0; }).v`},
	{name: "thunks/kept", text: `builtins.length (foldl' (a: x: [ a x ]) [ ] (genList (x: x + 1) N))`},
	{name: "operator-and/chain", n: 1000, build: func(n int) string { return strings.Repeat("true && ", min(n, 5000)) + "true" }},
	{name: "list/literal", n: 1000, build: func(n int) string { return "builtins.length [ " + strings.Repeat("1 ", n) + "]" }},
	{name: "list/literal-calls", text: `foldl' (a: x: [ 1 2 3 4 5 6 7 8 ]) 0 (genList (x: x) N)`},
	{name: "print/shared", text: `times N (a: [ a a ]) [ 1 ]`},
	{name: "print/large", text: `genList (x: x) N`},
	{name: "print/string", text: `repeat "\n" N`},
	{name: "if/loop", n: 10000, text: `foldl' (a: x: if x < 5 then a else x) 0 (genList (x: x) N)`},
	{name: "floor/calls", n: 10000, text: `foldl' (a: x: a + builtins.floor (x * 1.5)) 0 (genList (x: x) N)`},
}

// numbered repeats a text with `#` replaced by 0, 1, 2, …
func numbered(n int, text string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.ReplaceAll(text, "#", strconv.Itoa(i)))
	}
	return b.String()
}

// formals is a function of two arguments, the first a set with n optional attributes.
func formals(n int) string { return "({ " + numbered(n, "a# ? 1, ") + "... }: x: x)" }
