package eval

import (
	"math"
	"math/bits"
	"runtime"
	"sync"

	"github.com/insomnia-pods/insomnia/go/internal/memory"
)

// What an evaluation holds cannot be known exactly: Go does not attribute objects to an
// evaluation. So the sum of charges, freed ones included, decides when to look, and the
// heap shows how much is live:
//
//   - a request that is larger than the limit by itself is refused before it is made;
//   - an evaluation that was charged less than a quarter of its limit is never
//     refused because of the heap;
//   - the growth of the process since the start of the evaluation is attributed to the
//     evaluation. A collection precedes a refusal, so that garbage does not count;
//   - if several run at a time, each is assumed to hold memory in proportion to its
//     charges. So k evaluations never hold more than k limits, and one that is
//     refused instead of another has allocated a good deal itself.

const (
	// looksPerWeighing has the heap looked at every million steps or so, for what
	// is allocated and not charged.
	looksPerWeighing = 1 << 10
	// firstWeighing is how much is charged before the heap is looked at.
	firstWeighing = 16 << 20
	// weighingEvery is how much is charged between two looks.
	weighingEvery = 64 << 20
)

// account is the memory charged to one evaluation.
type account struct {
	// room may be charged before the next look; charged is the sum of charges at the last
	// one.
	room, charged int64
	// limit is Limits.Memory; 0 until the default is looked up.
	limit int64
	// weighed is set once the heap was looked at: then before is how much of the
	// process was in use before the evaluation.
	weighed bool
	before  int64
	// collectAt is how much the evaluation may seem to hold before a collection measures
	// the live part.
	collectAt int64
	// enlisted is set once the account is in the list of those that count.
	enlisted bool
	// apartSince is the sum of charges when values began to be allocated one by one; 0
	// until then.
	apartSince int64
}

// large are the accounts of evaluations that run and were charged so much that
// they matter to each other, with what each was charged when it was last looked at.
var large struct {
	sync.Mutex
	charged map[*account]int64
}

func (a *account) begin(limit int64) {
	a.leave()
	room := int64(firstWeighing)
	if limit > 0 {
		room = min(room, limit/4)
	}
	*a = account{limit: limit, room: room, charged: room}
}

// leave takes the account out of the list.
func (a *account) leave() {
	if a.enlisted {
		large.Lock()
		delete(large.charged, a)
		large.Unlock()
		a.enlisted = false
	}
}

// charge counts bytes before they are allocated.
func (ev *Evaluator) charge(n int) {
	if ev.account.room -= int64(n); ev.account.room < 0 {
		ev.weigh(n)
	}
}

// chargeEach charges n things of a size, for an n that an input gives.
func (ev *Evaluator) chargeEach(n, size int) {
	hi, lo := bits.Mul64(uint64(n), uint64(size))
	if n < 0 || hi > 0 || lo > math.MaxInt64/2 {
		lo = math.MaxInt64 / 2
	}
	ev.charge(int(lo))
}

// Charged is the sum of bytes charged since New or Renew, freed ones included.
func (ev *Evaluator) Charged() int64 { return ev.account.charged - ev.account.room }

// weigh looks at the heap, before n bytes are allocated.
//
//go:noinline
func (ev *Evaluator) weigh(n int) {
	ev.checkContext() // what allocates much takes time
	clear(ev.args[len(ev.args):cap(ev.args)])
	a := &ev.account
	if a.limit == 0 {
		a.limit = memory.Default()
	}
	need := int64(n)
	charged := a.charged - a.room
	refused := need > a.limit
	var held int64
	if !refused {
		var live int64
		if held, live = a.holds(charged, need); live > a.limit/8 {
			ev.keepApart(charged)
		}
		if held > max(a.limit, a.collectAt) {
			runtime.GC()
			held, _ = a.holds(charged, need)
			a.collectAt = held + a.limit/8 // not before there is something to collect
			// What shares chunks may be dead; it is seen as such before long.
			ev.keepApart(charged)
			refused = held > a.limit && max(need, charged-a.apartSince) > a.limit/8
		}
	}
	if refused {
		a.room += need // it is not made
		ev.limit("memory", nil, "evaluation needs more memory than its limit of %d MiB allows", a.limit>>20)
	}
	a.room = min(weighingEvery, max(a.limit-held, a.limit/16))
	a.charged = charged + a.room
}

// keepApart has values allocated one by one from now on, so that what is dead is
// freed. It costs time, and is not done as long as little is live.
func (ev *Evaluator) keepApart(charged int64) {
	if ev.account.apartSince == 0 {
		ev.account.apartSince = charged
		ev.slabs.apart(true)
	}
}

// holds estimates what an evaluation holds that was charged so much, garbage and
// what it is about to allocate included, and what of it was live when garbage was
// last collected.
func (a *account) holds(charged, need int64) (held, live int64) {
	used, live := memory.Used()
	if !a.weighed {
		a.weighed, a.before = true, max(0, used-(charged-need))
	}
	a.before = min(a.before, used)
	if charged < a.limit/4 {
		return 0, live - a.before
	}
	large.Lock()
	defer large.Unlock()
	if large.charged == nil {
		large.charged = make(map[*account]int64)
	}
	large.charged[a], a.enlisted = charged, true
	all := 0.0
	for _, c := range large.charged {
		all += float64(c)
	}
	return int64(float64(used-a.before+need) * (float64(charged) / all)), live - a.before
}
