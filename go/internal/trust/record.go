package trust

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/durable"
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

func encode(c *Consent) ([]byte, error) {
	content, err := json.Marshal(record{recordSchema, *c})
	if err != nil {
		return nil, fmt.Errorf("encoding the consent for %s: %w", c.Key, err)
	}
	data, _ := durable.Frame(content)
	return data, nil
}

// read reads a file; nil when it is not there. key is the source that it must be
// about, or empty when any is as good as its name.
func (s *Store) read(path, key string) (*Consent, error) {
	info, err := s.fs.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, s.unreadable(path, err)
	}
	if what, remedy := durable.UnsafeFile(path, info); what != "" {
		return nil, unsafe("a consent", path, what, remedy)
	}
	data, err := s.fs.ReadFile(path, maxRecord)
	if err != nil {
		return nil, s.unreadable(path, err)
	}
	content, _, err := durable.Unframe(data)
	if err != nil {
		return nil, damaged(path, key, err.Error())
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
	return nil, damaged(path, key, "it is no record of a consent")
}

// problem is what does not fit together although every byte is as it was written.
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
