package schemagen

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Node is a schema as the validators see it: JSON with its members in order
// and with references resolved.
type Node struct {
	Keywords map[string]jsontext.Value
	// Definition is the name of the definition that the node refers to, if it
	// does and adds nothing to it but a description.
	Definition string

	Properties    []Property
	Additional    *Node // of a free map
	Closed        bool
	PropertyNames *Node
	Items         *Node
	AnyOf         []*Node
}

// Property is a field of an object.
type Property struct {
	Name     string
	Schema   *Node
	Required bool
}

// Schema is a loaded schema file: a root and the definitions it refers to.
type Schema struct {
	Root        string
	Names       []string // of the definitions, in order
	Definitions map[string]*Node
}

// Load reads a schema file and refuses every keyword that the validators do
// not implement, and every use of one that they do not.
func Load(data []byte) (*Schema, error) {
	root, err := members(data)
	if err != nil {
		return nil, err
	}
	s := &Schema{Definitions: map[string]*Node{}}
	for _, m := range root {
		switch m.name {
		case "$schema", "$id":
		case "$ref":
			s.Root, err = definitionName(m.value)
		case "$defs":
			err = s.load(m.value)
		default:
			err = fmt.Errorf("the keyword %s is not supported at the root", m.name)
		}
		if err != nil {
			return nil, err
		}
	}
	if s.Definitions[s.Root] == nil {
		return nil, fmt.Errorf("the root refers to no definition")
	}
	for _, name := range s.Names {
		if err := s.resolve(s.Definitions[name], name); err != nil {
			return nil, fmt.Errorf("$defs/%s: %w", name, err)
		}
	}
	return s, nil
}

func (s *Schema) load(data jsontext.Value) error {
	defs, err := members(data)
	if err != nil {
		return err
	}
	for _, m := range defs {
		node, err := loadNode(m.value)
		if err != nil {
			return fmt.Errorf("$defs/%s/%w", m.name, err)
		}
		s.Names = append(s.Names, m.name)
		s.Definitions[m.name] = node
	}
	return nil
}

// resolve checks that the references below a node have definitions and form no cycle.
func (s *Schema) resolve(n *Node, within string) error {
	if n == nil {
		return nil
	}
	if n.Definition != "" {
		target := s.Definitions[n.Definition]
		if target == nil {
			return fmt.Errorf("unknown definition %s", n.Definition)
		}
		if n.Definition == within {
			return fmt.Errorf("$ref resolves to itself")
		}
		return s.resolve(target, within)
	}
	children := append([]*Node{n.Additional, n.PropertyNames, n.Items}, n.AnyOf...)
	for _, p := range n.Properties {
		children = append(children, p.Schema)
	}
	for _, child := range children {
		if err := s.resolve(child, within); err != nil {
			return err
		}
	}
	if n.AnyOf != nil {
		return s.checkUnion(n)
	}
	return nil
}

// Follow returns the definition that a node refers to, or the node itself.
func (s *Schema) Follow(n *Node) *Node {
	for n != nil && n.Definition != "" {
		n = s.Definitions[n.Definition]
	}
	return n
}

func definitionName(v jsontext.Value) (string, error) {
	var ref string
	if err := json.Unmarshal(v, &ref); err != nil {
		return "", err
	}
	name, ok := strings.CutPrefix(ref, "#/$defs/")
	if !ok {
		return "", fmt.Errorf("$ref must be a definition of the same schema")
	}
	return name, nil
}

func loadNode(data jsontext.Value) (*Node, error) {
	list, err := members(data)
	if err != nil {
		return nil, err
	}
	n := &Node{Keywords: map[string]jsontext.Value{}}
	var required []string
	for _, m := range list {
		if err := n.keyword(m.name, m.value, &required); err != nil {
			return nil, fmt.Errorf("%s: %w", m.name, err)
		}
	}
	for _, name := range required {
		i := n.index(name)
		if i < 0 {
			return nil, fmt.Errorf("required: there is no property %s", name)
		}
		n.Properties[i].Required = true
	}
	for name := range n.Keywords {
		if n.Definition != "" && name != "description" {
			return nil, fmt.Errorf("%s: only a description is allowed next to $ref", name)
		}
	}
	return n, nil
}

func (n *Node) index(name string) int {
	for i, p := range n.Properties {
		if p.Name == name {
			return i
		}
	}
	return -1
}

