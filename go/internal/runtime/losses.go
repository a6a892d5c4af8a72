package runtime

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/runtime/leaf"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Loss is a field of a manifest whose value a runtime does not fully enforce.
type Loss struct {
	// Leaf is the path of the field in the tables: mcpServers.*.required.
	Leaf string
	// Field is its path in this manifest: mcpServers.github.required,
	// permissions.rules[].tool.
	Field string
	// Pointer is the JSON Pointer of its place: /mcpServers/github/required. Fields of the
	// elements of a list have the pointer of the list.
	Pointer string
	Class   leaf.Class
	By      leaf.By
	Why     string
	// Protecting is set if the field restricts the agent and has no effect. A launch then
	// stops unless the user allows it without the field. A field that is approximated is
	// enforced except for the gap, and stops nothing.
	Protecting bool
}

// Names reports whether text names a place in a manifest, as a JSON Pointer or a dotted
// path.
func Names(field, pointer string) bool {
	return pointer != "" && (field == pointer || field == strings.ReplaceAll(pointer[1:], "/", "."))
}

// costs is a limit that the gateway enforces if it knows prices, and that nothing
// enforces otherwise.
const costs = "limits.maxCostCents"

// Losses returns the fields that a manifest uses and a runtime does not enforce, in the
// order of the manifest.
func Losses(d *Driver, m *manifest.Manifest) []Loss {
	content, err := decoded(m)
	if err != nil {
		return []Loss{{Class: leaf.Unsupported, Why: "the manifest cannot be read: " + err.Error(), Protecting: true}}
	}
	var losses []Loss
	for field, declared := range d.Leaves().All() {
		if declared.Class == leaf.Enforced || idle(field.Path, d.Name, m) {
			continue
		}
		seen := map[string]bool{}
		eachPlace(content, strings.Split(field.Path, "."), place{}, func(at place, value any) {
			if seen[at.pointer] || !field.Asks(value) || !declared.Covers(value) {
				return
			}
			seen[at.pointer] = true
			loss := Loss{Leaf: field.Path, Field: at.path, Pointer: at.pointer, Class: declared.Class, By: declared.By, Why: declared.Why}
			if field.Path == costs { // see idle
				loss.Class, loss.By = leaf.Unsupported, leaf.Nobody
			}
			loss.Protecting = field.Protects() && (loss.Class == leaf.Unsupported || loss.Class == leaf.Advisory)
			losses = append(losses, loss)
		})
	}
	return losses
}

func decoded(m *manifest.Manifest) (any, error) {
	data, err := manifest.Encode(m)
	if err != nil {
		return nil, err
	}
	var content any
	return content, json.Unmarshal(data, &content)
}

// place is the location of a value in a manifest.
type place struct {
	path, pointer string
	inList        bool
}

// below returns the place of a field. Everything in a list has the pointer of the list.
func (p place) below(name, key string) place {
	p.path = strings.TrimPrefix(p.path+"."+name, ".")
	if !p.inList {
		p.pointer += "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
	}
	return p
}

// eachPlace calls a function for each value that a path matches.
func eachPlace(value any, path []string, at place, do func(at place, value any)) {
	if len(path) == 0 {
		do(at, value)
		return
	}
	object, _ := value.(map[string]any)
	name, isList := strings.CutSuffix(path[0], "[]")
	switch {
	case name == "*":
		for _, key := range slices.Sorted(maps.Keys(object)) {
			eachPlace(object[key], path[1:], at.below(key, key), do)
		}
	case isList:
		items, _ := object[name].([]any)
		at = at.below(path[0], name)
		at.inList = true
		for _, item := range items {
			eachPlace(item, path[1:], at, do)
		}
	default:
		if content, there := object[name]; there {
			eachPlace(content, path[1:], at.below(name, name), do)
		}
	}
}

// idle reports whether a field belongs to something that is off, or to another runtime.
func idle(path, runtime string, m *manifest.Manifest) bool {
	in := func(section string) bool { return strings.HasPrefix(path, section+".") }
	switch {
	case in("runtimes"):
		return !in("runtimes." + runtime)
	case path == "memory.enabled", path == "web.search.mode", path == "web.fetch.enabled",
		path == "context.pruning.enabled", path == "context.compaction.strategy":
		return false
	case in("memory"):
		return !m.Memory.Enabled
	case in("web.search"):
		return m.Web.Search.Mode == "disabled"
	case path == "web.fetch.allowPrivateAddresses" && m.Sandbox.Network != "full":
		return true // the proxy of the Pod reaches none, or there is no network
	case in("web.fetch"):
		return !m.Web.Fetch.Enabled
	case in("context.pruning"):
		return !m.Context.Pruning.Enabled
	case in("context.compaction"):
		return m.Context.Compaction.Strategy == "off"
	case path == "limits.maxSubagents", path == "limits.maxDepth":
		return len(m.Subagents) == 0
	case path == costs:
		return m.Model.Prices != nil
	}
	return false
}
