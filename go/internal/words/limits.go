package words

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/grant"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// ending is how a limit that ends a session is worded.
type ending struct {
	of     string // what there is no limit of
	format string // of where it ends
	show   func(n int64) string
}

// endingOf returns the words for a field of limits.
func endingOf(field string) (ending, bool) {
	switch field {
	case "maxTurns":
		return ending{"turns", "stops after %s turns", plainNumber}, true
	case "maxWallSeconds":
		return ending{"time", "stops after %s seconds", plainNumber}, true
	case "maxTokens":
		return ending{"tokens", "stops after %s tokens", plainNumber}, true
	case "maxCostCents":
		return ending{"cost", "stops at a cost of %s", dollars}, true
	}
	return ending{}, false
}

func plainNumber(n int64) string { return grouped(strconv.FormatInt(n, 10)) }

func dollars(cents int64) string { return fmt.Sprintf("$%d.%02d", cents/100, cents%100) }

// sessionLimit words a limit that ends a session; null and absent mean no limit.
func sessionLimit(s *scope, c change) {
	words, ok := endingOf(c.path[strings.LastIndexByte(c.path, '.')+1:])
	before, limited := number(c.a)
	now, limits := number(c.b)
	switch effect := s.effect(place{kind: grant.Limit}, c); {
	case !ok:
		s.plain(c)
	case limits && limited:
		s.say(Limits, effect, c, words.format+" (was %s)", words.show(now), words.show(before))
	case limits:
		s.say(Limits, effect, c, words.format+" (had no limit)", words.show(now))
	case limited:
		s.say(Limits, effect, c, "has no limit of "+words.of+" (was %s)", words.show(before))
	}
}

// kept words for how many days something is kept; null is for ever.
func kept(group Group, what string) handler {
	days := func(v any) string {
		if n, ok := number(v); ok {
			return "for " + plainNumber(n) + " days"
		}
		return "for ever"
	}
	return func(s *scope, c change) {
		s.say(group, Neutral, c, "keeps "+what+" %s (was %s)", days(c.b), strings.TrimPrefix(days(c.a), "for "))
	}
}

// limitFacts returns short descriptions of where a session ends.
func limitFacts(l manifest.Limits) []string {
	facts := []string{"no limit of turns", "no limit of time"}
	if l.MaxTurns != nil {
		facts[0] = fmt.Sprintf("%d turns", *l.MaxTurns)
	}
	if l.MaxWallSeconds != nil {
		facts[1] = fmt.Sprintf("%d minutes", *l.MaxWallSeconds/60)
	}
	if l.MaxTokens != nil {
		facts = append(facts, Tokens(*l.MaxTokens)+" tokens")
	}
	if l.MaxCostCents != nil {
		facts = append(facts, dollars(*l.MaxCostCents))
	}
	return facts
}

func daysKept(days *int64) string {
	if days == nil {
		return "for ever"
	}
	return fmt.Sprintf("%d days", *days)
}