func (n *Node) keyword(name string, v jsontext.Value, required *[]string) (err error) {
	switch name {
	case "title", "description", "default":
		n.Keywords[name] = v
	case "$ref":
		n.Definition, err = definitionName(v)
	case "required":
		err = json.Unmarshal(v, required)
	case "type":
		n.Keywords[name] = v
		err = checkType(v)
	case "properties":
		err = n.loadProperties(v)
	case "additionalProperties":
		if string(v) == "false" {
			n.Closed = true
			return nil
		}
		n.Additional, err = loadNode(v)
	case "propertyNames":
		n.PropertyNames, err = loadNode(v)
	case "items":
		n.Items, err = loadNode(v)
	case "anyOf":
		var branches []jsontext.Value
		if err := json.Unmarshal(v, &branches); err != nil {
			return err
		}
		for i, branch := range branches {
			node, err := loadNode(branch)
			if err != nil {
				return fmt.Errorf("%d/%w", i, err)
			}
			n.AnyOf = append(n.AnyOf, node)
		}
	case "minItems", "maxItems", "minProperties", "maxProperties", "minLength", "maxLength", "x-maxBytes", "x-decimals":
		n.Keywords[name] = v
		if count, countErr := strconv.Atoi(string(v)); countErr != nil || count < 0 {
			err = fmt.Errorf("must be a whole number")
		}
	case "uniqueItems", "x-text", "x-singleLine", "x-lower", "x-secret", "x-preset":
		n.Keywords[name] = v
		if string(v) != "true" {
			err = fmt.Errorf("must be true")
		}
	case "minimum", "maximum":
		n.Keywords[name] = v
		if v.Kind() != jsontext.KindNumber {
			err = fmt.Errorf("must be a number")
		}
	case "enum":
		n.Keywords[name] = v
		var values []string
		if json.Unmarshal(v, &values) != nil || len(values) == 0 {
			err = fmt.Errorf("must be a list of strings")
		}
	case "const":
		n.Keywords[name] = v
		if v.Kind() != jsontext.KindString {
			err = fmt.Errorf("must be a string")
		}
	case "pattern":
		n.Keywords[name] = v
		if text := n.Text("pattern"); !strings.HasPrefix(text, "^") || !strings.HasSuffix(text, "$") {
			err = fmt.Errorf("must be anchored with ^ and $")
		}
	case "x-merge":
		n.Keywords[name] = v
		if text := n.Text("x-merge"); text != "replace" && text != "set" {
			err = fmt.Errorf("must be replace or set")
		}
	default:
		err = fmt.Errorf("the keyword is not supported")
	}
	return err
}

// Text is a keyword that is a string, or "".
func (n *Node) Text(keyword string) string {
	var text string
	if v, ok := n.Keywords[keyword]; ok && json.Unmarshal(v, &text) != nil {
		return ""
	}
	return text
}

// Types are the names in the keyword type.
func (n *Node) Types() []string {
	v, ok := n.Keywords["type"]
	if !ok {
		return nil
	}
	if v.Kind() == jsontext.KindString {
		return []string{n.Text("type")}
	}
	var names []string
	if json.Unmarshal(v, &names) != nil {
		return nil
	}
	return names
}

func checkType(v jsontext.Value) error {
	n := Node{Keywords: map[string]jsontext.Value{"type": v}}
	types := n.Types()
	for _, name := range types {
		switch name {
		case "null", "boolean", "integer", "number", "string", "array", "object":
		default:
			return fmt.Errorf("unknown type %s", name)
		}
	}
	if len(types) == 0 {
		return fmt.Errorf("must be a type or a list of types")
	}
	return nil
}

func (n *Node) loadProperties(v jsontext.Value) error {
	list, err := members(v)
	if err != nil {
		return err
	}
	for _, m := range list {
		child, err := loadNode(m.value)
		if err != nil {
			return fmt.Errorf("%s/%w", m.name, err)
		}
		n.Properties = append(n.Properties, Property{Name: m.name, Schema: child})
	}
	return nil
}

// checkUnion allows unions whose alternatives a value tells apart by its kind, and an
// object by its _type: at most one string, null, and definitions of objects, of which one
// has no _type.
func (s *Schema) checkUnion(n *Node) error {
	if len(n.AnyOf) < 2 {
		return fmt.Errorf("anyOf: must have at least two alternatives")
	}
	seen := map[string]bool{}
	for _, alternative := range n.AnyOf {
		alternative = s.Follow(alternative)
		key := alternative.Text("type")
		switch key {
		case "null", "string":
		case "object":
			if !alternative.Closed {
				return fmt.Errorf("anyOf: an object must be closed")
			}
			for _, p := range alternative.Properties {
				if p.Name == "_type" {
					key += " " + p.Schema.Text("const")
				}
			}
		default:
			return fmt.Errorf("anyOf: must be strings, null and closed objects")
		}
		if seen[key] {
			return fmt.Errorf("anyOf: two alternatives are the same kind, %s", key)
		}
		seen[key] = true
	}
	return nil
}

type jsonMember struct {
	name  string
	value jsontext.Value
}

// members reads an object with its members in order.
func members(data []byte) ([]jsonMember, error) {
	decoder := jsontext.NewDecoder(bytes.NewReader(data))
	if decoder.PeekKind() != jsontext.KindBeginObject {
		return nil, fmt.Errorf("a schema must be an object")
	}
	if _, err := decoder.ReadToken(); err != nil {
		return nil, err
	}
	var list []jsonMember
	for decoder.PeekKind() != jsontext.KindEndObject {
		name, err := decoder.ReadToken()
		if err != nil {
			return nil, err
		}
		m := jsonMember{name: name.String()}
		v, err := decoder.ReadValue()
		if err != nil {
			return nil, err
		}
		m.value = v.Clone()
		list = append(list, m)
	}
	return list, nil
}
