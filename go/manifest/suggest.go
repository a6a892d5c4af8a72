package manifest

import (
	"strings"

	"github.com/xrash/smetrics"
)

// maxCandidates is how many words are compared with a given one.
const maxCandidates = 1000

// didYouMean returns a hint if one of the known words is near the given one, or "" if
// none is.
func didYouMean(word string, known []string) string {
	best, distance := "", 1+max(1, len(word)/3)
	if len(word) > 2*maxShown {
		return ""
	}
	for _, candidate := range known[:min(len(known), maxCandidates)] {
		if len(candidate) > 2*maxShown {
			continue
		}
		if strings.EqualFold(word, candidate) {
			best = candidate
			break
		}
		if d := smetrics.WagnerFischer(strings.ToLower(word), strings.ToLower(candidate), 1, 1, 1); d < distance {
			best, distance = candidate, d
		}
	}
	if best == "" {
		return ""
	}
	return "did you mean `" + best + "`?"
}
