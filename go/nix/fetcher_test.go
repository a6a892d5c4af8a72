package nix_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/insomnia-pods/insomnia/go/nix"
)

// fetcher is a function that is a Fetcher.
type fetcher func(ctx context.Context, r nix.FetchRequest) (*nix.Fetched, error)

func (f fetcher) Fetch(ctx context.Context, r nix.FetchRequest) (*nix.Fetched, error) {
	return f(ctx, r)
}

// served is a fetcher of a file and a tree, which counts what it is asked for.
func served(asked *[]nix.FetchRequest) fetcher {
	tree := fstest.MapFS{"default.nix": {Data: []byte("{ v = 1; }")}, "sub/x": {Data: []byte("x"), Mode: 0o755}}
	return func(_ context.Context, r nix.FetchRequest) (*nix.Fetched, error) {
		*asked = append(*asked, r)
		if r.Attrs["type"] == "file" {
			return &nix.Fetched{Data: []byte("text")}, nil
		}
		return &nix.Fetched{Files: tree, Rev: "fe57ebc501c143781e8de73a109913b5f605bfc2", LastModified: 86400, RevCount: 4}, nil
	}
}

// evalText evaluates and prints; an error is its kind and its message.
func evalText(t *testing.T, o nix.Options, expr string) string {
	t.Helper()
	v, err := evaluator(t, o).Eval(t.Context(), expr)
	out := ""
	if err == nil {
		out, err = v.Print()
	}
	var e *nix.Error
	switch {
	case errors.As(err, &e):
		return fmt.Sprintf("%s: %s", kindNames[e.Kind], e.Msg)
	case err != nil:
		return err.Error()
	}
	return out
}

var kindNames = map[nix.ErrorKind]string{nix.Fetches: "Fetches", nix.FetchFailed: "FetchFailed", nix.EvalFailure: "EvalFailure", nix.FileAccess: "FileAccess",
	nix.LimitReached: "LimitReached", nix.Defective: "Defective", nix.TypeMismatch: "TypeMismatch", nix.Builds: "Builds", nix.Thrown: "Thrown"}

// Without a fetcher nothing is fetched, and with a hash or a commit alone what has one.
func TestFetchRefused(t *testing.T) {
	const rev = "fe57ebc501c143781e8de73a109913b5f605bfc2"
	for expr, want := range map[string]string{
		`builtins.fetchurl "https://example.org/x"`:                                 `Fetches: in pure evaluation mode, 'fetchurl' requires a 'sha256' argument`,
		`builtins.fetchurl { url = "https://example.org/x"; sha256 = ""; }`:         `Fetches: builtins.fetchurl would fetch 'https://example.org/x', and this evaluation may fetch nothing`,
		`builtins.fetchTarball { url = "https://example.org/x"; sha256 = ""; }`:     `Fetches: builtins.fetchTarball would fetch 'https://example.org/x', and this evaluation may fetch nothing`,
		`builtins.fetchGit { url = "https://example.org/x"; rev = "` + rev + `"; }`: `Fetches: builtins.fetchGit would fetch 'git+https://example.org/x?exportIgnore=1&rev=` + rev + `', and this evaluation may fetch nothing`,
		`builtins.fetchTree "github:o/r/` + rev + `"`:                               `Fetches: builtins.fetchTree would fetch 'github:o/r/` + rev + `', and this evaluation may fetch nothing`,
		`builtins.getFlake "github:o/r/` + rev + `"`:                                `Fetches: builtins.getFlake would fetch 'github:o/r/` + rev + `', and this evaluation may fetch nothing`,
		`builtins.getFlake "github:o/r"`:                                            `Fetches: cannot call 'getFlake' on unlocked flake reference 'github:o/r', at «none»:0 (use --impure to override)`,
		`fetchTarball { url = "file:///etc/x.tar"; sha256 = ""; }`:                  `Fetches: builtins.fetchTarball would fetch 'file:///etc/x.tar', and this evaluation may fetch nothing`,
		`builtins.fetchurl { url = "file:///etc/passwd"; sha256 = ""; }`:            `Fetches: builtins.fetchurl would fetch 'file:///etc/passwd', and this evaluation may fetch nothing`,
		`fetchTree { type = "path"; path = "/etc"; narHash = ""; }`:                 `EvalFailure: hash '' is not SRI`,
		`builtins.tryEval (builtins.fetchurl "https://example.org/x")`:              `Fetches: in pure evaluation mode, 'fetchurl' requires a 'sha256' argument`,
		`builtins.isFunction builtins.fetchMercurial`:                               `true`,
	} {
		if got := evalText(t, nix.Options{}, expr); got != want {
			t.Errorf("%s\n got: %s\nwant: %s", expr, got, want)
		}
		if !strings.Contains(want, "may fetch nothing") {
			continue
		}
		_, err := evaluator(t, nix.Options{}).Eval(t.Context(), expr)
		if !errors.Is(err, nix.ErrNoFetcher) {
			t.Errorf("%s: %v is not ErrNoFetcher", expr, err)
		}
		var asked []nix.FetchRequest
		_ = evalText(t, nix.Options{Fetcher: served(&asked)}, expr)
		if len(asked) != 1 {
			t.Errorf("%s: asked for %v", expr, asked)
		}
	}
}

