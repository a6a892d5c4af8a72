package secret

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	providers "github.com/insomnia-pods/insomnia/go/internal/provider"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

func readManifest(t *testing.T, file string) ([]byte, *manifest.Manifest) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	m, problems := manifest.Decode(data)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return data, m
}

const full = "../../../checks/conformance/bases/full.json"

func TestUses(t *testing.T) {
	data, m := readManifest(t, full)
	files := Destination{Command: []string{"mcp-files", "--root", "."}, Env: []string{"FILES_LOGIN=user:{files.token}", "LOG_LEVEL=warn"}, Variables: []string{"FILES_LOGIN", "FILES_TOKEN"}, Cwd: "tools/mcp"}
	ledger := Destination{Command: []string{"mcp-ledger", "--user", "{ledger.user}", "--token={ledger.token}"}, Arguments: []int{2, 3}}
	want := []Use{
		{"model.auth", "/model/auth", "anthropic.api.default", Destination{Host: "api.anthropic.com"}},
		{"model.headers.X-Gateway-Token", "/model/headers/X-Gateway-Token", "gateway.token", Destination{Host: "api.anthropic.com"}},
		{"model.headers.X-Proxy", "/model/headers/X-Proxy/refs/0", "gateway.token", Destination{Host: "api.anthropic.com"}},
		{"web.search.auth", "/web/search/auth", "brave.search.default", Destination{Host: "api.search.brave.com"}},
		{"mcpServers.files.env.FILES_LOGIN", "/mcpServers/files/env/FILES_LOGIN/refs/0", "files.token", files},
		{"mcpServers.files.env.FILES_TOKEN", "/mcpServers/files/env/FILES_TOKEN", "files.token", files},
		{"mcpServers.ledger.args[1]", "/mcpServers/ledger/args/1", "ledger.user", ledger},
		{"mcpServers.ledger.args[2]", "/mcpServers/ledger/args/2/refs/0", "ledger.token", ledger},
		{"mcpServers.maps.url", "/mcpServers/maps/url/refs/0", "maps.token", Destination{Host: "maps.example.org"}},
		{"mcpServers.tracker.headers.Authorization", "/mcpServers/tracker/headers/Authorization", "tracker.token", Destination{Host: "tracker.example.org"}},
		{"mcpServers.tracker.headers.X-Session", "/mcpServers/tracker/headers/X-Session/refs/0", "tracker.token", Destination{Host: "tracker.example.org"}},
		{"mcpServers.tracker.headers.X-Session", "/mcpServers/tracker/headers/X-Session/refs/1", "tracker.team", Destination{Host: "tracker.example.org"}},
		{"sandbox.services.code.auth.value", "/sandbox/services/code/auth/value/refs/0", "code.login", Destination{Host: "code.example.org"}},
		{"sandbox.services.packages.auth.value", "/sandbox/services/packages/auth/value", "packages.token", Destination{Host: "packages.example.org:8443"}},
		{"subagents.scout.model.auth", "/subagents/scout/model/auth", "anthropic.api.default", Destination{Host: "api.anthropic.com"}},
	}
	uses := Uses(m)
	if diff := cmp.Diff(want, uses); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"anthropic.api.default", "brave.search.default", "code.login", "files.token", "gateway.token", "ledger.token", "ledger.user", "maps.token", "packages.token", "tracker.team", "tracker.token"}, Names(uses)); diff != "" {
		t.Error(diff)
	}

	// The manifest's own idea of its leaves has the same slots.
	leaves, err := manifest.Leaves(data)
	if err != nil {
		t.Fatal(err)
	}
	var slots, paths []string
	for _, leaf := range leaves {
		var elements []json.RawMessage
		switch {
		case !strings.Contains(string(leaf.Value), manifest.SecretRefType):
		case json.Unmarshal(leaf.Value, &elements) == nil:
			for i, element := range elements {
				if strings.Contains(string(element), manifest.SecretRefType) {
					slots = append(slots, fmt.Sprintf("%s[%d]", leaf.Path, i))
				}
			}
		default:
			slots = append(slots, leaf.Path)
		}
	}
	for _, use := range uses {
		paths = append(paths, use.Path)
	}
	slices.Sort(slots)
	slices.Sort(paths)
	paths = slices.Compact(paths)
	if diff := cmp.Diff(slots, paths); diff != "" {
		t.Error(diff)
	}
}

// Every type that can hold a reference is one that Uses walks through: a field
// added to the manifest fails here until Uses knows it.
func TestUsesKnowsEverySlot(t *testing.T) {
	var found []string
	var walk func(at reflect.Type, path string)
	walk = func(at reflect.Type, path string) {
		switch at {
		case reflect.TypeFor[manifest.SecretRef](), reflect.TypeFor[manifest.SecretText](), reflect.TypeFor[manifest.EnvValue]():
			found = append(found, path)
			return
		}
		switch at.Kind() {
		case reflect.Pointer, reflect.Slice:
			walk(at.Elem(), path)
		case reflect.Map:
			walk(at.Elem(), path+".*")
		case reflect.Struct:
			for i := range at.NumField() {
				name, _, _ := strings.Cut(at.Field(i).Tag.Get("json"), ",")
				walk(at.Field(i).Type, path+"."+name)
			}
		}
	}
	walk(reflect.TypeFor[manifest.Manifest](), "")
	want := []string{".model.auth", ".model.headers.*", ".mcpServers.*.args.", ".mcpServers.*.env.*", ".mcpServers.*.url.", ".mcpServers.*.headers.*", ".sandbox.services.*.auth.value", ".web.search.auth", ".subagents.*.model.auth", ".subagents.*.model.headers.*"}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("slots for secrets in the types of the manifest: %s", diff)
	}
}

