//go:build linux || darwin

package gitrepo

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
)

// seeds makes a small repository with git and returns its directory.
func seeds(f *testing.F, options ...string) *made {
	m := makeRepo(f, options...)
	for _, text := range []string{"one\n", "one\ntwo\n", "one\ntwo\nthree\n"} {
		m.write("a", text+text+text)
		m.write("d/b.txt", text)
		m.commit("x")
	}
	return m
}

func FuzzIndex(f *testing.F) {
	m := seeds(f)
	for _, version := range []string{"2", "3", "4"} {
		m.git("update-index", "--index-version", version)
		f.Add([]byte(m.read(".git/index")))
	}
	m.git("update-index", "--split-index")
	m.write("a", "changed")
	m.git("add", "a")
	f.Add([]byte(m.read(".git/index")))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, size := range []int{20, 32} {
			file, err := parseIndex(string(data), size)
			if err != nil {
				continue
			}
			for i := range file.entries {
				e := &file.entries[i]
				_, _, _ = e.mode(), e.id(), e.stage()
			}
			(&index{trees: file.trees}).knownTrees(size)
			if len(file.link) > size {
				if _, rest, ok := ewah([]byte(file.link[size:]), len(file.entries)); ok {
					ewah(rest, len(file.entries))
				}
			}
		}
	})
}

func FuzzConfig(f *testing.F) {
	f.Add("[core]\n\trepositoryformatversion = 0\n\tautocrlf=input ; c\n[remote \"o\\\"x\"]\nurl = \"a b\" \\\n c\n[extensions]objectFormat=sha256\n")
	f.Fuzz(func(t *testing.T, text string) {
		parseConfig(text, func(s setting) { (&format{}).set(s) })
	})
}

func FuzzPack(f *testing.F) {
	m := seeds(f)
	m.git("repack", "-qadf", "--window=10", "--depth=10")
	packs, _ := filepath.Glob(m.at(".git/objects/pack/*.pack"))
	pack, _ := os.ReadFile(packs[0])
	index, _ := os.ReadFile(packs[0][:len(packs[0])-4] + "idx")
	f.Add(pack, index, uint16(0))
	f.Fuzz(func(t *testing.T, pack, index []byte, pick uint16) {
		dir := t.TempDir()
		for name, data := range map[string][]byte{"HEAD": nil, "refs/x": nil, "objects/pack/pack-1.pack": pack, "objects/pack/pack-1.idx": index} {
			os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700)
			os.WriteFile(filepath.Join(dir, name), data, 0o600)
		}
		r, err := OpenGitDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if len(index) < namesAt+20 {
			index = make([]byte, namesAt+20)
		}
		ctx := context.Background()
		for at := namesAt; at+20 <= len(index) && at < namesAt+20*20; at += 20 {
			id := string(index[at : at+20])
			if got, err := r.readObject(ctx, id, false); err == nil {
				switch got.kind {
				case kindCommit:
					r.parseCommit(id, got.data)
				case kindTree:
					r.parseTree(id, got.data, func(treeEntry) (bool, error) { return true, nil })
				}
			}
		}
	})
}

func FuzzLooseObject(f *testing.F) {
	for _, text := range []string{"blob 3\x00abc", "tree 0\x00", "commit 5\x00tree \n"} {
		var b bytes.Buffer
		w := zlib.NewWriter(&b)
		w.Write([]byte(text))
		w.Close()
		f.Add(b.Bytes())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		o := &objects{work: maxWork}
		o.loose(context.Background(), "x", data)
	})
}

func FuzzDelta(f *testing.F) {
	f.Add([]byte("base base base"), []byte{14, 4, 0x90, 4})
	f.Fuzz(func(t *testing.T, base, delta []byte) {
		if out, err := applyDelta(base, delta); err == nil {
			if size, ok := deltaSize(delta); !ok || size != int64(len(out)) {
				t.Error("another size than it says")
			}
		}
	})
}

func FuzzTree(f *testing.F) {
	f.Add([]byte("100644 a\x0012345678901234567890" + "40000 b\x0012345678901234567890"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := &Repo{format: format{idSize: 20}}
		r.parseTree("x", data, func(treeEntry) (bool, error) { return true, nil })
		r.parseCommit("x", data)
	})
}

func FuzzGraph(f *testing.F) {
	m := seeds(f)
	m.git("commit-graph", "write", "--reachable")
	f.Add([]byte(m.read(".git/objects/info/commit-graph")))
	f.Fuzz(func(t *testing.T, data []byte) {
		file := filepath.Join(t.TempDir(), "graph")
		os.WriteFile(file, data, 0o600)
		var g graph
		if g.add(file, 20) {
			visits := 0
			for at := range g.count() {
				g.parents(at, func(parent int) {
					if visits++; parent < 0 || parent >= g.count() || visits > 2*g.count()+len(data) {
						t.Fatal("a parent that is not there")
					}
				})
			}
			g.find("12345678901234567890")
		}
	})
}

func FuzzBitmap(f *testing.F) {
	f.Add(binary.BigEndian.AppendUint64(make([]byte, 12), 1<<63), 100)
	f.Fuzz(func(t *testing.T, data []byte, limit int) {
		if limit < 0 || limit > 1<<20 {
			return
		}
		set, _, _ := ewah(data, limit)
		for _, at := range set {
			if at < 0 || at >= limit {
				t.Error("beyond the limit")
			}
		}
	})
}
