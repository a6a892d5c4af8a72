// Package nix evaluates the Nix expression language inside a Go program: no Nix
// is needed, no process is started, no store is written to.
//
//	v, err := nix.Eval(ctx, `{ port ? 80 }: { url = "http://localhost:${toString port}"; }`, nix.Options{})
//	v, err = v.Call(ctx, map[string]any{"port": 8080})
//	var server struct{ URL string `nix:"url"` }
//	err = v.Decode(&server)
//
// # Values
//
// A [Value] belongs to the [Evaluator] that made it and is evaluated when it is looked at. [Value.Decode]
// copies it into a Go value; [Evaluator.Encode] makes a Value from a Go value, Go functions included. An
// evaluator refuses the values of another.
//
// # Safety
//
// Expressions need not be trusted. An expression reads the files of [Options].Files and nothing else: no
// other file, no environment, no clock, no network; it starts no process. It ends within [Limits] and the
// context, with a [*LimitError] if it would exceed them. Go functions that an expression may call are not
// restricted.
//
// # Goroutines
//
// An evaluator serves one goroutine at a time. A [Program] and a [Cache] serve any number:
// each evaluator takes its own copy of the parsed tree.
//
// # Promises
//
// The names of this package, the meaning of struct tags and the kinds of errors stay as they are within a
// major version of the module. Expressions evaluate to the same values as in Nix 2.34. The wording of
// messages, the order of evaluation where Nix leaves it open, and the figures behind [Limits].Steps may
// change in any version. The packages below this directory implement it; they are experimental.
package nix
