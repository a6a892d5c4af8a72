// Package langtag knows the languages and regions that a BCP 47 tag may name.
//
// The table is generated, for the Nix library too (lib/schema/languages.json), which
// decides alike in lib/rules/language.nix.
package langtag

import "strings"

//go:generate go run ./gentable

// Check reports what is wrong with a tag, and a tag to write in its place, empty where none
// is near. Both are empty for a tag whose language and region are registered. The tag is of
// the form of BCP 47: subtags of 1 to 8 letters and digits.
func Check(tag string) (problem, instead string) {
	written := strings.Split(tag, "-")
	subtags := strings.Split(strings.ToLower(tag), "-")
	if code := subtags[0]; !known(code) {
		if written[0] = Named(code); written[0] != "" {
			instead = strings.Join(written, "-")
		}
		return "`" + code + "` is not a registered language", instead
	}
	for i, subtag := range subtags[1:] {
		if len(subtag) == 1 {
			break // an extension, or private
		}
		region := strings.ToUpper(subtag)
		isRegion := len(subtag) == 2 || len(subtag) == 3 && subtag[0] <= '9'
		if !isRegion || has(regions, region) {
			continue
		}
		if region == "UK" {
			written[i+1] = "GB"
			return "`UK` is not a registered region", strings.Join(written, "-")
		}
		return "`" + region + "` is not a registered region", ""
	}
	return "", ""
}

// Named returns the code of a language by its name, in English or in itself; empty for none.
func Named(name string) string {
	if strings.ContainsAny(name, "=\n") {
		return ""
	}
	_, rest, found := strings.Cut("\n"+names, "\n"+lower(name)+"=")
	if !found {
		return ""
	}
	code, _, _ := strings.Cut(rest, "\n")
	return code
}

// Near returns the tag that is meant by a text that has not the form of one: the name of a
// language, or a locale such as en_US.UTF-8; empty for none.
func Near(text string) string {
	if code := Named(text); code != "" {
		return code
	}
	locale, _, _ := strings.Cut(text, ".")
	parts := strings.Split(locale, "_")
	if len(parts) != 2 || !known(lower(parts[0])) || !has(regions, parts[1]) {
		return ""
	}
	return parts[0] + "-" + parts[1]
}

// lower is lowercase of ASCII alone.
func lower(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, text)
}

func known(language string) bool {
	switch len(language) {
	case 2:
		return has(short, language)
	case 3:
		return has(long, language)
	}
	return false
}

func has(table, code string) bool { return strings.Contains(table, " "+code+" ") }
