package drivers_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/runtime/drivers"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/leaf"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Of a convention that is only rendered, each field that is advisory changes the files, and
// each that is unsupported does not.
func TestDeclarationsFitTheTree(t *testing.T) {
	before := others
	others = maps.Clone(others)
	defer func() { others = before }()
	others["permissions.mode"] = []any{"plan", "bypass"}
	others["permissions.default"] = []any{"allow", "deny"}
	others["permissions.rules[].tool"] = []any{"edit"}
	others["permissions.rules[].action"] = []any{"ask"}
	others["tools.default"] = []any{"allow"}
	others["subagents.*.tools.default"] = []any{"allow"}
	others["subagents.*.permissions"] = []any{map[string]any{"mode": "ask", "default": "ask", "rules": []any{}}}
	content := full(t)
	for _, d := range drivers.Rendered() {
		if d.Tree == nil {
			continue
		}
		tree := func() []byte {
			data, err := json.Marshal(content)
			if err != nil {
				t.Fatal(err)
			}
			var m manifest.Manifest
			if err := json.Unmarshal(data, &m); err != nil {
				return nil // not a value of this field
			}
			files, err := d.Tree(&m)
			if err != nil {
				return nil
			}
			text, err := json.Marshal(files)
			if err != nil {
				t.Fatal(err)
			}
			return text
		}
		unchanged := tree()
		for field, declared := range d.Leaves().All() {
			if declared.Class == leaf.Approximated || declared.Class == leaf.Enforced && declared.By != leaf.Supervisor {
				t.Errorf("%s: nothing makes %s hold", d.Name, field.Path)
			}
			if declared.Class == leaf.Enforced || slices.Contains(implied, field.Path) {
				continue
			}
			changes, tried := 0, 0
			eachFlip(content, strings.Split(field.Path, "."), func(value any, set func(any)) {
				for _, other := range flipped(field.Path, value) {
					set(other)
					if after := tree(); after != nil {
						tried++
						if !bytes.Equal(unchanged, after) {
							changes++
						}
					}
				}
				set(value)
			})
			switch advisory := declared.Class == leaf.Advisory; {
			case advisory && changes == 0:
				t.Errorf("%s says that it tells about %s, and does not (%d values tried)", d.Name, field.Path, tried)
			case !advisory && changes > 0:
				t.Errorf("%s says that %s has no effect, and writes something (%d of %d values)", d.Name, field.Path, changes, tried)
			}
		}
	}
}
