package guard

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

const (
	// toStart is how long an approved subagent counts before it has begun: the program or
	// the user may have refused it.
	toStart = time.Minute
	// silence is how long a subagent counts without asking about a call: an interrupted one
	// may end without notice.
	silence = 15 * time.Minute
	// mostRunning limits how many subagents are tracked, and mostNames how many names are
	// remembered.
	mostRunning = 1024
	mostNames   = 1 << 16
)

// team counts the running subagents. Subagents that the program does not report are not
// counted; the program's own limits apply to those.
type team struct {
	// most limits how many run at a time, and depth how deeply they nest; 0 allows none.
	most, depth int64

	mu      sync.Mutex
	now     func() time.Time // nil to use the clock
	coming  []coming
	running map[string]member // by the program's ID
	names   map[string]string // of all that have begun, by the program's ID
	begun   chan struct{}     // closed when one begins; nil if nothing waits for it
}

// member is a running subagent; since is when the guard last heard from it.
type member struct {
	depth int64
	since time.Time
}

// coming is a subagent that was approved and has not begun.
type coming struct {
	call, name string
	depth      int64
	since      time.Time
}

// reserve counts a subagent that the Pod's own agent or another subagent wants to begin.
// The error names the limit that is reached, and pointer is its field.
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
		return now.Sub(c.since) >= toStart || call != "" && c.call == call // a repeated question about the same call
	})
	maps.DeleteFunc(t.running, func(_ string, m member) bool { return now.Sub(m.since) >= silence })
	if n := int64(len(t.coming) + len(t.running)); n >= t.most {
		return "/limits/maxSubagents", fmt.Errorf("denied: `limits.maxSubagents` is %d, and %d run; wait for one to end", t.most, n)
	}
	t.coming = append(t.coming, coming{call, name, depth, now})
	return "", nil
}

// started counts a subagent as running. If it may be one of several, the deepest is
// assumed.
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
	if n := int64(len(t.coming) + len(t.running)); found < 0 && t.names[agent] == "" && n >= t.most {
		return fmt.Errorf("`limits.maxSubagents` is %d, and the guard has let no other subagent begin", t.most)
	}
	if found >= 0 {
		depth = t.coming[found].depth
		t.coming = slices.Delete(t.coming, found, found+1)
	}
	if t.running == nil {
		t.running = map[string]member{}
	}
	if t.names == nil {
		t.names = map[string]string{}
	}
	if len(t.names) < mostNames {
		t.names[agent] = name
	}
	if t.begun != nil {
		close(t.begun)
		t.begun = nil
	}
	if len(t.running) < mostRunning {
		t.running[agent] = member{depth, t.time()}
	}
	return nil
}

// name returns the name of a subagent that has begun. It waits up to patience, because
// programs may query the model while they still report the start, and then returns an
// empty string.
func (t *team) name(agent string, patience time.Duration) string {
	late := time.After(patience)
	for {
		t.mu.Lock()
		name := t.names[agent]
		if t.begun == nil {
			t.begun = make(chan struct{})
		}
		begun := t.begun
		t.mu.Unlock()
		if name != "" {
			return name
		}
		select {
		case <-begun:
		case <-late:
			return ""
		}
	}
}

// heard records that a subagent asked about a call.
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
