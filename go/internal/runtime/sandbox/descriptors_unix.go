//go:build unix

package sandbox

import (
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
)

// closeInherited makes the inherited descriptors of this process close when it starts a
// program: an open directory from outside would be a way out. Descriptors that a program
// should get are duplicated.
func closeInherited() {
	entries, _ := bounded.ReadDir("/dev/fd", 1<<20)
	for _, entry := range entries {
		if n, err := strconv.Atoi(entry.Name()); err == nil && n > 2 {
			unix.CloseOnExec(n)
		}
	}
}
