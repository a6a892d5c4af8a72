package resolve

import (
	"testing"

	"github.com/insomnia-pods/insomnia"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
)

// What a resolve allocates does not depend on how busy the machine is. A count that has
// shrunk is written here, so that the next growth is seen.
func TestAllocationsOfAResolve(t *testing.T) {
	const pinned = 5400
	ref, err := reference.Parse("builtin:coder", "/")
	if err != nil {
		t.Fatal(err)
	}
	r := &Resolver{Library: insomnia.Library, Dir: "/", CacheDir: t.TempDir()}
	got := testing.AllocsPerRun(5, func() {
		if _, err := r.Resolve(t.Context(), ref, Options{}); err != nil {
			t.Fatal(err)
		}
	})
	t.Logf("%.0f allocations", got)
	if got > pinned*1.1 || got < pinned*0.9 {
		t.Errorf("a resolve takes %.0f allocations, not about %d", got, pinned)
	}
}