func TestDestinations(t *testing.T) {
	address := func(text string) *manifest.URL { u := manifest.URL(text); return &u }
	search := func(provider manifest.ProviderName) *manifest.ProviderName { return &provider }
	for _, test := range []struct {
		baseURL *manifest.URL
		want    string
	}{
		{nil, "api.anthropic.com"},
		{address("https://api.anthropic.com"), "api.anthropic.com"},
		{address("https://API.Anthropic.com:443/v1"), "api.anthropic.com"},
		{address("https://api.anthropic.com:0443/v1"), "api.anthropic.com"},
		{address("https://api.anthropic.com:8443"), "api.anthropic.com:8443"},
		{address("http://api.anthropic.com/"), "http://api.anthropic.com"},
		{address("http://api.anthropic.com:80/"), "http://api.anthropic.com"},
		{address("http://api.anthropic.com:443/"), "http://api.anthropic.com:443"},
		{address("http://localhost:11434/v1"), "http://localhost:11434"},
		{address("http://[::1]:11434/v1"), "http://[::1]:11434"},
		{address("https://[2001:DB8:0::1]/v1"), "[2001:db8::1]"},
		{address("http://my_ollama:11434?x=1"), "http://my_ollama:11434"},
		{address("https://good.example?@evil.example/"), "good.example"},
		{address("https://[fe80::1%25eth0]/"), ""},
		{address("https://api.anthropic.com.evil.example/"), "api.anthropic.com.evil.example"},
		{address("https://api.anthropic.com:99999/"), ""},
		{address("https://api.anthropic.com:0/"), ""},
		{address("https://api.anthropic.com./"), ""},
		{address("https://-x/"), ""},
		{address("https://api.anthropic.com@evil.example/"), ""},
	} {
		m := &manifest.Manifest{Model: manifest.Model{Provider: "anthropic", BaseURL: test.baseURL}}
		to := modelHost(m.Model)
		if to.Host != test.want || (to.Host == "") == (to.Unknown == "") {
			t.Errorf("%v leads to %+v, not %q", test.baseURL, to, test.want)
		}
		// A search that names no provider goes to the model's.
		if got := searchHost(m); !cmp.Equal(got, to) {
			t.Errorf("search leads to %+v, the model to %+v", got, to)
		}
	}
	m := &manifest.Manifest{Model: manifest.Model{Provider: "nobody"}}
	if to := modelHost(m.Model); to.Unknown == "" || !strings.Contains(to.Unknown, "nobody") {
		t.Errorf("%+v", to)
	}
	m.Web.Search.Provider = search("anthropic") // a provider of models is none of search
	if to := searchHost(m); to.Unknown == "" {
		t.Errorf("%+v", to)
	}
	if to := serverHost(manifest.MCPServer{}); to.Unknown == "" {
		t.Errorf("%+v", to)
	}
	if to := serverCommand(manifest.MCPServer{}); to.Unknown == "" {
		t.Errorf("%+v", to)
	}
}

// The hosts here are those of the library's catalog of models.
func TestHostsOfTheCatalog(t *testing.T) {
	data, err := os.ReadFile("../../../lib/models.nix")
	if err != nil {
		t.Fatal(err)
	}
	provider, seen := "", 0
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, `name = "`); ok && !strings.Contains(name, "$") {
			if provider = strings.TrimSuffix(name, `";`); providers.ModelHost(provider) == "" {
				t.Errorf("no host for the provider %s of the catalog", provider)
			}
		}
		if address, ok := strings.CutPrefix(line, `baseUrl = "`); ok {
			seen++
			if to := urlHost(manifest.URL(strings.TrimSuffix(address, `";`))); to.Host != providers.ModelHost(provider) {
				t.Errorf("%s is at %s in the catalog", provider, to)
			}
		}
	}
	if seen < 5 {
		t.Errorf("only %d addresses found in the catalog", seen)
	}
}

func TestWordsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		argv := rapid.SliceOf(rapid.String()).Draw(t, "argv")
		back, err := SplitWords(JoinWords(argv))
		if err != nil || !slices.Equal(argv, back) {
			t.Fatalf("%q became %q (%v) by way of %s", argv, back, err, JoinWords(argv))
		}
	})
}

func TestSplitWords(t *testing.T) {
	for line, want := range map[string][]string{
		"":                        nil,
		"  op   read ":            {"op", "read"},
		`op read "op://a b/c"`:    {"op", "read", "op://a b/c"},
		`a 'b "c" $d' e\ f ''`:    {"a", `b "c" $d`, "e f", ""},
		`"a\"b\\c\d"`:             {`a"b\c\d`},
		`$HOME ~ *; | a'b'"c"`:    {"$HOME", "~", "*;", "|", "abc"},
		"unclosed 'x":             {"!"},
		`unclosed "x\"`:           {"!"},
		`a backslash at the end\`: {"!"},
	} {
		got, err := SplitWords(line)
		if err != nil {
			got = []string{"!"}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q is read as %q, not %q", line, got, want)
		}
	}
}
