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
// A [Value] belongs to the [Evaluator] that made it and is evaluated when it is
// looked at. [Value.Decode] copies one into a Go value, [Evaluator.Encode] makes one of a Go
// value, Go functions included. A value of one evaluator is refused by another.
//
// # Safety
//
// An expression may come from anybody. It reads the files of [Options].Files and nothing
// else: no other file, no environment, no clock, no network; it starts no process. It ends
// within [Limits] and the context, with a [*LimitError] where it would not. What a Go
// function does that an expression may call is up to the function.
//
// # Goroutines
//
// An evaluator serves one goroutine at a time. A [Program] and a [Cache] serve any number:
// each evaluator takes its own copy of the parsed tree.
//
// # Promises
//
// The names of this package, the meaning of struct tags and the kinds of errors stay as they are
// within a major version of the module. What expressions evaluate to is what Nix 2.34 says
// of them. Texts of messages, the order of evaluation where Nix leaves it open, and the
// figures behind [Limits].Steps may change in any version. The packages below this
// directory are the parts that it is made of; they are experimental.
package nix
