package manifestfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/internal/tomlread"
)

// tomlToJSON reads a manifest in TOML as JSON, with the place of each key. What
// JSON has no form for (nan, infinity, dates) is a problem, and null in the
// JSON. No message quotes the file: the line may hold a key.
func tomlToJSON(data []byte, file string) ([]byte, sourceMap, []diag.Diagnostic, error) {
	data, marked := bytes.CutPrefix(data, []byte(Mark))
	var beyond *tomlread.Error
	if errors.As(tomlread.Check(data), &beyond) {
		return nil, nil, nil, diag.Errorf(diag.ExitInvalid, "too-large", "%s", beyond.Message).
			At(diag.Position{File: file, Line: beyond.Line, Column: beyond.Column})
	}
	var root map[string]any
	if err := toml.Unmarshal(data, &root); err != nil {
		at := diag.Position{File: file}
		var decode *toml.DecodeError
		if errors.As(err, &decode) {
			at.Line, at.Column = decode.Position()
		}
		if marked && at.Line == 1 {
			at.Column += len(Mark)
		}
		// go-toml's own message may repeat a piece of the line.
		e := diag.Errorf(diag.ExitInvalid, "syntax", "not readable as TOML: %s", tomlread.Reason(err)).At(at)
		e.Diagnostics[0].Veiled = true
		return nil, nil, nil, e
	}
	places := tomlPlaces(data, file)
	for pointer, at := range places {
		if marked && at.Line == 1 { // columns are of bytes
			at.Column += len(Mark)
			places[pointer] = at
		}
	}
	var problems []diag.Diagnostic
	c := &tomlConverter{problem: func(code, pointer, path, message string) {
		d := diag.Diagnostic{Severity: diag.SeverityError, Code: code, Path: path, Pointer: pointer, Message: message, Positions: []diag.Position{}}
		if at, ok := places.at(pointer); ok {
			d.Positions = append(d.Positions, at)
		}
		problems = append(problems, d)
	}}
	value := c.value(root, "", "")
	out, err := json.Marshal(value)
	if err != nil {
		return nil, nil, nil, diag.Errorf(diag.ExitInternal, "internal", "cannot encode the manifest: %v", err)
	}
	return out, places, problems, nil
}

type tomlConverter struct {
	problem func(code, pointer, path, message string)
}

func (c *tomlConverter) value(v any, pointer, path string) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for _, key := range slices.Sorted(maps.Keys(v)) {
			sub := key
			if !reference.Plain(key) {
				sub = strconv.Quote(key)
			}
			if path != "" {
				sub = path + "." + sub
			}
			out[key] = c.value(v[key], pointer+"/"+pointerKey(key), sub)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			n := strconv.Itoa(i)
			out[i] = c.value(item, pointer+"/"+n, path+"["+n+"]")
		}
		return out
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			c.problem("type", pointer, path, "a manifest cannot contain nan and infinity")
			return nil
		}
		text := strconv.FormatFloat(v, 'f', -1, 64)
		if !strings.Contains(text, ".") {
			text += ".0" // a float stays one, so that it is refused where an integer belongs
		}
		return json.Number(text)
	case string, bool, int64:
		return v
	}
	c.problem("type", pointer, path, "a date or time, which a manifest does not have")
	return nil
}

// tomlPlaces finds the place of every key. A file that decodes also parses.
func tomlPlaces(data []byte, file string) sourceMap {
	places, index := sourceMap{}, newLineIndex(file, data)
	var parser unstable.Parser
	parser.Reset(data)
	table := ""
	elements := map[string]int{} // array tables seen, by pointer
	offset := func(n *unstable.Node) (int, bool) {
		if n.Raw.Length > 0 {
			return int(n.Raw.Offset), true
		}
		if len(n.Data) > 0 {
			r := parser.Range(n.Data)
			return int(r.Offset), true
		}
		return 0, false
	}
	mark := func(pointer string, n *unstable.Node) {
		if _, seen := places[pointer]; seen {
			return
		}
		if at, ok := offset(n); ok {
			places[pointer] = index.position(at)
		}
	}
	// into follows a key; through array tables it selects the last element.
	into := func(base string, key unstable.Iterator, last func(string) string) string {
		for key.Next() {
			base += "/" + pointerKey(string(key.Node().Data))
			if key.IsLast() {
				base = last(base)
			} else if n := elements[base]; n > 0 {
				base += "/" + strconv.Itoa(n-1)
			}
			mark(base, key.Node())
		}
		return base
	}
	same := func(pointer string) string { return pointer }
	var values func(pointer string, n *unstable.Node)
	keyValue := func(base string, n *unstable.Node) {
		pointer := into(base, n.Key(), same)
		values(pointer, n.Value())
	}
	values = func(pointer string, n *unstable.Node) {
		switch n.Kind {
		case unstable.Array:
			for i, items := 0, n.Children(); items.Next(); i++ {
				item := items.Node()
				sub := pointer + "/" + strconv.Itoa(i)
				mark(sub, item)
				values(sub, item)
			}
		case unstable.InlineTable:
			for items := n.Children(); items.Next(); {
				keyValue(pointer, items.Node())
			}
		}
	}
	for parser.NextExpression() {
		switch n := parser.Expression(); n.Kind {
		case unstable.Table:
			table = into("", n.Key(), func(pointer string) string {
				if count := elements[pointer]; count > 0 {
					return pointer + "/" + strconv.Itoa(count-1)
				}
				return pointer
			})
		case unstable.ArrayTable:
			table = into("", n.Key(), func(pointer string) string {
				elements[pointer]++
				return pointer + "/" + strconv.Itoa(elements[pointer]-1)
			})
		case unstable.KeyValue:
			keyValue(table, n)
		}
	}
	return places
}
