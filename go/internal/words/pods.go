package words

import (
	"fmt"
	"strings"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/pod"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/live"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// PodFacts are the lines of a page about a Pod and its current generation.
func PodFacts(p *pod.Pod, e *manifest.Envelope) []Fact {
	facts := []Fact{
		{"id", p.ID},
		{"profile", p.Profile.Ref},
		{"source", p.Profile.Source},
		{"generation", fmt.Sprintf("%d of %d", p.Current, len(p.Generations))},
		{"digest", e.Digest},
		{"workspace", e.Inputs.Workspace},
		{"runtime", e.Inputs.Runtime},
		{"prompt", firstLine(e.Inputs.Prompt)},
	}
	return append(facts, HostFacts(e.Inputs.Hosts)...)
}

func firstLine(text string) string {
	line, rest, _ := strings.Cut(text, "\n")
	if runes := []rune(line); len(runes) > 60 {
		line, rest = string(runes[:60]), "…"
	}
	if strings.TrimSpace(rest) != "" {
		line += " …"
	}
	return line
}

// Drift describes in a list whether the profile that a Pod was created from has
// changed.
func Drift(d pod.Drift) string {
	switch d.State {
	case pod.Changed:
		return "changed"
	case pod.Gone:
		return "gone"
	case pod.Unchanged:
		return "up to date"
	}
	return "-"
}

// DriftFact is the line of a page for how the profile compares with the snapshot now.
func DriftFact(d pod.Drift) Fact {
	now := Drift(d)
	if d.Detail != "" {
		now += ", " + d.Detail
	}
	return Fact{"profile now", now}
}

// LiveFact is the line of a page for what a Pod is doing or how it ended; s is nil for one
// that never ran.
func LiveFact(s *live.Status) Fact {
	if s == nil {
		return Fact{}
	}
	text := string(s.State)
	switch {
	case s.Running():
		where := "detached"
		if s.Headless {
			where = "without a terminal"
		} else if s.Attached {
			where = "attached"
		}
		text += fmt.Sprintf(", %s, since %s, process %d", where, When(s.Started), s.Process)
	case s.Exit != nil:
		text += fmt.Sprintf(" with exit code %d", *s.Exit)
	}
	if s.Ended != nil {
		text += ", " + When(*s.Ended)
	}
	if s.Sentence != "" {
		text += ": " + s.Sentence
	}
	if s.TranscriptRemoved != nil {
		text += "; its transcript was removed, " + When(*s.TranscriptRemoved)
	}
	return Fact{"state", text}
}

// NotStarted reports a Pod that was saved and not started.
func NotStarted(p *pod.Pod) string {
	return "created Pod " + diag.Quote(p.Name) + " (not started); to start it: insomnia pod resume " + p.Name
}

// Age is how long ago something was, in the largest unit that fits.
func Age(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds", max(0, int(d.Seconds())))
	case d < time.Hour:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh", int(d.Hours()))
	}
	return fmt.Sprintf("%dd", int(d.Hours()/24))
}

// When is a time as people read it in lists: local, to the minute.
func When(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }
