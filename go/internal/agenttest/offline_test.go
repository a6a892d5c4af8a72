//go:build agents

package agenttest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/modelmock"
)

// offline is a desk without any network, whose profile has the provider's own address,
// and the words that run a command there.
func offline(t *testing.T, a agent) (d *desk, host string, words []string) {
	d = newDesk(t, a, "", script(modelmock.Turn{Text: "never"}))
	name, host := "anthropic.api.default", "api.anthropic.com"
	if a.role == "coder-openai" {
		name, host = "openai.api.default", "api.openai.com"
	}
	d.write(d.xdg+"/config/insomnia/config.toml", fmt.Sprintf("[secrets.%q]\nuri = \"env:TEST_KEY\"\nhosts = [%q]\n", name, host))
	d.write(d.xdg+"/config/insomnia/profiles/offline.nix", fmt.Sprintf(`{ insomnia }:
insomnia.lib.mkProfile {
  name = "offline";
  imports = [ insomnia.insomniaProfiles.%s ];
}
`, a.role))
	words = []string{"unshare", "--net"}
	if os.Geteuid() != 0 {
		words = append(words, "--map-root-user")
	}
	return d, host, append(words, "sh", "-c", `ip link set lo up; exec "$@"`, "sh", program)
}

// Without a network, a start and a resume end soon, with the host that cannot be reached
// and what to do, and with an exit code of their own.
func TestOffline(t *testing.T) {
	each(t, func(t *testing.T, a agent) {
		d, host, words := offline(t, a)
		for _, args := range [][]string{
			{"pod", "new", "user:offline", "--runtime", a.runtime, "--name", "off", "--print", "--prompt", "Begin."},
			{"pod", "resume", "off", "--print", "--prompt", "Go on."},
		} {
			cmd := exec.Command(words[0], append(words[1:], args...)...)
			cmd.Dir, cmd.Env = d.work, d.env
			var out, errs bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &errs
			cmd.WaitDelay = time.Second
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			timer := time.AfterFunc(2*time.Minute, func() { cmd.Process.Kill() })
			_ = cmd.Wait()
			if !timer.Stop() {
				t.Errorf("%q does not end", args)
			}
			said := "Pod `off` cannot reach " + host + ": host not found; check the network of this machine; then go on: insomnia pod resume off"
			if code := cmd.ProcessState.ExitCode(); code != 6 || !strings.Contains(errs.String(), said) {
				t.Errorf("%q: exit %d\n%s\n%s", args, code, out.String(), errs.String())
			}
			if strings.Contains(out.String()+errs.String(), canary) {
				t.Error("the key was printed")
			}
		}
		if shown := d.insomnia("pod", "show", "off"); !strings.Contains(shown.stdout, "cannot reach "+host) {
			t.Errorf("the Pod does not say why it ended:\n%s", shown.stdout)
		}
		if log := d.model.Log(); len(log) != 0 {
			t.Errorf("%d requests have reached a model", len(log))
		}
	})
}

// In a terminal the sentence is in the conversation, and the program stays.
func TestOfflineInTerminal(t *testing.T) {
	each(t, func(t *testing.T, a agent) {
		d, host, words := offline(t, a)
		var quoted []string
		for _, word := range words {
			quoted = append(quoted, "'"+word+"'")
		}
		d.write(d.work+"/../offline", "#!/bin/sh\nexec "+strings.Join(quoted, " ")+" \"$@\"\n")
		if err := os.Chmod(d.work+"/../offline", 0o700); err != nil {
			t.Fatal(err)
		}
		p := d.pane()
		p.run("stty -a >before; ../offline pod new user:offline --runtime "+a.runtime+" --name off --prompt Begin", shows("cannot reach "+host))
		if got := d.insomnia("pod", "stop", "off"); got.exit != 0 {
			t.Errorf("%d %s", got.exit, got.stderr)
		}
		p.same()
	})
}
