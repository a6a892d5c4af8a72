package grant

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/insomnia-pods/insomnia/go/internal/grant/granttest"
	"github.com/insomnia-pods/insomnia/go/internal/reach"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

func TestRichIsValid(t *testing.T) {
	for _, p := range manifest.Validate([]byte(granttest.Rich)) {
		t.Errorf("%s: %s", p.Path, p.Message)
	}
}

// union is the types of which a value is one of several, so that it is one leaf.
var union = reflect.TypeFor[interface{ Alternatives() []any }]()

// leafTypes are the leaves of the Go types, by path as in [Field].
func leafTypes() map[string]reflect.Type {
	out := map[string]reflect.Type{}
	var walk func(path string, typ reflect.Type)
	walk = func(path string, typ reflect.Type) {
		switch {
		case typ.Kind() == reflect.Pointer:
			walk(path, typ.Elem())
		case typ == reflect.TypeFor[manifest.SecretRef](), typ.Implements(union):
			out[path] = typ
		case typ.Kind() == reflect.Struct:
			for i := range typ.NumField() {
				name, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
				walk(strings.TrimPrefix(path+"."+name, "."), typ.Field(i).Type)
			}
		case typ.Kind() == reflect.Map:
			walk(path+".*", typ.Elem())
		case typ.Kind() == reflect.Slice && typ.Elem().Kind() == reflect.Struct && !typ.Elem().Implements(union):
			walk(path+"[]", typ.Elem())
		default:
			out[path] = typ
		}
	}
	walk("", reflect.TypeFor[manifest.Manifest]())
	return out
}

// A field that is new in the manifest is in no list: this test then reports it, before
// an agent can be granted something without consent.
func TestEveryFieldIsAGrantOrHarmless(t *testing.T) {
	known := map[string]bool{}
	for _, f := range Fields() {
		if known[f.Path] {
			t.Errorf("%s stands twice", f.Path)
		}
		known[f.Path] = true
		switch {
		case (f.Kind == "") == (f.Reason == ""):
			t.Errorf("%s is either a grant or harmless for a reason", f.Path)
		case (f.Kind == "") != (f.Wider == ""):
			t.Errorf("%s: a grant has a direction, what is harmless has none", f.Path)
		case f.Kind != "" && !f.Kind.Known():
			t.Errorf("%s: there is no kind %s", f.Path, f.Kind)
		}
	}
	types := leafTypes()
	for path := range types {
		section, own, _ := strings.Cut(path, ".")
		if own = strings.TrimPrefix(strings.TrimPrefix(own, "*."), "ceiling."); (section == "subagents" || section == "delegation") && types[own] != nil && !known[own] {
			continue // reported as a field of the manifest
		}
		if !known[path] {
			t.Errorf("%s: no line has the field %s; add {Path: %[2]q, Reason: …} when nothing that the agent may do depends on it,\n"+
				"else {Path: %[2]q, Kind: …, Wider: …}, and the grant itself to Of in grants.go", lineOf(t, "fieldlist_test.go", `{Path: "`+section+"."), path)
		}
	}
	for path := range known {
		if types[path] == nil {
			t.Errorf("the manifest has no field %s", path)
		}
	}
}

// edit is a change of one leaf and what it must lead to.
type edit struct {
	name  string
	base  any // what the leaf is before; nil: as in rich
	value any // what it becomes; nothing removes it
	asks  bool
}

func ref(name string) any {
	return map[string]any{"_type": manifest.SecretRefType, "name": name}
}

// format is text with one secret.
func format(template, name string) any {
	return map[string]any{"_type": manifest.SecretFormatType, "template": template, "refs": []any{ref(name)}}
}

func fill[T any](words []T) []any {
	var out []any
	for _, w := range words {
		out = append(out, w)
	}
	return out
}

