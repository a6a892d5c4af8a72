package locate

import (
	"encoding/json"
	"errors"
	"io/fs"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/userdir"
	"github.com/insomnia-pods/insomnia/go/nix/flake"
)

// flakeRegistry is Nix's registry.json: the targets of names such as `insomnia`.
type flakeRegistry struct {
	Flakes []struct {
		From struct {
			Type string `json:"type"`
			ID   string `json:"id"`
		} `json:"from"`
		To flake.Locked `json:"to"`
	} `json:"flakes"`
}

// maxRegistry is the largest registry.json that is read.
const maxRegistry = 16 << 20

// parseIndirect looks a name up in the user's and the system's registry. The global
// registry of Nix would require a download that the user did not request.
func parseIndirect(id string, typed *flake.Locked) (*flake.Locked, error) {
	for _, file := range registryFiles() {
		data, err := bounded.ReadFile(file, maxRegistry)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
			continue
		}
		if err != nil {
			return nil, diag.Errorf(diag.ExitState, "registry-unreadable", "cannot read the registry %s: %v", file, bounded.Reason(err)).
				Hintf("move it away: mv %s %s", diag.Shell(file), diag.Shell(file+".old"))
		}
		var registry flakeRegistry
		if err := json.Unmarshal(data, &registry); err != nil {
			return nil, diag.Errorf(diag.ExitState, "registry-unreadable", "cannot read the registry %s: %v", file, err)
		}
		for _, entry := range registry.Flakes {
			if entry.From.Type != "indirect" || entry.From.ID != id {
				continue
			}
			l := entry.To
			if typed.Rev != "" {
				l.Rev = typed.Rev
			}
			if typed.Ref != "" {
				l.Ref = typed.Ref
			}
			if typed.Dir != "" {
				l.Dir = typed.Dir
			}
			return &l, nil
		}
	}
	return nil, UnknownFlake(id)
}

// UnknownFlake is the error for a name that no registry has.
func UnknownFlake(id string) *diag.Error {
	return diag.Errorf(diag.ExitNotFound, "flake-not-found", "flake `%s` not found in your registries", id).
		Hintf("register it: nix registry add %s github:OWNER/REPO; or refer to it by its address", id)
}

func registryFiles() []string {
	files := []string{"/etc/nix/registry.json"}
	if own, err := userdir.Config("nix", "registry.json"); err == nil {
		files = append([]string{own}, files...)
	}
	return files
}
