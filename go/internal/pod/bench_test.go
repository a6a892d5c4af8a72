package pod

import (
	"fmt"
	"testing"

	insomnia "github.com/insomnia-pods/insomnia"
	"github.com/insomnia-pods/insomnia/go/internal/durable/crashfs"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// coder is a profile of the usual size, resolved.
func coder(b *testing.B) *manifest.Envelope {
	b.Helper()
	r := &resolve.Resolver{Library: insomnia.Library, Version: "bench", Dir: b.TempDir(), CacheDir: b.TempDir()}
	result, err := r.Resolve(ctx, reference.OfBuiltin("coder"), resolve.Options{Provenance: true})
	if err != nil {
		b.Fatal(err)
	}
	return &manifest.Envelope{Schema: manifest.EnvelopeSchema, Profile: result.Profile, Provenance: result.Provenance,
		Inputs: manifest.Inputs{Workspace: "/home/user/project"}, Manifest: result.Manifest, Digest: result.Digest()}
}

// filled is a store on this machine's disk.
func filled(b *testing.B, pods int) *Store {
	b.Helper()
	s, e := newStore(b), coder(b)
	// Nothing here has to outlive a power cut.
	s.fs = crashfs.ForgetDirs(crashfs.ForgetFiles(s.fs))
	for i := range pods {
		if _, err := s.Create(ctx, New{Name: fmt.Sprintf("pod-%d", i), Source: Source{Target: "builtin:coder"}, Envelope: e}); err != nil {
			b.Fatal(err)
		}
	}
	return s
}

// Linear in the number of Pods, and no manifest is read.
func BenchmarkList(b *testing.B) {
	for _, pods := range []int{10, 100, 1000} {
		b.Run(fmt.Sprint(pods), func(b *testing.B) {
			s := filled(b, pods)
			b.ReportAllocs()
			for b.Loop() {
				list, damaged, err := s.List()
				if err != nil || len(damaged) > 0 || len(list) != pods {
					b.Fatal(len(list), damaged, err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*pods), "µs/Pod")
		})
	}
}

// What a list does beyond that.
func BenchmarkDrift(b *testing.B) {
	s := filled(b, 1000)
	list, _, err := s.List()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		d := Drifts{Library: func() string { return "sha256-x" }}
		for _, p := range list {
			d.Of(ctx, p)
		}
	}
}

// The reads of resuming a Pod; the floor of checks/bench does only the decoding.
func BenchmarkFindAndEnvelope(b *testing.B) {
	s := filled(b, 1)
	b.ReportAllocs()
	for b.Loop() {
		p, err := s.Find("pod-0")
		if err == nil {
			_, err = s.Envelope(p, 0)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeManifest(b *testing.B) {
	e := coder(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, problems := manifest.Decode(e.Manifest); len(problems) > 0 {
			b.Fatal(problems)
		}
	}
}

// Creating without the disk.
func BenchmarkCreate(b *testing.B) {
	e := coder(b)
	b.ReportAllocs()
	for b.Loop() {
		s := OpenOn(crashfs.New(), memoryDir)
		if _, err := s.Create(ctx, New{Envelope: e}); err != nil {
			b.Fatal(err)
		}
	}
}
