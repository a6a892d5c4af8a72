//go:build unix

package tui_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The screens on which a user decides about a deceptive profile, in a real terminal of
// common sizes. The golden files were reviewed by a person.
func TestDeceptionInTerminal(t *testing.T) {
	for _, size := range []struct {
		name   string
		width  int
		height int
	}{{"80", 80, 120}, {"120", 120, 120}} {
		t.Run(size.name, func(t *testing.T) {
			term := openTerminal(t, size.width, size.height)
			term.deceive()
			term.run("clear; insomnia trust show ./evil.nix 2> warnings")
			term.shows("Limits", "if you agree:", "\n$")
			term.golden("deception-trust-" + size.name)
			term.run("clear; insomnia trust show ./evil.nix > /dev/null")
			term.shows("hidden text", "hint:", "\n$")
			term.golden("deception-warnings-" + size.name)
			term.run("clear; insomnia profile list 2> /dev/null")
			term.shows("NAME", "safe", "\n$")
			term.golden("deception-list-" + size.name)
		})
	}
}

// The same in the screens, where the texts are read too.
func TestDeceptionInScreens(t *testing.T) {
	term := openTerminal(t, 80, 40)
	term.deceive()
	term.run("insomnia")
	term.shows("There are no Pods yet")
	term.keys("n")
	term.shows("profile:", "coder (default)")
	term.keys("Enter")
	term.shows("profiles: * is the default")
	term.golden("deception-picker")
	term.typed("./evil.nix")
	term.shows("Use ./evil.nix")
	term.keys("Enter")
	term.shows("./evil.nix ·")
	term.keys("C-s")
	term.shows("What it may do", "lines 1–")
	term.golden("deception-preview")
	term.keys("t")
	term.shows("it spells `run rm`")
	term.golden("deception-grants")
	term.keys("End")
	term.shows("Lead with the result", "t summary")
	term.golden("deception-texts")
	term.keys("Escape")
	term.shows("What it may do", "t grants and prompts")
	term.keys("C-c")
}

// A long page goes through the pager that the user has chosen, without a shell.
func TestPagerInTerminal(t *testing.T) {
	term := openTerminal(t, 80, 24, "INSOMNIA_PAGER=sed -n '1s/^/page: /p'")
	term.deceive()
	term.run("clear; insomnia trust show ./evil.nix --full 2> /dev/null")
	term.shows("page: you have not consented", "\n$")
	if screen := term.screen(); strings.Contains(screen, "Permissions") {
		t.Errorf("more than the pager has shown:\n%s", screen)
	}
	term.run("clear; insomnia trust show ./evil.nix --no-pager 2> /dev/null | cat; insomnia trust show ./evil.nix --no-pager 2> /dev/null")
	term.shows("if you agree:")
	if screen := term.screen(); strings.Contains(screen, "page:") {
		t.Errorf("a pager was asked:\n%s", screen)
	}
}

// deceive puts the profile in the folder, and others whose files are named so
// that a list of them could be misread.
func (t *terminal) deceive() {
	t.Helper()
	data, err := os.ReadFile("testdata/deception/evil.nix")
	if err != nil {
		t.Fatal(err)
	}
	profiles := filepath.Join(t.dir, ".insomnia", "profiles")
	if err := os.RemoveAll(profiles); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(profiles, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"../../evil", "safe", "coder  builtin:coder  builtin", "c\u043eder", "safe\u3164", "a\nb", "日本語", "\u202eredoc", "--help", "a`b"} {
		if err := os.WriteFile(filepath.Join(profiles, name+".nix"), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