// editsOf makes, from the type of a leaf and from what its field says, changes in
// each direction.
func editsOf(t *testing.T, f Field, typ reflect.Type, at string, have any) []edit {
	asks := f.Kind != ""
	switch {
	case typ == reflect.TypeFor[manifest.SecretRef]():
		return []edit{{name: "another secret", value: ref("other.key"), asks: true}, {name: "no secret", value: nil, asks: false},
			{name: "a secret where there was none", base: granttest.Nothing, value: have, asks: true}}
	case typ == reflect.TypeFor[manifest.SecretText]():
		return []edit{{name: "another secret", value: format("Basic {}", "other.key"), asks: true}, {name: "other text", value: format("Bearer {}", "code.key"), asks: true},
			{name: "the secret alone", value: ref("code.key"), asks: true}}
	case typ == reflect.TypeFor[manifest.URLValue]():
		return []edit{{name: "another address", value: "https://other.example.org/", asks: true},
			{name: "another secret", value: format("https://mcp.example.org/{}", "other.key"), asks: true},
			{name: "the same secret elsewhere", base: format("https://mcp.example.org/{}", "y.key"), value: format("https://mcp.example.org/{}/admin", "y.key"), asks: true},
			{name: "the name of a secret in place of it", base: format("https://mcp.example.org/{}", "y.key"), value: "https://mcp.example.org/{y.key}", asks: true}}
	case typ == reflect.TypeFor[manifest.SkillFile]():
		whole := have
		if text, plain := have.(string); plain {
			whole = map[string]any{"text": text}
		}
		started := withField(whole.(map[string]any), "executable", true)
		still := withField(whole.(map[string]any), "executable", false)
		return []edit{{name: "another text", value: "other", asks: true}, {name: "other bytes", value: map[string]any{"base64": "gICA"}, asks: true},
			{name: "can be started", base: still, value: started, asks: true}, {name: "cannot be started", base: started, value: still, asks: true},
			{name: "written as an object", base: have, value: whole}, {name: "gone", value: granttest.Nothing, asks: true},
			{name: "one more", base: granttest.Nothing, value: have, asks: true}}
	case typ == reflect.TypeFor[[]manifest.ArgValue]():
		list := have.([]any)
		var out []edit
		for _, added := range []any{"added", ref("x.key"), format("--key={}", "x.key")} {
			more := append(slices.Clone(list), added)
			out = append(out, edit{name: "an entry more", value: more, asks: true}, edit{name: "an entry less", base: more, value: list, asks: true})
		}
		return append(out, edit{name: "a secret in place of its name", base: []any{"{x.key}"}, value: []any{ref("x.key")}, asks: true},
			edit{name: "other text around a secret", base: []any{format("-k={}", "x.key")}, value: []any{format("-f={}", "x.key")}, asks: true},
			edit{name: "another secret", base: []any{format("-k={}", "x.key")}, value: []any{format("-k={}", "y.key")}, asks: true})
	case typ == reflect.TypeFor[manifest.EnvValue]() && have.(map[string]any)["template"] != nil:
		return []edit{{name: "other text around the secret", value: format("Basic {}", "y.key"), asks: true},
			{name: "another secret in the text", value: format("Bearer {}", "x.key"), asks: true}, {name: "the secret alone", value: ref("y.key"), asks: true},
			{name: "no text with secrets", value: granttest.Nothing, asks: true}, {name: "text with secrets more", base: granttest.Nothing, value: have, asks: true},
			{name: "the secret in place of its name", base: map[string]any{"value": "Bearer {y.key}"}, value: format("Bearer {}", "y.key"), asks: true}}
	case typ == reflect.TypeFor[manifest.EnvValue]():
		if have.(map[string]any)["value"] == nil {
			return []edit{{name: "another secret", value: ref("other.key"), asks: true}, {name: "no secret", value: granttest.Nothing, asks: false},
				{name: "a literal", value: map[string]any{"value": "1"}, asks: true}, {name: "a secret more", base: granttest.Nothing, value: have, asks: true}}
		}
		return []edit{{name: "another value", value: map[string]any{"value": "0"}, asks: true}, {name: "no value", value: granttest.Nothing, asks: true},
			{name: "a secret", value: ref("other.key"), asks: true}, {name: "a value more", base: granttest.Nothing, value: have, asks: true}}
	case f.Wider == Other && typ.Kind() == reflect.Slice:
		return []edit{{name: "another provider", value: []any{"q/n"}, asks: true}, {name: "another model", value: []any{"p/o"}}, {name: "none", value: []any{}}}
	case f.Wider == Other && strings.HasSuffix(f.Path, "provider"):
		return []edit{{name: "another provider", value: "q", asks: true}}
	case f.Wider == Other:
		return []edit{{name: "another provider", value: "q/m", asks: true}, {name: "another model", value: "p/o"}}
	case f.Wider == Act:
		var out []edit
		for i, from := range reach.Actions {
			for j, to := range reach.Actions {
				out = append(out, edit{name: from + " becomes " + to, base: from, value: to, asks: j > i})
			}
		}
		return out
	case f.Wider == Later:
		order := map[string][]string{"mode": reach.Modes, "filesystem": reach.Filesystems, "network": reach.Networks, "scope": reach.Memories}[last(f.Path)]
		switch f.Path {
		case "web.search.mode":
			order = reach.Searches
		case "permissions.default", "subagents.*.permissions.default", "delegation.ceiling.permissions.default":
			order = reach.Actions
		case "tools.default", "subagents.*.tools.default", "delegation.ceiling.tools.default":
			order = []string{"deny", "allow"}
		}
		if order == nil {
			t.Fatalf("no order for %s", f.Path)
		}
		var out []edit
		for i, from := range order {
			for j, to := range order {
				out = append(out, edit{name: from + " becomes " + to, base: from, value: to, asks: j > i})
			}
		}
		return out
	case f.Wider == Higher:
		n := have.(float64)
		out := []edit{{name: "higher", value: n + 1, asks: true}, {name: "lower", value: n - 1}}
		if strings.HasPrefix(f.Path, "subagents.") {
			return append(out, edit{name: "none", value: granttest.Nothing, asks: true}, edit{name: "one", base: granttest.Nothing, value: have})
		}
		switch last(f.Path) {
		case "maxCostCents", "maxTokens":
			out = append(out, edit{name: "none", value: granttest.Nothing, asks: true}, edit{name: "one", base: granttest.Nothing, value: have})
			fallthrough
		case "maxTurns", "maxWallSeconds":
			out = append(out, edit{name: "no limit", value: granttest.Null, asks: true}, edit{name: "one again", base: granttest.Null, value: have})
		}
		return out
	case f.Wider == Lower:
		n := have.(float64)
		return []edit{{name: "higher", value: n + 1}, {name: "lower", value: n - 1, asks: true}}
	case typ.Kind() == reflect.Bool:
		turned := edit{name: "turned", value: !have.(bool), asks: asks && (f.Wider == Any || (f.Wider == On) == !have.(bool))}
		back := edit{name: "turned back", base: !have.(bool), value: have, asks: asks && (f.Wider == Any || (f.Wider == On) == have.(bool))}
		return []edit{turned, back}
	case typ.Kind() == reflect.Slice:
		list := have.([]any)
		if f.Wider == Only && len(list) == 0 {
			return []edit{{name: "only some", value: []any{"a"}}, {name: "all again", base: []any{"a"}, value: []any{}, asks: true}}
		}
		var added any = "added"
		switch {
		case last(f.Path) == "readableRoots":
			added = "~/added"
		case typ.Elem() == reflect.TypeFor[manifest.Port]():
			added = 1234.0
		}
		if f.Wider == Fewer { // what is offered otherwise
			added = map[string]string{"deny": "bash", "disabledTools": "get", "denyRead": "*.key"}[last(f.Path)]
		}
		more := append(slices.Clone(list), added)
		out := []edit{{name: "an entry more", value: more}, {name: "an entry less", base: more, value: list}}
		switch f.Wider {
		case More, Only, Named:
			out[0].asks = true
		case Fewer:
			out[1].asks = true
		case Any:
			out[0].asks, out[1].asks = true, true
		}
		if f.Wider == Named {
			out = append(out, edit{name: "none", value: []any{}}, edit{name: "no list", value: granttest.Nothing, asks: true},
				edit{name: "a list", base: granttest.Nothing, value: list}, edit{name: "an empty list becomes none", base: []any{}, value: granttest.Nothing, asks: true})
		}
		if f.Wider == Only {
			out = append(out, edit{name: "none left", value: []any{}, asks: true}, edit{name: "only these", base: []any{}, value: list})
		}
		if len(list) > 1 && f.Wider != Any {
			swapped := slices.Clone(list)
			slices.Reverse(swapped)
			out = append(out, edit{name: "another order", value: swapped})
		}
		return out
	}
	// A text or a number: every other value.
	other := map[bool]any{true: "other"}[typ.Kind() == reflect.String]
	if typ.Kind() != reflect.String {
		other = have.(float64) + 0.25
		if typ.Kind() == reflect.Int64 {
			other = have.(float64) + 1
		}
	}
	back := edit{name: "the other way", base: other, value: have, asks: asks}
	if f.Wider == Call && strings.Contains(at, "/rules/1/") {
		back.asks = false // to ask about more holds back more
		if last(f.Path) == "pattern" {
			other = have.(string)[:len("git push")] + " --force*"
			back.base = other
		}
	}
	return []edit{{name: "another value", value: other, asks: asks}, back}
}

