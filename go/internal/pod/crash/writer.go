package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/pod"
)

const writerCommand = "write"

// said is a line of a writer: an operation that it is about to do, or an acknowledgment.
type said struct {
	Did string `json:"did,omitempty"` // ready, create, add, rollback, record, remove
	Pod string `json:"pod,omitempty"`
	// Of the Pod at the acknowledgment.
	Revision int      `json:"revision,omitempty"`
	Current  int      `json:"current,omitempty"`
	Sums     []string `json:"sums,omitempty"` // checksums of its generations

	Removing string `json:"removing,omitempty"` // written before the removal
	Failed   string `json:"failed,omitempty"`
}

// write changes a store in a loop and reports each change on standard output. Everything
// reported before the process is killed must be in the store.
func write(dir, seedText string) int {
	seed, err := strconv.ParseUint(seedText, 10, 64)
	if err != nil {
		return 2
	}
	random, store := rand.New(rand.NewPCG(seed, 1)), pod.Open(dir)
	say(said{Did: "ready"})
	for number := 0; ; number++ {
		did, p, err := changeOne(context.Background(), store, random, number)
		switch {
		case diag.CodeIs(err, "pod-conflict"): // another writer was faster
		case err != nil:
			say(said{Failed: fmt.Sprintf("%s: %v", did, err)})
			return 1
		default:
			line := said{Did: did, Pod: p.ID, Revision: p.Revision, Current: p.Current}
			for _, g := range p.Generations {
				line.Sums = append(line.Sums, g.Checksum)
			}
			say(line)
		}
	}
}

// say writes a line at once, in a single write.
func say(line said) {
	data, err := json.Marshal(line)
	if err == nil {
		_, err = os.Stdout.Write(append(data, '\n'))
	}
	if err != nil {
		os.Exit(1) // the reader is gone
	}
}

// most limits how many Pods exist at once.
const most = 6

func changeOne(ctx context.Context, store *pod.Store, random *rand.Rand, number int) (did string, p *pod.Pod, err error) {
	pods, damaged, err := store.List()
	if err == nil && len(damaged) > 0 {
		err = damaged[0].Err
	}
	if err != nil {
		return "list", nil, err
	}
	e := envelope(random.IntN(100000))
	if len(pods) == 0 || len(pods) < most && random.IntN(3) == 0 {
		p, err = store.Create(ctx, pod.New{Envelope: e})
		return "create", p, err
	}
	p = pods[random.IntN(len(pods))]
	switch action := random.IntN(10); {
	case action < 4:
		p, err = store.Add(ctx, p, e)
		return "add", p, err
	case action < 6:
		p, err = store.Rollback(ctx, p, 1+random.IntN(len(p.Generations)))
		return "rollback", p, err
	case action < 8:
		return "record", p, store.Record(ctx, p, pod.EventResumed)
	}
	say(said{Removing: p.ID})
	return "remove", p, store.Remove(ctx, p)
}
