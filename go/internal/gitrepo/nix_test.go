//go:build linux || darwin

package gitrepo

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"flag"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

var nixRounds = flag.Int("nix-rounds", 24, "repositories to compare with Nix")

// Nix says the same of a repository: its commit, the time and the number of
// commits, and the hash of the tracked files.
func TestAgreesWithNix(t *testing.T) {
	if _, err := exec.LookPath("nix"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("nix is not installed, and in CI it must be")
		}
		t.Skip("needs nix")
	}
	rounds, compared := uint64(*nixRounds), 0
	if testing.Short() {
		rounds = 3
	}
	for round := range rounds {
		t.Run(strconv.FormatUint(round, 10), func(t *testing.T) {
			m := randomRepo(t, rand.New(rand.NewPCG(11, round)))
			if m.git("rev-parse", "--show-object-format") == "sha256" || m.git("rev-parse", "--is-shallow-repository") == "true" ||
				m.git("ls-files", "--deleted") != "" || m.open().format.sparseCheckout || m.git("diff", "--name-only", "--diff-filter=T") != "" {
				return // versions of Nix do not agree on these among themselves
			}
			if m.git("--no-optional-locks", "status", "--porcelain", "--untracked-files=no") == "" {
				m.write("flake.nix", "{ outputs = _: { }; }")
				m.commit("flake")
			} else {
				m.write("flake.nix", "{ outputs = _: { }; }")
				m.git("add", "flake.nix")
			}
			home := t.TempDir()
			cmd := exec.Command("nix", "flake", "metadata", "--json", "git+file://"+m.dir)
			cmd.Env = append(environment(home), "XDG_CACHE_HOME="+filepath.Join(home, "cache"), "NIX_REMOTE="+os.Getenv("NIX_REMOTE"),
				"NIX_CONFIG="+os.Getenv("NIX_CONFIG")+"\nextra-experimental-features = nix-command flakes\n")
			var stderr strings.Builder
			cmd.Stderr = &stderr
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("%v: %s", err, stderr.String())
			}
			var metadata struct {
				Revision      string
				DirtyRevision string
				LastModified  int64
				Locked        struct {
					NarHash  string
					RevCount int64
				}
			}
			if err := json.Unmarshal(out, &metadata); err != nil {
				t.Fatal(err)
			}
			ctx := context.Background()
			r := m.open()
			state, err := r.State(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if !state.Dirty && differs(m, r) {
				return // clean for git: old versions of Nix hash the commit, new ones call it dirty
			}
			if rev := metadata.Revision; state.Dirty != (rev == "") || rev != "" && rev != state.Rev {
				t.Errorf("got %+v, Nix says %q %q", state, rev, metadata.DirtyRevision)
			}
			if state.LastModified != metadata.LastModified {
				t.Errorf("LastModified: got %d, Nix says %d", state.LastModified, metadata.LastModified)
			}
			if want := metadata.Locked.RevCount; want != 0 {
				if count, known, err := r.RevCount(ctx, state.Rev); err != nil || !known || count != want {
					t.Errorf("RevCount: got %d, %v, Nix says %d", count, err, want)
				}
			}
			dir, err := source.OpenDir(m.dir)
			if err != nil {
				t.Fatal(err)
			}
			defer dir.Close()
			tracked, err := r.Tracked()
			if err != nil {
				t.Fatal(err)
			}
			sources := &source.FS{}
			sources.Mount("/source", source.NewVisible(dir, tracked))
			sum, err := eval.NARHash(ctx, sources, "/source")
			if got := "sha256-" + base64.StdEncoding.EncodeToString(sum); err != nil || metadata.Locked.NarHash != "" && got != metadata.Locked.NarHash {
				t.Errorf("narHash: got %s, %v, Nix says %s", got, err, metadata.Locked.NarHash)
			}
			if metadata.Locked.NarHash != "" {
				compared++
			}
		})
	}
	t.Logf("%d repositories compared", compared)
}

// differs reports whether a file in the work tree has other bytes or another mode
// than its commit, or is not there, although git may call the tree clean: by a
// conversion, core.fileMode or a sparse checkout.
func differs(m *made, r *Repo) bool {
	ix, err := r.index()
	if err != nil {
		m.Fatal(err)
	}
	for i := range ix.entries {
		e := &ix.entries[i]
		if e.mode()&modeType != modeFile {
			continue
		}
		path := m.at(e.name)
		data, err := os.ReadFile(path)
		info, statErr := os.Lstat(path)
		if err != nil || statErr != nil || (info.Mode()&0o100 != 0) != (e.mode()&0o100 != 0) || string(r.hashObject(kindBlob, data)) != e.id() {
			return true
		}
	}
	return ix.sparse
}
