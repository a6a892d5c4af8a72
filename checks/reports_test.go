package checks

import (
	"encoding/json"
	"os"
	"os/exec"
	"testing"

	"github.com/insomnia-pods/insomnia/checks/golden"
)

// The reports that the library's tests compare with are written here, since Nix writes no files.
func TestReports(t *testing.T) {
	command := exec.Command("go", "run", "./nixeval", "reports.nix")
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	var reports map[string]string
	if err := json.Unmarshal(out, &reports); err != nil {
		t.Fatal(err)
	}
	if len(reports) == 0 {
		t.Error("lib/tests/profile.nix has no test named `the report of NAME`")
	}
	for name, report := range reports {
		golden.Check(t, "../lib/tests/reports/"+name+".txt", []byte(report))
	}
}
