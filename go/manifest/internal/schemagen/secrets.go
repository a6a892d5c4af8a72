package schemagen

import (
	"encoding/json"

	"github.com/insomnia-pods/insomnia/go/internal/keyform"
	"github.com/insomnia-pods/insomnia/go/internal/meant"
	"github.com/insomnia-pods/insomnia/go/internal/provider"
)

// keyForms is the table of the forms of keys, for the Nix library.
func keyForms() []byte { return indented(keyform.Forms) }

// providers lists the names of the providers that are known.
func providers() []byte {
	names := func(all []provider.Provider) []string {
		out := make([]string, len(all))
		for i, p := range all {
			out[i] = p.Name
		}
		return out
	}
	return indented(map[string][]string{"models": names(provider.Models[:]), "searches": names(provider.Searches[:])})
}

// meantTables returns the hints for mistakes of beginners, for the Nix library.
func meantTables() []byte {
	return indented(map[string]any{"fields": meant.Fields, "families": meant.Families, "variableEnds": meant.VariableEnds, "settings": meant.Settings, "unlimited": meant.Unlimited})
}

func indented(v any) []byte {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		panic(err)
	}
	return append(data, '\n')
}

// compact writes a large table on one line.
func compact(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return append(data, '\n')
}
