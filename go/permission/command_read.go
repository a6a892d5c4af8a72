package permission

import (
	"slices"
	"strings"

	sh "mvdan.cc/sh/v3/syntax"
)

// Bounds of the analysis; a command beyond them counts as unreadable.
const (
	// MaxCommand bounds the text of a command, in bytes.
	MaxCommand = 64 << 10
	// maxTexts is how often text in text is parsed: bash -c "bash -c '…'".
	maxTexts = 8
	// maxNesting bounds brackets and quotation marks in each other.
	maxNesting = 100
	// maxInvocations bounds the simple commands of one text.
	maxInvocations = 1000
	maxDirectories = 8
)

// invocation is one program that a text runs.
type invocation struct {
	words []word
	// suspect marks words that may be a command: only rules that deny and ask apply.
	suspect bool
	// through is set if the program passes when those that it runs pass.
	through bool
	// configured is set if it may run in a directory with settings of its own for it.
	configured bool
	// doubtful is set if its arguments may name another program that it runs.
	doubtful bool
	// feeders produce the program's input or arguments.
	feeders []*invocation
	// changed is the reason why an allowed command may not be what it seems to be.
	changed string
	// directories are the directories it may run in, as place returns them.
	directories     []string
	workspace, home string
}

// fileUse is a file that a redirection reads or writes.
type fileUse struct {
	// name is as place returns it, written the absolute path before `..` is taken away.
	name, written string
	write         bool
	unknownName   bool
}

// reading is everything that a text runs.
type reading struct {
	invocations []*invocation
	files       []fileUse
	// hidden is the reason why the programs that run are unknown; changed is the reason
	// why an allowed command may not be what it seems to be. Both are empty if there is
	// none.
	hidden, changed string
	// unreadable is set if the text, or one in it, was not parsed.
	unreadable bool
}

// reader collects the commands that a text runs.
type reader struct {
	reading
	workspace, home string
	real            func(path string) string
	// directories are the directories the next command may run in, as place returns them.
	directories []string
	// lost is set if the directory is unknown.
	lost  bool
	loops int
	texts int
	// later is set if a function or a trap runs after it is read, and moves if a command
	// changes the directory. If both are set, it may run in another directory.
	later, moves bool
	// lists is set if a variable is a list, and declaresUnknown if one is declared with an
	// unknown value. If both are set, the value may be evaluated.
	lists, declaresUnknown bool
	pipe                   []*invocation
}

func (r *reader) hide(why string) {
	if r.hidden == "" {
		r.hidden = why
	}
}

func (r *reader) change(why string) {
	if r.changed == "" {
		r.changed = why
	}
}

func (r *reader) fail(why string) {
	r.unreadable = true
	r.hide(why)
}

// text reads a shell text.
func (r *reader) text(text string) {
	if why := readable(text); why != "" {
		r.fail(why)
		return
	}
	if r.texts >= maxTexts {
		r.fail("text in text goes too deep")
		return
	}
	file, err := sh.NewParser(sh.Variant(sh.LangBash)).Parse(strings.NewReader(text), "")
	if err != nil {
		r.fail("the command is not valid shell text")
		return
	}
	r.texts++
	r.scan(file)
	r.texts--
}

// scan reads the statements in a node, and the expansions that are outside them.
func (r *reader) scan(node sh.Node) {
	sh.Walk(node, func(node sh.Node) bool {
		switch node := node.(type) {
		case *sh.Stmt:
			r.stmt(node)
			return false
		case *sh.CmdSubst:
			r.apart(func() {
				for _, stmt := range node.Stmts {
					r.stmt(stmt)
				}
			})
			return false
		case *sh.ProcSubst:
			r.apart(func() {
				for _, stmt := range node.Stmts {
					r.stmt(stmt)
				}
			})
			return false
		case *sh.ParamExp:
			r.parameter(node)
		case *sh.ExtGlob:
			if node.Pattern != nil && strings.ContainsAny(node.Pattern.Value, "$`") {
				r.hide("an expansion is in a pattern")
			}
		case *sh.ArithmExp:
			r.arithmetic(node.X)
		case *sh.ArithmCmd:
			r.arithmetic(node.X)
		case *sh.Assign:
			r.assign(node)
		case *sh.ArrayElem:
			r.arithmetic(node.Index)
		case *sh.WordIter:
			if node.Name != nil {
				r.variable(node.Name.Value)
			}
		case *sh.CStyleLoop:
			r.arithmetic(node.Init)
			r.arithmetic(node.Cond)
			r.arithmetic(node.Post)
		case *sh.BinaryTest:
			switch node.Op {
			case sh.TsEql, sh.TsNeq, sh.TsLss, sh.TsLeq, sh.TsGtr, sh.TsGeq:
				r.numberTest(node.X)
				r.numberTest(node.Y)
			}
		case *sh.UnaryTest:
			if node.Op == sh.TsVarSet || node.Op == sh.TsRefVar {
				r.change("a test of a variable may run a command in its subscript")
			}
		}
		return true
	})
}

