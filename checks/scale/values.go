package main

import (
	"regexp"
	"strconv"
	"strings"
)

// scaled is an expression with one dimension; the word N in it stands for the size.
type scaled struct {
	name string
	text string
	// n is a size that takes a good part of the limits.
	n int
	// build writes what grows with the source text; nil where N does.
	build func(n int) string
}

var wordN = regexp.MustCompile(`\bN\b`)

// at is the expression of a size.
func (s scaled) at(n int) string {
	if s.build != nil {
		return s.build(n)
	}
	return wordN.ReplaceAllString(s.text, strconv.Itoa(n))
}

// prelude are names that the expressions use.
const prelude = `let
  inherit (builtins) genList foldl' concatStringsSep listToAttrs;
  repeat = s: n: if n < 1 then "" else let half = repeat s (n / 2); in half + half + (if n / 2 * 2 == n then "" else s);
  digits = i: let s = toString i; in builtins.substring 0 (32 - builtins.stringLength s) "00000000000000000000000000000000" + s;
  contexts = n: builtins.appendContext "x" (listToAttrs (genList (i: { name = "/nix/store/${digits i}-x"; value = { path = true; }; }) n));
  times = n: f: x: foldl' (a: _: f a) x (genList (x: x) n);
  attrs = n: listToAttrs (genList (i: { name = "a${toString i}"; value = i; }) n);
  drv = i: derivation { name = "n${toString i}"; system = "x"; builder = "b"; };
in
`

// values are the values that every builtin and operator gets in every position.
var values = []scaled{
	{name: "integer", text: `N`, n: 10000000},
	{name: "list", text: `(genList (x: x) N)`, n: 500000},
	{name: "list-of-strings", text: `(genList (x: "s${toString x}") N)`, n: 200000},
	{name: "list-of-one-string", text: `(let s = repeat "ab" 50000; in genList (_: s) N)`, n: 100000},
	{name: "list-of-one-list", text: `(let l = genList (x: x) 1000; in genList (_: l) N)`, n: 100000},
	{name: "list-of-sets", text: `(genList (i: { name = "n${toString i}"; value = i; key = i; prefix = "p"; path = "/src"; a = i; }) N)`, n: 50000},
	{name: "list-of-lambdas", text: `(genList (i: x: i) N)`, n: 500000},
	{name: "list-of-derivations", text: `(genList drv N)`, n: 5000},
	{name: "deep-list", text: `(times N (a: [ a ]) [ ])`, n: 9000},
	{name: "deeper-list", text: `(times N (a: [ a ]) [ ])`, n: 300000},
	{name: "shared-list", text: `(times N (a: [ a a ]) [ 1 ])`, n: 60},
	{name: "shared-empty-list", text: `(times N (a: [ a a ]) [ ])`, n: 60},
	{name: "string", text: `(repeat "a" N)`, n: 10000000},
	{name: "string-of-quotes", text: `(repeat "\"" N)`, n: 10000000},
	{name: "string-of-lines", text: `(repeat "a\n" N)`, n: 5000000},
	{name: "string-of-utf8", text: `(repeat "é" N)`, n: 5000000},
	{name: "string-with-contexts", text: `(contexts N)`, n: 20000},
	{name: "version", text: `(repeat "1.a-" N)`, n: 1000000},
	{name: "json-deep", text: `(repeat "[" N)`, n: 1000000},
	{name: "json-wide", text: `("[" + repeat "1," N + "1]")`, n: 500000},
	{name: "json-keys", text: `("{" + concatStringsSep "," (genList (i: "\"k${toString i}\":1") N) + "}")`, n: 50000},
	{name: "json-digits", text: `(repeat "7" N)`, n: 5000000},
	{name: "toml-keys", text: `(concatStringsSep "" (genList (i: "k${toString i} = 1\n") N))`, n: 50000},
	{name: "toml-dotted", text: `(repeat "a." N + "a = 1")`, n: 500000},
	{name: "toml-tables", text: `(repeat "[[a]]\n" N)`, n: 100000},
	{name: "groups", text: `(repeat "(" N + repeat ")" N)`, n: 100000},
	{name: "stars", text: `(repeat "(a*)*" N)`, n: 10000},
	{name: "intervals", text: `(repeat "a{2,900}" N)`, n: 1000},
	{name: "alternatives", text: `(repeat "a|" N)`, n: 100000},
	{name: "set", text: `(attrs N)`, n: 50000},
	{name: "set-of-strings", text: `(builtins.mapAttrs (n: _: n) (attrs N))`, n: 50000},
	{name: "deep-set", text: `(times N (a: { inherit a; }) { })`, n: 9000},
	{name: "deeper-set", text: `(times N (a: { inherit a; }) { })`, n: 300000},
	{name: "shared-set", text: `(times N (a: { l = a; r = a; }) { x = 1; })`, n: 60},
	{name: "outPath-chain", text: `(times N (a: { outPath = a; }) "x")`, n: 9000},
	{name: "toString-chain", text: `(times N (a: { __toString = _: a; }) "x")`, n: 9000},
	{name: "functor-chain", text: `(times N (a: { __functor = _: a; }) (x: x))`, n: 100000},
	{name: "function-chain", text: `(times N (f: x: f x) (x: x))`, n: 9000},
	{name: "thunk-chain", text: `(times N (a: { v = a.v + 1; }) { v = 0; }).v`, n: 90000},
	{name: "path", text: `(/. + repeat "/a" N)`, n: 2000000},
	{name: "partial", text: `(times N (f: builtins.seq f) (x: x))`, n: 500000},
	{name: "slow-function", text: `(x: times N (x: x + 1) 0)`, n: 10000000},
	{name: "slow-predicate", text: `(x: times N (x: x + 1) 0 > 0)`, n: 10000000},
	{name: "endless", text: `(let f = x: f (x + 1); in f N)`, n: 1},
	{name: "growing", text: `(let f = x: f (x ++ x); in f [ N ])`, n: 1},
	{name: "growing-string", text: `(let f = x: f (x + x); in f "N")`, n: 1},
	{name: "large-literal", n: 50000, build: func(n int) string { return "[" + strings.Repeat(" 1", n) + " ]" }},
	{name: "large-set-literal", n: 20000, build: func(n int) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(" a" + strconv.Itoa(i) + " = 1;")
		}
		return "{" + b.String() + " }"
	}},
	{name: "many-formals", n: 20000, build: func(n int) string {
		var b strings.Builder
		for i := range n {
			b.WriteString("a" + strconv.Itoa(i) + " ? 1, ")
		}
		return "({ " + b.String() + "... }@all: all)"
	}},
}
