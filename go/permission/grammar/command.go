package grammar

import (
	"slices"
	"strings"
)

const (
	// Separator is between the words of a command that is to be matched.
	Separator = '\x1f'
	// Unknown replaces the part of a word that a shell expansion will fill in.
	Unknown = '\x00'
)

// Words are the words of a simple command in the form that patterns are matched with.
type Words struct{ value []rune }

// ExactWords returns the words in a text that has Separator between them. A space of
// a pattern is the end of a word.
func ExactWords(text string) Words { return Words{symbols(text)} }

// SplitWords is ExactWords where a space in a word also ends it: the program that reads
// the command may split it there.
func SplitWords(text string) Words {
	return ExactWords(strings.ReplaceAll(text, " ", string(Separator)))
}

// Command is the pattern of one simple command: a rule's, or one of its pipeline.
type Command struct {
	glob []rune
	// bare is glob without the directories of its program, and program its first word.
	bare, program []rune
	// name is the first word as it is written; empty if it contains a star.
	name string
}

// Commands returns the commands of a pattern about bash: those of a pipeline in
// their order, or the one that there is. It is empty for patterns of other kinds; "*"
// is a command.
func (p Pattern) Commands() []Command {
	if p.every {
		return []Command{newCommand([]rune{anyRun})}
	}
	return p.commands
}

func newCommand(glob []rune) Command {
	c := Command{glob: glob, bare: glob, program: glob}
	if end := slices.Index(glob, Separator); end >= 0 {
		c.program = glob[:end]
	}
	if !slices.Contains(c.program, anyRun) {
		c.name = string(c.program)
	}
	for i := len(c.program) - 1; i >= 0; i-- {
		if c.program[i] == '/' {
			c.bare, c.program = glob[i+1:], c.program[i+1:]
			break
		}
	}
	return c
}

// Every reports whether the pattern is a star alone.
func (c Command) Every() bool { return len(c.glob) == 1 && c.glob[0] == anyRun }

// EndsInStar reports whether the pattern accepts further arguments.
func (c Command) EndsInStar() bool { return len(c.glob) > 0 && c.glob[len(c.glob)-1] == anyRun }

// Name is the program as the pattern writes it, with its directories; empty where
// that has a star.
func (c Command) Name() string { return c.name }

// Match reports whether the pattern is certain to match a command as it is written:
// only a star matches an unknown part.
func (c Command) Match(words Words) bool { return matchGlob(c.glob, words.value) }

// MatchBare is Match without the directories of the pattern's program.
func (c Command) MatchBare(words Words) bool { return matchGlob(c.bare, words.value) }

// MatchProgram reports whether a name, which has no directories, is that of the
// pattern's program. A star alone names no program.
func (c Command) MatchProgram(name string) bool {
	if len(c.program) == 0 || len(c.program) == 1 && c.program[0] == anyRun {
		return false
	}
	return matchGlob(c.program, symbols(name))
}

// maxMeeting bounds the work of MeetsBare; beyond it, the two count as meeting.
const maxMeeting = 1 << 20

// MeetsBare reports whether MatchBare would hold for some value of the unknown parts.
func (c Command) MeetsBare(words Words) bool {
	glob, value := c.bare, words.value
	if !slices.Contains(value, Unknown) {
		return matchGlob(glob, value)
	}
	// Most patterns name another program.
	for i := 0; i < len(glob) && glob[i] != anyRun; i++ {
		if i >= len(value) {
			return false
		}
		if value[i] == Unknown {
			break
		}
		if glob[i] != value[i] {
			return false
		}
	}
	if len(glob)*len(value) > maxMeeting {
		return true
	}
	now, next := make([]bool, len(glob)+1), make([]bool, len(glob)+1)
	now[0] = true
	skipStars(glob, now)
	for _, v := range value {
		clear(next)
		for i, on := range now {
			switch {
			case !on:
			case v == Unknown:
				for j := i; j < len(next); j++ {
					next[j] = true
				}
			case i < len(glob) && glob[i] == anyRun:
				next[i] = true
			case i < len(glob) && glob[i] == v:
				next[i+1] = true
			}
		}
		skipStars(glob, next)
		now, next = next, now
	}
	return now[len(glob)]
}

