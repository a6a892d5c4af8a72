package wire

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
)

// Children returns the child processes of this process.
func Children() (pids []int) {
	tasks, err := filepath.Glob("/proc/self/task/*/children")
	if err != nil {
		return nil
	}
	for _, path := range tasks {
		data, err := bounded.ReadFile(path, 1<<20)
		if err != nil {
			continue
		}
		for _, field := range bytes.Fields(data) {
			if pid, err := strconv.Atoi(string(field)); err == nil && pid > 1 && pid != os.Getpid() {
				pids = append(pids, pid)
			}
		}
	}
	return pids
}
