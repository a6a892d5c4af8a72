package app_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// programs puts programs on an otherwise empty PATH, each printing a version.
func programs(t *testing.T, versions map[string]string) {
	t.Helper()
	dir := t.TempDir()
	for name, version := range versions {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\necho "+version+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
}

// The runtime is the one that the user names, or else the user's default if it can run
// the manifest, or else the only one that can. Otherwise the error lists each with the
// reason.
func TestChooseRuntime(t *testing.T) {
	all := map[string]string{"claude": "2.1.332", "codex": "codex-cli 0.171.0", "opencode": "1.18.33"}
	for name, tc := range map[string]struct {
		installed   map[string]string
		api         manifest.WireAPI
		config      string
		named       string
		anyVersion  bool
		want        string
		code        diag.Exit
		says        []string
		saysNothing string
	}{
		"the only one that speaks":        {installed: map[string]string{"claude": "2.1.332", "codex": "0.171.0"}, api: "anthropic", want: "claude-code"},
		"named":                           {installed: all, api: "anthropic", named: "opencode", want: "opencode"},
		"the user's own":                  {installed: all, api: "anthropic", config: "opencode", want: "opencode"},
		"the user's own cannot":           {installed: all, api: "openai-chat", config: "codex", want: "opencode"},
		"several":                         {installed: all, api: "anthropic", code: diag.ExitNotFound, says: []string{"claude-code, opencode", "--runtime NAME"}, saysNothing: "codex"},
		"none installed":                  {api: "anthropic", code: diag.ExitMissing, says: []string{"npm install -g @anthropic-ai/claude-code", "npm install -g opencode-ai", "Codex does not speak anthropic"}},
		"none speaks":                     {installed: all, api: "gemini", code: diag.ExitMissing, says: []string{"Claude Code does not speak gemini"}},
		"unknown":                         {installed: all, api: "anthropic", named: "claude", code: diag.ExitUsage, says: []string{"runtime `claude` not found", "claude-code, codex, opencode"}},
		"named, and only rendered":        {installed: all, api: "anthropic", named: "agents-dir", code: diag.ExitRefused, says: []string{"cannot start a Pod with `agents-dir`", "insomnia runtime render REF --runtime agents-dir --out DIR", "claude-code, codex, opencode"}},
		"named, and does not speak":       {installed: all, api: "anthropic", named: "codex", code: diag.ExitRefused, says: []string{"Codex does not speak anthropic"}},
		"named, and not installed":        {api: "anthropic", named: "claude-code", code: diag.ExitMissing, says: []string{"npm install -g @anthropic-ai/claude-code"}},
		"a version that is not tried":     {installed: map[string]string{"opencode": "2.0.1"}, api: "openai-chat", code: diag.ExitRefused, says: []string{"2.0.1", "--any-version"}},
		"any version":                     {installed: map[string]string{"opencode": "2.0.1"}, api: "openai-chat", anyVersion: true, want: "opencode"},
		"a version that cannot be read":   {installed: map[string]string{"claude": "hello"}, api: "anthropic", named: "claude-code", code: diag.ExitMissing, says: []string{"cannot read the version"}},
		"the user's own is not installed": {installed: map[string]string{"claude": "2.1.332"}, api: "anthropic", config: "opencode", want: "claude-code"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			programs(t, tc.installed)
			if tc.config != "" {
				file := filepath.Join(config.UserDir(), config.FileName)
				if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, fmt.Appendf(nil, "[runtimes]\ndefault = %q\n", tc.config), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			m := &manifest.Manifest{}
			m.Model.WireAPI, m.Model.Ref = tc.api, "p/m"
			m.Tools.Default = "allow"
			got, err := w.ChooseRuntime(t.Context(), m, tc.named, tc.anyVersion)
			if tc.want != "" {
				if err != nil || got.Driver.Name != tc.want {
					t.Errorf("%+v, %+v", got, err)
				}
				return
			}
			if err == nil {
				t.Fatalf("%s was chosen", got.Driver.Name)
			}
			text := fmt.Sprintf("%+v", diag.From(err).Diagnostics)
			for _, part := range tc.says {
				if !strings.Contains(text, part) {
					t.Errorf("no %q in %s", part, text)
				}
			}
			if tc.saysNothing != "" && strings.Contains(text, tc.saysNothing) {
				t.Errorf("%q is in %s", tc.saysNothing, text)
			}
			if diag.From(err).Exit != tc.code {
				t.Errorf("exit %d: %s", diag.From(err).Exit, text)
			}
		})
	}
}
