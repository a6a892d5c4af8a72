package grammar

import (
	"os"
	"strings"
	"testing"
)

// rows are the cells of the tables of docs/permissions.md that have this head,
// without backticks, and the lines they are in.
func rows(t *testing.T, head string) (cells [][]string, lines []int) {
	t.Helper()
	data, err := os.ReadFile("../../../docs/permissions.md")
	if err != nil {
		t.Fatal(err)
	}
	within := false
	for i, line := range strings.Split(string(data), "\n") {
		if line == head {
			within = true
			continue
		}
		if !strings.HasPrefix(line, "|") {
			within = false
		}
		if !within || strings.HasPrefix(line, "|---") {
			continue
		}
		row := strings.Split(strings.TrimSuffix(strings.TrimPrefix(line, "| "), " |"), " | ")
		for j, cell := range row {
			if len(cell) > 1 && strings.Count(cell, "`") == 2 && cell[0] == '`' && cell[len(cell)-1] == '`' {
				row[j] = cell[1 : len(cell)-1]
			}
		}
		cells, lines = append(cells, row), append(lines, i+1)
	}
	if len(cells) == 0 {
		t.Fatalf("no table with the head %s", head)
	}
	return cells, lines
}

func places(t testing.TB, foldCase bool) Places {
	t.Helper()
	at, err := NewPlaces("/srv/app", "/home/ada", foldCase)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// matches is the answer for a pattern and the value that a call has.
func matches(t testing.TB, p Pattern, value string) bool {
	t.Helper()
	switch p.Kind() {
	case KindPath:
		path, err := ParsePath(value)
		if err != nil {
			t.Fatal(err)
		}
		return p.MatchPath(path, places(t, false))
	case KindAddress:
		address, err := ParseAddress(value)
		if err != nil {
			t.Fatal(err)
		}
		return p.MatchAddress(address)
	case KindName:
		return p.MatchName(value)
	}
	if p.Every() || p.Kind() != KindCommand {
		return p.Every()
	}
	// The values are commands without quotes, so their spaces divide words.
	commands := p.Commands()
	return len(commands) == 1 && commands[0].Match(SplitWords(value))
}

func TestExamplesOfThePage(t *testing.T) {
	cells, lines := rows(t, "| tool | pattern | value | matches |")
	seen := map[Kind]map[string]int{}
	for i, row := range cells {
		if len(row) != 4 || row[3] != "yes" && row[3] != "no" {
			t.Errorf("docs/permissions.md:%d: not a row of four: %q", lines[i], row)
			continue
		}
		p, err := ParsePattern(row[0], row[1])
		if err != nil {
			t.Errorf("docs/permissions.md:%d: %v", lines[i], err)
			continue
		}
		if seen[p.Kind()] == nil {
			seen[p.Kind()] = map[string]int{}
		}
		seen[p.Kind()][row[3]]++
		if got := matches(t, p, row[2]); got != (row[3] == "yes") {
			t.Errorf("docs/permissions.md:%d: %s %s, %s: got %v", lines[i], row[0], row[1], row[2], got)
		}
		if p.String() != row[1] {
			t.Errorf("docs/permissions.md:%d: the pattern is shown as %s", lines[i], p)
		}
	}
	for _, kind := range []Kind{KindCommand, KindPath, KindAddress, KindName} {
		if seen[kind]["yes"] < 4 || seen[kind]["no"] < 3 {
			t.Errorf("kind %d has too few examples: %v", kind, seen[kind])
		}
	}
}

func TestRefusedPatternsOfThePage(t *testing.T) {
	cells, lines := rows(t, "| tool | pattern | code | write |")
	for i, row := range cells {
		if len(row) != 4 {
			t.Errorf("docs/permissions.md:%d: not a row of four: %q", lines[i], row)
			continue
		}
		if row[1] == "``" {
			row[1] = ""
		}
		_, problem := parsePattern(row[0], row[1])
		if problem == nil {
			t.Errorf("docs/permissions.md:%d: %s %s is accepted", lines[i], row[0], row[1])
			continue
		}
		if problem.Code != row[2] || !strings.Contains(problem.Hint, row[3]) {
			t.Errorf("docs/permissions.md:%d: %s %s: got %s: %s\nhint: %s", lines[i], row[0], row[1], problem.Code, problem, problem.Hint)
		}
	}
}

func TestNamesOfThePage(t *testing.T) {
	cells, lines := rows(t, "| name elsewhere | here |")
	for i, row := range cells {
		for name := range strings.SplitSeq(strings.ReplaceAll(row[0], "`", ""), ", ") {
			want := row[1]
			if strings.HasPrefix(want, "none") {
				want = ""
			}
			if got := named(t, name); got != want {
				t.Errorf("docs/permissions.md:%d: %s: got %q, want %q", lines[i], name, got, want)
			}
		}
	}
	described := 0
	cells, lines = rows(t, "| tool | what it does | its patterns match |")
	for i, row := range cells {
		name := strings.ReplaceAll(row[0], "SERVER__TOOL", "linear__get")
		if err := CheckTool(name, []string{"linear"}); err != nil {
			t.Errorf("docs/permissions.md:%d: %v", lines[i], err)
		}
		if only := strings.HasPrefix(row[2], "nothing"); only != (KindOf(name) == KindCall) {
			t.Errorf("docs/permissions.md:%d: what %s matches is something else", lines[i], name)
		}
		described++
	}
	if described != len(Tools())+2 {
		t.Errorf("%d tools are described", described)
	}
}