// skipStars adds the places after each star that is reached: a star may match nothing.
func skipStars(glob []rune, states []bool) {
	for i, r := range glob {
		if states[i] && r == anyRun {
			states[i+1] = true
		}
	}
}

// commandSyntax: a shell's own characters need a backslash, since a command is
// matched after the shell has taken them away.
var commandSyntax = syntax{special: `*?[]{}\'"` + "`" + `;&<>:|`, bar: true}

// parseCommandPattern makes the globs of a command pattern, one for each command of
// a pipeline.
func parseCommandPattern(pattern string) ([]Command, *Problem) {
	if strings.Contains(pattern, "  ") {
		return nil, problemf("pattern-text", "pattern `%s`: words are separated by one space", pattern).
			hintf("write `%s`", strings.Join(strings.Fields(pattern), " "))
	}
	for _, operator := range []string{"&&", "||", ";", "&", "<", ">"} {
		at := strings.Index(pattern, operator)
		if at < 0 || at > 0 && pattern[at-1] == '\\' {
			continue
		}
		problem := problemf("pattern-command", "pattern `%s`: `%s` is not part of a command", pattern, operator)
		switch operator {
		case "<":
			return nil, problem.hintf("write a rule about the tool `read` for the file")
		case ">":
			return nil, problem.hintf("write a rule about the tool `write` for the file")
		}
		return nil, problem.hintf("write a rule for each command: each is decided by itself")
	}
	if at := strings.IndexAny(pattern, "'\"`"); at >= 0 && (at == 0 || pattern[at-1] != '\\') {
		return nil, problemf("pattern-character", "pattern `%s`: quotation marks are not part of a command", pattern).
			hintf("remove them: a command is matched after the shell has taken them away; a backslash keeps the character itself")
	}
	glob, problem := commandSyntax.parse(pattern, pattern)
	if problem != nil {
		return nil, problem
	}
	var commands []Command
	for stage := range splitBars(glob) {
		if len(stage) == 0 {
			return nil, problemf("pattern-command", "pattern `%s`: a command is missing next to `|`", pattern).
				hintf("write a command on both sides, such as `curl * | bash*`; the character itself is `\\|`")
		}
		for i, r := range stage {
			if r == ' ' {
				stage[i] = Separator
			}
		}
		commands = append(commands, newCommand(stage))
	}
	return commands, nil
}

// splitBars yields what is between the bars of a pipeline, without the spaces around.
func splitBars(glob []rune) func(yield func([]rune) bool) {
	return func(yield func([]rune) bool) {
		for {
			stage, rest, more := glob, []rune(nil), false
			if at := slices.Index(glob, bar); at >= 0 {
				stage, rest, more = glob[:at], glob[at+1:], true
			}
			for len(stage) > 0 && stage[0] == ' ' {
				stage = stage[1:]
			}
			for len(stage) > 0 && stage[len(stage)-1] == ' ' {
				stage = stage[:len(stage)-1]
			}
			if !yield(stage) || !more {
				return
			}
			glob = rest
		}
	}
}

// coversCommand reports whether it is certain that one command pattern matches all
// that another does: both name the same program, and neither is a pipeline.
func coversCommand(wide, narrow []Command) bool {
	return len(wide) == 1 && len(narrow) == 1 &&
		slices.Equal(firstWord(wide[0].glob), firstWord(narrow[0].glob)) && matchGlob(wide[0].glob, narrow[0].glob)
}

func firstWord(glob []rune) []rune {
	if end := slices.Index(glob, Separator); end >= 0 {
		return glob[:end]
	}
	return glob
}
