package schemagen

import "encoding/json"

// undescribed returns a schema on one line and without its descriptions, as the Nix
// library reads it at each evaluation: half of the text is for readers.
func undescribed(schema []byte) []byte {
	var tree any
	if err := json.Unmarshal(schema, &tree); err != nil {
		panic(err) // it was just generated
	}
	return compact(withoutDescriptions(tree, false))
}

// withoutDescriptions removes the keyword; in a map of names, the keys are not
// keywords.
func withoutDescriptions(v any, names bool) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, value := range v {
			if !names && key == "description" {
				continue
			}
			out[key] = withoutDescriptions(value, !names && (key == "properties" || key == "$defs"))
		}
		return out
	case []any:
		for i := range v {
			v[i] = withoutDescriptions(v[i], false)
		}
	}
	return v
}
