// Package sbom lists what a manifest makes an agent from: models, prompts, skills,
// workflows, MCP servers, hooks and services, as CycloneDX 1.6 in JSON.
//
// The same manifest and version of the program produce the same bytes, without a time or
// a random number. A part that a manifest contains by value, such as a prompt, has the
// hash of its bytes. A part that it only names, such as a model or a command, has no
// such hash; its property insomnia:sha256 is the hash of its description in the
// manifest.
package sbom

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/provider"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

type bom struct {
	Schema       string       `json:"$schema"`
	Format       string       `json:"bomFormat"`
	SpecVersion  string       `json:"specVersion"`
	Serial       string       `json:"serialNumber"`
	Version      int          `json:"version"`
	Metadata     metadata     `json:"metadata"`
	Components   []component  `json:"components"`
	Services     []service    `json:"services,omitempty"`
	Dependencies []dependency `json:"dependencies"`
}

type metadata struct {
	Tools     tools     `json:"tools"`
	Component component `json:"component"`
}

type tools struct {
	Components []component `json:"components"`
}

type component struct {
	Type        string      `json:"type"`
	Ref         string      `json:"bom-ref,omitempty"`
	Group       string      `json:"group,omitempty"`
	Name        string      `json:"name"`
	Version     string      `json:"version,omitempty"`
	Description string      `json:"description,omitempty"`
	Hashes      []hash      `json:"hashes,omitempty"`
	PURL        string      `json:"purl,omitempty"`
	Components  []component `json:"components,omitempty"`
	Properties  []property  `json:"properties,omitempty"`
}

type hash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type service struct {
	Ref           string   `json:"bom-ref"`
	Name          string   `json:"name"`
	Endpoints     []string `json:"endpoints,omitempty"`
	Authenticated bool     `json:"authenticated"`
}

type dependency struct {
	Ref       string   `json:"ref"`
	DependsOn []string `json:"dependsOn"`
}

