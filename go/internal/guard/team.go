package guard

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

const (
	// toStart is how long a subagent that was let through counts before it has begun: the
	// program may have turned it down itself, or the user.
	toStart = time.Minute
	// silence is how long a subagent counts that asks about no call: one that was interrupted
	// may have ended without a word.
	silence = 15 * time.Minute
	// mostRunning is how many subagents are counted at all.
	mostRunning = 1024
)

// team counts the subagents that run. What the program does not tell of is not counted:
// its own limits are the other lock.
type team struct {
	// most may run at a time, depth may call one another; 0 for none.
	most, depth int64

	mu      sync.Mutex
	now     func() time.Time // nil for the clock
	coming  []coming
	running map[string]member // by the program's ID
}

// member is a subagent that runs; since is when it was last heard of.
type member struct {
	depth int64
	since time.Time
}

// coming is a subagent that was let through and has not begun.
type coming struct {
	call, name string
	depth      int64
	since      time.Time
}

// reserve counts a subagent that an agent wants to begin: the Pod's own, or another
// subagent. The error names the limit that is reached, and pointer is its field.
func (t *team) reserve(call, by, name string, bySubagent bool) (pointer string, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	depth := int64(1)
	if bySubagent {
		depth = 2
		if own, ok := t.running[by]; ok {
			depth = own.depth + 1
		}
	}
	if depth > t.depth {
		return "/limits/maxDepth", fmt.Errorf("denied: `limits.maxDepth` is %d, and this subagent would be %d deep", t.depth, depth)
	}
	now := t.time()
	t.coming = slices.DeleteFunc(t.coming, func(c coming) bool {
		return now.Sub(c.since) >= toStart || call != "" && c.call == call // asked about again
	})
	maps.DeleteFunc(t.running, func(_ string, m member) bool { return now.Sub(m.since) >= silence })
	if n := int64(len(t.coming) + len(t.running)); n >= t.most {
		return "/limits/maxSubagents", fmt.Errorf("denied: `limits.maxSubagents` is %d, and %d run; wait for one to end", t.most, n)
	}
	t.coming = append(t.coming, coming{call, name, depth, now})
	return "", nil
}

// started counts a subagent as running. Of several that it may be, it is the deepest.
func (t *team) started(agent, name string) error {
	if !clean(agent) {
		return fmt.Errorf("the subagent has no ID")
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	found := -1
	for i, c := range t.coming {
		if c.name == name && (found < 0 || c.depth > t.coming[found].depth) {
			found = i
		}
	}
	depth := max(t.depth, 1)
	if found >= 0 {
		depth = t.coming[found].depth
		t.coming = slices.Delete(t.coming, found, found+1)
	}
	if t.running == nil {
		t.running = map[string]member{}
	}
	if len(t.running) < mostRunning {
		t.running[agent] = member{depth, t.time()}
	}
	return nil
}

// heard says that a subagent asks about a call.
func (t *team) heard(agent string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if m, ok := t.running[agent]; ok {
		t.running[agent] = member{m.depth, t.time()}
	}
}

func (t *team) time() time.Time {
	if t.now != nil {
		return t.now()
	}
	return time.Now()
}

// ended stops counting a subagent, by its ID or by the call that began it.
func (t *team) ended(agent, call string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.running, agent)
	t.coming = slices.DeleteFunc(t.coming, func(c coming) bool { return call != "" && c.call == call })
}
