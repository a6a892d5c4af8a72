package permission

import (
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// command decides a call of bash: the strictest decision about anything that the
// text runs, reads or writes.
func (p *policy) command(call Call) Decision {
	decision, decided := p.everyCommand()
	take := func(d Decision) {
		if !decided {
			decision, decided = d, true
			return
		}
		decision = stricter(decision, d)
	}
	if len(call.Command) > MaxCommand {
		take(p.hidden(call.Command[:MaxCommand], nil, "the command is too long", true))
		return decision
	}
	r := readCommand(call)
	for _, inv := range r.invocations {
		if d, ok := p.invocation(inv); ok {
			take(d)
		}
	}
	for _, file := range r.files {
		take(p.fileUse(file, call))
	}
	if r.hidden != "" {
		take(p.hidden(call.Command, &r, r.hidden, r.unreadable))
	}
	if r.changed != "" {
		take(p.atMostAsk(r.changed))
	}
	if !decided {
		return Decision{Action: allow, Reason: "the command runs no program"}
	}
	return decision
}

// everyCommand is the decision of the strictest rule that denies every command or
// asks about each: it holds for one too that runs no program or cannot be read.
func (p *policy) everyCommand() (Decision, bool) {
	var found *parsedRule
	for _, rule := range p.bash {
		if rule.pattern.Every() && rule.action != allow && (found == nil || strictness(found.action) < strictness(rule.action)) {
			found = rule
		}
	}
	if found == nil {
		return Decision{}, false
	}
	return p.ruled(found), true
}

// readCommand reads the text of a call. A defect of the parser must not let a call
// pass, nor end the program.
func readCommand(call Call) (result reading) {
	r := &reader{workspace: call.Workspace, home: call.Home, real: call.Real, directories: []string{place(".", call.Directory, call.Workspace)}}
	if call.Directory == "" {
		r.directories[0] = "."
	} else if !inWorkspace(r.directories[0]) {
		r.change("it begins outside the workspace")
	}
	defer func() {
		if recover() != nil {
			r.fail("the command cannot be parsed")
		}
		result = r.reading
	}()
	r.text(call.Command)
	if r.later && r.moves {
		r.change("a function or a trap may run in a directory that differs from the one it is read in")
	}
	if r.lists && r.declaresUnknown {
		r.change("a list may be given a value that is evaluated")
	}
	return
}

// invocation decides about one program. It is false if there is nothing to decide: the
// program only runs others, or only might be one.
func (p *policy) invocation(inv *invocation) (Decision, bool) {
	inv, addressed := p.services.named(inv)
	forms, dynamic := inv.forms()
	if d, ok := p.restricting(inv, append(forms, addressed...), dynamic); ok {
		return d, true
	}
	if inv.suspect {
		return Decision{}, false
	}
	doubt := p.doubt(inv)
	if d, ok := p.allowing(inv, dynamic, doubt); ok {
		return d, true
	}
	if inv.through {
		if inv.changed != "" {
			return p.atMostAsk(inv.changed), true
		}
		return Decision{}, false
	}
	if neutral(inv.words) {
		return Decision{Action: allow, Reason: "`" + inv.words[0].text + "` of the shell runs no program"}, true
	}
	d := p.undecided(grammar.ToolBash, "the command `"+shownCommand(inv.words)+"`")
	if inv.changed != "" {
		d = stricter(d, p.atMostAsk(inv.changed))
	}
	if doubt != nil {
		d = stricter(d, p.atMostAsk(doubt.why))
	}
	if dynamic && !harmless(inv.words[0].text) {
		d = stricter(d, p.atMostAsk("an expansion in its arguments may change what it does"))
	}
	return d, true
}

// elsewhere reports whether what is changed is a place or a user, which a rule that
// names the program knows about.
func (inv *invocation) elsewhere() bool {
	return strings.HasPrefix(inv.changed, "it runs ")
}

// restricting finds the rule that denies a program, or asks. It asks about an expansion
// that may turn the command into one of these.
func (p *policy) restricting(inv *invocation, forms []grammar.Words, dynamic bool) (Decision, bool) {
	var found *parsedRule
	for _, rule := range p.bash {
		if rule.action == allow || found != nil && strictness(found.action) >= strictness(rule.action) {
			continue
		}
		if rule.matches(inv, forms) {
			found = rule
		}
	}
	if found != nil && found.action == deny {
		return p.ruled(found), true
	}
	if found == nil && dynamic {
		for _, rule := range p.bash {
			if rule.action == allow || len(rule.commands) != 1 {
				continue
			}
			for _, form := range forms {
				if rule.commands[0].MeetsBare(form) {
					d := p.ruled(rule)
					d.Action = ask
					d.Reason = "an expansion may make it what a rule " + acts(rule.action) + ": " + rule.pattern.String()
					return d, true
				}
			}
		}
	}
	if found != nil {
		return p.ruled(found), true
	}
	return Decision{}, false
}

// doubt is a program that another may run, since an argument names it.
type doubt struct{ name, why string }

// doubt looks in the arguments of a program that is not known for a command that a
// rule denies or asks about.
func (p *policy) doubt(inv *invocation) *doubt {
	if !inv.doubtful {
		return nil
	}
	for _, words := range mayBegin(inv.words) {
		name := words[0].base()
		if words[0].dynamic() || !slices.ContainsFunc(p.bash, func(rule *parsedRule) bool {
			return rule.action != allow && rule.commands[len(rule.commands)-1].MatchProgram(name)
		}) {
			continue
		}
		end := &invocation{words: words, feeders: inv.feeders, directories: inv.directories, workspace: inv.workspace, home: inv.home}
		forms, _ := end.forms()
		if d, ok := p.restricting(end, forms, false); ok {
			return &doubt{name, "it may run `" + shownCommand(words) + "`, which a rule " + acts(d.Action) + ": " + string(d.Rule.Rule.Pattern)}
		}
	}
	return nil
}

// mayBegin are the ends of a command that may be commands, and those of its
// arguments that are texts of several words.
func mayBegin(words []word) [][]word {
	ends := suffixes(words)
	for _, w := range words[1:] {
		if !strings.ContainsAny(w.text, " \t\n;|&(\"'`") {
			continue
		}
		text := []word{literal("")}
		for _, name := range namesIn(w.text) {
			text = append(text, literal(name))
		}
		ends = append(ends, suffixes(text)...)
	}
	return ends
}

// nameWord reports whether the pattern of a rule has a word that is a program's name.
func (r *parsedRule) nameWord(name string) bool {
	return slices.ContainsFunc(strings.Fields(r.pattern.String()), func(word string) bool { return programName(word) == name })
}

func acts(action manifest.Action) string {
	switch action {
	case allow:
		return "allows"
	case ask:
		return "asks about"
	}
	return "denies"
}

// matches reports whether a rule is certain to be about a program; the one behind
// the last | of a pipeline pattern, where the others are among its feeders.
func (r *parsedRule) matches(inv *invocation, forms []grammar.Words) bool {
	last := len(r.commands) - 1
	if !slices.ContainsFunc(forms, r.commands[last].MatchBare) {
		return false
	}
	for _, command := range r.commands[:last] {
		if !slices.ContainsFunc(inv.feeders, func(feeder *invocation) bool {
			forms, _ := feeder.forms()
			return slices.ContainsFunc(forms, command.MatchBare)
		}) {
			return false
		}
	}
	return true
}

// allowing finds the rules that allow a command as it is written. One of them is
// enough.
func (p *policy) allowing(inv *invocation, dynamic bool, doubt *doubt) (found Decision, ok bool) {
	words := inv.words
	written := grammar.ExactWords(joinedWords(words))
	// A program with a directory is another one than PATH finds.
	located := strings.ContainsAny(words[0].text, "/ ~=")
	for _, rule := range p.bash {
		if rule.action != allow || len(rule.commands) != 1 {
			continue
		}
		command := rule.commands[0]
		if located && !command.Every() && command.Name() != words[0].text {
			continue
		}
		if !command.Match(written) {
			continue
		}
		d := p.allowed(rule, inv, dynamic, doubt)
		if d.Action == allow {
			return d, true
		}
		if !ok {
			found, ok = d, true
		}
	}
	return found, ok
}

// allowed returns the decision of a rule that allows a command as it is written.
func (p *policy) allowed(rule *parsedRule, inv *invocation, dynamic bool, doubt *doubt) Decision {
	d, command := p.ruled(rule), rule.commands[0]
	switch {
	case inv.configured:
		return stricter(d, p.atMostAsk("git runs programs that the settings of a directory name, and this directory is not the workspace"))
	case doubt != nil && !rule.nameWord(doubt.name):
		return stricter(d, p.atMostAsk(doubt.why))
	case inv.changed != "" && !(command.Name() == inv.words[0].text && inv.elsewhere()):
		return stricter(d, p.atMostAsk(inv.changed))
	case dynamic && !inv.through && (!command.EndsInStar() || !harmless(inv.words[0].text)):
		return stricter(d, p.atMostAsk("an expansion in its arguments may change what it does"))
	}
	return d
}

// hidden decides about commands that cannot be analyzed: at most ask, and deny if the
// text contains the name of a program that a rule denies.
func (p *policy) hidden(text string, r *reading, why string, unreadable bool) Decision {
	counts := wordCounts(text)
	if r != nil && !unreadable {
		// A name that is known to run was decided by itself.
		for _, inv := range r.invocations {
			if !inv.suspect {
				counts.less(inv.words[0].base())
			}
		}
	}
	for _, rule := range p.bash {
		if rule.action != deny {
			continue
		}
		all := true
		for _, command := range rule.commands {
			if !counts.has(command) {
				all = false
				break
			}
		}
		if all {
			d := p.ruled(rule)
			d.Reason = why + ", and it names `" + rule.pattern.String() + "`, which is denied" + authorReason(rule.rule)
			return d
		}
	}
	if p.permissions.Default == deny {
		return Decision{Action: deny, Pointer: p.pointer + "/permissions/default", Reason: why + ", and the default is `deny`"}
	}
	return Decision{Action: ask, Reason: why}
}

// counted is how often each word is in a text.
type counted map[string]int

func (c counted) less(name string) {
	if c[name] > 0 {
		c[name]--
	}
}

func (c counted) has(command grammar.Command) bool {
	for name, n := range c {
		if n > 0 && command.MatchProgram(name) {
			return true
		}
	}
	return false
}

// wordCounts splits a text at all that cannot be in the name of a program, after
// its quotation marks and backslashes are gone.
func wordCounts(text string) counted {
	counts := counted{}
	text = strings.NewReplacer("\\\n", "", "'", "", `"`, "", `\`, "").Replace(text)
	for _, name := range namesIn(text) {
		counts[name]++
	}
	return counts
}

// namesIn splits a text at all that cannot be in the name of a program.
func namesIn(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r > 0x7f || strings.ContainsRune("_-.+@:%", r))
	})
}

// shownCommand is a command in a sentence.
func shownCommand(words []word) string {
	text := strings.NewReplacer(string(rune(separator)), " ", string(rune(unknown)), "…", "`", "'", "\n", " ").Replace(joinedWords(words))
	if len(text) > 80 {
		text = strings.ToValidUTF8(text[:80], "") + "…"
	}
	return text
}
