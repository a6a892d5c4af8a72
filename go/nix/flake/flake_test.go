package flake_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/fetch"
	"github.com/insomnia-pods/insomnia/go/nix/flake"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// write makes files below a new directory; names that end in -> are links.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		link := strings.HasSuffix(name, "->")
		file := filepath.Join(dir, strings.TrimSuffix(name, "->"))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if link {
			err = os.Symlink(text, file)
		} else {
			err = os.WriteFile(file, []byte(text), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=t", "-c", "user.email=t@example.org"}, args...)...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func narHash(t *testing.T, dir string) string {
	t.Helper()
	d, err := source.OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	sources := &source.FS{}
	sources.Mount("/s", d)
	sum, err := eval.NARHash(context.Background(), sources, "/s")
	if err != nil {
		t.Fatal(err)
	}
	return "sha256-" + base64.StdEncoding.EncodeToString(sum)
}

// lock writes a flake.lock with inputs of the root by name.
func lock(t *testing.T, dir string, nodes map[string]any) {
	t.Helper()
	inputs := make(map[string]any)
	for name, n := range nodes {
		if list, ok := n.([]string); ok {
			inputs[name] = list
			delete(nodes, name)
		} else {
			inputs[name] = name
		}
	}
	nodes["root"] = map[string]any{"inputs": inputs}
	data, err := json.Marshal(map[string]any{"version": 7, "root": "root", "nodes": nodes})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "flake.lock"), data, 0o644); err != nil {
		t.Fatal(err)
	}
}

type object = map[string]any

// output evaluates one output of a flake to JSON.
func output(ref flake.Ref, name string, o flake.Options) (string, error) {
	f, err := flake.Open(context.Background(), ref, o)
	if err != nil {
		return "", err
	}
	defer f.Close()
	v, ok, err := f.Output(name)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", errors.New("no such output")
	}
	out, err := v.JSON()
	return string(out), err
}

func want(t *testing.T, ref flake.Ref, name, result string, o flake.Options) {
	t.Helper()
	got, err := output(ref, name, o)
	if err != nil {
		t.Errorf("%s: %v", name, err)
	} else if got != result {
		t.Errorf("%s: got %s, want %s", name, got, result)
	}
}

func wantReason(t *testing.T, ref flake.Ref, name string, reason flake.Reason, o flake.Options) *flake.InputError {
	t.Helper()
	_, err := output(ref, name, o)
	var e *flake.InputError
	if !errors.As(err, &e) {
		t.Errorf("%s: got %v, want an InputError", name, err)
		return &flake.InputError{}
	}
	if e.Reason != reason {
		t.Errorf("%s: got %s (%v), want %s", name, e.Reason, e, reason)
	}
	return e
}

func TestWorkTree(t *testing.T) {
	secret := write(t, map[string]string{"key": "canary"})
	dir := write(t, map[string]string{
		"flake.nix": `{ outputs = { self }: {
			tracked = builtins.readFile ./sub/a.txt;
			listing = builtins.readDir ./.;
			hidden = builtins.readFile ./hidden.txt;
			exists = builtins.pathExists ./hidden.txt;
			out = builtins.readFile ./link;
			folder = builtins.readFile ./dirlink/key;
			above = builtins.readFile ../outside;
			clean = self ? rev;
			dirty = self.dirtyShortRev or "";
			sub = builtins.readFile (self + "/sub/a.txt");
			git = builtins.readFile ./.git/config;
		}; }`,
		"sub/a.txt":   "A",
		"sub/b.txt":   "B",
		"hidden.txt":  "canary",
		"link->":      filepath.Join(secret, "key"),
		"dirlink->":   secret,
		"inner.txt->": "sub/a.txt",
	})
	git(t, dir, "init", "--quiet")
	git(t, dir, "add", "flake.nix", "sub/a.txt", "link", "dirlink", "inner.txt")
	ref, err := flake.Find(filepath.Join(dir, "sub"))
	if err != nil || ref != (flake.Ref{Dir: dir, GitRoot: dir}) {
		t.Fatal(ref, err)
	}
	for _, version := range []string{"2", "3", "4"} {
		git(t, dir, "update-index", "--index-version", version)
		want(t, ref, "tracked", `"A"`, flake.Options{})
		want(t, ref, "sub", `"A"`, flake.Options{})
		want(t, ref, "exists", `false`, flake.Options{})
		want(t, ref, "clean", `false`, flake.Options{})
		want(t, ref, "listing", `{"dirlink":"symlink","flake.nix":"regular","inner.txt":"symlink","link":"symlink","sub":"directory"}`, flake.Options{})
		for _, name := range []string{"hidden", "out", "folder", "above", "git"} {
			if got, err := output(ref, name, flake.Options{}); err == nil || strings.Contains(err.Error(), "canary") {
				t.Errorf("%s: got %s, %v", name, got, err)
			}
		}
	}
	git(t, dir, "commit", "--quiet", "-m", "x")
	want(t, ref, "clean", `true`, flake.Options{})
	want(t, ref, "dirty", `""`, flake.Options{})
	if err := os.WriteFile(filepath.Join(dir, "sub/a.txt"), []byte("changed"), 0o644); err != nil {
		t.Fatal(err)
	}
	want(t, ref, "tracked", `"changed"`, flake.Options{})
	want(t, ref, "clean", `false`, flake.Options{})
	rev := git(t, dir, "rev-parse", "HEAD")
	want(t, ref, "dirty", `"`+rev[:7]+`-dirty"`, flake.Options{})
}

