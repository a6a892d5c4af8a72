package flake

import (
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// Written is the part of a flake.nix that describes its inputs, read without evaluating
// anything. As in Nix, it must be written literally.
type Written struct {
	// Inputs are those with an entry in `inputs`, and the arguments of `outputs`
	// but `self`.
	Inputs map[string]*Input
	// Submodules and LFS are `inputs.self.submodules` and `inputs.self.lfs`.
	Submodules, LFS bool
	// Outputs reports whether there are any, as a flake must have.
	Outputs bool
}

// Input is one input as written.
type Input struct {
	URL string
	// Attrs are given in place of a URL: type, owner and so on; values are
	// strings, booleans and integers.
	Attrs   map[string]any
	Flake   bool     // false for a source tree without a flake.nix
	Follows []string // the input that replaces this one; nil if none does
	Inputs  map[string]*Input
	At      syntax.Position
}

// FormError is a flake.nix of a form that Nix refuses.
type FormError struct {
	At  syntax.Position
	Msg string
}

func (e *FormError) Error() string { return e.Msg }

// ReadWritten reads the text of a flake.nix; name is the file's name in
// positions. Errors are *FormError, or *syntax.Error where the text is not Nix.
func ReadWritten(text, name string) (*Written, error) {
	files := &syntax.FileSet{}
	tree, err := syntax.Parse(text, syntax.Options{Files: files, Name: name, Dir: anywhere})
	if err != nil {
		return nil, err
	}
	defer tree.Seal()
	r := &formReader{files: files, symbols: tree.Symbols}
	w := &Written{Inputs: map[string]*Input{}}
	if err := r.flake(w, tree.Expr); err != nil {
		return nil, err
	}
	return w, nil
}

// anywhere is the directory that path literals are read in: deep enough for `..`.
const anywhere = "/f/l/a/k/e/f/l/a/k/e/f/l/a/k/e/f/l/a/k/e/f/l/a/k/e/f/l/a/k/e"

type formReader struct {
	files   *syntax.FileSet
	symbols *syntax.Symbols
}

func (r *formReader) errorf(at syntax.Pos, format string, args ...any) error {
	return &FormError{r.files.Position(at), fmt.Sprintf(format, args...)}
}

// set visits the attributes of a literal set.
func (r *formReader) set(what string, e syntax.Expr, visit func(name string, def *syntax.AttrDef) error) error {
	set, ok := e.(*syntax.Attrs)
	if !ok {
		return r.errorf(e.Pos(), "%s must be an attribute set, got %s", what, kindOf(e))
	}
	if dynamic := set.Dynamic(); len(dynamic) > 0 {
		return r.errorf(dynamic[0].At, "%s must not have computed attribute names", what)
	}
	for i := range set.Defs {
		def := &set.Defs[i]
		if err := visit(r.symbols.Name(def.Name), def); err != nil {
			return err
		}
	}
	return nil
}

func (r *formReader) flake(w *Written, e syntax.Expr) error {
	var outputs *syntax.Lambda
	err := r.set("flake.nix", e, func(name string, def *syntax.AttrDef) error {
		switch name {
		case "description":
			_, err := r.text("`description`", def.Value)
			return err
		case "nixConfig":
			return r.set("`nixConfig`", def.Value, r.setting)
		case "inputs":
			return r.set("`inputs`", def.Value, func(name string, def *syntax.AttrDef) error {
				if name == "self" {
					return r.self(w, def)
				}
				in, err := r.input("`inputs."+name+"`", def)
				w.Inputs[name] = in
				return err
			})
		case "outputs":
			lambda, ok := def.Value.(*syntax.Lambda)
			if !ok {
				return r.errorf(def.At, "`outputs` must be a function, got %s", kindOf(def.Value))
			}
			outputs, w.Outputs = lambda, true
		default:
			return r.errorf(def.At, "unknown attribute `%s`", name)
		}
		return nil
	})
	if err != nil || outputs == nil || outputs.Formals == nil {
		return err
	}
	for _, formal := range outputs.Formals.List {
		if name := r.symbols.Name(formal.Name); name != "self" && w.Inputs[name] == nil {
			w.Inputs[name] = &Input{URL: "flake:" + name, Flake: true, At: r.files.Position(formal.At)}
		}
	}
	return nil
}

// setting checks an entry of nixConfig, which this program does not use.
func (r *formReader) setting(name string, def *syntax.AttrDef) error {
	items := []syntax.Expr{def.Value}
	switch v := def.Value.(type) {
	case *syntax.List:
		items = v.Elems
	case *syntax.Path:
		return nil
	}
	for _, item := range items {
		switch item.(type) {
		case *syntax.String, *syntax.Int:
			continue
		}
		if _, ok := r.boolean(item); !ok {
			return r.errorf(item.Pos(), "`nixConfig.%s` must be literal, got %s", name, kindOf(item))
		}
	}
	return nil
}

// self reads `inputs.self`, which configures how the flake's own source is read.
func (r *formReader) self(w *Written, def *syntax.AttrDef) error {
	return r.set("`inputs.self`", def.Value, func(name string, def *syntax.AttrDef) error {
		switch name {
		case "submodules", "lfs":
			on, ok := r.boolean(def.Value)
			if !ok {
				return r.errorf(def.At, "`inputs.self.%s` must be true or false, got %s", name, kindOf(def.Value))
			}
			if name == "submodules" {
				w.Submodules = on
			} else {
				w.LFS = on
			}
			return nil
		}
		return r.errorf(def.At, "unknown attribute `inputs.self.%s`", name)
	})
}

func (r *formReader) input(what string, def *syntax.AttrDef) (*Input, error) {
	in := &Input{Flake: true, Inputs: map[string]*Input{}, Attrs: map[string]any{}, At: r.files.Position(def.At)}
	err := r.set(what, def.Value, func(name string, def *syntax.AttrDef) (err error) {
		field := strings.TrimSuffix(what, "`") + "." + name + "`"
		switch name {
		case "url":
			if path, ok := def.Value.(*syntax.Path); ok {
				// A path literal is relative; the parser made it absolute.
				rel, err := filepath.Rel(anywhere, path.Val)
				in.URL = "path:" + (&url.URL{Path: filepath.ToSlash(rel)}).EscapedPath()
				return err
			}
			in.URL, err = r.text(field, def.Value)
		case "flake":
			ok := false
			if in.Flake, ok = r.boolean(def.Value); !ok {
				return r.errorf(def.At, "%s must be true or false, got %s", field, kindOf(def.Value))
			}
		case "follows":
			text := ""
			text, err = r.text(field, def.Value)
			in.Follows = slices.DeleteFunc(strings.Split(text, "/"), func(s string) bool { return s == "" })
		case "inputs":
			err = r.set(field, def.Value, func(name string, def *syntax.AttrDef) error {
				sub, err := r.input(strings.TrimSuffix(field, "`")+"."+name+"`", def)
				in.Inputs[name] = sub
				return err
			})
		default:
			in.Attrs[name], err = r.literal(field, def)
		}
		return err
	})
	return in, err
}

func (r *formReader) text(what string, e syntax.Expr) (string, error) {
	s, ok := e.(*syntax.String)
	if !ok {
		return "", r.errorf(e.Pos(), "%s must be a literal string, got %s", what, kindOf(e))
	}
	return s.Val, nil
}

func (r *formReader) boolean(e syntax.Expr) (value, ok bool) {
	v, isVar := e.(*syntax.Var)
	if !isVar {
		return false, false
	}
	name := r.symbols.Name(v.Name)
	return name == "true", name == "true" || name == "false"
}

func (r *formReader) literal(what string, def *syntax.AttrDef) (any, error) {
	switch v := def.Value.(type) {
	case *syntax.String:
		return v.Val, nil
	case *syntax.Int:
		return v.Val, nil
	}
	if b, ok := r.boolean(def.Value); ok {
		return b, nil
	}
	return nil, r.errorf(def.At, "%s must be a literal string, integer or boolean, got %s", what, kindOf(def.Value))
}

// kindOf names an expression for people.
func kindOf(e syntax.Expr) string {
	switch e := e.(type) {
	case *syntax.Attrs:
		return "an attribute set"
	case *syntax.List:
		return "a list"
	case *syntax.Lambda:
		return "a function"
	case *syntax.String:
		return "a string"
	case *syntax.Concat:
		if e.Interpolation {
			return "a string with interpolation"
		}
	case *syntax.Int, *syntax.Float:
		return "a number"
	case *syntax.Path:
		return "a path"
	case *syntax.Let:
		return "`let`"
	case *syntax.With:
		return "`with`"
	case *syntax.Var:
		return "a variable"
	case *syntax.Call:
		return "a function call"
	}
	return "an expression"
}
