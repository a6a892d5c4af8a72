package secret

import (
	"context"
	"path/filepath"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/durable"
)

// rebindWithin is how long a command waits for others that change bindings.
const rebindWithin = time.Minute

// Rebind changes the binding of a name in the local.toml of dir. change gets the
// binding as it is now, with no URI where there is none, and no other command
// changes one until the new one is written: what two commands add is both kept.
func Rebind(ctx context.Context, dir, name string, change func(now Binding) (config.Binding, error)) (config.Binding, error) {
	busy := func(err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return diag.Errorf(diag.ExitState, "config-not-written", "cannot write %s: %v", filepath.Join(dir, config.LocalName), bounded.Reason(err)).
			Hintf("%s", durable.Remedy(err, shell(dir)))
	}
	if err := config.InStore(filepath.Join(dir, config.LocalName), ""); err != nil {
		return config.Binding{}, err
	}
	if err := durable.MkdirAll(durable.OS, dir, 0o755); err != nil {
		return config.Binding{}, busy(err)
	}
	within, cancel := context.WithTimeout(ctx, rebindWithin)
	defer cancel()
	unlock, err := durable.OS.Lock(within, filepath.Join(dir, ".secrets.lock"))
	if err != nil {
		return config.Binding{}, busy(err)
	}
	defer unlock()
	bindings, err := Load(dir, nil)
	if err != nil {
		return config.Binding{}, err
	}
	binding, err := change(bindings.all[name])
	if err == nil {
		err = config.CheckBinding(name, binding)
	}
	if err == nil {
		err = config.SetBinding(dir, name, &binding)
	}
	return binding, err
}
