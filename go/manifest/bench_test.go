package manifest

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// manifest14KB is the full manifest with prompts and rules as a real one has them.
func manifest14KB(b *testing.B) []byte {
	b.Helper()
	const size = 14 << 10
	var document map[string]any
	if err := json.Unmarshal([]byte(base(b, "full")), &document); err != nil {
		b.Fatal(err)
	}
	var rules []any
	for i := range 40 {
		rules = append(rules, map[string]any{"tool": "bash", "pattern": fmt.Sprintf("make target-%d *", i), "action": "allow", "reason": "A target of the build."})
	}
	document["permissions"].(map[string]any)["rules"] = append(rules, document["permissions"].(map[string]any)["rules"].([]any)...)
	prompts := document["prompts"].(map[string]any)
	missing := size - len(encoded(b, document))
	prompts["system"] = strings.Repeat("Read before you write, and say what you found.\n", missing/47)
	data := encoded(b, document)
	if len(data) < size-100 || len(data) > size+100 {
		b.Fatalf("the manifest has %d bytes", len(data))
	}
	return data
}

// What resolving does with what comes out of the evaluator.
func BenchmarkResolve14KB(b *testing.B) {
	data := manifest14KB(b)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		canonical, problems := Check(data)
		if len(problems) > 0 {
			b.Fatal(Problems(problems))
		}
		Digest(canonical)
	}
}

// The same, and the manifest as Go types.
func BenchmarkDecode14KB(b *testing.B) {
	data := manifest14KB(b)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, problems := Decode(data); len(problems) > 0 {
			b.Fatal(Problems(problems))
		}
	}
}

// A whole process that decodes, validates and canonicalises, against one of the
// same binary that does nothing: what the package adds to a start.
func BenchmarkProcess14KB(b *testing.B) {
	file := b.TempDir() + "/manifest.json"
	if err := os.WriteFile(file, manifest14KB(b), 0o600); err != nil {
		b.Fatal(err)
	}
	run := func(argument string) time.Duration {
		command := exec.Command(os.Args[0], "-test.run=^$")
		command.Env = append(os.Environ(), processVariable+"="+argument)
		start := time.Now()
		if out, err := command.CombinedOutput(); err != nil {
			b.Fatalf("%v: %s", err, out)
		}
		return time.Since(start)
	}
	var nothing, resolving time.Duration
	n := 0
	for b.Loop() {
		nothing += run("nothing")
		resolving += run(file)
		n++
	}
	b.ReportMetric(float64(nothing.Microseconds())/float64(n), "µs/nothing")
	b.ReportMetric(float64(resolving.Microseconds())/float64(n), "µs/resolving")
	b.ReportMetric(float64(resolving)/float64(nothing), "ratio")
}

const processVariable = "INSOMNIA_BENCHMARK_PROCESS"

func TestMain(m *testing.M) {
	switch file := os.Getenv(processVariable); file {
	case "":
		flag.Parse()
		if said := groundwork(); len(said) > 0 {
			fmt.Fprintln(os.Stderr, strings.Join(said, "\n"))
			fmt.Fprintln(os.Stderr, "the tests of go/manifest are not run until then: docs/development.md, Add a field")
			os.Exit(1)
		}
		os.Exit(m.Run())
	case "nothing":
	default:
		data, err := os.ReadFile(file)
		if err != nil {
			panic(err)
		}
		canonical, problems := Check(data)
		if len(problems) > 0 {
			panic(Problems(problems))
		}
		fmt.Println(Digest(canonical))
	}
}
