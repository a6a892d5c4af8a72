package pod

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/durable"
	"github.com/insomnia-pods/insomnia/go/internal/durable/crashfs"
)

const memoryDir = "/home/user/state/insomnia/pods"

// contents returns everything visible in a store, one line each.
func contents(t *testing.T, fsys durable.FS) []string {
	t.Helper()
	s := OpenOn(fsys, memoryDir)
	pods, damaged, err := s.List()
	if err != nil || len(damaged) > 0 {
		t.Fatalf("after the fault: %v %v", damaged, err)
	}
	var lines []string
	for _, p := range pods {
		lines = append(lines, fmt.Sprintf("%s at %d, %s", p.Name, p.Current, p.State))
		for _, g := range p.Generations {
			if _, err := s.Envelope(p, g.Number); err != nil {
				t.Fatalf("after the fault: %v", err)
			}
			lines = append(lines, fmt.Sprintf("%s has %s", p.Name, g.Digest))
		}
		events, err := s.Events(p)
		if err != nil {
			t.Fatalf("after the fault: %v", err)
		}
		for _, e := range events {
			lines = append(lines, fmt.Sprintf("%s: %s %d", p.Name, e.Kind, e.Generation))
		}
	}
	slices.Sort(lines)
	return lines
}

// someStore returns a store with two Pods, one of them with two generations, and
// leftovers.
func someStore(t *testing.T) (*crashfs.FS, *Store) {
	t.Helper()
	fsys := crashfs.New()
	s := OpenOn(fsys, memoryDir)
	p := create(t, s, "a", 1)
	must[*Pod](t)(s.Add(ctx, p, envelope(t, 2)))
	must[int](t)(0, s.Begin(ctx, must[*Pod](t)(s.Find("a")), EventStarted, now()))
	create(t, s, "b", 3)
	for _, left := range []string{memoryDir + "/.new-x", memoryDir + "/.removed-x"} {
		must[int](t)(0, fsys.Mkdir(left, 0o700))
	}
	must[int](t)(0, durable.Create(fsys, memoryDir+"/"+p.ID+"/generation-3.json", []byte("half"), 0o600))
	return fsys, s
}

// changes are the operations that write.
var changes = map[string]func(t *testing.T, s *Store) error{
	"Create": func(t *testing.T, s *Store) error {
		_, err := s.Create(ctx, New{Name: "c", Envelope: envelope(t, 4)})
		return err
	},
	"Add": func(t *testing.T, s *Store) error {
		_, err := s.Add(ctx, podNamed(t, s, "a"), envelope(t, 5))
		return err
	},
	"Rollback": func(t *testing.T, s *Store) error {
		_, err := s.Rollback(ctx, podNamed(t, s, "a"), 1)
		return err
	},
	"Record": func(t *testing.T, s *Store) error { return s.Record(ctx, podNamed(t, s, "b"), EventPruned) },
	"Begin":  func(t *testing.T, s *Store) error { return s.Begin(ctx, podNamed(t, s, "a"), EventStarted, now()) },
	"End":    func(t *testing.T, s *Store) error { return s.End(ctx, podNamed(t, s, "a"), now()) },
	"Remove": func(t *testing.T, s *Store) error { return s.Remove(ctx, podNamed(t, s, "a")) },
}

// podNamed reads without the faults.
func podNamed(t *testing.T, s *Store, name string) *Pod {
	t.Helper()
	fsys := s.fs.(*crashfs.FS)
	before := fsys.Before
	fsys.Before = nil
	defer func() { fsys.Before = before }()
	return must[*Pod](t)(s.Find(name))
}

var faults = []syscall.Errno{syscall.ENOSPC, syscall.EIO, syscall.EACCES}

