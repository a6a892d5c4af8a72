package app

import (
	"context"
	"os"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/provider"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/internal/secret"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Key is the secret with which a manifest calls its model.
type Key struct {
	Name string `json:"name"`
	Host string `json:"host"` // the host that would receive it; empty if unknown
	// Bound is set if the key is bound and may be sent to Host. Its value is not looked up.
	Bound bool `json:"bound"`
	// Usual is set if Host is the provider's own.
	Usual bool `json:"usual"`
	// Places are URIs for a binding that have a key or a login on this machine. The list is
	// empty if Host is not the provider's own.
	Places []string `json:"places"`
}

// Bind returns the command that binds the key to one of its places.
func (k *Key) Bind(uri string) string {
	command := "insomnia secret bind " + k.Name + " " + uri
	if !strings.HasPrefix(uri, "login:") {
		command += " --host " + k.Host
	}
	return command
}

// Looked resolves a reference without downloading anything.
func (a *App) Looked(ctx context.Context, text string, options resolve.Options) (*manifest.Manifest, error) {
	chosen, err := a.Choose(ctx, text, options)
	if err != nil {
		return nil, err
	}
	result, err := a.Resolver.Resolve(ctx, chosen.Target, looking(options))
	if err != nil {
		return nil, err
	}
	m, problems := manifest.DecodeForm(result.Manifest)
	if len(problems) > 0 {
		return nil, manifest.Problems(problems)
	}
	return m, nil
}

// KeyOf returns the key of a manifest and its possible places; nil for a model without a
// key. It reads no value.
func KeyOf(m *manifest.Manifest) (*Key, error) {
	for _, use := range secret.Uses(m) {
		if use.Path != "model.auth" {
			continue
		}
		k := &Key{Name: use.Name, Host: use.To.Host, Places: []string{}}
		of := provider.OfModelSecret(k.Name)
		k.Usual = k.Host != "" && provider.ModelHost(of) == k.Host
		bindings, err := secret.Load(config.UserDir(), secret.UserStore())
		if err != nil {
			return nil, err
		}
		if bound, err := bindings.Get(k.Name); err == nil {
			k.Bound = secret.Allowed(bound, use) == nil
			if k.Bound || bound.URI != "" {
				return k, nil
			}
		}
		if !k.Usual {
			return k, nil
		}
		if variable := strings.ToUpper(of) + "_API_KEY"; os.Getenv(variable) != "" {
			k.Places = append(k.Places, "env:"+variable)
		}
		for _, place := range secret.Places() {
			login := secret.Binding{Name: k.Name, URI: place}
			if login.LoggedIn() && login.LoginProvider() == of {
				k.Places = append(k.Places, place)
			}
		}
		return k, nil
	}
	return nil, nil
}

// BindKey binds a key to one of its places, with its host.
func BindKey(ctx context.Context, k *Key, uri string) error {
	_, err := secret.Rebind(ctx, config.UserDir(), k.Name, func(now secret.Binding) (config.Binding, error) {
		b := config.Binding{URI: config.BindingURI(uri)}
		if !strings.HasPrefix(uri, "login:") {
			b.Hosts = []config.Host{config.Host(k.Host)}
		}
		return b, nil
	})
	return err
}
