//go:build agents

package agenttest

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// What holds for root holds for a plain user, who has no right over the files and processes
// of others.
func TestLoginOfPlainUser(t *testing.T) {
	uids, err := os.ReadFile("/proc/self/uid_map")
	if err != nil {
		t.Fatal(err)
	}
	if os.Getuid() != 0 || strings.Join(strings.Fields(string(uids)), " ") != "0 0 4294967295" {
		return // the tests themselves run for one
	}
	programs := os.Getenv("INSOMNIA_AGENTS")
	if programs == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("INSOMNIA_AGENTS is not set")
		}
		t.Skip("needs INSOMNIA_AGENTS")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// What the tests need may be where root alone gets: they see it below /mnt, which is a
	// file system of their own.
	cmd := exec.CommandContext(t.Context(), "unshare", "--mount", "bash", "-euc", `
		mount -t tmpfs -o mode=755 tmpfs /mnt
		mkdir /mnt/node_modules /mnt/home
		mount --rbind "$1" /mnt/node_modules
		cp "$2" /mnt/agents.test
		cp "$3" /mnt/insomnia
		chown 61234:61234 /mnt/home
		cd /mnt/home
		exec setpriv --reuid=61234 --regid=61234 --clear-groups /mnt/agents.test -test.v -test.run "$4"`,
		"bash", filepath.Dir(programs), self, program, "^(TestLogin|TestLoginOfParts|TestLoginTraced|TestLoginCrashed)$")
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=/mnt/home", "CI=" + os.Getenv("CI"),
		"INSOMNIA_AGENTS=/mnt/node_modules/" + filepath.Base(programs), "INSOMNIA_BUILT=/mnt/insomnia"}
	out, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("--- PASS: TestLogin/")) {
		t.Errorf("%v\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "--- ") {
			t.Log(strings.TrimSpace(line))
		}
	}
}
