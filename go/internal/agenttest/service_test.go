//go:build agents

package agenttest

import (
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/modelmock"
)

// A command of the agent reaches a service by its variable and by git, with a credential
// that it never sees, and nothing else of that host.
func TestService(t *testing.T) {
	each(t, func(t *testing.T, a agent) {
		var mu sync.Mutex
		var asked []string
		host := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			asked = append(asked, r.URL.Path)
			if r.Header.Get("Authorization") != "Bearer "+serviceKey {
				w.WriteHeader(401)
				return
			}
			fmt.Fprintln(w, "the canary of services")
		}))
		defer host.Close()
		place := strings.TrimPrefix(host.URL, "https://")
		look := `curl -s $INSOMNIA_SERVICE_CODE/team/file; curl -s $INSOMNIA_SERVICE_CODE/other/file; git ls-remote https://` + place + `/team/a.git; ` +
			`env | sed s/^INSOMNIA_SERVICE_CODE=.*/ADDRESS/; cat /proc/*/environ /proc/*/cmdline 2>/dev/null | tr '\0' '\n'; curl -sm 5 -k https://` + place + `/team/direct`
		d := newDesk(t, a, `permissions.default = insomnia.lib.mkForce "ask"; permissions.mode = "auto";
  permissions.rules = [
    { tool = "bash"; pattern = "bash ./look"; action = "allow"; }
    { tool = "bash"; pattern = "curl -s $INSOMNIA_SERVICE_CODE/*"; action = "allow"; }
  ];
  sandbox.network = insomnia.lib.mkForce "none"; sandbox.allowedDomains = insomnia.lib.mkForce [ ];
  sandbox.hostCommands.sign = { command = [ "/usr/bin/true" ]; };
  sandbox.services.code = { host = "`+place+`"; methods = [ "GET" ]; paths = [ "/team/**" ]; for = "git"; auth.value = insomnia.lib.secrets.format "Bearer {}" (insomnia.lib.secrets.ref "code.login"); };`,
			script(modelmock.Turn{Calls: []modelmock.Call{a.shell("bash ./look")}}, modelmock.Turn{Calls: []modelmock.Call{a.shell(`curl -s "$INSOMNIA_SERVICE_CODE/team/ruled"`)}}, modelmock.Turn{Text: "done"}))
		d.write(d.work+"/look", look)
		authority := filepath.Join(d.xdg, "authority.pem")
		d.write(authority, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: host.Certificate().Raw})))
		config, err := os.ReadFile(d.xdg + "/config/insomnia/config.toml")
		if err != nil {
			t.Fatal(err)
		}
		d.write(d.xdg+"/config/insomnia/config.toml", string(config)+fmt.Sprintf("[secrets.\"code.login\"]\nuri = \"env:CODE_KEY\"\nhosts = [%q]\n", place))
		d.env = append(d.env, "SSL_CERT_FILE="+authority, "CODE_KEY="+serviceKey)
		got := d.headless("Look.")
		results := strings.Join(d.results(), "\n")
		if got.exit != 0 || strings.Count(results, "the canary of services") != 2 || !strings.Contains(results, "insomnia: the path `/other/file` is not among the paths of the service") {
			t.Errorf("exit %d, %q\n%s\n%s", got.exit, results, got.stdout, got.stderr)
		}
		if strings.Count(got.stderr, "sandbox.hostCommands.sign: not available in this Pod: ") != 1 {
			t.Errorf("what the Pod does not have is not said once:\n%s", got.stderr)
		}
		if strings.Contains(results+got.stdout+got.stderr, serviceKey) {
			t.Error("a command saw the credential")
		}
		mu.Lock()
		defer mu.Unlock()
		if want := "/team/file /team/a.git/info/refs /team/ruled"; strings.Join(asked, " ") != want {
			t.Errorf("the host was asked for %q, not %s", asked, want)
		}
		if body := string(d.conversation()[0].Body); !strings.Contains(body, "$INSOMNIA_SERVICE_CODE: https://"+place) {
			t.Error("the agent is not told of the service")
		}
		for path, text := range tree(t, filepath.Dir(d.work)) {
			if strings.Contains(text, serviceKey) {
				t.Errorf("%s has the credential", path)
			}
		}
	})
}

const serviceKey = "canary-of-services-5c1e9a"