// What is fetched is readable below its path in the store, and asked for once.
func TestFetched(t *testing.T) {
	var asked []nix.FetchRequest
	o := nix.Options{Fetcher: served(&asked), Unlocked: true}
	const url = `"https://example.org/a/x.txt"`
	for expr, want := range map[string]string{
		`builtins.readFile (builtins.fetchurl ` + url + `) + builtins.readFile (builtins.fetchurl ` + url + `)`: `"texttext"`,
		`baseNameOf (builtins.fetchurl ` + url + `)`:                                                            `"iih5f2a5pgbax08l239py27qgrjphl4n-x.txt"`,
		`(import (fetchTarball ` + url + `)).v`:                                                                 `1`,
		`builtins.readDir "${fetchTarball ` + url + `}/sub"`:                                                    `{ x = "regular"; }`,
		`builtins.hasContext (fetchTarball ` + url + `)`:                                                        `true`,
		`removeAttrs (fetchGit ` + url + `) [ "outPath" "narHash" ]`:                                            `{ lastModified = 86400; lastModifiedDate = "19700102000000"; rev = "fe57ebc501c143781e8de73a109913b5f605bfc2"; revCount = 4; shortRev = "fe57ebc"; submodules = false; }`,
		`"${fetchTree { type = "github"; owner = "o"; repo = "r"; }}" == fetchTarball ` + url:                   `true`,
		`builtins.readFile "${fetchTree { type = "file"; url = ` + url + `; }}"`:                                `"text"`,
		`builtins.pathExists "${fetchTarball ` + url + `}/../../../etc/passwd"`:                                 `false`,
	} {
		asked = nil
		if got := evalText(t, o, expr); got != want {
			t.Errorf("%s\n got: %s\nwant: %s", expr, got, want)
		}
		if strings.Count(expr, "fetchurl") == 2 && len(asked) != 1 {
			t.Errorf("%s: asked %d times", expr, len(asked))
		}
	}
}

