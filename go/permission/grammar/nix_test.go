package grammar

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/insomnia-pods/insomnia"
	"github.com/insomnia-pods/insomnia/go/internal/unseen"
	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// The servers that the names of tools are checked with.
var nixServers = []string{"linear", "linear-docs", "git", "io.github_x"}

// question is a tool and a pattern, from and to being the bytes of it that count:
// JSON has no way to write a part of a character.
type question struct {
	Tool, Pattern string
	From, To      int
}

func (q question) pattern() string { return q.Pattern[q.From:q.To] }

func asked(tool, pattern string) question { return question{tool, pattern, 0, len(pattern)} }

// answer is the verdict of lib/permission: the problem, if there is one, and whether
// the quick tests of one pattern and of several accept.
type answer struct {
	Message, Hint string
	Quick, Many   bool
}

func (q question) inGo() *Problem {
	if problem := checkTool(q.Tool, nixServers); problem != nil {
		return problem
	}
	_, problem := parsePattern(q.Tool, q.pattern())
	return problem
}

func inNix(t *testing.T, questions []question) []answer {
	t.Helper()
	data, err := json.Marshal(map[string]any{"servers": nixServers, "questions": questions})
	if err != nil {
		t.Fatal(err)
	}
	sources := &source.FS{}
	sources.Mount("/insomnia", source.Embedded{FS: insomnia.Library})
	ev := eval.New(eval.Options{Sources: sources})
	v, err := ev.EvalExpr(`let
		inherit (builtins.fromJSON "`+strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`).Replace(string(data))+`") questions servers;
		quick = import /insomnia/lib/permission/quick.nix;
		judge = q:
			let
				pattern = builtins.substring q.From (q.To - q.From) q.Pattern;
				tool = import /insomnia/lib/permission/tools.nix servers q.Tool;
				problem = if tool == null then import /insomnia/lib/permission/pattern.nix q.Tool pattern else tool;
			in
			(if problem == null then { message = ""; hint = ""; } else problem)
			// {
				quick = quick.tool servers q.Tool && quick.patterns (quick.kindOf.${q.Tool} or "call") [ pattern ];
				many = quick.tool servers q.Tool && quick.patterns (quick.kindOf.${q.Tool} or "call") [ "*" pattern "*" ];
			};
		in map judge questions`, "test", "/insomnia")
	if err != nil {
		t.Fatal(err)
	}
	out, err := ev.ToJSON(v)
	var answers []answer
	if err != nil || json.Unmarshal(out, &answers) != nil || len(answers) != len(questions) {
		t.Fatalf("%v: %.300s", err, out)
	}
	return answers
}

// sameVerdicts returns the answers, and fails where they differ from those of this package.
func sameVerdicts(t *testing.T, questions []question) []answer {
	t.Helper()
	answers := inNix(t, questions)
	refused := 0
	for i, q := range questions {
		problem, got := q.inGo(), answers[i]
		if problem != nil {
			refused++
		}
		switch {
		case (problem == nil) != (got.Message == ""):
			t.Errorf("%q %q: %v here, and in Nix: %q", q.Tool, q.pattern(), problem, got.Message)
		case (got.Quick || got.Many) && problem != nil && !strings.Contains(q.pattern(), "\n"):
			t.Errorf("%q %q: the quick test accepts it: %v", q.Tool, q.pattern(), problem)
		case problem != nil && (got.Hint == "" || !printable(got.Message+got.Hint)):
			t.Errorf("%q %q: in Nix: %q, %q", q.Tool, q.pattern(), got.Message, got.Hint)
		}
	}
	t.Logf("%d of %d are refused", refused, len(questions))
	return answers
}

// The rows of the manual get the same sentences from the Nix library.
func TestNixReadsThePage(t *testing.T) {
	var questions []question
	for _, head := range []string{"| tool | pattern | value | matches |", "| tool | pattern | code | write |"} {
		cells, _ := rows(t, head)
		for _, row := range cells {
			if row[1] == "``" {
				row[1] = ""
			}
			questions = append(questions, asked(strings.ReplaceAll(row[0], "mcp__linear__get", "mcp__git__get"), row[1]))
		}
	}
	cells, _ := rows(t, "| name elsewhere | here |")
	for _, row := range cells {
		for name := range strings.SplitSeq(strings.ReplaceAll(row[0], "`", ""), ", ") {
			questions = append(questions, asked(name, "*"))
		}
	}
	for _, names := range foreign {
		for name := range names {
			questions = append(questions, asked(name, "*"))
		}
	}
	answers := sameVerdicts(t, questions)
	for i, q := range questions {
		if problem := q.inGo(); problem != nil && (problem.Message != answers[i].Message || problem.Hint != answers[i].Hint) {
			t.Errorf("%s %s:\n%s\n%s\nand in Nix:\n%s\n%s", q.Tool, q.pattern(), problem.Message, problem.Hint, answers[i].Message, answers[i].Hint)
		}
	}
}

