package permission

import (
	"errors"
	"path"
	"strings"

	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// argument is the parsed form of an argument, which the patterns of rules are matched
// with.
type argument struct {
	kind        grammar.Kind
	path        grammar.Path
	places      grammar.Places
	inWorkspace bool
	address     grammar.Address
	name        string
}

// argumentsOf returns the parts of a call that rules are matched with, for any tool but
// bash; at least one.
func argumentsOf(call Call) ([]argument, error) {
	switch kind := grammar.KindOf(call.Tool); kind {
	case grammar.KindPath:
		if len(call.Paths) == 0 {
			return nil, errors.New("the call of `" + call.Tool + "` names no path")
		}
		var arguments []argument
		for _, name := range call.Paths {
			value, err := pathOf(name, call)
			if err != nil {
				return nil, err
			}
			arguments = append(arguments, value)
		}
		return arguments, nil
	case grammar.KindAddress:
		address, err := grammar.ParseAddress(call.URL)
		if err != nil {
			return nil, err
		}
		return []argument{{kind: kind, address: address}}, nil
	default:
		return []argument{{kind: kind, name: call.Argument}}, nil
	}
}

func pathOf(name string, call Call) (argument, error) {
	if call.Workspace == "" || call.Home == "" {
		return argument{}, errors.New("the workspace and the home directory are not known")
	}
	places, err := grammar.NewPlaces(call.Workspace, call.Home, call.FoldCase)
	if err != nil {
		return argument{}, err
	}
	parsed, err := grammar.ParsePath(name)
	if err != nil {
		return argument{}, err
	}
	return argument{kind: grammar.KindPath, path: parsed, places: places, inWorkspace: inWorkspace(place("/", name, call.Workspace))}, nil
}

// absolute turns what place returns into a path from the root.
func absolute(name string, call Call) string {
	if rest, ok := strings.CutPrefix(name, "~"); ok {
		if rest != "" && rest[0] != '/' {
			// The home directory of another user, or a directory of the shell's stack.
			return name
		}
		return path.Join(call.Home, rest)
	}
	if path.IsAbs(name) {
		return name
	}
	return path.Join(call.Workspace, name)
}

// matchArgument reports whether a pattern matches such a part of a call.
func matchArgument(p grammar.Pattern, value argument) bool {
	if p.Every() {
		return true
	}
	switch value.kind {
	case grammar.KindPath:
		return p.MatchPath(value.path, value.places)
	case grammar.KindAddress:
		return p.MatchAddress(value.address)
	case grammar.KindName:
		return p.MatchName(value.name)
	}
	return false
}
