package doctree

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// maxYAML bounds YAML, in bytes.
const maxYAML = 32 << 10

// YAML reads one document of YAML. Anchors, aliases, tags, directives and merge keys are
// refused: they move values away from the place where they are written.
func YAML(data []byte, file string) (*Node, error) { return readYAML(data, file, 0) }

// readYAML is YAML for a part of a file that begins after some lines.
func readYAML(data []byte, file string, before int) (n *Node, err error) {
	b := &builder{file: file}
	if len(data) > maxYAML {
		return nil, b.fault(b.at(0, 0), "more than %d bytes of YAML", maxYAML)
	}
	if data, err = b.text(data); err != nil {
		return nil, err
	}
	if line := tooDeep(data); line > 0 {
		return nil, b.fault(b.at(line+before, 0), "nested more than %d levels deep", maxDepth)
	}
	defer func() { // the library is not ours
		if v := recover(); v != nil {
			n, err = nil, b.fault(b.at(before+1, 0), "not readable as YAML")
		}
	}()
	tree, err := parser.ParseBytes(data, 0)
	if err != nil {
		line := 0
		if e, ok := err.(interface{ GetToken() *token.Token }); ok && e.GetToken() != nil {
			line = e.GetToken().Position.Line
		}
		return nil, b.fault(b.at(line+before, 0), "not readable as YAML")
	}
	r := &yamlReader{b, before}
	var body ast.Node
	for _, doc := range tree.Docs {
		if doc.Body == nil {
			continue
		}
		if body != nil {
			return nil, b.fault(r.place(doc.Body), "more than one document")
		}
		body = doc.Body
	}
	if body == nil {
		return b.node(Map, "", "", b.at(before+1, 1))
	}
	return r.value(body, "")
}

type yamlReader struct {
	*builder
	before int
}

func (r *yamlReader) place(n ast.Node) diag.Position {
	t := n.GetToken()
	if t == nil || t.Position == nil {
		return r.at(r.before+1, 0)
	}
	return r.at(t.Position.Line+r.before, t.Position.Column)
}

func (r *yamlReader) value(n ast.Node, path string) (*Node, error) {
	at := r.place(n)
	switch v := n.(type) {
	case *ast.NullNode:
		return r.node(Null, "", path, at)
	case *ast.BoolNode:
		return r.node(Bool, strconv.FormatBool(v.Value), path, at)
	case *ast.IntegerNode:
		return r.node(Number, fmt.Sprint(v.Value), path, at)
	case *ast.FloatNode:
		return r.node(Number, strconv.FormatFloat(v.Value, 'f', -1, 64), path, at)
	case *ast.StringNode:
		return r.node(Text, v.Value, path, at)
	case *ast.LiteralNode:
		return r.node(Text, v.Value.Value, path, at)
	case *ast.SequenceNode:
		list, err := r.node(List, "", path, at)
		if err != nil {
			return nil, err
		}
		for i, item := range v.Values {
			value, err := r.value(item, path+"\x00["+strconv.Itoa(i)+"]")
			if err != nil {
				return nil, err
			}
			list.Items = append(list.Items, value)
		}
		return list, nil
	case *ast.MappingValueNode:
		return r.fields([]*ast.MappingValueNode{v}, path, at)
	case *ast.MappingNode:
		return r.fields(v.Values, path, at)
	case *ast.AnchorNode, *ast.AliasNode:
		return nil, r.fault(at, "anchors and aliases are not read")
	case *ast.TagNode:
		return nil, r.fault(at, "tags are not read")
	}
	return nil, r.fault(at, "not readable as YAML")
}

func (r *yamlReader) fields(fields []*ast.MappingValueNode, path string, at diag.Position) (*Node, error) {
	out, err := r.node(Map, "", path, at)
	if err != nil {
		return nil, err
	}
	for _, field := range fields {
		var key string
		switch k := field.Key.(type) {
		case *ast.StringNode:
			key = k.Value
		case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NullNode:
			key = field.Key.GetToken().Value
		default:
			return nil, r.fault(r.place(field.Key), "a key must be a string")
		}
		value, err := r.value(field.Value, path+"\x00"+key)
		if err != nil {
			return nil, err
		}
		value.At = r.place(field.Key)
		if out.put(key, value) {
			return nil, r.fault(value.At, "a key is there twice")
		}
	}
	return out, nil
}

// tooDeep returns the line where brackets, or entries in one line, nest too deep; 0 for
// none. It may count what is in quotes too.
func tooDeep(data []byte) int {
	depth, number := 0, 0
	for line := range strings.Lines(string(data)) {
		number++
		for _, c := range line {
			switch c {
			case '[', '{':
				depth++
			case ']', '}':
				depth = max(0, depth-1)
			}
		}
		indent := len(line) - len(strings.TrimLeft(line, " -?:\t"))
		if depth > maxDepth || indent > 4*maxDepth {
			return number
		}
	}
	return 0
}