func last(path string) string { return path[strings.LastIndexAny(path, ".*]")+1:] }

// places are the pointers of rich at which a path of [Field] has values.
func places(path string, at any, pointer string) []string {
	if path == "" {
		return []string{pointer}
	}
	key, rest, _ := strings.Cut(path, ".")
	name, elements := strings.CutSuffix(key, "[]")
	var out []string
	members, _ := at.(map[string]any)
	for _, member := range sorted(members) {
		if name != "*" && member != name {
			continue
		}
		below := pointer + "/" + member
		if !elements {
			out = append(out, places(rest, members[member], below)...)
			continue
		}
		for i, item := range members[member].([]any) {
			out = append(out, places(rest, item, fmt.Sprint(below, "/", i))...)
		}
	}
	return out
}

func sorted(m map[string]any) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// Each field of the manifest, changed in each direction after consent: it asks
// just when its direction says so, and what is harmless leaves the set as it is.
func TestEachFieldAsksInItsDirection(t *testing.T) {
	types := leafTypes()
	for _, f := range Fields() {
		if f.Path == "schema" {
			continue
		}
		t.Run(f.Path, func(t *testing.T) {
			found := places(f.Path, granttest.Document(t), "")
			if len(found) == 0 {
				t.Fatal("the rich manifest has no such field")
			}
			asked := false
			for _, pointer := range found {
				have, _ := granttest.Locate(granttest.Document(t), pointer)
				for _, e := range editsOf(t, f, types[f.Path], pointer, have) {
					data := granttest.With(t, pointer, e.value)
					if e.value == nil { // null, for a secret that is no more
						doc := granttest.Document(t)
						_, set := granttest.Locate(doc, pointer)
						set(nil)
						data, _ = json.Marshal(doc)
					}
					before := granttest.With(t, pointer, e.base)
					consented, now := Of(granttest.Parsed(t, before)), Of(granttest.Parsed(t, data))
					changes := Compare(consented, now)
					if (len(changes) > 0) != e.asks {
						t.Errorf("%s, %s: asks is %v, and the changes are %+v", pointer, e.name, e.asks, changes)
					}
					if f.Kind == "" && consented.Digest() != now.Digest() {
						t.Errorf("%s, %s: it is harmless, and yet the grants differ:\n%s", pointer, e.name, cmp.Diff(consented, now))
					}
					asked = asked || e.asks
					if last(f.Path) != "provider" || f.Kind != Provider { // the reference alone is worded
						Marked(t, pointer+", "+e.name, before, data, changes)
					}
				}
			}
			if asked != (f.Kind != "") {
				t.Errorf("no change of it asks, or some do; its kind is %q", f.Kind)
			}
		})
	}
}

