// Package suggest finds what a misspelt word most likely meant.
package suggest

import (
	"strings"

	"github.com/xrash/smetrics"
)

// Words and names beyond these bounds are not compared: the time for each pair
// grows with the product of their lengths.
const (
	longest = 64   // bytes
	most    = 1000 // names
)

// Closest returns the name most like the wanted one, in small or capital
// letters, or "" when none is alike enough: least is a Jaro-Winkler similarity
// from 0 to 1.
func Closest(wanted string, names []string, least float64) string {
	if len(wanted) > longest {
		return ""
	}
	wanted = strings.ToLower(wanted)
	best := ""
	for _, name := range names[:min(len(names), most)] {
		if len(name) > longest {
			continue
		}
		if s := smetrics.JaroWinkler(wanted, strings.ToLower(name), 0.7, 4); s > least {
			best, least = name, s
		}
	}
	return best
}
