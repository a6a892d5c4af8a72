package nix_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing/fstest"
	"time"

	"io/fs"

	"github.com/insomnia-pods/insomnia/go/nix"
)

func Example() {
	v, err := nix.Eval(context.Background(), `map (n: n * n) [ 1 2 3 ]`, nix.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	var squares []int
	fmt.Println(v.Decode(&squares), squares)
	// Output: <nil> [1 4 9]
}

func ExampleValue_Decode() {
	v, err := nix.Eval(context.Background(), `{
		name = "web";
		ports = [ 80 443 ];
		tls = { certificate = ./cert.pem; };
	}`, nix.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	var server struct {
		Name  string `nix:"name"`
		Ports []int  `nix:"ports"`
		TLS   *struct {
			Certificate string `nix:"certificate"`
		} `nix:"tls"`
		Owner string `nix:"owner,optional"`
	}
	if err := v.Decode(&server); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(server.Name, server.Ports, server.TLS.Certificate)
	// Output: web [80 443] /cert.pem
}

// Every problem is listed, with where the attribute was written.
func ExampleDecodeError() {
	v, _ := nix.Eval(context.Background(), `{
		name = 7;
		port = "80";
		prot = 443;
	}`, nix.Options{})
	var server struct {
		Name string `nix:"name"`
		Port uint16 `nix:"port"`
	}
	fmt.Println(v.DecodeStrict(&server))
	// Output:
	// «string»:2:3: .name: cannot decode an integer into string
	// «string»:3:3: .port: cannot decode a string into uint16
	// «string»:4:3: no attribute prot is known here
}

func ExampleValue_Call() {
	ctx := context.Background()
	greet, _ := nix.Eval(ctx, `{ name, greeting ? "Hello" }: "${greeting}, ${name}!"`, nix.Options{})
	v, err := greet.Call(ctx, map[string]any{"name": "Ada"})
	if err != nil {
		fmt.Println(err)
		return
	}
	text, _ := v.Print()
	fmt.Println(text)
	// Output: "Hello, Ada!"
}

// Functions of Go are functions of Nix, called one argument after the other.
func ExampleOptions_predeclared() {
	v, err := nix.Eval(context.Background(), `map (repeat "ab") [ 1 2 ] ++ [ (upper region) ]`, nix.Options{
		Predeclared: map[string]any{
			"region": "eu",
			"upper":  strings.ToUpper,
			"repeat": func(s string, n int) (string, error) {
				if n < 0 {
					return "", errors.New("a count below zero")
				}
				return strings.Repeat(s, n), nil
			},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	var out []string
	fmt.Println(v.Decode(&out), out)
	// Output: <nil> [ab abab EU]
}

// Expressions read the file systems that they are given, and nothing else.
func ExampleOptions_files() {
	e, err := nix.New(nix.Options{Files: map[string]fs.FS{"/config": fstest.MapFS{
		"default.nix": {Data: []byte(`{ hosts = import ./hosts.nix; secret = builtins.readFile /etc/shadow; }`)},
		"hosts.nix":   {Data: []byte(`[ "a" "b" ]`)},
	}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	v, err := e.EvalFile(context.Background(), "/config")
	if err != nil {
		fmt.Println(err)
		return
	}
	hosts, _, _ := v.Attr("hosts")
	fmt.Println(hosts.Print())
	_, _, err = v.Attr("secret")
	fmt.Println(err)
	// Output:
	// [ "a" "b" ] <nil>
	// /config/default.nix:1:40: access to path '/etc/shadow' is forbidden: it is outside of the source trees of this evaluation
}

func ExampleLimits() {
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	_, err := nix.Eval(ctx, `let f = x: f (x + 1); in f 0`, nix.Options{})
	var limit *nix.LimitError
	fmt.Println(errors.As(err, &limit))
	// Output: true
}

// A program is parsed once, and run by any number of evaluators in any number of goroutines.
func ExampleProgram() {
	double, err := nix.Parse("double.nix", `{ x }: x * factor`)
	if err != nil {
		fmt.Println(err)
		return
	}
	for factor := range 3 {
		e, _ := nix.New(nix.Options{Predeclared: map[string]any{"factor": factor}})
		f, _ := e.Run(context.Background(), double)
		v, _ := f.Call(context.Background(), map[string]any{"x": 21})
		fmt.Println(v.Print())
	}
	// Output:
	// 0 <nil>
	// 21 <nil>
	// 42 <nil>
}

// mirror serves what expressions fetch from memory.
type mirror map[string]string

func (m mirror) Fetch(_ context.Context, r nix.FetchRequest) (*nix.Fetched, error) {
	text, ok := m[r.URL]
	if !ok || r.Attrs["type"] != "file" {
		return nil, fmt.Errorf("%s is not mirrored", r.Builtin)
	}
	return &nix.Fetched{Data: []byte(text)}, nil
}

// A fetcher decides what may be fetched. Its result is compared with the hash in the expression.
func ExampleFetcher() {
	o := nix.Options{Fetcher: mirror{"https://example.org/motd": "hello"}}
	for _, expr := range []string{
		`builtins.readFile (builtins.fetchurl { url = "https://example.org/motd"; sha256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"; })`,
		`builtins.fetchurl { url = "https://example.org/other"; sha256 = ""; }`,
		`builtins.fetchurl "https://example.org/motd"`,
	} {
		v, err := nix.Eval(context.Background(), expr, o)
		var failed *nix.Error
		if errors.As(err, &failed) {
			fmt.Println(failed.Msg)
			continue
		}
		text, _ := v.Print()
		fmt.Println(text)
	}
	// Output:
	// "hello"
	// cannot fetch 'https://example.org/other': fetchurl is not mirrored
	// in pure evaluation mode, 'fetchurl' requires a 'sha256' argument
}
