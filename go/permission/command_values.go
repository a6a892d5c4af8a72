package permission

import (
	"strings"

	sh "mvdan.cc/sh/v3/syntax"
)

func (r *reader) parameter(p *sh.ParamExp) {
	if p.Index != nil && !isList(p.Index) {
		r.arithmetic(p.Index)
	}
	if p.Excl && p.Names == 0 && !isList(p.Index) {
		r.change("an indirect expansion may run a command in a subscript")
	}
	if p.Slice != nil {
		r.arithmetic(p.Slice.Offset)
		r.arithmetic(p.Slice.Length)
	}
	if p.Exp != nil {
		if quotesExpansion(p.Exp.Word) {
			r.hide("quotation marks in an expansion may be none")
		}
		switch p.Exp.Op {
		case sh.OtherParamOps:
			if p.Exp.Word == nil || p.Exp.Word.Lit() == "P" || p.Exp.Word.Lit() == "" {
				r.hide("`@P` runs what is in a variable")
			}
		case sh.AssignUnset, sh.AssignUnsetOrNull:
			if p.Param != nil {
				r.variable(p.Param.Value)
			}
		}
	}
	if p.NestedParam != nil || p.Flags != nil || len(p.Modifiers) > 0 {
		r.hide("the expansion is of another shell")
	}
}

// quotesExpansion reports whether a word has an expansion in single quotes: between
// double quotes, and in a here-document, bash expands it all the same.
func quotesExpansion(w *sh.Word) bool {
	if w == nil {
		return false
	}
	found := false
	sh.Walk(w, func(node sh.Node) bool {
		if quoted, ok := node.(*sh.SglQuoted); ok && strings.ContainsAny(quoted.Value, "$`") {
			found = true
		}
		return !found
	})
	return found
}

// isList reports whether a subscript is @ or *.
func isList(index sh.ArithmExpr) bool {
	w, ok := index.(*sh.Word)
	return ok && (w.Lit() == "@" || w.Lit() == "*")
}

// arithmetic looks for names in an expression: the shell evaluates the value of a
// variable again, and a subscript in that may run a command.
func (r *reader) arithmetic(expr sh.ArithmExpr) {
	if expr == nil {
		return
	}
	sh.Walk(expr, func(node sh.Node) bool {
		if w, ok := node.(*sh.Word); ok && !isNumber(w.Lit()) {
			r.change("arithmetic evaluates what is in a variable")
			return false
		}
		return true
	})
	// A command in the expression is read by scan, which visits it too.
}

func isNumber(text string) bool {
	if text == "" {
		return false
	}
	return strings.Trim(text, "0123456789") == ""
}

func (r *reader) numberTest(expr sh.TestExpr) {
	if w, ok := expr.(*sh.Word); ok && !isNumber(w.Lit()) {
		r.change("arithmetic evaluates what is in a variable")
	}
}

// scanAssign reads the values of an assignment, without the assignment itself.
func (r *reader) scanAssign(assign *sh.Assign) {
	if assign.Value != nil {
		r.scan(assign.Value)
	}
	if assign.Array != nil {
		r.scan(assign.Array)
	}
	if assign.Index != nil {
		r.scan(assign.Index)
	}
}

func (r *reader) assign(assign *sh.Assign) {
	if assign.Name != nil {
		r.variable(assign.Name.Value)
	}
	if assign.Index != nil {
		r.arithmetic(assign.Index)
	}
	if assign.Index != nil || assign.Array != nil {
		r.lists = true
	}
}

func (r *reader) variable(name string) {
	if changesMeaning(name) {
		r.change("`" + strings.ReplaceAll(name, "\x00", "…") + "` changes what commands do")
	}
}

func (r *reader) declare(cmd *sh.DeclClause) {
	words := []word{literal(cmd.Variant.Value)}
	first := len(r.invocations)
	given := func(value string) {
		switch {
		case strings.HasPrefix(value, "("):
			r.hide("`" + cmd.Variant.Value + "` may evaluate a list that is quoted")
		case strings.HasPrefix(value, string(rune(unknown))):
			r.declaresUnknown = true
		}
	}
	for _, arg := range cmd.Args {
		r.assign(arg)
		r.scanAssign(arg)
		switch {
		case arg.Naked && arg.Name != nil:
			words = append(words, literal(arg.Name.Value))
		case arg.Naked:
			option := literalWord(arg.Value)
			words = append(words, option)
			r.variable(assignedOrText(option.text))
			if _, value, ok := strings.Cut(option.text, "="); ok {
				given(value)
			}
			if strings.HasPrefix(option.text, "-") && strings.ContainsAny(option.text, "aA") {
				r.lists = true
			}
			if option.dynamic() || strings.HasPrefix(option.text, "-") && strings.ContainsAny(option.text, "niF") || strings.HasPrefix(option.text, "+") {
				r.hide("`" + cmd.Variant.Value + "` is given an expansion or an option that evaluates")
			}
		case arg.Name != nil:
			value := literalWord(arg.Value)
			given(value.text)
			words = append(words, word{text: arg.Name.Value + "=" + value.text, whole: true})
		}
	}
	inv := &invocation{words: words, through: true, feeders: r.invocations[first:len(r.invocations):len(r.invocations)]}
	r.add(inv)
}
