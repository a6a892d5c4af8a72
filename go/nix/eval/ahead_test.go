package eval_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// manyFiles evaluates /t/default.nix of some files.
func manyFiles(files map[string]string) (*eval.Evaluator, eval.Value, error) {
	tree := fstest.MapFS{}
	for name, text := range files {
		tree[name] = &fstest.MapFile{Data: []byte(text)}
	}
	sources := &source.FS{}
	sources.Mount("/t", source.Embedded{FS: tree})
	ev := eval.New(eval.Options{Sources: sources})
	v, err := ev.EvalFile("/t")
	return ev, v, err
}

// chain is files of which each imports the next two, with the last given.
func chain(n int, last string) map[string]string {
	files := map[string]string{"default.nix": "import ./0.nix"}
	for i := range n {
		files[fmt.Sprintf("%d.nix", i)] = fmt.Sprintf("let a = import ./%d.nix; b = import ./%d.nix; in [ a %d ]", i+1, i+2, i)
	}
	files[fmt.Sprintf("%d.nix", n)] = last
	files[fmt.Sprintf("%d.nix", n+1)] = "never: { parsed = "
	return files
}

// TestAheadIsNotSeen: what is parsed ahead and not needed does not count as
// read, may be broken or missing, and changes no error.
func TestAheadIsNotSeen(t *testing.T) {
	for range 50 {
		ev, v, err := manyFiles(chain(30, `"end"`))
		if err == nil {
			err = ev.ForceDeep(v)
		}
		if err != nil {
			t.Fatal(err)
		}
		reads := ev.Reads()
		if len(reads) != 32 { // default.nix, 0.nix to 30.nix
			t.Fatalf("%d files count as read", len(reads))
		}
		for _, r := range reads {
			if r.Path == "/t/31.nix" || r.SHA256 == [32]byte{} {
				t.Errorf("read %s with hash %x", r.Path, r.SHA256)
			}
		}

		ev, v, err = manyFiles(chain(30, "{\n  a = ]; }"))
		if err == nil {
			err = ev.ForceDeep(v)
		}
		var failure *eval.Error
		if !errors.As(err, &failure) || failure.Kind != eval.SyntaxError || failure.Position.String() != "/t/30.nix:2:7" {
			t.Fatalf("got %v, want a syntax error in 30.nix", err)
		}
	}
}

// TestAheadKeepsOrder: which difference `==` meets first depends on the order
// in which names came up, and that on the order of imports alone.
func TestAheadKeepsOrder(t *testing.T) {
	files := map[string]string{
		"default.nix": `let two = import ./two.nix; one = import ./one.nix; in
			builtins.seq one ((one 1 // two (throw "met")) == (one 2 // two 1))`,
		"one.nix": "v: { first = v; }",
		"two.nix": "v: { second = v; }",
	}
	for range 200 {
		_, v, err := manyFiles(files)
		if err != nil || v != eval.Bool(false) {
			t.Fatalf("got %v, %v", v, err)
		}
	}
}

// TestAheadStops: no more is parsed than is in the budget, however much the
// files of a tree name each other.
func TestAheadStops(t *testing.T) {
	files := map[string]string{"default.nix": "let a = import ./0.nix; in 1"}
	for i := range 2000 {
		files[fmt.Sprintf("%d.nix", i)] = fmt.Sprintf("let a = import ./%d.nix; b = ./%d.nix; in /* %s */ 1", (i*7+1)%2000, (i*3+2)%2000, strings.Repeat("x", 20000))
	}
	ev, v, err := manyFiles(files)
	if err != nil || v != eval.Int(1) {
		t.Fatal(v, err)
	}
	if n := ev.AllocatedBytes(); n > 1<<20 {
		t.Errorf("%d bytes count as allocated", n)
	}
}
