package watchdog

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/crash"
)

// limit is the memory limit of all work here.
const limit = 1 << 30

// stuckIn is work that looks at nothing until the test ends.
func stuckIn(t *testing.T) func(context.Context) (int, error) {
	free := make(chan struct{})
	t.Cleanup(func() {
		close(free)
		for begun := time.Now(); time.Since(begun) < 10*time.Second; time.Sleep(time.Millisecond) {
			mu.Lock()
			n := len(running)
			mu.Unlock()
			if n == 0 {
				return
			}
		}
		t.Error("work is still running")
	})
	return func(context.Context) (int, error) { <-free; return 1, nil }
}

func TestDo(t *testing.T) {
	failed := errors.New("failed")
	if n, err := Do(t.Context(), Limits{Time: time.Minute, Memory: limit}, func(context.Context) (int, error) { return 7, failed }); n != 7 || err != failed || Abandoned(err) {
		t.Errorf("got %d, %v", n, err)
	}
	n, err := Do(t.Context(), Limits{Time: time.Millisecond, Memory: limit}, func(ctx context.Context) (int, error) { <-ctx.Done(); return 8, ctx.Err() })
	if n != 8 || !errors.Is(err, context.DeadlineExceeded) || Abandoned(err) {
		t.Errorf("work that ends at its deadline: %d, %v", n, err)
	}
}

// Work that has ended is not abandoned, however late it is taken off the list.
func TestDoOnABusyMachine(t *testing.T) {
	n, err := Do(t.Context(), Limits{Time: time.Minute, Memory: limit}, func(context.Context) (int, error) {
		mu.Lock()
		time.AfterFunc(2*grace, mu.Unlock)
		return 9, nil
	})
	if n != 9 || err != nil {
		t.Errorf("got %d, %v", n, err)
	}
}

func TestDoAbandons(t *testing.T) {
	stuck := stuckIn(t)
	if _, err := Do(t.Context(), Limits{Time: time.Millisecond, Memory: limit}, stuck); !errors.Is(err, context.DeadlineExceeded) || !Abandoned(err) {
		t.Errorf("at the deadline: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Do(ctx, Limits{Time: time.Minute, Memory: limit}, stuck); !errors.Is(err, context.Canceled) || !Abandoned(err) {
		t.Errorf("at an interruption: %v", err)
	}
}

func TestDoBeginsNoMoreThanCanBeAbandoned(t *testing.T) {
	stuck := stuckIn(t)
	for range MaxAbandoned {
		if _, err := Do(t.Context(), Limits{Time: time.Millisecond, Memory: limit}, stuck); !Abandoned(err) {
			t.Fatal(err)
		}
	}
	begun := false
	_, err := Do(t.Context(), Limits{Time: time.Minute, Memory: limit}, func(context.Context) (int, error) { begun = true; return 0, nil })
	if !errors.Is(err, ErrCrowded) || begun {
		t.Errorf("got %v, begun: %v", err, begun)
	}
}

func TestDoPassesPanicsOn(t *testing.T) {
	defer func() {
		p, ok := recover().(*crash.Panic)
		if !ok || !strings.Contains(string(p.Stack), "causeOfThePanic") || !strings.Contains(p.Cause, "nil map") {
			t.Errorf("got %+v", p)
		}
	}()
	Do(t.Context(), Limits{Time: time.Minute, Memory: limit}, func(context.Context) (int, error) { return causeOfThePanic(nil), nil })
}

//go:noinline
func causeOfThePanic(m map[string]int) int {
	m["x"] = 1
	return 0
}

// uses sets how much memory there seems to be in use.
func uses(t *testing.T, size func() int64) {
	inUse = size
	t.Cleanup(func() { inUse = used })
}

func TestMemoryEndsTheOldestWork(t *testing.T) {
	uses(t, func() int64 { return 2*limit*9/8 + margin + 1 })
	ended := make(chan string, 2)
	do := func(name string) chan struct{} {
		begun := make(chan struct{})
		go Do(t.Context(), Limits{Time: time.Minute, Memory: limit}, func(ctx context.Context) (int, error) {
			close(begun)
			<-ctx.Done()
			if errors.Is(context.Cause(ctx), ErrMemory) {
				ended <- name
			}
			return 0, nil
		})
		return begun
	}
	<-do("old")
	<-do("young")
	if first, second := <-ended, <-ended; first != "old" || second != "young" {
		t.Errorf("%s ended before %s", first, second)
	}
}

func TestMemoryEndsTheProcess(t *testing.T) {
	for name, size := range map[string]int64{"when nothing else helps": limit*9/8 + margin + 1, "at once, when it is far too much": 3 * (limit + margin)} {
		t.Run(name, func(t *testing.T) {
			ended := make(chan struct{}, 100)
			before := EndProcess
			EndProcess = func(int64) { ended <- struct{}{} }
			t.Cleanup(func() { EndProcess = before })
			uses(t, func() int64 { return size })
			go Do(t.Context(), Limits{Time: time.Minute, Memory: limit}, stuckIn(t))
			select {
			case <-ended:
			case <-time.After(10 * time.Second):
				t.Error("the process goes on")
			}
		})
	}
}

// Garbage is no reason to end work: it is collected, and what is left counts.
func TestGarbageEndsNothing(t *testing.T) {
	var garbage atomic.Int64
	garbage.Store(3 * (limit + margin))
	collected := make(chan bool, 1)
	uses(t, func() int64 { return garbage.Load() })
	collect = func() {
		garbage.Store(0)
		collected <- true
	}
	t.Cleanup(func() { collect = runtime.GC })
	_, err := Do(t.Context(), Limits{Time: time.Minute, Memory: limit}, func(ctx context.Context) (int, error) {
		<-collected
		return 0, context.Cause(ctx)
	})
	if err != nil {
		t.Errorf("got %v", err)
	}
}