// A fetcher that is wrong, slow or broken ends the evaluation with a typed error.
func TestFetchers(t *testing.T) {
	const file = `builtins.readFile (builtins.fetchurl { url = "https://example.org/x"; sha256 = "%s"; })`
	const tree = `fetchTarball { url = "https://example.org/x"; sha256 = "%s"; }`
	sum := sha256.Sum256([]byte("text"))
	right, wrong := hex.EncodeToString(sum[:]), strings.Repeat("0", 64)
	failed := errors.New("the server is down")
	returns := func(f *nix.Fetched, err error) fetcher {
		return func(context.Context, nix.FetchRequest) (*nix.Fetched, error) { return f, err }
	}
	for name, c := range map[string]struct {
		f          fetcher
		expr, want string
	}{
		"right":     {returns(&nix.Fetched{Data: []byte("text")}, nil), fmt.Sprintf(file, right), `"text"`},
		"wrong":     {returns(&nix.Fetched{Data: []byte("other")}, nil), fmt.Sprintf(file, right), "EvalFailure: hash mismatch in file downloaded from 'https://example.org/x':\n  specified: sha256:"},
		"said":      {returns(nil, &nix.HashError{Got: sum[:]}), fmt.Sprintf(file, wrong), "EvalFailure: hash mismatch in file downloaded from 'https://example.org/x':\n  specified: sha256:0000"},
		"tree":      {returns(&nix.Fetched{Files: fstest.MapFS{"a": {Data: []byte("x")}}}, nil), fmt.Sprintf(tree, wrong), "EvalFailure: hash mismatch in file downloaded from 'https://example.org/x':"},
		"down":      {returns(nil, failed), fmt.Sprintf(file, right), "FetchFailed: cannot fetch 'https://example.org/x': the server is down"},
		"nothing":   {returns(nil, nil), fmt.Sprintf(file, right), "FetchFailed: cannot fetch 'https://example.org/x': the fetcher returned no tree"},
		"no tree":   {returns(&nix.Fetched{Data: []byte("x")}, nil), fmt.Sprintf(tree, wrong), "FetchFailed: cannot fetch 'https://example.org/x': the fetcher returned no tree"},
		"huge":      {returns(&nix.Fetched{Data: make([]byte, 9<<20)}, nil), fmt.Sprintf(file, right), "FetchFailed: cannot fetch 'https://example.org/x': the file is larger than 8388608 bytes"},
		"panic":     {func(context.Context, nix.FetchRequest) (*nix.Fetched, error) { panic("x") }, fmt.Sprintf(file, right), "Defective: "},
		"a pipe":    {returns(&nix.Fetched{Files: fstest.MapFS{"a": {Mode: fs.ModeNamedPipe}}}, nil), fmt.Sprintf(tree, wrong), "FileAccess: "},
		"an escape": {returns(&nix.Fetched{Files: fstest.MapFS{"a": {Mode: fs.ModeSymlink, Data: []byte("/etc/passwd")}}}, nil), `builtins.readFile "${fetchTarball { url = "https://example.org/x"; }}/a"`, "FileAccess: access to path '/nix/store/"},
		"hangs": {func(ctx context.Context, _ nix.FetchRequest) (*nix.Fetched, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}, fmt.Sprintf(file, right), "LimitReached: evaluation took longer than its time limit"},
	} {
		o := nix.Options{Fetcher: c.f, Limits: nix.Limits{Memory: 8 << 20, Time: 300 * time.Millisecond}, Unlocked: name == "an escape"}
		if name != "hangs" {
			o.Limits.Time = time.Minute
		}
		if got := evalText(t, o, c.expr); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s\n got: %s\nwant: %s", name, got, c.want)
		}
	}
	_, err := evaluator(t, nix.Options{Fetcher: returns(nil, failed)}).Eval(t.Context(), fmt.Sprintf(file, right))
	if !errors.Is(err, failed) {
		t.Errorf("%v does not wrap the fetcher's error", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	e := evaluator(t, nix.Options{Fetcher: fetcher(func(ctx context.Context, _ nix.FetchRequest) (*nix.Fetched, error) {
		cancel()
		<-ctx.Done()
		return nil, ctx.Err()
	})})
	_, err = e.Eval(ctx, fmt.Sprintf(file, right))
	var limit *nix.LimitError
	if !errors.As(err, &limit) || limit.Limit != "cancelled" {
		t.Errorf("cancelled: %v", err)
	}
}

// A file or a directory that expressions read anyway needs no fetcher, but its hash.
func TestFetchOfSources(t *testing.T) {
	o := nix.Options{Files: map[string]fs.FS{"/src": fstest.MapFS{
		"f":              {Data: []byte("text")},
		"tree/flake.nix": {Data: []byte(`{ outputs = { self }: { v = 7; }; }`)},
	}}}
	sum := sha256.Sum256([]byte("text"))
	var hash string
	if v, err := nix.Eval(t.Context(), `(fetchTree "path:/src/tree").narHash`, nix.Options{Files: o.Files, Unlocked: true}); err != nil {
		t.Fatal(err)
	} else if err := v.Decode(&hash); err != nil {
		t.Fatal(err)
	}
	archives := o.Files["/src"].(fstest.MapFS)
	sized := func(name string, size int64) *fstest.MapFile {
		var out bytes.Buffer
		z := gzip.NewWriter(&out)
		w := tar.NewWriter(z)
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: size}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.CopyN(w, zeros{}, size); err != nil {
			t.Fatal(err)
		}
		w.Close()
		z.Close()
		return &fstest.MapFile{Data: out.Bytes()}
	}
	archives["a.tar.gz"], archives["bomb.tar.gz"] = sized("top/file", 3), sized("top/file", 64<<20)
	archives["out.tar.gz"], archives["a.tar.xz"] = sized("../file", 3), &fstest.MapFile{Data: []byte("\xfd7zXZ\x00")}
	o.Limits = nix.Limits{Memory: 16 << 20, Time: time.Minute}
	archived := func(name, hash string) string {
		return `builtins.fetchTarball { url = "file:///src/` + name + `"; sha256 = "` + hash + `"; }`
	}
	for expr, want := range map[string]string{
		`builtins.readDir (` + archived("a.tar.gz", "sha256-aJ9LaNyNLtmVPU/1DodBUVw/+oSHOvYNAKX9D637d/Y=") + `)`: `{ file = "regular"; }`,
		archived("a.tar.gz", ""):    "EvalFailure: hash mismatch in file downloaded from 'file:///src/a.tar.gz'",
		archived("bomb.tar.gz", ""): "LimitReached: evaluation needs more memory than its limit",
		archived("out.tar.gz", ""):  `EvalFailure: cannot unpack 'file:///src/out.tar.gz': "../file" is outside the archive`,
		archived("a.tar.xz", ""):    "EvalFailure: cannot unpack 'file:///src/a.tar.xz': only Nix can fetch this",
		archived("f", ""):           "EvalFailure: cannot unpack 'file:///src/f': ",
		archived("tree", ""):        "FileAccess: ",
		archived("none", ""):        "FileAccess: path '/src/none' does not exist",
		`(fetchTree { type = "tarball"; url = "file:///src/a.tar.gz"; narHash = "sha256-aJ9LaNyNLtmVPU/1DodBUVw/+oSHOvYNAKX9D637d/Y="; }).narHash`: `"sha256-aJ9LaNyNLtmVPU/1DodBUVw/+oSHOvYNAKX9D637d/Y="`,
		`builtins.readFile (builtins.fetchurl { url = "file:///src/f"; sha256 = "` + hex.EncodeToString(sum[:]) + `"; })`:                          `"text"`,
		`builtins.fetchurl "file:///src/f"`:                                                             `Fetches: in pure evaluation mode, 'fetchurl' requires a 'sha256' argument`,
		`builtins.fetchurl { url = "file:///src/none"; sha256 = ""; }`:                                  `FileAccess: path '/src/none' does not exist`,
		`builtins.attrNames (fetchTree { type = "path"; path = /src/tree; narHash = "` + hash + `"; })`: `[ "lastModified" "lastModifiedDate" "narHash" "outPath" ]`,
		`fetchTree { type = "path"; path = "/src/tree"; }`:                                              `Fetches: in pure evaluation mode, 'fetchTree' doesn't fetch unlocked input 'path:/src/tree'`,
		`(builtins.getFlake "path:/src/tree?narHash=` + strings.ReplaceAll(hash, "+", "%2B") + `").v`:   `7`,
		`builtins.getFlake "path:/src/tree"`:                                                            `Fetches: cannot call 'getFlake' on unlocked flake reference 'path:/src/tree', at «none»:0 (use --impure to override)`,
		`fetchTree { type = "path"; path = "/src/../etc"; narHash = "` + hash + `"; }`:                  `Fetches: builtins.fetchTree would fetch 'path:/src/../etc?narHash=`,
	} {
		if got := evalText(t, o, expr); !strings.HasPrefix(got, want) {
			t.Errorf("%s\n got: %s\nwant: %s", expr, got, want)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// getFlake takes the inputs that the lock names, by their hashes.
func TestGetFlakeInputs(t *testing.T) {
	dep := fstest.MapFS{"flake.nix": {Data: []byte(`{ outputs = { self }: { w = 3; n = self.sourceInfo.lastModified; }; }`)}, "plain": {Data: []byte("p")}}
	var hash string
	if v, err := nix.Eval(t.Context(), `(fetchTree "path:/d").narHash`, nix.Options{Files: map[string]fs.FS{"/d": dep}, Unlocked: true}); err != nil {
		t.Fatal(err)
	} else if err := v.Decode(&hash); err != nil {
		t.Fatal(err)
	}
	const rev = "fe57ebc501c143781e8de73a109913b5f605bfc2"
	lock := func(hash string) string {
		return `{"version":7,"root":"root","nodes":{"root":{"inputs":{"dep":"dep","same":["dep"],"plain":"plain","near":"near"}},
 "dep":{"locked":{"type":"github","owner":"o","repo":"dep","rev":"` + rev + `","narHash":"` + hash + `","lastModified":12}},
 "plain":{"flake":false,"locked":{"type":"tarball","url":"https://example.org/p.tar.gz","narHash":"` + hash + `"}},
 "near":{"parent":[],"locked":{"type":"path","path":"./near"}}}}`
	}
	root := func(lock string) fs.FS {
		return fstest.MapFS{
			"flake.nix":      {Data: []byte(`{ outputs = { self, dep, same, plain, near }: { all = [ dep.w same.n dep.rev (builtins.readFile "${plain}/plain") near.x ]; }; }`)},
			"near/flake.nix": {Data: []byte(`{ outputs = _: { x = "near"; }; }`)},
			"flake.lock":     {Data: []byte(lock)},
		}
	}
	for text, want := range map[string]string{
		lock(hash): `[ 3 12 "` + rev + `" "p" "near" ]`,
		lock("sha256-" + strings.Repeat("A", 43) + "="):                      `EvalFailure: NAR hash mismatch in input 'github:o/dep/` + rev,
		`{"version":7,"root":"root","nodes":{"root":{}}}`:                    `Thrown: flake 'github:o/root/` + rev + `' has the input 'dep', which its flake.lock does not lock`,
		`{"version":9,"root":"root","nodes":{"root":{}}}`:                    `Thrown: lock file '`,
		strings.ReplaceAll(lock(hash), `"narHash":"`+hash+`",`, ``):          `Fetches: in pure evaluation mode, 'getFlake' doesn't fetch unlocked input 'github:o/dep/`,
		strings.ReplaceAll(lock(hash), `"parent":[],`, `"parent":["near"],`): `EvalFailure: infinite recursion`,
	} {
		o := nix.Options{Fetcher: fetcher(func(_ context.Context, r nix.FetchRequest) (*nix.Fetched, error) {
			if r.Builtin != "getFlake" {
				return nil, errors.New(r.Builtin)
			}
			if r.Attrs["repo"] == "root" {
				return &nix.Fetched{Files: root(text), Rev: rev}, nil
			}
			return &nix.Fetched{Files: dep, LastModified: 99}, nil
		})}
		got := evalText(t, o, `(builtins.getFlake "github:o/root/`+rev+`").all`)
		if !strings.HasPrefix(strings.Replace(got, ": infinite", "EvalFailure: infinite", 1), want) {
			t.Errorf("%s\n got: %s\nwant: %s", text, got, want)
		}
	}
}
