package adding

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/pattern"
)

const (
	// LockName is the name of the file next to a config that pins what was added.
	LockName = "added.lock"
	// Folder is the directory of the layers, below that of the profiles.
	Folder = "added"

	schema = "insomnia.added/v1"
	// maxLock is the largest lock that is read, in bytes.
	maxLock = 4 << 20
)

// Locked is one thing that was added, as it was pinned.
type Locked struct {
	Kind string `json:"kind"` // skill, agent or mcp
	Ref  string `json:"ref"`  // as it was typed
	// Name is the author's name for it, and Path its place in the source.
	Name string `json:"name"`
	Path string `json:"path"`
	// Locked are the attributes of the source, as flake.lock has them.
	Locked map[string]any `json:"locked"`
	// Files are the hashes of what was written, by the path below Folder.
	Files map[string]string `json:"files"`
}

// Layer is the file that profiles import.
func (l *Locked) Layer(name string) string {
	if l.Kind == "agent" {
		return name + ".md"
	}
	return name + ".nix"
}

type lockFile struct {
	Schema string             `json:"schema"`
	Added  map[string]*Locked `json:"added"`
}

// Name is the form of a name of what is added.
var name = pattern.Lazy{Text: `^[a-z0-9]+(-[a-z0-9]+)*$`}

// ValidName reports whether something can be added under a name.
func ValidName(text string) bool { return len(text) <= 64 && name.Get().MatchString(text) }

// Read reads the lock next to a config; if it does not exist, nothing was added.
func Read(dir string, scope config.Scope) (map[string]*Locked, error) {
	data, err := config.ReadFile(dir, scope, LockName, maxLock)
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]*Locked{}, nil
	}
	var refused *diag.Error
	if errors.As(err, &refused) {
		return nil, refused
	}
	var added map[string]*Locked
	if err == nil {
		added, err = parse(data)
	}
	if err != nil {
		return nil, diag.Errorf(diag.ExitState, "lock-unreadable", "cannot read what was added: %v", bounded.Reason(err)).
			At(diag.Position{File: filepath.Join(dir, LockName)}).Hintf("restore the file, or move it and the directory `%s` away and add again", Folder)
	}
	return added, nil
}

// parse reads a lock, which is not trusted: its paths are those that adding would write.
func parse(data []byte) (map[string]*Locked, error) {
	var l lockFile
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	d.UseNumber()
	if err := d.Decode(&l); err != nil {
		return nil, err
	}
	if d.More() {
		return nil, errors.New("there is text after the end")
	}
	if l.Schema != schema {
		return nil, errors.New("it is not of the form " + schema)
	}
	for n, one := range l.Added {
		if !ValidName(n) || one == nil {
			return nil, fmt.Errorf("%s is not a name", diag.Quote(n))
		}
		switch one.Kind {
		case "skill", "agent", "mcp":
		default:
			return nil, fmt.Errorf("%s is not a kind", diag.Quote(one.Kind))
		}
		for file, sum := range one.Files {
			if !filepath.IsLocal(file) || strings.ContainsAny(file, "\\\x00") || file != one.Layer(n) && !strings.HasPrefix(file, n+"/") {
				return nil, fmt.Errorf("%s is not a file of %s", diag.Quote(file), diag.Quote(n))
			}
			if !strings.HasPrefix(sum, "sha256-") {
				return nil, fmt.Errorf("%s is not a hash", diag.Quote(sum))
			}
		}
		for key, value := range one.Locked {
			switch v := value.(type) {
			case json.Number:
				n, err := v.Int64()
				if err != nil {
					return nil, err
				}
				one.Locked[key] = n
			case string, bool:
			default:
				return nil, fmt.Errorf("%s is not an attribute of a source", diag.Quote(key))
			}
		}
	}
	if l.Added == nil {
		l.Added = map[string]*Locked{}
	}
	return l.Added, nil
}

// Write puts one entry into the lock; nil removes it. The caller holds [config.Exclusive].
func Write(dir string, scope config.Scope, name string, entry *Locked) error {
	if err := config.Inside(dir, scope, LockName); err != nil {
		return err
	}
	added, err := Read(dir, scope)
	if err != nil {
		return err
	}
	delete(added, name)
	if entry != nil {
		added[name] = entry
	}
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(lockFile{schema, added}); err != nil {
		return err
	}
	return config.Write(filepath.Join(dir, LockName), text.Bytes())
}

// Names are the names of what was added, sorted.
func Names(added map[string]*Locked) []string { return slices.Sorted(maps.Keys(added)) }

// Sum is the hash of a file.
func Sum(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
