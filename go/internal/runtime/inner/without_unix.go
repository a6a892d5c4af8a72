//go:build unix

package inner

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"github.com/insomnia-pods/insomnia/go/internal/runtime/sandbox"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise/wire"
)

// refused is the exit code if a command is not run; hooks of agent programs treat it as a
// refusal.
const refused = 2

// Without is the command `insomnia pod-without FILE PROGRAM ARGUMENT…`. It runs a program
// that cannot read the file and cannot inspect the agent program, which can read it.
func Without(args []string) int {
	if len(args) < 2 || !filepath.IsAbs(args[0]) {
		wire.NotForUsers("pod-without")
		return refused
	}
	program, err := exec.LookPath(args[1])
	if err == nil {
		err = sandbox.Without(args[0])
	}
	if err == nil {
		err = syscall.Exec(program, args[1:], os.Environ())
	}
	fmt.Fprintf(os.Stderr, "insomnia: cannot run %s without the login: %v\n", args[1], err)
	return refused
}
