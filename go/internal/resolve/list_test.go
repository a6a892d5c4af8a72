package resolve

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/insomnia-pods/insomnia"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
)

// A profile of a list costs a fraction of one that is resolved alone, without even
// counting the start of the program. Allocations measure the cost, since they do not
// depend on how busy the machine is. A broken profile does not affect the others.
func TestListShares(t *testing.T) {
	dir := t.TempDir()
	var refs []reference.Reference
	for i := range 200 {
		text := fmt.Sprintf("{ insomnia }: insomnia.lib.mkProfile { name = \"p%d\"; imports = [ insomnia.insomniaProfiles.coder ]; }", i)
		if i == 100 {
			text = "{ insomnia }: {"
		}
		file := filepath.Join(dir, fmt.Sprintf("p%d.nix", i))
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		refs = append(refs, reference.OfFile(file))
	}
	r := &Resolver{Library: insomnia.Library, Dir: dir, CacheDir: t.TempDir()}
	var alone *Resolved
	var err error
	single := allocated(func() { alone, err = r.Resolve(t.Context(), refs[7], Options{}) })
	if err != nil {
		t.Fatal(err)
	}
	var listed []Listed
	all := allocated(func() { listed = r.ListFiles(context.Background(), refs, Options{}) })
	for i, l := range listed {
		if broken := len(l.Diagnostics) > 0; broken != (i == 100) || broken == (l.Manifest != nil) {
			t.Errorf("profile %d: %v", i, l.Diagnostics)
		}
	}
	if string(listed[7].Manifest) != string(alone.Manifest) {
		t.Error("the list says something else than resolving alone")
	}
	t.Logf("alone %d bytes, in the list %d", single, all/200)
	if all/200 > single*2/5 {
		t.Errorf("a profile of the list costs %d bytes, alone it costs %d", all/200, single)
	}
}

func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// What was evaluated for a profile of a list is let go of once it was judged.
func TestListLetsGo(t *testing.T) {
	dir := t.TempDir()
	var refs []reference.Reference
	for i := range 120 {
		file := filepath.Join(dir, fmt.Sprintf("p%03d.nix", i))
		text := fmt.Sprintf("{ insomnia }: insomnia.lib.mkProfile { name = \"p%d\"; imports = [ insomnia.insomniaProfiles.coder ]; }", i)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		refs = append(refs, reference.OfFile(file))
	}
	r := &Resolver{Library: insomnia.Library, Dir: dir, CacheDir: t.TempDir()}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // one evaluator for all
	var live []uint64
	done := 0
	r.EachFile(t.Context(), refs, Options{}, func(int) {}, func(_ int, l Listed) {
		if len(l.Diagnostics) > 0 {
			t.Error(l.Diagnostics)
		}
		if done++; done == 40 || done == 100 {
			runtime.GC()
			var stats runtime.MemStats
			runtime.ReadMemStats(&stats)
			live = append(live, stats.HeapAlloc)
		}
	})
	// Kept, the values of sixty profiles are more than six megabytes.
	if grown := int64(live[1]) - int64(live[0]); grown > 3<<20 {
		t.Errorf("60 profiles leave %d bytes behind", grown)
	} else {
		t.Logf("60 profiles leave %d bytes behind", grown)
	}
}