// Marked holds consent to the marks of `profile diff`, which package words makes.
var Marked func(t rapid.TB, what string, before, after []byte, changes []Change)

// What has a name and comes is new; what goes is not asked about, but for what
// held the agent back.
func TestNamedPartsComeAndGo(t *testing.T) {
	for _, test := range []struct {
		pointer  string
		goneAsks bool
	}{
		{"/mcpServers/x", true}, // it is required
		{"/mcpServers/y", false},
		{"/skills/s", false},
		{"/workflows/w", false},
		{"/subagents/critic", false},
		{"/subagents/critic/model", false},
		{"/subagents/critic/sandbox", true}, // as wide as the Pod's again
		{"/subagents/critic/limits", true},
		{"/delegation/ceiling", true}, // the Pod may do what subagents might not
	} {
		without := granttest.With(t, test.pointer, granttest.Nothing)
		whole, less := Of(granttest.Parsed(t, []byte(granttest.Rich))), Of(granttest.Parsed(t, without))
		if narrows := strings.HasSuffix(test.pointer, "/sandbox") || strings.HasSuffix(test.pointer, "/limits"); (len(Compare(less, whole)) == 0) != narrows {
			t.Errorf("%s comes, and this is asked: %v", test.pointer, Compare(less, whole))
		}
		changes := Compare(whole, less)
		if (len(changes) > 0) != test.goneAsks {
			t.Errorf("%s goes: %+v", test.pointer, changes)
		}
		Marked(t, test.pointer+" goes", []byte(granttest.Rich), without, changes)
		Marked(t, test.pointer+" comes", without, []byte(granttest.Rich), Compare(less, whole))
	}
}

