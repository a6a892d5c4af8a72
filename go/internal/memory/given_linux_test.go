package memory

import (
	"runtime"
	"slices"
	"testing"
)

func TestLimitFiles(t *testing.T) {
	for _, c := range []struct {
		groups string
		want   []string
	}{
		{"0::/user.slice/a.scope\n", []string{"/sys/fs/cgroup/user.slice/a.scope/memory.max", "/sys/fs/cgroup/user.slice/memory.max", "/sys/fs/cgroup/memory.max"}},
		{"0::/\n", []string{"/sys/fs/cgroup/memory.max"}},
		{"4:cpu,cpuacct:/x\n5:memory:/docker/1\n", []string{"/sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes", "/sys/fs/cgroup/memory/docker/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}},
		{"0::/../../x\n", []string{"/sys/fs/cgroup/x/memory.max", "/sys/fs/cgroup/memory.max"}},
		{"nonsense\n", nil},
	} {
		if got := limitFiles(c.groups); !slices.Equal(got, c.want) {
			t.Errorf("%q: got %v", c.groups, got)
		}
	}
}

func TestGroupLimit(t *testing.T) {
	for text, want := range map[string]int64{"max\n": 0, "536870912\n": 512 << 20, "9223372036854771712\n": 0, "": 0, "-1": 0} {
		if got := max(0, groupLimit(text)); got != want {
			t.Errorf("%q: got %d, want %d", text, got, want)
		}
	}
}

func TestDefault(t *testing.T) {
	if n := given(); n < 64<<20 {
		t.Errorf("this machine gives %d bytes", n)
	}
	if d := Default(); d <= 0 || d > 4<<30 || d > Most() {
		t.Errorf("the default is %d of %d", d, Most())
	}
}

func TestUsed(t *testing.T) {
	held := make([]byte, 64<<20)
	held[0] = 1
	if n, _ := Used(); n < 64<<20 || n > 64<<30 {
		t.Errorf("%d bytes are used", n)
	}
	runtime.KeepAlive(held)
}