func TestInputs(t *testing.T) {
	dep := write(t, map[string]string{
		"flake.nix": `{ outputs = { self, base }: { v = "dep+" + base.v; }; }`,
	})
	base := write(t, map[string]string{
		"flake.nix": `{ outputs = { self }: { v = "base"; rev = self.shortRev; }; }`,
	})
	git(t, base, "init", "--quiet")
	git(t, base, "add", ".")
	git(t, base, "commit", "--quiet", "-m", "x")
	rev := git(t, base, "rev-parse", "HEAD")
	plain := write(t, map[string]string{"x.txt": "plain"})
	dir := write(t, map[string]string{
		"flake.nix": `{
			inputs.base.url = "git+file:///somewhere";
			inputs.again.follows = "base";
			inputs.dep.inputs.base.follows = "base";
			inputs.plain.flake = false;
			inputs.unlocked.url = "github:a/b";
			outputs = { self, base, dep, plain, rel, again, wrong, far, unlocked, named }: {
				base = [ base.v base.rev ];
				dep = dep.v;
				plain = builtins.readFile (plain + "/x.txt");
				rel = rel.v;
				again = again.v;
				wrong = wrong.v;
				far = far.v;
				unlocked = unlocked.v;
				named = named.v;
				type = [ base._type (plain ? outputs) (builtins.attrNames self.inputs) ];
				context = builtins.hasContext "${plain}";
			}; }`,
		"rel/flake.nix": `{ outputs = { self }: { v = "rel" + builtins.readFile ./t; }; }`,
		"rel/t":         "!",
	})
	baseTree := write(t, map[string]string{"flake.nix": `{ outputs = { self }: { v = "base"; rev = self.shortRev; }; }`})
	lock(t, dir, object{
		"base":  object{"locked": object{"type": "git", "url": "file://" + base, "rev": rev, "narHash": narHash(t, baseTree)}},
		"dep":   object{"inputs": object{"base": []string{"base"}}, "locked": object{"type": "path", "path": dep, "narHash": narHash(t, dep)}},
		"plain": object{"flake": false, "locked": object{"type": "path", "path": plain, "narHash": narHash(t, plain)}},
		"rel":   object{"parent": []string{}, "locked": object{"type": "path", "path": "./rel"}},
		"again": []string{"base"},
		"wrong": object{"locked": object{"type": "path", "path": "/etc", "narHash": narHash(t, plain)}},
		"far":   object{"locked": object{"type": "github", "owner": "a", "repo": "b", "rev": rev, "narHash": "sha256-" + strings.Repeat("A", 43) + "="}},
	})
	ref := flake.Ref{Dir: dir}
	want(t, ref, "base", `["base","`+rev+`"]`, flake.Options{})
	want(t, ref, "dep", `"dep+base"`, flake.Options{})
	want(t, ref, "rel", `"rel!"`, flake.Options{})
	want(t, ref, "again", `"base"`, flake.Options{})
	want(t, ref, "context", `true`, flake.Options{})
	want(t, ref, "type", `["flake",false,["again","base","dep","far","named","plain","rel","unlocked","wrong"]]`, flake.Options{})
	if e := wantReason(t, ref, "far", flake.Missing, flake.Options{}); e.Locked.String() != "github:a/b/"+rev {
		t.Errorf("got %s", e.Locked)
	}
	wantReason(t, ref, "unlocked", flake.NotLocked, flake.Options{})
	wantReason(t, ref, "named", flake.NotLocked, flake.Options{})

	// plain has the hash that the lock gives for wrong, so it is there by hash.
	if err := os.WriteFile(filepath.Join(plain, "x.txt"), []byte("edited"), 0o644); err != nil {
		t.Fatal(err)
	}
	wantReason(t, ref, "plain", flake.WrongHash, flake.Options{})
	wantReason(t, ref, "wrong", flake.WrongHash, flake.Options{})

	other := write(t, map[string]string{"flake.nix": `{ outputs = { self }: { v = "other"; rev = "none"; }; }`})
	over := flake.Options{Overrides: []flake.Override{{Input: "base", Ref: flake.Ref{Dir: other}}}}
	want(t, ref, "base", `["other","none"]`, over)
	want(t, ref, "dep", `"dep+other"`, over)
	want(t, ref, "again", `"other"`, over)
	inner := flake.Options{Overrides: []flake.Override{{Input: "dep/base", Ref: flake.Ref{Dir: other}}}}
	want(t, ref, "dep", `"dep+other"`, inner)
	want(t, ref, "again", `"base"`, inner)
	e := wantReason(t, ref, "base", flake.NoSuchInput, flake.Options{Overrides: []flake.Override{{Input: "bsae", Ref: flake.Ref{Dir: other}}}})
	if !strings.Contains(strings.Join(e.Names, " "), "base") {
		t.Errorf("got the names %v", e.Names)
	}
}

