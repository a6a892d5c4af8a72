package sandbox

import (
	"os"
	"path/filepath"
	"strconv"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/durable"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/mask"
)

// masks writes the masked forms of files, and returns their paths by that of the file. A
// file without a masked form is left out, and so hidden completely.
func (s *Spec) masks(denied []denial) (map[string]string, error) {
	if s.Masks == "" {
		return nil, nil
	}
	cannot := func(err error) error {
		return diag.Errorf(diag.ExitState, "sandbox-masks", "cannot write masked files to `%s`: %v", s.Masks, bounded.Reason(err)).
			Hintf("%s", durable.Remedy(err, s.Masks))
	}
	if err := durable.RemoveAll(durable.OS, s.Masks); err != nil { // from an earlier start
		return nil, cannot(err)
	}
	written := map[string]string{}
	for _, d := range denied {
		if !d.masked {
			continue
		}
		data, err := bounded.ReadFileNoFollow(d.path, mask.Most)
		if err != nil {
			continue
		}
		masked, ok := mask.File(d.path, data)
		clear(data)
		if !ok {
			continue
		}
		if err := durable.MkdirAll(durable.OS, s.Masks, 0o700); err != nil {
			return nil, cannot(err)
		}
		path := filepath.Join(s.Masks, strconv.Itoa(len(written)))
		if err := os.WriteFile(path, masked, 0o400); err != nil {
			return nil, cannot(err)
		}
		written[d.path] = path
	}
	return written, nil
}