// Each operation of the file system fails in turn, once, or with all that follow.
func TestFaultsLeaveTheOldState(t *testing.T) {
	for name, change := range changes {
		for _, lasting := range []bool{false, true} {
			for _, fault := range faults {
				t.Run(fmt.Sprintf("%s %s lasting=%v", name, fault, lasting), func(t *testing.T) {
					failedAt := 0
					for at := 0; ; at++ {
						fsys, s := someStore(t)
						old := contents(t, fsys)
						operation, struck := 0, ""
						fsys.Before = func(what, path string) error {
							operation++
							if operation == at+1 || lasting && operation > at {
								struck = what + " " + path
								return fault
							}
							return nil
						}
						err := change(t, s)
						fsys.Before = nil
						now := contents(t, fsys)
						afterCut := contents(t, fsys.Crash(rand.New(rand.NewPCG(1, uint64(at))), 0))
						if struck == "" {
							if err != nil || slices.Equal(now, old) {
								t.Fatalf("without a fault: %v", err)
							}
							break
						}
						switch {
						case err == nil && slices.Equal(now, old), err == nil && !slices.Equal(now, afterCut):
							t.Errorf("%s: no error, and the change is not there or not durable", struck)
						case err != nil:
							failedAt++
							if e := diag.From(err); e.Exit != diag.ExitState {
								t.Errorf("%s: the exit code is %d: %v", struck, e.Exit, err)
							}
							// When even the way back fails, the new state may be there, whole, and nothing else is said.
							unsure := lasting && diag.CodeIs(err, "pod-unsure")
							if d := cmp.Diff(old, now); d != "" && !unsure {
								t.Errorf("%s: %v; the state has changed (-old +now):\n%s", struck, err, d)
							}
						}
						if err != nil && slices.Equal(old, now) {
							if err := change(t, s); err != nil {
								t.Errorf("%s: repeated: %v", struck, err)
							}
						}
					}
					if failedAt < 8 {
						t.Errorf("only %d operations failed", failedAt)
					}
				})
			}
		}
	}
}

func TestFaultsOfReadingAreReported(t *testing.T) {
	reads := map[string]func(s *Store, p *Pod) error{
		"Find":     func(s *Store, _ *Pod) error { _, err := s.Find("a"); return err },
		"Envelope": func(s *Store, p *Pod) error { _, err := s.Envelope(p, 0); return err },
		"Events":   func(s *Store, p *Pod) error { _, err := s.Events(p); return err },
		"List": func(s *Store, _ *Pod) error {
			pods, damaged, err := s.List()
			if err == nil && len(damaged) > 0 {
				if err = damaged[0].Err; len(pods)+len(damaged) != 2 {
					err = fmt.Errorf("%d Pods and %d damaged", len(pods), len(damaged))
				}
			}
			return err
		},
	}
	for name, read := range reads {
		for _, fault := range faults {
			for at := 0; ; at++ {
				fsys, s := someStore(t)
				p := podNamed(t, s, "a")
				operation, struck := 0, ""
				fsys.Before = func(what, path string) error {
					if operation++; operation == at+1 {
						struck = what + " " + path
						return fault
					}
					return nil
				}
				err := read(s, p)
				fsys.Before = nil
				if struck == "" {
					if err != nil || at == 0 {
						t.Fatalf("%s without a fault: %v", name, err)
					}
					break
				}
				if name == "Find" && err == nil {
					continue // the fault was in the other Pod
				}
				if e := diag.From(err); err == nil || e.Exit != diag.ExitState && e.Exit != diag.ExitNotFound {
					t.Errorf("%s, %s: got %v", name, struck, err)
				}
			}
		}
	}
}

// Reading takes no lock and writes nothing.
func TestReadingWritesNothing(t *testing.T) {
	fsys, s := someStore(t)
	p := podNamed(t, s, "a")
	fsys.Before = func(what, path string) error {
		if what != "ReadFile" && what != "ReadDir" && what != "Lstat" {
			t.Errorf("reading does %s %s", what, path)
		}
		return nil
	}
	if _, _, err := s.List(); err != nil {
		t.Error(err)
	}
	if _, err := s.Find("a"); err != nil {
		t.Error(err)
	}
	if _, err := s.Envelope(p, 1); err != nil {
		t.Error(err)
	}
	if _, err := s.Events(p); err != nil {
		t.Error(err)
	}
}

func TestLeftoversAreSwept(t *testing.T) {
	fsys, s := someStore(t)
	p := podNamed(t, s, "a")
	must[int](t)(0, durable.Create(fsys, memoryDir+"/"+p.ID+"/.pod.json.X.tmp", []byte("half"), 0o600))
	must[int](t)(0, durable.Create(fsys, memoryDir+"/.new-x/pod.json", []byte("half"), 0o600))
	must[int](t)(0, durable.Create(fsys, memoryDir+"/"+p.ID+"/notes", []byte("not ours"), 0o600))

	must[*Pod](t)(s.Create(ctx, New{Envelope: envelope(t, 1)}))
	entries, err := fsys.ReadDir(memoryDir)
	if err != nil || len(entries) != 3 {
		t.Errorf("in the store: %v %v", entries, err)
	}
	if err := s.Record(ctx, p, EventStarted); err != nil {
		t.Fatal(err)
	}
	entries, err = fsys.ReadDir(memoryDir + "/" + p.ID)
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	if want := []string{"generation-1.json", "generation-2.json", "notes", "pod.json"}; err != nil || !slices.Equal(names, want) {
		t.Errorf("in the Pod: %v %v", names, err)
	}
}
