// Package outside is another program that evaluates Nix expressions; see ../../outside_test.go.
package outside

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/insomnia-pods/insomnia/go/nix"
)

type server struct {
	Name  string            `nix:"name"`
	Ports []uint16          `nix:"ports"`
	Env   map[string]string `nix:"env,optional"`
	Next  *server           `nix:"next"`
}

func TestPredeclareAndDecode(t *testing.T) {
	v, err := nix.Eval(t.Context(), `{ name = join [ "a" "b" ]; ports = [ (port "https") ]; next = { name = "c"; ports = [ ]; }; }`, nix.Options{
		Predeclared: map[string]any{
			"join": func(parts []string) string { return strings.Join(parts, "-") },
			"port": func(name string) (int, error) {
				if name != "https" {
					return 0, fmt.Errorf("no port has the name %s", name)
				}
				return 443, nil
			},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	var s server
	if err := v.DecodeStrict(&s); err != nil {
		t.Fatal(err)
	}
	if s.Name != "a-b" || s.Ports[0] != 443 || s.Next.Name != "c" {
		t.Errorf("%+v", s)
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	_, err := nix.Eval(ctx, `let f = n: if n == 0 then 0 else f (n - 1); in builtins.foldl' (a: x: a + f 1000) 0 (builtins.genList (x: x) 100000000)`, nix.Options{})
	var limit *nix.LimitError
	if !errors.As(err, &limit) || limit.Limit != "cancelled" || !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestEachLimit(t *testing.T) {
	for limit, c := range map[string]struct {
		text   string
		limits nix.Limits
	}{
		"time":   {`let f = n: if n == 0 then 0 else f (n - 1); in builtins.foldl' (a: x: a + f 1000) 0 (builtins.genList (x: x) 1000000)`, nix.Limits{Time: 50 * time.Millisecond}},
		"steps":  {`builtins.length (builtins.filter (x: x > 1) (builtins.genList (x: x) 10000))`, nix.Limits{Steps: 5000}},
		"memory": {`builtins.foldl' (s: _: s + s) "0123456789" (builtins.genList (x: x) 30)`, nix.Limits{Memory: 64 << 20}},
		"depth":  {`let f = n: 1 + f n; in f 1`, nix.Limits{Depth: 1000}},
		"output": {`builtins.genList (x: "0123456789") 1000`, nix.Limits{Output: 1000}},
	} {
		v, err := nix.Eval(t.Context(), c.text, nix.Options{Limits: c.limits})
		if err == nil {
			_, err = v.JSON()
		}
		var reached *nix.LimitError
		if !errors.As(err, &reached) || reached.Limit != limit {
			t.Errorf("%s: %v", limit, err)
		}
	}
}

func TestProgramInManyGoroutines(t *testing.T) {
	program, err := nix.Parse("fib.nix", `n: let fib = n: if n < 2 then n else fib (n - 1) + fib (n - 2); in { value = fib n; lib = (import /lib).name; }`)
	if err != nil {
		t.Fatal(err)
	}
	cache := &nix.Cache{}
	lib := map[string]fs.FS{"/lib": fstest.MapFS{"default.nix": {Data: []byte(`rec { name = "lib"; inherit (self) other; self = { other = name; }; }`)}}}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			e, err := nix.New(nix.Options{Files: lib, Cache: cache})
			if err != nil {
				t.Error(err)
				return
			}
			for range 5 {
				f, err := e.Run(t.Context(), program)
				if err != nil {
					t.Error(err)
					return
				}
				v, err := f.Call(t.Context(), 15)
				if err != nil {
					t.Error(err)
					return
				}
				var out struct {
					Value int    `nix:"value"`
					Lib   string `nix:"lib"`
				}
				if err := v.Decode(&out); err != nil || out.Value != 610 || out.Lib != "lib" {
					t.Errorf("%+v, %v", out, err)
				}
			}
		})
	}
	all.Wait()
}