// apart reads commands that cannot change the directory of those that follow.
func (r *reader) apart(read func()) {
	directories, lost := append([]string(nil), r.directories...), r.lost
	read()
	r.directories, r.lost = directories, lost
}

func (r *reader) stmt(stmt *sh.Stmt) {
	if len(r.invocations) > maxInvocations {
		r.fail("the command runs too many programs")
		return
	}
	first := len(r.invocations)
	// What is redirected into a command is read before it, to be its feeder.
	for _, redirect := range stmt.Redirs {
		r.redirect(redirect)
	}
	pipe := r.pipe
	r.pipe = append(pipe[:len(pipe):len(pipe)], r.invocations[first:]...)
	defer func() { r.pipe = pipe }()
	switch cmd := stmt.Cmd.(type) {
	case nil:
	case *sh.CallExpr:
		r.call(cmd)
	case *sh.BinaryCmd:
		r.binary(cmd)
	case *sh.Subshell:
		loops := r.loops
		r.loops = 0
		r.apart(func() { r.scan(cmd) })
		r.loops = loops
	case *sh.ForClause, *sh.WhileClause:
		before := r.directories
		r.loops++
		r.scan(cmd)
		r.loops--
		if !slices.Equal(before, r.directories) {
			r.change("a loop begins again in another directory")
		}
	case *sh.FuncDecl:
		r.later = true
		if name := cmd.Name; name != nil && (name.Value == "cd" || name.Value == "builtin" || name.Value == "command") {
			r.change("`" + name.Value + "` is a function")
		}
		r.loops++
		r.scan(cmd)
		r.loops--
	case *sh.DeclClause:
		r.declare(cmd)
	case *sh.LetClause:
		r.scan(cmd)
		for _, expr := range cmd.Exprs {
			r.arithmetic(expr)
		}
	case *sh.CoprocClause:
		// The parser and bash disagree about what is the name, what an assignment and what
		// the command.
		if cmd.Name != nil {
			r.run([]word{literalWord(cmd.Name)}, r.pipe, true)
		}
		r.hide("it cannot be told for certain what `coproc` runs")
		r.scan(cmd)
	case *sh.TestDecl:
		r.fail("the command is not valid shell text")
	default:
		r.scan(cmd)
	}
}

func (r *reader) binary(cmd *sh.BinaryCmd) {
	switch cmd.Op {
	case sh.Pipe, sh.PipeAll:
		first := len(r.invocations)
		pipe := r.pipe
		r.apart(func() { r.stmt(cmd.X) })
		r.pipe = append(pipe[:len(pipe):len(pipe)], r.invocations[first:]...)
		r.apart(func() { r.stmt(cmd.Y) })
		r.pipe = pipe
	case sh.AndStmt:
		before := append([]string(nil), r.directories...)
		r.stmt(cmd.X)
		after := append([]string(nil), r.directories...)
		// After &&, cd has reached its directory.
		if n := len(before); isCd(cmd.X) && len(after) > n {
			r.directories = after[n:]
		}
		r.stmt(cmd.Y)
		for _, dir := range append(before, after...) {
			r.addDirectory(dir)
		}
	default:
		r.stmt(cmd.X)
		r.stmt(cmd.Y)
	}
}

// isCd reports whether a statement, or the last of a chain of &&, is a cd.
func isCd(stmt *sh.Stmt) bool {
	call, ok := stmt.Cmd.(*sh.CallExpr)
	return ok && !stmt.Negated && !stmt.Background && len(call.Args) > 0 && call.Args[0].Lit() == "cd"
}

func (r *reader) addDirectory(dir string) {
	for _, known := range r.directories {
		if known == dir {
			return
		}
	}
	if len(r.directories) >= maxDirectories {
		r.lost = true
		return
	}
	r.directories = append(r.directories, dir)
}

