package trust

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/grant"
	"github.com/insomnia-pods/insomnia/go/internal/secret"
)

const (
	recordSchema = "insomnia.consent/v1"
	schemaPrefix = "insomnia.consent/v"
	maxRecord    = 64 << 20
)

// record is the content of a file.
type record struct {
	Schema string `json:"schema"`
	Consent
}

// read reads a file; nil when it is not there. key is the source that it must be
// about, or empty when any is as good as its name.
func (s *Store) read(path, key string) (*Consent, error) {
	content, err := s.content(path, maxRecord, func(what string) error { return damaged(path, key, what) })
	if err != nil || content == nil {
		return nil, err
	}
	r := new(record)
	err = json.Unmarshal(content, r, json.RejectUnknownMembers(true))
	if err == nil && r.Schema == recordSchema {
		if problem := s.problem(r, path, key); problem != "" {
			return nil, damaged(path, key, problem)
		}
		return &r.Consent, nil
	}
	var version struct {
		Schema string `json:"schema"`
	}
	if json.Unmarshal(content, &version) == nil && version.Schema != recordSchema && strings.HasPrefix(version.Schema, schemaPrefix) {
		return nil, diag.Errorf(diag.ExitState, "consent-newer", "the consent in %s was written by a newer version of insomnia, and is left alone: its schema is %s",
			path, version.Schema).Expectedf("%s", recordSchema).Hintf("use the newer version, or update this one")
	}
	return nil, damaged(path, key, "it is not the record of a consent")
}

// problem returns an inconsistency in a record whose bytes are intact, or "".
func (s *Store) problem(r *record, path, key string) string {
	if key != "" && r.Key != key || s.path(r.Key) != filepath.Clean(path) {
		return "it is about another source"
	}
	for _, given := range r.Given {
		if !slices.Equal(given.Grants, grant.SetOf(slices.Clone(given.Grants))) {
			return "the grants are not in order"
		}
		for _, g := range given.Grants {
			if !g.Kind.Known() {
				return "a grant is of no kind that there is"
			}
		}
	}
	return ""
}

func damaged(path, key, what string) error {
	e := diag.Errorf(diag.ExitState, "consent-damaged", "the consent in %s is damaged, and counts as none: %s", path, what)
	if key == "" {
		return e.Hintf("move it away, and consent again")
	}
	return e.Hintf("take it back, and consent again: insomnia trust revoke %s", diag.Cell(secret.JoinWords([]string{key})))
}
