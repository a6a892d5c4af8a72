package memory

import (
	"path"
	"strconv"
	"strings"
	"syscall"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
)

// given is the memory of the machine, or the least limit of the control groups
// around this process; 0 when neither is known.
func given() int64 {
	var info syscall.Sysinfo_t
	var least int64
	if syscall.Sysinfo(&info) == nil {
		least = int64(uint64(info.Totalram) * uint64(info.Unit))
	}
	groups, err := bounded.ReadFile("/proc/self/cgroup", 1<<20)
	if err != nil {
		return least
	}
	for _, file := range limitFiles(string(groups)) {
		text, err := bounded.ReadFile(file, 1<<10)
		if err != nil {
			continue
		}
		if n := groupLimit(string(text)); n > 0 && (least == 0 || n < least) {
			least = n
		}
	}
	return least
}

// limitFiles are the files with the limits of the groups that /proc/self/cgroup
// names, and of the groups around them.
func limitFiles(groups string) (files []string) {
	for line := range strings.Lines(groups) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) != 3 {
			continue
		}
		at, name := "/sys/fs/cgroup", "memory.max"
		if parts[0] != "0" {
			if parts[1] != "memory" {
				continue
			}
			at, name = "/sys/fs/cgroup/memory", "memory.limit_in_bytes"
		}
		// Within a container the path may not exist; the top still has the limit.
		for group := path.Clean("/" + parts[2]); ; group = path.Dir(group) {
			files = append(files, path.Join(at, group, name))
			if group == "/" {
				break
			}
		}
	}
	return files
}

// groupLimit reads a limit; 0 for none.
func groupLimit(text string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil || n >= 1<<60 {
		return 0
	}
	return n
}