func TestHooksComeAndGo(t *testing.T) {
	all := granttest.Document(t)["hooks"].([]any)
	whole := Of(granttest.Parsed(t, []byte(granttest.Rich)))
	for _, test := range []struct {
		name string
		keep []any
		asks bool
	}{
		{"no guard", all[1:], true}, {"no note", all[:1], false}, {"another order", []any{all[1], all[0]}, false},
	} {
		changed := granttest.With(t, "/hooks", test.keep)
		changes := Compare(whole, Of(granttest.Parsed(t, changed)))
		if (len(changes) > 0) != test.asks {
			t.Errorf("%s: %+v", test.name, changes)
		}
		Marked(t, test.name, []byte(granttest.Rich), changed, changes)
		if len(test.keep) < 2 && len(Compare(Of(granttest.Parsed(t, changed)), whole)) == 0 {
			t.Errorf("%s, and then it comes back: nothing is asked", test.name)
		}
	}
}

// What can refuse is asked about when it goes, whichever event it is at.
func TestGuardsAreMissed(t *testing.T) {
	for _, event := range []manifest.HookEvent{"PreToolUse", "UserPromptSubmit", "PermissionRequest", "PostToolUse", "Stop", "SubagentStop", "Notification"} {
		hook := map[string]any{"event": event, "matcher": "*", "command": []any{"x"}, "timeoutSeconds": 5}
		with := Of(granttest.Parsed(t, granttest.With(t, "/hooks", []any{hook})))
		without := Of(granttest.Parsed(t, granttest.With(t, "/hooks", []any{})))
		if asks := len(Compare(with, without)) > 0; asks != event.Guards() {
			t.Errorf("a hook at %s goes: asks is %v", event, asks)
		}
		waits := Of(granttest.Parsed(t, granttest.With(t, "/hooks", []any{withField(hook, "async", false)})))
		if len(Compare(with, waits)) > 0 || len(Compare(waits, with)) > 0 {
			t.Errorf("a hook at %s that is waited for, said or not, is another", event)
		}
	}
}

func withField(object map[string]any, name string, value any) map[string]any {
	object = maps.Clone(object)
	object[name] = value
	return object
}

// lineOf names the last line of a file that begins so.
func lineOf(t *testing.T, file, begin string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	last := 0
	for i, line := range strings.Split(string(data), "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), begin) {
			last = i + 1
		}
	}
	return fmt.Sprintf("go/internal/grant/%s:%d", file, last)
}
