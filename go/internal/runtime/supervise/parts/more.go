//go:build unix

package parts

import (
	"crypto/rand"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/gateway"
	"github.com/insomnia-pods/insomnia/go/internal/guard"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// more holds the listening services of the manifest.
type more struct {
	sockets, environment []string
	servers              []*http.Server
}

// beginMore starts sandbox.services.
func (v *services) beginMore() error {
	s := v.setting
	var git []string
	for i, name := range slices.Sorted(maps.Keys(s.Manifest.Sandbox.Services)) {
		rules := s.Manifest.Sandbox.Services[name]
		value, secrets, err := v.credential(name, rules.Auth)
		if err != nil {
			return err
		}
		base := "http://" + s.Reached[i] + "/" + rand.Text()
		service, err := gateway.NewService(rules, base, value, secrets)
		if err != nil {
			return diag.Errorf(diag.ExitInvalid, "service-refused", "sandbox.services.%s: %v", name, err).
				Hintf("set the secret again: insomnia secret set")
		}
		path := filepath.Join(s.Sockets, "service-"+strconv.Itoa(i)+".sock")
		l, err := guard.Listen(path)
		if err != nil {
			return v.notListening(err)
		}
		server := service.Server()
		v.more.servers, v.more.sockets = append(v.more.servers, server), append(v.more.sockets, path)
		v.work.Go(func() { _ = server.Serve(l) })
		v.more.environment = append(v.more.environment, "INSOMNIA_SERVICE_"+variable(name)+"="+base)
		if rules.For == nil {
			continue
		}
		if *rules.For == "git" {
			git = append(git, "url."+base+"/.insteadOf", "https://"+string(rules.Host)+"/")
			continue
		}
		v.more.environment = append(v.more.environment, pointed(name, *rules.For, base+directory(rules.Paths))...)
	}
	for i := 0; i < len(git); i += 2 {
		n := strconv.Itoa(i / 2)
		v.more.environment = append(v.more.environment, "GIT_CONFIG_KEY_"+n+"="+git[i], "GIT_CONFIG_VALUE_"+n+"="+git[i+1])
	}
	if len(git) > 0 {
		v.more.environment = append(v.more.environment, "GIT_CONFIG_COUNT="+strconv.Itoa(len(git)/2))
	}
	return nil
}

// credential returns the value of a service's header, and the secrets in it.
func (v *services) credential(name manifest.ProfileName, auth *manifest.ServiceAuth) (value string, secrets []string, err error) {
	if auth == nil {
		return "", nil, nil
	}
	pointer := "/sandbox/services/" + string(name) + "/auth/value"
	if value, err = v.fill(&auth.Value, pointer); err != nil {
		return "", nil, err
	}
	for at, secret := range v.setting.Secrets {
		if at == pointer || strings.HasPrefix(at, pointer+"/") {
			secrets = append(secrets, secret)
		}
	}
	return value, secrets, nil
}

// pointed returns the variables that direct a program to a service.
func pointed(name manifest.ProfileName, program manifest.ServiceFor, at string) []string {
	switch program {
	case "npm":
		return []string{"npm_config_registry=" + at, "npm_config_replace_registry_host=always"}
	case "pip":
		return []string{"PIP_INDEX_URL=" + at, "UV_DEFAULT_INDEX=" + at}
	case "go":
		return []string{"GOPROXY=" + strings.TrimSuffix(at, "/")}
	case "cargo":
		return []string{"CARGO_REGISTRIES_" + variable(name) + "_INDEX=sparse+" + at}
	}
	return nil
}

// directory returns the directory of a service's first path, with a trailing slash.
func directory(paths []manifest.ServicePath) string {
	path, _, _ := strings.Cut(string(paths[0]), "*")
	return path[:strings.LastIndexByte(path, '/')+1]
}

func variable(name manifest.ProfileName) string {
	return strings.ToUpper(strings.ReplaceAll(string(name), "-", "_"))
}

func (v *services) More() []string { return v.more.sockets }

func (v *services) Environment() []string { return v.more.environment }
