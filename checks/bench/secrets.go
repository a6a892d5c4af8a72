package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// references is how many secrets the profile of secretScenes refers to.
const references = 20

// secretScenes are about secrets in the user's own store.
func secretScenes(ctx context.Context, b *bench) ([]pair, error) {
	decrypt, err := b.build(ctx, "decrypt", "./checks/bench/decrypt", false)
	if err != nil {
		return nil, err
	}
	nothing, err := exec.LookPath("true")
	if err != nil {
		return nil, err
	}
	h := newHome(b, "secrets")
	var variables strings.Builder
	for i := range references {
		name := fmt.Sprintf("bench.s%d", i)
		cmd := exec.CommandContext(ctx, b.insomnia, "secret", "set", "--command", "server", name)
		cmd.Env = append(os.Environ(), h.env()...)
		cmd.Stdin = strings.NewReader("value of " + name)
		if out, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("%v: %w\n%s", cmd.Args, err, out)
		}
		fmt.Fprintf(&variables, "S%d = insomnia.lib.secrets.ref %q; ", i, name)
	}
	profile := filepath.Join(b.dir, "profile.nix")
	text := "{ insomnia }: insomnia.lib.mkProfile {\n  name = \"bench\";\n  imports = [ insomnia.insomniaProfiles.coder ];\n" +
		"  model.auth = null;\n  mcpServers.bench = { command = \"server\"; env = { " + variables.String() + "}; };\n}\n"
	if err := os.WriteFile(profile, []byte(text), 0o600); err != nil {
		return nil, err
	}
	manifest := filepath.Join(b.dir, "secrets.json")
	resolved, err := exec.CommandContext(ctx, b.insomnia, "resolve", profile).Output()
	if err != nil {
		return nil, fmt.Errorf("resolving %s: %w", profile, err)
	}
	if err := os.WriteFile(manifest, resolved, 0o600); err != nil {
		return nil, err
	}
	identity := filepath.Join(h.data, "insomnia", "identity")
	file := filepath.Join(h.data, "insomnia", "secrets", "bench.s0.age")
	floor := []string{b.floor[0], manifest}
	each := []string{decrypt, fmt.Sprint(references), identity, file}
	pairs := []pair{
		compare("secret exec NAME -- true / age decrypt, true", 3,
			[]string{b.insomnia, "secret", "exec", "bench.s0", "--", nothing}, []string{decrypt, "1", identity, file, nothing}),
		compare("secret check --manifest, 20 / 2 floors + 20 decrypts", 1,
			[]string{b.insomnia, "secret", "check", "--manifest", manifest}, floor, floor, each),
		compare("secret check PROFILE, 20 / 2 floors + 20 decrypts", 1,
			[]string{b.insomnia, "secret", "check", profile}, floor, floor, each),
	}
	for i := range pairs {
		pairs[i].env = h.env()
	}
	return pairs, nil
}