// Of is the bill of materials of a manifest with its canonical bytes, indented, with a
// newline at the end.
func Of(m *manifest.Manifest, canonical []byte, version string) ([]byte, error) {
	sum := sha256.Sum256(canonical)
	b := &builder{}
	b.models(m)
	b.prompts("prompts", string(m.Prompts.System), texts(m.Prompts.Append), m.Prompts.Initial)
	for _, name := range slices.Sorted(maps.Keys(m.Skills)) {
		if err := b.skill(string(name), m.Skills[name]); err != nil {
			return nil, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.Workflows)) {
		w := m.Workflows[name]
		b.add(component{Type: "data", Ref: "workflow:" + string(name), Name: "workflow " + string(name), Description: string(w.Description), Hashes: hashOf([]byte(w.Prompt))})
	}
	for _, name := range slices.Sorted(maps.Keys(m.Subagents)) {
		s := m.Subagents[name]
		b.prompts("subagents."+string(name)+".prompts", string(s.Prompts.System), texts(s.Prompts.Append), nil)
	}
	for _, name := range slices.Sorted(maps.Keys(m.MCPServers)) {
		b.server(string(name), m.MCPServers[name])
	}
	for i, h := range m.Hooks {
		argv := make([]string, len(h.Command))
		for n, word := range h.Command {
			argv[n] = string(word)
		}
		b.command(fmt.Sprintf("hook:%d", i), "hook "+string(h.Event), argv)
	}
	const self = "profile"
	refs := []string{}
	for _, c := range b.components {
		refs = append(refs, c.Ref)
	}
	for _, s := range b.services {
		refs = append(refs, s.Ref)
	}
	out := bom{"http://cyclonedx.org/schema/bom-1.6.schema.json", "CycloneDX", "1.6", serial(sum), 1,
		metadata{tools{[]component{{Type: "application", Name: "insomnia", Version: version}}},
			component{Type: "application", Ref: self, Name: string(m.Profile.Name), Description: string(m.Profile.Description),
				Hashes: []hash{{"SHA-256", hex.EncodeToString(sum[:])}}}},
		b.components, b.services, []dependency{{self, refs}}}
	if out.Components == nil {
		out.Components = []component{}
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(out)
	return text.Bytes(), err
}

// serial is a UUID of version 8 from the hash of the manifest.
func serial(sum [32]byte) string {
	sum[6], sum[8] = 0x80|sum[6]&0x0f, 0x80|sum[8]&0x3f
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

type builder struct {
	components []component
	services   []service
}

func (b *builder) add(c component) { b.components = append(b.components, c) }

// models adds every model that a manifest names, each once.
func (b *builder) models(m *manifest.Manifest) {
	var seen []string
	add := func(ref manifest.ModelRef, settings any) {
		text := string(ref)
		if text == "" || slices.Contains(seen, text) {
			return
		}
		seen = append(seen, text)
		group, name, _ := strings.Cut(text, "/")
		c := component{Type: "machine-learning-model", Ref: "model:" + text, Group: group, Name: name}
		if settings != nil {
			c.Properties = []property{described(settings)}
		}
		b.add(c)
	}
	full := func(model *manifest.Model, at string) {
		add(model.Ref, model)
		for _, ref := range model.Fallbacks {
			add(ref, nil)
		}
		if model.Small != nil {
			add(*model.Small, nil)
		}
		address := "https://" + provider.ModelHost(string(model.Provider))
		if model.BaseURL != nil {
			address = string(*model.BaseURL)
		}
		s := service{Ref: "service:" + at, Name: "API of " + string(model.Ref), Authenticated: model.Auth != nil}
		if address != "https://" {
			s.Endpoints = []string{address}
		}
		b.services = append(b.services, s)
	}
	full(&m.Model, "model")
	for _, ref := range []*manifest.ModelRef{m.Memory.Model, m.Context.Compaction.Model} {
		if ref != nil {
			add(*ref, nil)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.Subagents)) {
		if model := m.Subagents[name].Model; model != nil {
			full(model, "subagents."+string(name)+".model")
		}
	}
}

func (b *builder) prompts(at, system string, more []string, initial *manifest.Text) {
	if system != "" {
		b.add(component{Type: "data", Ref: at + ".system", Name: at + ".system", Hashes: hashOf([]byte(system))})
	}
	for i, text := range more {
		name := fmt.Sprintf("%s.append[%d]", at, i)
		b.add(component{Type: "data", Ref: name, Name: name, Hashes: hashOf([]byte(text))})
	}
	if initial != nil {
		b.add(component{Type: "data", Ref: at + ".initial", Name: at + ".initial", Hashes: hashOf([]byte(*initial))})
	}
}

func (b *builder) skill(name string, s manifest.Skill) error {
	c := component{Type: "library", Ref: "skill:" + name, Name: "skill " + name, Description: string(s.Description)}
	for _, file := range slices.Sorted(maps.Keys(s.Files)) {
		data, err := s.Files[file].Bytes()
		if err != nil {
			return fmt.Errorf("skills.%s.files.%s: %w", name, file, err)
		}
		c.Components = append(c.Components, component{Type: "file", Ref: "skill:" + name + "/" + string(file), Name: string(file), Hashes: hashOf(data)})
	}
	b.add(c)
	return nil
}

func (b *builder) server(name string, s manifest.MCPServer) {
	if s.URL != nil {
		address, _, _ := strings.Cut(s.URL.String(), "{") // names of secrets are not part of the address
		authenticated := s.URL.Secret != nil
		for _, value := range s.Headers {
			authenticated = authenticated || value.Secret() != nil
		}
		b.services = append(b.services, service{"mcp:" + name, "MCP server " + name, []string{address}, authenticated})
		return
	}
	if s.Command == nil {
		return
	}
	argv := []string{string(*s.Command)}
	for _, arg := range s.Args {
		argv = append(argv, arg.String())
	}
	b.command("mcp:"+name, "MCP server "+name, argv)
}

// command adds a program that the manifest starts; secrets are their names in braces.
func (b *builder) command(ref, name string, argv []string) {
	c := component{Type: "application", Ref: ref, Name: name}
	c.PURL, c.Version = packageOf(argv)
	words, _ := json.Marshal(argv)
	c.Properties = []property{{"insomnia:command", string(words)}, described(argv)}
	b.add(c)
}

// packageOf returns the package that npx or uvx runs, as a package URL, and its
// version; empty if the command names no package.
func packageOf(argv []string) (purl, version string) {
	kind := map[string]string{"npx": "npm", "bunx": "npm", "uvx": "pypi"}[path.Base(argv[0])]
	if kind == "" {
		return "", ""
	}
	for _, word := range argv[1:] {
		if strings.HasPrefix(word, "-") {
			continue
		}
		at := strings.LastIndexByte(word, '@')
		if at > 0 {
			word, version = word[:at], word[at+1:]
		}
		scope, rest, scoped := strings.Cut(word, "/")
		if !scoped {
			scope, rest = "", word
		} else {
			scope = url.QueryEscape(scope) + "/"
		}
		if rest == "" || strings.ContainsAny(rest, "/:{}") {
			return "", ""
		}
		purl = "pkg:" + kind + "/" + scope + url.PathEscape(rest)
		if version != "" {
			purl += "@" + url.PathEscape(version)
		}
		return purl, version
	}
	return "", ""
}

func described(value any) property {
	text, _ := json.Marshal(value)
	sum := sha256.Sum256(text)
	return property{"insomnia:sha256", hex.EncodeToString(sum[:])}
}

func hashOf(data []byte) []hash {
	sum := sha256.Sum256(data)
	return []hash{{"SHA-256", hex.EncodeToString(sum[:])}}
}

func texts(list []manifest.Text) []string {
	out := make([]string, len(list))
	for i, text := range list {
		out[i] = string(text)
	}
	return out
}
