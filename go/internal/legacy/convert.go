package legacy

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// converter reads one document.
type converter struct {
	doc      map[string]any
	place    Place
	p        *Profile
	problems []diag.Diagnostic
}

// at is the value at a pointer, nil where there is none.
func (c *converter) at(pointer string) any {
	var v any = c.doc
	for _, key := range strings.Split(pointer[1:], "/") {
		switch t := v.(type) {
		case map[string]any:
			v = t[key]
		case []any:
			i, err := strconv.Atoi(key)
			if err != nil || i >= len(t) {
				return nil
			}
			v = t[i]
		default:
			return nil
		}
	}
	return v
}

func (c *converter) text(pointer string) (string, bool) {
	s, ok := c.at(pointer).(string)
	return s, ok
}

func (c *converter) number(pointer string) (json.Number, bool) {
	n, ok := c.at(pointer).(json.Number)
	return n, ok
}

// is returns a boolean, or fallback if it is not set.
func (c *converter) is(pointer string, fallback bool) bool {
	if b, ok := c.at(pointer).(bool); ok {
		return b
	}
	return fallback
}

func (c *converter) tables(pointer string) []any {
	list, _ := c.at(pointer).([]any)
	return list
}

func (c *converter) diagnostic(severity diag.Severity, code, pointer, message string) diag.Diagnostic {
	d := diag.Diagnostic{Severity: severity, Code: code, Path: dotted(pointer), Pointer: pointer, Message: message, Positions: []diag.Position{}}
	if at, ok := c.place(pointer); ok {
		d.Positions = append(d.Positions, at)
	}
	return d
}

func (c *converter) problem(code, pointer, message string) *diag.Diagnostic {
	c.problems = append(c.problems, c.diagnostic(diag.SeverityError, code, pointer, message))
	return &c.problems[len(c.problems)-1]
}

// lost reports a value that has no counterpart.
func (c *converter) lost(pointer, why string) *diag.Diagnostic {
	if c.at(pointer) == nil {
		return new(diag.Diagnostic)
	}
	c.p.Losses = append(c.p.Losses, c.diagnostic(diag.SeverityWarning, "no-counterpart", pointer, why))
	return &c.p.Losses[len(c.p.Losses)-1]
}

// note reports a value that was converted to something else.
func (c *converter) note(code, pointer, message, hint string) {
	d := c.diagnostic(diag.SeverityNote, code, pointer, message)
	d.Hint = hint
	c.p.Losses = append(c.p.Losses, d)
}

func (c *converter) set(path string, value any, origin string) {
	c.p.values = append(c.p.values, assignment{path: path, value: value, origin: origin})
}

// assume sets the legacy program's default for an absent setting.
func (c *converter) assume(path string, value any, why string) {
	c.p.values = append(c.p.values, assignment{path: path, value: value, why: why})
}

// take sets a value as it is written, when it is.
func (c *converter) take(pointer, path string) {
	if v := c.at(pointer); v != nil {
		c.set(path, v, pointer)
	}
}

// takeOr is take with a default of the legacy program.
func (c *converter) takeOr(pointer, path, assumed string) {
	if c.take(pointer, path); c.at(pointer) == nil {
		c.assume(path, json.Number(assumed), "the legacy default")
	}
}

func (c *converter) convert() {
	c.pod()
	c.model()
	c.worker()
	c.permissions()
	c.scope()
	c.compaction()
	c.memory()
	c.web()
	c.rest()
	c.defaults()
}

// defaults reports, for a layer of a legacy manifest, the settings that its file lacks.
func (c *converter) defaults() {
	if c.at("/model/ref") != nil || len(c.problems) > 0 {
		return
	}
	var paths []string
	for _, a := range c.p.values {
		if a.path != "name" && (a.origin == "" || c.at(a.origin) == nil) && !slices.Contains(paths, a.path) {
			paths = append(paths, a.path)
		}
	}
	d := diag.Diagnostic{Severity: diag.SeverityNote, Code: "default", Positions: []diag.Position{},
		Message: "the file is a layer of a legacy manifest, which is converted over the defaults; not from the file: " + strings.Join(paths, ", ")}
	if slices.Contains(paths, "model.ref") {
		d.Hint = "the model is that of builtin:coder, " + DefaultModel + "; to choose another, change `model` in the profile"
	}
	c.p.Losses = append(c.p.Losses, d)
}

func (c *converter) pod() {
	name, _ := c.text("/pod/name")
	if c.p.Name = profileName(name); c.p.Name == "" {
		if c.p.Name = profileName(strings.TrimSuffix(c.p.file, filepath.Ext(c.p.file))); c.p.Name == "" {
			c.p.Name = "converted"
		}
	}
	c.set("name", c.p.Name, "/pod/name")
	if name != "" {
		c.input("--name " + c.p.Name)
		c.note("startup-input", "/pod/name", "the name of a Pod is given when it is created; the profile is named "+diag.Quote(c.p.Name)+" after it",
			"insomnia pod new --name "+c.p.Name)
	}
	c.lost("/pod/prompt_pack", "packs of prompts do not exist: a manifest contains its prompts").
		Hint = "move the prompts to prompts.system, prompts.append or workflows"
}

// input gathers what is given to `pod new`.
func (c *converter) input(flag string) {
	if !slices.Contains(c.p.inputs, flag) {
		c.p.inputs = append(c.p.inputs, flag)
	}
}
