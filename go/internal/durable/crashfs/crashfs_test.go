package crashfs_test

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/durable"
	"github.com/insomnia-pods/insomnia/go/internal/durable/crashfs"
)

// after returns the possible contents of a file after a power cut, and how often each
// occurs; "-" means that the file is missing.
func after(t *testing.T, f *crashfs.FS, path string) map[string]int {
	t.Helper()
	random, seen := rand.New(rand.NewPCG(1, 1)), map[string]int{}
	for range 500 {
		data, err := f.Crash(random, float64(random.IntN(5))/4).ReadFile(path, 1<<20)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			data = []byte("-")
		case err != nil:
			t.Fatal(err)
		}
		seen[string(data)]++
	}
	return seen
}

func create(t *testing.T, f durable.FS, path, text string, sync bool) {
	t.Helper()
	file, err := f.Create(path, 0o600)
	if err == nil {
		_, err = file.Write([]byte(text))
	}
	if err == nil && sync {
		err = file.Sync()
	}
	if err != nil {
		t.Fatal(err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestOnlySyncedFilesAreSafe(t *testing.T) {
	f := crashfs.New()
	create(t, f, "/a", "text", true)
	if seen := after(t, f, "/a"); len(seen) != 2 || seen["-"] == 0 || seen["text"] == 0 {
		t.Errorf("with the fsync of the file alone: %v", seen)
	}
	must(t, f.SyncDir("/"))
	if seen := after(t, f, "/a"); len(seen) != 1 || seen["text"] == 0 {
		t.Errorf("with both: %v", seen)
	}
	create(t, f, "/b", "text", false)
	must(t, f.SyncDir("/"))
	if seen := after(t, f, "/b"); seen[""] == 0 || seen["te"] == 0 || seen["text"] == 0 || seen["-"] > 0 {
		t.Errorf("with the fsync of the folder alone: %v", seen)
	}
}

func TestNamesLeadToOldOrNew(t *testing.T) {
	f := crashfs.New()
	create(t, f, "/a", "old", true)
	must(t, f.SyncDir("/"))
	create(t, f, "/b", "new", true)
	must(t, f.Rename("/b", "/a"))
	if seen := after(t, f, "/a"); len(seen) != 2 || seen["old"] == 0 || seen["new"] == 0 {
		t.Errorf("a file that was replaced: %v", seen)
	}
	if seen := after(t, f, "/b"); seen["-"] == 0 || seen["new"] == 0 {
		t.Errorf("where it was before: %v", seen)
	}
	must(t, f.SyncDir("/"))
	must(t, f.Remove("/a"))
	if seen := after(t, f, "/a"); len(seen) != 2 || seen["-"] == 0 || seen["new"] == 0 {
		t.Errorf("a file that was removed: %v", seen)
	}
}

func TestReplaceIsWholeAtEveryPowerCut(t *testing.T) {
	try := func(wrap func(durable.FS) durable.FS) (before, torn map[string]int, acknowledged map[string]int) {
		f := crashfs.New()
		must(t, durable.Replace(f, "/file", []byte("old"), 0o600))
		before, torn = map[string]int{}, map[string]int{}
		f.Before = func(string, string) error {
			for text, n := range after(t, f, "/file") {
				if text == "old" || text == "new and longer" {
					before[text] += n
				} else {
					torn[text] += n
				}
			}
			return nil
		}
		must(t, durable.Replace(wrap(f), "/file", []byte("new and longer"), 0o600))
		f.Before = nil
		return before, torn, after(t, f, "/file")
	}
	before, torn, acknowledged := try(func(f durable.FS) durable.FS { return f })
	if before["old"] == 0 || before["new and longer"] == 0 || len(torn) > 0 || len(acknowledged) != 1 || acknowledged["new and longer"] == 0 {
		t.Errorf("before it is acknowledged %v, torn %v, after %v", before, torn, acknowledged)
	}
	if _, _, acknowledged := try(crashfs.ForgetDirs); acknowledged["old"] == 0 {
		t.Error("without the fsync of the folder nothing is lost")
	}
	if _, torn, acknowledged := try(crashfs.ForgetFiles); len(torn) == 0 && len(acknowledged) == 1 {
		t.Error("without the fsync of the file nothing is torn")
	}
}

func TestMkdirAllIsSafe(t *testing.T) {
	f := crashfs.New()
	must(t, durable.MkdirAll(f, "/a/b/c", 0o700))
	random := rand.New(rand.NewPCG(1, 1))
	for range 100 {
		if info, err := f.Crash(random, 0.5).Lstat("/a/b/c"); err != nil || info.Mode() != fs.ModeDir|0o700 {
			t.Fatal(info, err)
		}
	}
}
