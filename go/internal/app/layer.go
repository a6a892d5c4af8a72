package app

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/catalog"
	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/nixtext"
	"github.com/insomnia-pods/insomnia/go/internal/pattern"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
)

// layerSettings are the settings that a new layer copies from the profile it imports,
// with their possible values.
var layerSettings = [...]struct{ preset, choices string }{
	{"autonomy", "What it does without asking: observe, ask, edits, auto or full."},
	{"toolPolicy", "Preset of the tools: none, read-only, research, delegate, workspace or full."},
	{"context.budget", "How much of the model's window is used: small, medium, large or full."},
	{"compaction", "How soon a long session is summarized: off, early, balanced or late."},
	{"retention", "How long sessions are kept: none, forever or days, such as 30d."},
}

// Layer returns the text of a profile that imports another one. It repeats the current
// values of the settings that are changed most often, so the meaning stays the same until
// you edit one. path is its future place among the profiles of a scope. Nothing is
// downloaded.
func (a *App) Layer(ctx context.Context, name, from string, to config.Scope, path string, options resolve.Options) (string, error) {
	chosen, err := a.Choose(ctx, from, options)
	if err != nil {
		return "", err
	}
	imported, err := imported(chosen, to, path)
	if err != nil {
		return "", err
	}
	options = looking(options)
	options.Explain = true
	base, err := a.Resolver.Resolve(ctx, chosen.Target, options)
	if err != nil {
		return "", err
	}
	values, presets := map[string]json.RawMessage{}, map[string]json.RawMessage{}
	for _, o := range base.Origins {
		values[o.Path] = o.Value
		if o.Preset != nil {
			presets[o.Preset.Name] = o.Preset.Value
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# The profile %s: %s with your own changes. The values below are those of %[2]s now;\n", name, diag.Name(chosen.Ref.String()))
	fmt.Fprintf(&b, "# change them, or remove a line to inherit what %s becomes. Every option: docs/profile.md\n", diag.Name(chosen.Ref.String()))
	fmt.Fprintf(&b, "{ insomnia }:\ninsomnia.lib.mkProfile {\n  name = %s;\n", nixtext.String(name))
	set := func(option string, value json.RawMessage, comment string) {
		if text := nixOf(value); text != "" {
			if comment != "" {
				fmt.Fprintf(&b, "\n  # %s\n", comment)
			}
			fmt.Fprintf(&b, "  %s = %s;\n", option, text)
		}
	}
	set("description", values["profile.description"], "")
	fmt.Fprintf(&b, "\n  imports = [ %s ];\n", imported)
	set("model.ref", values["model.ref"], "The model, as provider/model. insomnia schema profile lists what else a model has.")
	for _, s := range layerSettings {
		set(s.preset, presets[s.preset], s.choices)
	}
	set("limits.maxTurns", values["limits.maxTurns"], "How many turns a session may take; null for no limit.")
	b.WriteString("\n  # Text for the model, after the prompt of the imported profile: [ \"Answer in short sentences.\" ]\n  prompts.append = [ ];\n}\n")
	return b.String(), nil
}

// nixOf converts a JSON string or integer to Nix; empty for anything else.
func nixOf(value json.RawMessage) string {
	var decoded any
	if json.Unmarshal(value, &decoded) != nil {
		return ""
	}
	switch v := decoded.(type) {
	case string:
		return nixtext.String(v)
	case float64:
		return string(value)
	}
	return ""
}

// plainPath matches a path that needs no quotes in Nix.
var plainPath = pattern.Lazy{Text: `^[A-Za-z0-9._+/-]+$`}

// imported returns the Nix expression with which a profile file imports a selection.
func imported(chosen *catalog.Selection, to config.Scope, path string) (string, error) {
	switch target := chosen.Target; {
	case target.Kind == reference.Builtin:
		return "insomnia.insomniaProfiles." + target.Name, nil
	case target.Kind == reference.File:
		rel, err := filepath.Rel(filepath.Dir(path), target.Path)
		if err == nil && !strings.HasPrefix(rel, "../") {
			rel = "./" + rel
		}
		within := filepath.Dir(path)
		if top := reference.WorkTree(within); to == config.Project && top != "" {
			within = top
		}
		inside, insideErr := filepath.Rel(within, target.Path)
		if err == nil && insideErr == nil && filepath.IsLocal(inside) && plainPath.Get().MatchString(rel) {
			return rel, nil
		}
		return "", diag.Errorf(diag.ExitRefused, "profile-unreachable", "a profile in %s cannot import %s", filepath.Dir(path), target.Path).
			Hintf("name a built-in profile, or a file below %s", diag.Shell(within))
	}
	return "", diag.Errorf(diag.ExitUsage, "profile-unreachable", "a profile file cannot import %s, which is a profile of a flake", diag.Quote(chosen.Ref.String())).
		Hintf("import it in a flake that has the other one as an input: insomnia init --flake")
}