func (r *reader) call(cmd *sh.CallExpr) {
	first := len(r.invocations)
	for _, assign := range cmd.Assigns {
		r.assign(assign)
		r.scanAssign(assign)
	}
	words := make([]word, len(cmd.Args))
	for i, arg := range cmd.Args {
		r.scan(arg)
		words[i] = literalWord(arg)
	}
	feeders := append(r.pipe[:len(r.pipe):len(r.pipe)], r.invocations[first:]...)
	if len(words) > 0 {
		r.run(words, feeders, false)
	}
}

// add takes a program into what runs, with where it may run.
func (r *reader) add(inv *invocation) {
	inv.directories, inv.workspace, inv.home = r.directories[:len(r.directories):len(r.directories)], r.workspace, r.home
	r.invocations = append(r.invocations, inv)
}

// run reads the programs that a command runs: itself, and those that it passes on.
func (r *reader) run(words []word, feeders []*invocation, suspect bool) {
	if len(r.invocations) > maxInvocations {
		r.fail("the command runs too many programs")
		return
	}
	inv := &invocation{words: words, feeders: feeders, suspect: suspect}
	r.add(inv)
	if words[0].dynamic() || words[0].text == "" {
		r.hide("an expansion is where a program is named")
		for _, end := range suffixes(words) {
			r.add(&invocation{words: end, feeders: feeders, suspect: true})
		}
		return
	}
	if name := assignedName(words[0].text); name != "" && len(words) > 1 {
		// Some shell may take it for an assignment.
		r.variable(name)
		r.depth(func() { r.run(words[1:], feeders, suspect) })
	}
	if strings.HasPrefix(words[0].text, "-") && len(words) > 1 {
		// What is in front of it may take it for an option: time -- make, time -o file make.
		r.depth(func() { r.run(words[1:], feeders, suspect) })
		for _, end := range suffixes(words) {
			r.add(&invocation{words: end, feeders: feeders, suspect: true})
		}
	}
	if evaluates(words) {
		r.hide("`" + words[0].text + "` evaluates its arguments")
	}
	for _, name := range setsVariables(words) {
		r.variable(name)
	}
	switch program := words[0].text; {
	case program == "trap":
		r.later = true
	case program == "mapfile" || program == "readarray" || program == "read" && hasLetter(words[1:], 'a'):
		r.lists = true
	case strings.HasPrefix(program, "!") && len(program) > 1, strings.HasPrefix(program, "^"):
		r.hide("a shell may put in an earlier command")
	case inDevices(program):
		r.hide("it cannot be told what program is behind a name in /proc or /dev")
	}
	if (words[0].text == "test" || words[0].text == "[") && !plainTest(words[1:]) {
		r.change("a test of a variable may run a command in its subscript")
	}
	if words[0].base() == "cd" || words[0].base() == "pushd" || words[0].base() == "popd" {
		r.chdir(words)
	}
	u := unwrap(words)
	if u.hidden != "" {
		r.hide(u.hidden)
	}
	inv.through, inv.changed, inv.doubtful = u.through, u.changed, u.doubtful
	if inv.changed == "" && r.moved() && relativeProgram(words[0].text) {
		inv.changed = "a relative path is another program in another directory"
	}
	// Any directory may be a repository without a working tree: git runs what the
	// settings in it name.
	inv.configured = words[0].base() == "git" && r.moved()
	for _, command := range u.commands {
		if len(command) > 0 {
			r.depth(func() { r.run(command, feeders, suspect) })
		}
	}
	if len(u.script) > 0 {
		r.depth(func() { r.run(u.script, feeders, true) })
	}
	for _, command := range u.suspects {
		r.add(&invocation{words: command, feeders: feeders, suspect: true})
	}
	for _, text := range u.texts {
		if text.dynamic() {
			r.hide("the text that a shell runs has an expansion")
			continue
		}
		pipe := r.pipe
		r.pipe = feeders
		r.apart(func() { r.text(text.text) })
		r.pipe = pipe
	}
	for _, file := range u.writes {
		r.file(file, true)
	}
}

// moved reports whether a command may run anywhere but in the workspace itself.
func (r *reader) moved() bool {
	return r.lost || len(r.directories) != 1 || r.directories[0] != "."
}

func relativeProgram(text string) bool {
	return strings.Contains(text, "/") && text[0] != '/' && text[0] != '~'
}

// depth bounds programs that run programs.
func (r *reader) depth(read func()) {
	if r.texts >= maxTexts*4 {
		r.fail("programs that run programs go too deep")
		return
	}
	r.texts++
	read()
	r.texts--
}
