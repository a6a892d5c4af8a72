//go:build unix

package sandbox

import (
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
)

// closeInherited makes the descriptors that this process has inherited end with the next
// program: a directory of outside that is open inside leads out. What a program is given
// on purpose is duplicated for it.
func closeInherited() {
	entries, _ := bounded.ReadDir("/dev/fd", 1<<20)
	for _, entry := range entries {
		if n, err := strconv.Atoi(entry.Name()); err == nil && n > 2 {
			unix.CloseOnExec(n)
		}
	}
}
