package sandbox

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/remembered"
)

// answer is the name of the cached result.
const answer = "bwrap"

// Known is [Probe] with a cache of successes: it does not probe if bubblewrap worked
// before in the same circumstances. If bubblewrap has stopped working, the command in its
// walls does not run; call [Forget] then. Failures are not cached.
func Known(ctx context.Context, insomnia string) Mechanism {
	of, ok := circumstances(insomnia)
	if !ok {
		return Probe(ctx, insomnia)
	}
	if bwrap, found := remembered.Get(answer, of); found {
		return Mechanism{Kind: Bubblewrap, bwrap: bwrap, abi: landlockABI(), looked: &looked{}}
	}
	m := Probe(ctx, insomnia)
	if m.Kind == Bubblewrap {
		remembered.Put(answer, of, m.bwrap)
	}
	return m
}

// Forget makes the next [Known] a [Probe].
func Forget() { remembered.Forget(answer) }

// circumstances identifies everything on which bubblewrap depends: the programs, the
// kernel since it was started, and what it allows this user and this process. The
// namespaces of this process are included, because a container shares its kernel and
// perhaps a home directory.
func circumstances(insomnia string) (string, bool) {
	bwrap, err := exec.LookPath("bwrap")
	if err != nil {
		return "", false
	}
	parts := []string{strconv.Itoa(os.Geteuid()), strconv.Itoa(os.Getegid())}
	for _, program := range []string{bwrap, insomnia} {
		id, ok := remembered.File(program)
		if !ok {
			return "", false
		}
		parts = append(parts, id)
	}
	boot := read("/proc/sys/kernel/random/boot_id")
	if boot == "" {
		return "", false
	}
	parts = append(parts, boot)
	for _, file := range []string{"kernel/unprivileged_userns_clone", "user/max_user_namespaces", "kernel/apparmor_restrict_unprivileged_userns", "kernel/apparmor_restrict_unprivileged_unconfined"} {
		parts = append(parts, read("/proc/sys/"+file))
	}
	for _, name := range []string{"user", "mnt", "pid"} {
		namespace, err := os.Readlink("/proc/self/ns/" + name)
		if err != nil {
			return "", false
		}
		parts = append(parts, namespace)
	}
	parts = append(parts, read("/proc/self/attr/current"))
	for line := range strings.Lines(read("/proc/self/status")) {
		switch name, _, _ := strings.Cut(line, ":"); name {
		case "CapPrm", "CapEff", "CapBnd", "NoNewPrivs", "Seccomp":
			parts = append(parts, line)
		}
	}
	return strings.Join(parts, "\n"), true
}

// read returns the content of a small file of the kernel; empty if it does not exist.
func read(path string) string {
	data, _ := bounded.ReadFile(path, 16<<10)
	return string(data)
}

// Same reports whether two mechanisms build the same walls.
func (m Mechanism) Same(other Mechanism) bool {
	return m.Kind == other.Kind && m.bwrap == other.bwrap && m.abi == other.abi
}

// handed is the JSON form of a mechanism.
type handed struct {
	Kind               Kind
	Why, Remedy, Bwrap string
	ABI                int
}

// MarshalJSON allows the process that found a mechanism to send it to the one that uses
// it.
func (m Mechanism) MarshalJSON() ([]byte, error) {
	return json.Marshal(handed{m.Kind, m.Why, m.Remedy, m.bwrap, m.abi})
}

// UnmarshalJSON is the counterpart of MarshalJSON.
func (m *Mechanism) UnmarshalJSON(data []byte) error {
	var h handed
	if err := json.Unmarshal(data, &h); err != nil {
		return err
	}
	*m = Mechanism{Kind: h.Kind, Why: h.Why, Remedy: h.Remedy, bwrap: h.Bwrap, abi: h.ABI, looked: &looked{}}
	return nil
}