func archive(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for name, text := range files {
		h := &tar.Header{Name: "top/" + name, Mode: 0o644, Size: int64(len(text)), Typeflag: tar.TypeReg}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	w.Close()
	z.Close()
	return b.Bytes()
}

func TestDownload(t *testing.T) {
	files := map[string]string{"flake.nix": `{ outputs = { self }: { v = "far"; }; }`}
	data := archive(t, files)
	requests := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests++
		if r.URL.Path != "/a.tar.gz" {
			http.NotFound(w, r)
			return
		}
		w.Write(data)
	}))
	defer server.Close()
	hash := narHash(t, write(t, files))
	dir := write(t, map[string]string{"flake.nix": `{ outputs = { self, far }: { v = far.v; unused = 1; }; }`})
	set := func(path, hash string) {
		lock(t, dir, object{"far": object{"locked": object{"type": "tarball", "url": server.URL + path, "narHash": hash}}})
	}
	ref := flake.Ref{Dir: dir}
	store := &fetch.Store{Dir: filepath.Join(t.TempDir(), "sources"), Hosts: []string{"127.0.0.1"}}
	o := flake.Options{Find: store.Find}

	set("/a.tar.gz", hash)
	want(t, ref, "unused", "1", o)
	e := wantReason(t, ref, "v", flake.Missing, o)
	if requests != 0 {
		t.Fatal("evaluation downloaded")
	}
	if _, err := store.Fetch(context.Background(), e.Locked); err != nil {
		t.Fatal(err)
	}
	want(t, ref, "v", `"far"`, o)
	if _, err := store.Fetch(context.Background(), e.Locked); err != nil || requests != 1 {
		t.Fatal("downloaded again", requests, err)
	}

	set("/a.tar.gz", narHash(t, dir))
	e = wantReason(t, ref, "v", flake.Missing, o)
	if _, err := store.Fetch(context.Background(), e.Locked); !errors.Is(err, fetch.ErrWrongHash) {
		t.Errorf("got %v, want ErrWrongHash", err)
	}
	wantReason(t, ref, "v", flake.Missing, o)
	set("/gone", narHash(t, dir))
	e = wantReason(t, ref, "v", flake.Missing, o)
	if _, err := store.Fetch(context.Background(), e.Locked); !errors.Is(err, fetch.ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
	left, err := os.ReadDir(store.Dir)
	if err != nil || len(left) != 1 {
		t.Errorf("the store holds %v, %v", left, err)
	}
}
