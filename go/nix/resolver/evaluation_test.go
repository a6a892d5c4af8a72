package resolver_test

import (
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/insomnia-pods/insomnia/go/nix/eval"
)

// What follows is Nix once more, as small and slow as can be: names are looked
// up in chains of maps when they are needed. It shares nothing with the program.

// thunk is a value that is computed when it is asked for.
type thunk struct {
	compute func() (int64, error)
	value   int64
	err     error
	state   int // 0 not asked for, 1 being computed, 2 known
}

var errNone = errors.New("no value")

func (t *thunk) force() (int64, error) {
	switch t.state {
	case 1:
		return 0, errNone // it needs itself
	case 0:
		t.state = 1
		t.value, t.err = t.compute()
		t.state = 2
	}
	return t.value, t.err
}

// scope is the meaning of names: bound ones first, then those of `with`s.
type scope struct {
	outer *scope
	names map[string]*thunk
	with  bool
}

func (s *scope) find(name string) *thunk {
	for _, with := range []bool{false, true} {
		for at := s; at != nil; at = at.outer {
			if found := at.names[name]; found != nil && at.with == with {
				return found
			}
		}
	}
	return nil
}

// program is an expression: its text, its value, and whether each of its
// variables is bound or may be by a `with`.
type program struct {
	text  string
	value func(*scope) (int64, error)
	bound func(known map[string]bool, with bool) bool
}

func generate(t *rapid.T, depth int) program {
	name := rapid.SampledFrom([]string{"a", "b", "c"})
	sub := func() program { return generate(t, depth-1) }
	kind := rapid.IntRange(0, 9).Draw(t, "kind")
	if depth == 0 {
		kind %= 3
	}
	switch kind {
	case 0:
		n := rapid.Int64Range(0, 99).Draw(t, "n")
		return program{fmt.Sprint(n), func(*scope) (int64, error) { return n, nil }, func(map[string]bool, bool) bool { return true }}
	case 1, 2:
		n := name.Draw(t, "name")
		return program{n, func(s *scope) (int64, error) {
			if found := s.find(n); found != nil {
				return found.force()
			}
			return 0, errNone
		}, func(known map[string]bool, with bool) bool { return with || known[n] }}
	case 3:
		x, y := sub(), sub()
		return program{"(" + x.text + " + " + y.text + ")", func(s *scope) (int64, error) {
			a, err1 := x.value(s)
			b, err2 := y.value(s)
			return a + b, errors.Join(err1, err2)
		}, both(x, y)}
	case 4: // a function of one argument
		n, body, arg := name.Draw(t, "argument"), sub(), sub()
		return program{"((" + n + ": " + body.text + ") " + arg.text + ")", func(s *scope) (int64, error) {
			return body.value(&scope{s, map[string]*thunk{n: delay(arg, s)}, false})
		}, func(known map[string]bool, with bool) bool {
			return arg.bound(known, with) && body.bound(also(known, n), with)
		}}
	case 5: // a function of two attributes, one of which has a default
		given, missing := "a", "b"
		if rapid.Bool().Draw(t, "other") {
			given, missing = "b", "a"
		}
		value, usual, body := sub(), sub(), sub()
		return program{"(({ " + given + ", " + missing + " ? " + usual.text + " }: " + body.text + ") { " + given + " = " + value.text + "; })",
			func(s *scope) (int64, error) {
				inner := &scope{s, map[string]*thunk{given: delay(value, s)}, false}
				inner.names[missing] = delay(usual, inner)
				return body.value(inner)
			}, func(known map[string]bool, with bool) bool {
				inner := also(known, given, missing)
				return value.bound(known, with) && usual.bound(inner, with) && body.bound(inner, with)
			}}
	case 6: // with
		n, value, body := name.Draw(t, "attribute"), sub(), sub()
		return program{"(with { " + n + " = " + value.text + "; }; " + body.text + ")", func(s *scope) (int64, error) {
			return body.value(&scope{s, map[string]*thunk{n: delay(value, s)}, true})
		}, func(known map[string]bool, with bool) bool {
			return value.bound(known, with) && body.bound(known, true)
		}}
	case 7: // inherit from outside
		n, other, body, value := name.Draw(t, "inherited"), name.Draw(t, "other"), sub(), sub()
		if n == other {
			return value
		}
		form := rapid.SampledFrom([]string{"(let inherit %[1]s; %[2]s = %[3]s; in %[4]s)", "(rec { inherit %[1]s; %[2]s = %[3]s; x = %[4]s; }).x"}).Draw(t, "form")
		return program{fmt.Sprintf(form, n, other, value.text, body.text), func(s *scope) (int64, error) {
			inner := &scope{s, map[string]*thunk{}, false}
			inner.names[n] = &thunk{compute: func() (int64, error) {
				if found := s.find(n); found != nil {
					return found.force()
				}
				return 0, errNone
			}}
			inner.names[other] = delay(value, inner)
			return body.value(inner)
		}, func(known map[string]bool, with bool) bool {
			inner := also(known, n, other)
			return (with || known[n]) && value.bound(inner, with) && body.bound(inner, with)
		}}
	case 8: // a set, whose attributes do not see each other
		n, value := name.Draw(t, "attribute"), sub()
		return program{"{ " + n + " = " + value.text + "; }." + n, value.value, value.bound}
	}
	// let, and `rec`, whose bindings see each other
	n, other, x, y, body := "a", name.Draw(t, "second"), sub(), sub(), sub()
	if n == other {
		other = "c"
	}
	form := rapid.SampledFrom([]string{"(let %[1]s = %[2]s; %[3]s = %[4]s; in %[5]s)", "(let %[3]s = %[4]s; %[1]s = %[2]s; in %[5]s)",
		"rec { %[1]s = %[2]s; %[3]s = %[4]s; x = %[5]s; }.x"}).Draw(t, "form")
	return program{fmt.Sprintf(form, n, x.text, other, y.text, body.text), func(s *scope) (int64, error) {
		inner := &scope{s, map[string]*thunk{}, false}
		inner.names[n], inner.names[other] = delay(x, inner), delay(y, inner)
		return body.value(inner)
	}, func(known map[string]bool, with bool) bool {
		inner := also(known, n, other)
		return x.bound(inner, with) && y.bound(inner, with) && body.bound(inner, with)
	}}
}

func delay(p program, s *scope) *thunk {
	return &thunk{compute: func() (int64, error) { return p.value(s) }}
}

func also(known map[string]bool, names ...string) map[string]bool {
	out := map[string]bool{}
	for name := range known {
		out[name] = true
	}
	for _, name := range names {
		out[name] = true
	}
	return out
}

func both(x, y program) func(map[string]bool, bool) bool {
	return func(known map[string]bool, with bool) bool { return x.bound(known, with) && y.bound(known, with) }
}

// Programs in which names hide each other have the values that a look-up by name
// finds; one that has a variable which nothing binds is refused, evaluated or not.
func TestValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := generate(t, 4)
		ev := eval.New(eval.Options{Context: t.Context()})
		got, err := ev.EvalExpr(p.text, "test", "/")
		if err == nil {
			got, err = ev.Force(got)
		}
		want, wantErr := p.value(nil)
		if !p.bound(nil, false) {
			wantErr = errNone
		}
		if (err == nil) != (wantErr == nil) || err == nil && got != eval.Int(want) {
			t.Fatalf("%s: %v %v, not %v %v", p.text, got, err, want, wantErr)
		}
	})
}
