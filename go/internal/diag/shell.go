package diag

import "strings"

// Shell quotes a word for a command that a hint shows, so that the name of a file
// is one argument when it is pasted, whatever is in it.
func Shell(word string) string {
	plain := word != "" && word[0] != '-' && word[0] != '~' && !strings.ContainsFunc(word, func(r rune) bool {
		return !(r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || strings.ContainsRune("_-./:=@%+,~", r))
	})
	if plain {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