// borders are patterns on both sides of what is refused.
var borders = map[string][]string{
	ToolBash: {
		"git push*", "git push * --force*", "curl * | bash*", "curl *|sh*", `npm run build\:*`, `test \[ -f x \]`, `grep a\;b *`, "a || b", `a \|| b`,
		`a \|| b || c`, `a\\||b`, "|", "a |", "| a", "a|", "a | | b", "a|b|c *", "* | *", `a \|`, `a\\|`, `a \\| |`, "a::*", `a\\:*`, "Bash(git:*)", "foo(bar)", "shell()", "local-shell(x)", "Kill\u212aShell(x)", "!x", "rm -rf ~/*", "*", "echo $x", `\**`, `*\*`, "a &&", `\&& b`, "größe *",
	},
	ToolRead: {
		"src/**", "./.env", "**/.env*", "~/.ssh/**", "/etc/**", "/", "~", ".", "..", "**", "/**", "a/*/b?.go", `./\*.txt`, `app/\[id\]/x`, "./~", "a/../b", "a/./b", "a//b", "a/", "~a/b",
		"$HOME/x", "file:/x", "FILE:/x", "f\u0130le:/x", "./größe/**", "./.", "./..", "/..", ".../x", "..a/b", ".*/x", "*/..", "*./.x", "a/***", `a/\**`, `a\/b`, "./a b/c", "Read(x/y)", "./a:*", `./a\:*`, "//x", "./", "~/", "x", "?", "/?",
	},
	ToolWebFetch: {
		"example.com", "*.example.com", "https://example.com:8443/a/**", "http://a-b.c_d", "EXAMPLE.com.", "127.0.0.1", "*.127.0.0.1", "127.1", "0x7f.1", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "2130706433",
		"a.0x", "a.0x1g", "a.9", "a.9b", "1.2.3.4.", "[::1]", "[::]:80", "[1::]", "[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7::]", "[::2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7::8]", "[1::2::3]", "[::ffff:1.2.3.4]",
		"[1:2:3:4:5:6:1.2.3.4]", "[1:2:3:4:5::1.2.3.4]", "[1:2:3:4:5:6::1.2.3.4]", "[1.2.3.4]", "[1.2.3.4::]", "[::1.2.3]", "[::1.2.3.04]", "[::12345]", "[fe80::1%eth0]", "[::1", "::1", "[]", "[::1]x", "[:::]", "[:1]", "[1:]", "[::1:]",
		"*.[::1]", "a.example:0", "a.example:65535", "a.example:65536", "a.example:080", "a.example:", "domain:x.example", "URL:x", "host:80", "localhost:3000", "x.example/a%2Fb", "x.example/a%2fb", "x.example/%%2F2F",
		`x.example/a\#b`, `x.example/a\*`, "x.example/**/a*", "x.example/", "x.example/a/", "x.example//a", "x.example/..", "x.example/a**", "ftp://x", "https://https://x", "*://x", "http:/x", "u@x.example", "x.example/@a",
		"x.example?a", "\u212aey.example", "bücher.example", "-a.example", "a-.example", "a..b", "a_b.example", "*", "*.", "*.*.a.b", "*a.b.c", "a.*", "x:*", "domain:a.b:*", "x.example::*", "xn--bcher-kva.example",
		strings.Repeat("a", 63), strings.Repeat("a", 64), strings.Repeat("a", 63) + ".example", strings.Repeat("a", 64) + ".example", strings.Repeat("abcdefg.", 31) + "abcde", strings.Repeat("abcdefg.", 31) + "abcdef",
	},
	ToolAgent:     {"reviewer", "review*", "*-fast", "a**", "a b", "é", "*", "a*b*c", "a/b", "_.-"},
	ToolSkill:     {"db-*", "**", "!a", "a:*", "agent(x)"},
	ToolWebSearch: {"weather*", "*", "x", "search:*"},
	ToolAny:       {"rm *", "*", "a", "!a"},
}

