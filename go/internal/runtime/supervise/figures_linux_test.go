package supervise_test

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/runtime/live"
)

// The supervisor is small, also when much has passed through it.
func TestSupervisorIsSmall(t *testing.T) {
	s := start(t, "bash", "-c", `echo ready; read x; head -c 5000000 /dev/zero | tr '\0' x; echo; echo the end; read x`)
	began := time.Now()
	w := open(t, self(runArgs(s)...))
	w.shows("ready")
	took := time.Since(began)
	got, err := live.Read(s.Dir)
	if err != nil {
		t.Fatal(err)
	}
	before := resident(t, got.Process)
	w.typed("\r")
	w.shows("the end")
	after := resident(t, got.Process)
	t.Logf("start %s, resident %d kB, after 5 MB of output %d kB", took, before, after)
	if after > 40<<10 && !raced {
		t.Errorf("the supervisor has %d kB in memory", after)
	}
	w.typed("\r")
	w.ends(0)
}

func resident(t *testing.T, pid int) int {
	t.Helper()
	data, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			n, _ := strconv.Atoi(strings.Fields(rest)[0])
			return n
		}
	}
	return 0
}
