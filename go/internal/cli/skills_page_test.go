package cli

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

// The table of events in docs/skills.md says of each what the rules hold it to.
func TestSkillsPage(t *testing.T) {
	page, err := os.ReadFile("../../../docs/skills.md")
	if err != nil {
		t.Fatal(err)
	}
	name := regexp.MustCompile("`([A-Za-z]+)`")
	told := map[string][2]bool{}
	_, table, _ := strings.Cut(string(page), "| event | when | about a tool | can refuse |\n")
	for line := range strings.Lines(table) {
		cells := strings.Split(line, "|")
		if len(cells) != 6 {
			break
		}
		for _, event := range name.FindAllStringSubmatch(cells[1], -1) {
			told[event[1]] = [2]bool{strings.TrimSpace(cells[3]) == "yes", strings.TrimSpace(cells[4]) == "yes"}
		}
	}
	events := manifest.HookEvent("").Constraint().Enum
	for _, name := range events {
		event := manifest.HookEvent(name)
		if is, ok := told[name]; !ok || is != [2]bool{event.AboutTool(), event.Guards()} {
			t.Errorf("%s: the page says %v (%v), about a tool is %v, can refuse is %v", name, is, ok, event.AboutTool(), event.Guards())
		}
	}
	if len(told) != len(events) {
		t.Errorf("the page has %d events, and there are %d", len(told), len(events))
	}
}