var (
	nixTools = []string{
		ToolBash, ToolRead, ToolEdit, ToolWrite, ToolGrep, ToolGlob, ToolWebFetch, ToolWebSearch, ToolAgent, ToolSkill, ToolAny,
		"mcp__*", "mcp__linear__*", "mcp__linear__get_*", "mcp__linear-docs__x.y", "mcp__git___x", "mcp__linear__repo:read", "mcp__io.github_x__get",
	}
	nixNames = []string{
		"Bash", "bsh", "", "ba*", "**", "b*sh", "Bash(git push:*)", "mcp__", "mcp__linear", "mcp__linear__", "mcp__lin*", "mcp__*__x", "mcp__linear__*_x", "mcp__linear__a/b", "mcp__linaer__x",
		"mcp__LINEAR__x", "mcp__other__x", "MCP__linear__x", "linear_search", "linear/search", "linear-docs.search", "b\u0430sh", "bash ", "bash\u200b", "tool", "bashtool", "WebFetchTool", "Kill\u212aShell", "mcp__a_b__c", "mcp__a_b", "mcp__linear__a b",
		"mcp___a__b", "mcp____b", "mcp__linear___", strings.Repeat("bash", 32), strings.Repeat("bash", 33), "mcp__linear__" + strings.Repeat("x", 115), "mcp__linear__" + strings.Repeat("x", 116),
	}
	// What is put into patterns.
	nixPieces = []string{
		"*", "**", "?", "[", "]", "{", "}", `\`, `\\`, `\*`, "'", `"`, "`", ";", "&", "&&", "<", ">", ":", ":*", "|", "||", "/", "//", "./", "../", ".", "..", "~", "~/", "$", "!", "(", ")", " ", "  ", "-", "_", "%", "%2F", "#", "@", "://",
		"a", "B", "0", "9", "255", "0x", "::", "1.2.3.4", ":80", "é", "\u0301", "\u00a0", "\u200b", "\u202e", "\ufeff", "\u212a", "\u0130", "\U000e0041", "\U0001f600", "\t", "\n", "\x7f", "\x1b", "\u0378", "\u4e2d", "=", ",", "+", "^",
	}
)

// Whatever is asked, the Nix library accepts and refuses the same.
func TestNixDecidesAlike(t *testing.T) {
	var questions []question
	for _, name := range append(slices.Clone(nixTools), nixNames...) {
		questions = append(questions, asked(name, "*"), asked(name, "a"))
	}
	var patterns []string
	for _, pair := range hostile() {
		patterns = append(patterns, pair[0])
	}
	for _, own := range borders {
		patterns = append(patterns, own...)
	}
	patterns = append(patterns, "", " ", "  ", " a", "a ", "\t", strings.Repeat("a", MaxPattern), strings.Repeat("a", MaxPattern+1), strings.Repeat("é", MaxPattern/2), "./"+strings.Repeat("a b/", 255)+"ab")
	slices.Sort(patterns)
	for _, tool := range []string{ToolBash, ToolRead, ToolWebFetch, ToolAgent, ToolWebSearch, ToolAny, "mcp__git__x"} {
		for _, pattern := range patterns {
			questions = append(questions, asked(tool, pattern))
		}
	}
	random := rand.New(rand.NewPCG(5, 12))
	pick := func(from []string) string { return from[random.IntN(len(from))] }
	for range 6000 {
		tool := pick(nixTools[:11])
		own := borders[tool]
		if KindOf(tool) == KindPath {
			own = borders[ToolRead]
		}
		pattern := pick(own)
		for range 1 + random.IntN(3) {
			at := random.IntN(len(pattern) + 1)
			for at < len(pattern) && !utf8.RuneStart(pattern[at]) {
				at++
			}
			switch random.IntN(4) {
			case 0: // without what follows, or what comes before
				if random.IntN(2) == 0 {
					pattern = pattern[:at]
				} else {
					pattern = pattern[at:]
				}
			case 1:
				pattern = pattern[:at] + pick(own)
			default:
				pattern = pattern[:at] + pick(nixPieces) + pattern[at:]
			}
		}
		q := asked(tool, pattern)
		if len(pattern) > 0 && random.IntN(20) == 0 { // in the middle of a character, if it has one
			q.From = random.IntN(len(pattern))
			q.To = q.From + random.IntN(len(pattern)-q.From) + 1
		}
		questions = append(questions, q)
	}
	for range 1000 { // names
		name := pick(append(nixNames, nixTools...))
		at := random.IntN(len(name) + 1)
		for at < len(name) && !utf8.RuneStart(name[at]) {
			at++
		}
		questions = append(questions, asked(name[:at]+pick(nixPieces)+name[at:], "*"))
	}
	answers := sameVerdicts(t, questions)
	quick, accepted := 0, 0
	for i, q := range questions {
		switch problem := q.inGo(); {
		case problem != nil: // the remarks on what is not ASCII are left out, and the names of characters
			_, character, _ := strings.Cut(problem.Message, "cannot be seen: ")
			if _, inNix, _ := strings.Cut(answers[i].Message, "cannot be seen: "); !strings.HasPrefix(character, inNix) {
				t.Errorf("%q %q: %s, and in Nix %s", q.Tool, q.pattern(), character, inNix)
			}
			if inASCII(q.Tool+q.pattern()) && (problem.Message != answers[i].Message || problem.Hint != answers[i].Hint) {
				t.Errorf("%q %q:\n%s\n%s\nand in Nix:\n%s\n%s", q.Tool, q.pattern(), problem.Message, problem.Hint, answers[i].Message, answers[i].Hint)
			}
		case answers[i].Quick:
			quick++
			fallthrough
		default:
			accepted++
		}
	}
	if quick*3 < accepted {
		t.Errorf("%d of %d that are accepted are found so at once", quick, accepted)
	}
}

func inASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r >= 0x7f })
}

// Each character that cannot be seen is refused, and no other.
func TestNixSeesHiddenCharacters(t *testing.T) {
	var questions []question
	before := false
	for r := rune(1); r <= utf8.MaxRune; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		hidden := unseen.Hidden(r)
		if hidden != before || r < 0x300 {
			questions = append(questions, asked(ToolBash, "a"+string(r)+"b"), asked(ToolRead, "./"+string(max(r-1, 1))))
		}
		before = hidden
	}
	questions = append(questions, asked(ToolBash, "a\U0010ffff"), asked(ToolBash, "a\ud7fb\ue000"))
	sameVerdicts(t, questions)
}
