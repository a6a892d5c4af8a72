package cli

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/leaf"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

func (p *program) explainCommand() *cli.Command {
	return &cli.Command{
		Name:      "explain",
		Usage:     "show where the values of a profile come from",
		ArgsUsage: "REF [FIELD]",
		Description: "For each value: the file and line that set it, what it overrode, and the preset and formula or\n" +
			"the default where no author wrote it. FIELD is a field of the manifest (permissions.mode), a\n" +
			"section (permissions), or a preset (autonomy); without it, everything is explained.",
		Flags:        append(profileFlags(), downloadFlags()...),
		Action:       p.explain,
		BashComplete: p.completeExplained,
	}
}

// completeExplained completes a profile, then the sections and fields of a manifest.
func (p *program) completeExplained(c *cli.Context) {
	if c.NArg() == 0 {
		p.completeNames(c)
	}
	if c.NArg() != 1 {
		return
	}
	offered := map[string]bool{"": true}
	for _, f := range leaf.Fields() {
		// The names and elements below a field depend on the profile.
		path, _, _ := strings.Cut(f.Path, ".*")
		path, _, _ = strings.Cut(path, "[]")
		section, _, _ := strings.Cut(path, ".")
		for _, value := range []string{section, path} {
			if !offered[value] {
				offered[value] = true
				offer(c.App.Writer, value, "")
			}
		}
	}
}

func (p *program) explain(c *cli.Context) error {
	const usage = "REF [FIELD]"
	a, options, err := p.downloading(c)
	if err != nil {
		return err
	}
	if c.NArg() == 0 {
		return diag.Errorf(diag.ExitUsage, "usage", "missing argument: REF").Hintf("usage: %s %s", commandName(c), usage)
	}
	options.Explain = true
	result, err := p.resolved(c.Context, a, what(c), options)
	if err != nil {
		return err
	}
	origins, err := chosen(result.Origins, c.Args().Get(1))
	if err != nil {
		return err
	}
	if c.Bool("json") {
		data, err := explanationJSON(result.Profile, origins)
		if err != nil {
			return err
		}
		return p.write(data)
	}
	return p.write([]byte(newExplanation(result.Origins, len(origins) == 1).render(origins)))
}

// chosen returns the origins that FIELD selects: one field, a section, or everything that
// a preset sets. They are in the order of the manifest's sections.
func chosen(origins []resolve.Origin, field string) ([]resolve.Origin, error) {
	slices.SortStableFunc(origins, func(a, b resolve.Origin) int { return section(a.Path) - section(b.Path) })
	wanted := strings.TrimSuffix(strings.TrimSpace(field), ".")
	if wanted == "" {
		return origins, nil
	}
	wanted, _, _ = strings.Cut(wanted, "[")
	var below, derived []resolve.Origin
	var inside *resolve.Origin
	for i, o := range origins {
		switch {
		case o.Path == wanted || o.Path == "profile."+wanted && !strings.Contains(wanted, "."):
			return []resolve.Origin{o}, nil
		case strings.HasPrefix(o.Path, wanted+"."):
			below = append(below, o)
		case strings.HasPrefix(wanted, o.Path+".") && !empty(o.Value):
			inside = &origins[i]
		}
		if o.Preset != nil && o.Preset.Name == wanted {
			derived = append(derived, o)
		}
	}
	switch {
	case len(below) > 0:
		return below, nil
	case len(derived) > 0:
		return derived, nil
	case inside != nil:
		return []resolve.Origin{*inside}, nil
	}
	return nil, noField(origins, wanted)
}

func empty(value json.RawMessage) bool {
	return string(value) == "{}" || string(value) == "[]" || string(value) == "null"
}

func noField(origins []resolve.Origin, wanted string) error {
	if fallback, known := manifest.Field(splitPath(wanted)); known && fallback == nil {
		return diag.Errorf(diag.ExitNotFound, "field-not-set", "the profile does not set `%s`, and it has no default", wanted).
			Hintf("docs/manifest.md says what a manifest without it means")
	}
	var names []string
	for _, o := range origins {
		names = append(names, o.Path)
		for at := o.Path; ; {
			i := strings.LastIndexByte(at, '.')
			if i < 0 {
				break
			}
			at = at[:i]
			names = append(names, at)
		}
	}
	names = append(names, manifest.FieldNames()...)
	e := diag.Errorf(diag.ExitNotFound, "unknown-field", "unknown field `%s`", wanted)
	near := resolve.Closest(wanted, names)
	if near == "" {
		// A field may be named without its section.
		last := map[string]string{}
		var ends []string
		for _, name := range names {
			end := name[strings.LastIndexByte(name, '.')+1:]
			if _, seen := last[end]; !seen {
				last[end] = name
				ends = append(ends, end)
			}
		}
		near = last[resolve.Closest(wanted[strings.LastIndexByte(wanted, '.')+1:], ends)]
	}
	if near != "" {
		return e.Hintf("did you mean %s?", near)
	}
	return e.Expectedf("a section or a field: %s", strings.Join(sections, ", "))
}

// splitPath splits a dotted path whose names may be quoted.
func splitPath(path string) []string {
	var out []string
	for path != "" {
		if strings.HasPrefix(path, `"`) {
			if quoted, err := strconv.QuotedPrefix(path); err == nil {
				name, _ := strconv.Unquote(quoted)
				out, path = append(out, name), strings.TrimPrefix(path[len(quoted):], ".")
				continue
			}
		}
		name, rest, _ := strings.Cut(path, ".")
		out, path = append(out, name), rest
	}
	return out
}

// sections of the manifest in reading order
var sections = []string{"schema", "profile", "model", "prompts", "tools", "permissions", "sandbox", "web", "mcpServers",
	"hooks", "delegation", "subagents", "skills", "workflows", "memory", "context", "limits", "session"}

func section(path string) int {
	name, _, _ := strings.Cut(path, ".")
	if i := slices.Index(sections, name); i >= 0 {
		return i
	}
	return len(sections)
}

// explanationJSON is `insomnia.explain/v1`.
func explanationJSON(profile manifest.Identity, origins []resolve.Origin) ([]byte, error) {
	type field struct {
		resolve.Origin
		SchemaDefault json.RawMessage `json:"schemaDefault,omitempty"`
	}
	fields := make([]field, len(origins))
	for i, o := range origins {
		fallback, _ := manifest.Field(splitPath(o.Path))
		fields[i] = field{o, fallback}
	}
	data, err := json.Marshal(struct {
		Schema  string            `json:"schema"`
		Profile manifest.Identity `json:"profile"`
		Fields  []field           `json:"fields"`
	}{"insomnia.explain/v1", profile, fields})
	return append(data, '\n'), err
}
