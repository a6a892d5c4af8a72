//go:build unix

package secret

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/insomnia-pods/insomnia/go/internal/config"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// programs makes a directory of programs, puts it on PATH and returns it.
func programs(t *testing.T, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
	return dir
}

// server is an MCP server as a profile writes it: `NAME=VALUE… PROGRAM ARGUMENT…`,
// where a value of $NAME is the secret NAME, and a value or an argument of %TEXT is
// text with the secret gh.token at {}.
func server(line, cwd string) manifest.MCPServer {
	words, err := SplitWords(line)
	if err != nil {
		panic(err)
	}
	s := manifest.MCPServer{Type: "stdio", Env: map[manifest.EnvName]manifest.EnvValue{}}
	for ; isAssignment(words[0]); words = words[1:] {
		name, value, _ := strings.Cut(words[0], "=")
		if ref, ok := strings.CutPrefix(value, "$"); ok {
			s.Env[manifest.EnvName(name)] = manifest.EnvValue{Type: manifest.SecretRefType, Name: manifest.SecretName(ref)}
		} else if template, ok := strings.CutPrefix(value, "%"); ok {
			text := formatted(template)
			s.Env[manifest.EnvName(name)] = manifest.EnvValue{Type: text.Type, Template: text.Template, Refs: text.Refs}
		} else {
			s.Env[manifest.EnvName(name)] = manifest.EnvValue{Value: &value}
		}
	}
	command := manifest.Argument(words[0])
	s.Command = &command
	for _, word := range words[1:] {
		if template, ok := strings.CutPrefix(word, "%"); ok {
			s.Args = append(s.Args, manifest.ArgValue{Secret: formatted(template)})
			continue
		}
		s.Args = append(s.Args, manifest.ArgValue{Text: manifest.Argument(word)})
	}
	if cwd != "" {
		path := manifest.Directory(cwd)
		s.Cwd = &path
	}
	return s
}

func formatted(template string) *manifest.SecretText {
	text := &manifest.SecretText{Type: manifest.SecretFormatType, Template: manifest.Template(template)}
	for range strings.Count(template, "{}") {
		text.Refs = append(text.Refs, manifest.SecretRef{Type: manifest.SecretRefType, Name: "gh.token"})
	}
	return text
}

// judge judges the first secret of a server.
func judge(s manifest.MCPServer, commands ...string) error {
	return Allowed(Binding{Name: "gh.token", URI: "env:GH", Commands: commands}, Use{Name: "gh.token", To: serverCommand(s)})
}

// What a user bound and what a profile would start: the same, or what differs.
// BIN is a directory on PATH.
func TestCommandDestinations(t *testing.T) {
	bin := programs(t, "gh-mcp", "npx", "env")
	other := t.TempDir()
	os.WriteFile(filepath.Join(other, "gh-mcp"), []byte("#!/bin/sh\n"), 0o700)
	os.Symlink(filepath.Join(bin, "gh-mcp"), filepath.Join(bin, "linked"))
	for _, test := range []struct{ bound, server, cwd, differs string }{
		// The program.
		{"BIN/gh-mcp serve", "TOKEN=$gh.token gh-mcp serve", "", ""},
		{"BIN/gh-mcp serve", "TOKEN=$gh.token BIN/gh-mcp serve", "", ""},
		{"BIN/gh-mcp serve", "TOKEN=$gh.token BIN/./gh-mcp serve", "", ""},
		{"BIN/gh-mcp serve", "TOKEN=$gh.token BIN/link/../gh-mcp serve", "", "has .. in its path"},
		{"BIN/x/../gh-mcp serve", "TOKEN=$gh.token BIN/gh-mcp serve", "", "may not be given"},
		{"BIN/gh-mcp serve", "TOKEN=$gh.token OTHER/gh-mcp serve", "", "the program is OTHER/gh-mcp, not BIN/gh-mcp"},
		{"OTHER/gh-mcp serve", "TOKEN=$gh.token gh-mcp serve", "", "the program is BIN/gh-mcp, not OTHER/gh-mcp"},
		{"BIN/gh-mcp serve", "TOKEN=$gh.token ./gh-mcp serve", "", "./gh-mcp is a relative path"},
		{"BIN/gh-mcp serve", "TOKEN=$gh.token bin/gh-mcp serve", "", "bin/gh-mcp is a relative path"},
		{"BIN/gh-mcp serve", "TOKEN=$gh.token ../gh-mcp serve", "", "../gh-mcp is a relative path"},
		{"BIN/gh-mcp serve", "TOKEN=$gh.token '~/gh-mcp' serve", "", "is a relative path"},
		{"BIN/gh-mcp serve", "TOKEN=$gh.token no-such serve", "", "program not found: no-such"},
		{"BIN/gh-mcp", "TOKEN=$gh.token linked", "", "the program is BIN/linked, not BIN/gh-mcp"},
		{"BIN/linked", "TOKEN=$gh.token linked", "", ""},
		{"BIN/gh-mcp serve", "TOKEN=$gh.token env gh-mcp serve", "", "the program is BIN/env, not BIN/gh-mcp"},
		{"BIN/gh-mcp serve", "TOKEN=$gh.token 'gh-mcp serve'", "", "program not found"},
		// A bound program that is not absolute matches nothing.
		{"gh-mcp serve", "TOKEN=$gh.token gh-mcp serve", "", "may not be given"},
		{"./gh-mcp serve", "TOKEN=$gh.token ./gh-mcp serve", "", "is a relative path"},
		{"BIN/gh-mcp 'open", "TOKEN=$gh.token gh-mcp open", "", "may not be given"},
		{" ", "TOKEN=$gh.token gh-mcp", "", "may not be given"},
		{"A=b", "TOKEN=$gh.token gh-mcp", "", "may not be given"},
		// Arguments.
		{"BIN/gh-mcp", "TOKEN=$gh.token gh-mcp serve", "", "argument 1 is not bound: serve"},
		{"BIN/gh-mcp serve", "TOKEN=$gh.token gh-mcp", "", "argument 1 is missing: serve"},
		{"BIN/gh-mcp serve --ro", "TOKEN=$gh.token gh-mcp serve --rw", "", "argument 2 is --rw, not --ro"},
		{"BIN/gh-mcp serve", "TOKEN=$gh.token gh-mcp serve --host evil.example", "", "argument 2 is not bound: --host; argument 3 is not bound: evil.example"},
		{"BIN/gh-mcp a b", "TOKEN=$gh.token gh-mcp 'a b'", "", "argument 1 is 'a b', not a; argument 2 is missing: b"},
		{"BIN/gh-mcp 'a b' c", "TOKEN=$gh.token gh-mcp 'a b' c", "", ""},
		{"BIN/gh-mcp ''", "TOKEN=$gh.token gh-mcp", "", "argument 1 is missing: ''"},
		{"BIN/gh-mcp", "TOKEN=$gh.token gh-mcp ''", "", "argument 1 is not bound: ''"},
		// Text with secrets: what is around them is bound as a literal is.
		{"BIN/gh-mcp", "TOKEN='%Bearer {}' gh-mcp", "", "the profile sets the variable TOKEN, which is not bound"},
		{"BIN/gh-mcp …", "TOKEN=%https://evil.example/{} gh-mcp", "", "the profile sets the variable TOKEN, which is not bound"},
		{"'TOKEN=Bearer {gh.token}' BIN/gh-mcp", "TOKEN='%Bearer {}' gh-mcp", "", ""},
		{"'TOKEN=Bearer {gh.token}' BIN/gh-mcp", "TOKEN='%Basic {}' gh-mcp", "", "the variable TOKEN does not have the bound value"},
		{"'TOKEN=Bearer {gh.token}' BIN/gh-mcp", "TOKEN='%Bearer {}{}' gh-mcp", "", "the variable TOKEN does not have the bound value"},
		{"BIN/gh-mcp", "LANG=%{} gh-mcp", "", "the profile sets the variable LANG, which is not bound"},
		{"BIN/gh-mcp", "LD_PRELOAD=%{} gh-mcp", "", "the profile puts a secret into the variable LD_PRELOAD"},
		{"BIN/gh-mcp", "gh-mcp %{}", "", "argument 1 has a secret in it and is not bound: '{gh.token}'"},
		{"BIN/gh-mcp …", "gh-mcp serve --token=%{}", "", ""}, // no text with secrets
		{"BIN/gh-mcp …", "gh-mcp serve %--token={}", "", "argument 2 has a secret in it and is not bound: '--token={gh.token}'"},
		{"BIN/gh-mcp serve '--token={gh.token}' …", "gh-mcp serve %--token={} more", "", ""},
		{"BIN/gh-mcp serve '--token={gh.token}'", "gh-mcp serve %--secret={}", "", "argument 2 is '--secret={gh.token}', not '--token={gh.token}'"},
		// An open end.
		{"BIN/npx -y @acme/mcp …", "TOKEN=$gh.token npx -y @acme/mcp", "", ""},
		{"BIN/npx -y @acme/mcp …", "TOKEN=$gh.token npx -y @acme/mcp --more x", "", ""},
		{"BIN/npx -y @acme/mcp ...", "TOKEN=$gh.token npx -y @acme/mcp --more", "", ""},
		{"BIN/npx -y @acme/mcp…", "TOKEN=$gh.token npx -y @acme/mcp --more", "", ""},
		{"BIN/npx -y @acme/mcp…", "TOKEN=$gh.token npx -y @acme/mcp-evil", "", "argument 2 is @acme/mcp-evil, not @acme/mcp"},
		{"BIN/npx -y @acme/mcp …", "TOKEN=$gh.token npx -y @evil/mcp", "", "argument 2 is @evil/mcp, not @acme/mcp"},
		{"BIN/npx -y @acme/mcp …", "TOKEN=$gh.token npx -y", "", "argument 2 is missing: @acme/mcp"},
		{"BIN/npx '…'", "TOKEN=$gh.token npx a b", "", "argument 1 is a, not '…'; argument 2 is not bound: b"},
		{"BIN/npx '...'", "TOKEN=$gh.token npx ...", "", ""},
		{"BIN/npx ./...", "TOKEN=$gh.token npx ./... x", "", "argument 2 is not bound: x"},
		{`BIN/npx \…`, "TOKEN=$gh.token npx x", "", "argument 1 is x, not '…'"},
		// Literal environment.
		{"BIN/gh-mcp", "TOKEN=$gh.token LANG=C.UTF-8 LC_ALL=C TZ=Europe/Berlin TERM=dumb NO_COLOR=1 gh-mcp", "", ""},
		{"BIN/gh-mcp", "TOKEN=$gh.token TZ=/proc/self/environ gh-mcp", "", "the profile sets the variable TZ, which is not bound"},
		{"BIN/gh-mcp", "TOKEN=$gh.token LD_PRELOAD=./x.so gh-mcp", "", "the profile sets the variable LD_PRELOAD, which loads code into programs"},
		{"BIN/gh-mcp", "TOKEN=$gh.token PATH=./bin gh-mcp", "", "the profile sets the variable PATH, which decides which programs run"},
		{"BIN/gh-mcp", "TOKEN=$gh.token NODE_OPTIONS='--require ./x' gh-mcp", "", "the profile sets the variable NODE_OPTIONS, which runs code in interpreters"},
		{"BIN/gh-mcp", "TOKEN=$gh.token https_proxy=http://evil gh-mcp", "", "the profile sets the variable https_proxy, which sends traffic elsewhere"},
		{"BIN/gh-mcp", "TOKEN=$gh.token GH_HOST=evil.example gh-mcp", "", "the profile sets the variable GH_HOST, which is not bound"},
		{"GH_HOST=ghe.example.org BIN/gh-mcp", "TOKEN=$gh.token GH_HOST=ghe.example.org gh-mcp", "", ""},
		{"GH_HOST=ghe.example.org BIN/gh-mcp", "TOKEN=$gh.token GH_HOST=evil.example gh-mcp", "", "the variable GH_HOST does not have the bound value"},
		{"GH_HOST=ghe.example.org BIN/gh-mcp", "TOKEN=$gh.token gh-mcp", "", "the variable GH_HOST is missing"},
		{"B='x y' A=1 BIN/gh-mcp s", "TOKEN=$gh.token A=1 B='x y' LANG=C gh-mcp s", "", ""},
		{"A=1 BIN/gh-mcp s", "TOKEN=$gh.token A=1 B=2 gh-mcp s", "", "the profile sets the variable B, which is not bound"},
		{"LD_PRELOAD=./x.so BIN/gh-mcp", "TOKEN=$gh.token LD_PRELOAD=./x.so gh-mcp", "", "the profile sets the variable LD_PRELOAD"},
		{"BIN/gh-mcp A=1", "TOKEN=$gh.token A=1 gh-mcp", "", "argument 1 is missing: A=1; the profile sets the variable A, which is not bound"},
		// The variables that secrets are put into.
		{"BIN/gh-mcp", "GITHUB_TOKEN=$gh.token gh-mcp", "", ""},
		{"BIN/gh-mcp", "TOKEN=$gh.token OTHER=$other.token gh-mcp", "", ""},
		{"BIN/gh-mcp", "LD_PRELOAD=$gh.token gh-mcp", "", "the profile puts a secret into the variable LD_PRELOAD"},
		{"BIN/gh-mcp", "BASH_ENV=$gh.token gh-mcp", "", "the profile puts a secret into the variable BASH_ENV"},
		{"BIN/gh-mcp", "GIT_SSH_COMMAND=$gh.token gh-mcp", "", "the profile puts a secret into the variable GIT_SSH_COMMAND"},
		{"BIN/gh-mcp", "HTTPS_PROXY=$gh.token gh-mcp", "", "the profile puts a secret into the variable HTTPS_PROXY"},
		{"BIN/gh-mcp", "TOKEN=$gh.token PATH=$other.token gh-mcp", "", "the profile puts a secret into the variable PATH"},
		// The working directory.
		{"BIN/gh-mcp serve", "TOKEN=$gh.token gh-mcp serve", "sub", "the profile sets the working directory sub"},
		{"BIN/gh-mcp …", "TOKEN=$gh.token gh-mcp serve", ".", "the profile sets the working directory ."},
		// All at once.
		{"BIN/gh-mcp serve", "TOKEN=$gh.token LD_PRELOAD=./x.so PATH=./bin gh-mcp serve --x", "sub",
			"the profile sets the variable LD_PRELOAD, which loads code into programs; the profile sets the variable PATH, which decides which programs run; the profile sets the working directory sub; argument 2 is not bound: --x"},
	} {
		at := strings.NewReplacer("BIN", bin, "OTHER/", other+"/").Replace
		err := judge(server(at(test.server), test.cwd), at(test.bound))
		if (err == nil) != (test.differs == "") || err != nil && (!strings.Contains(err.Error(), at(test.differs)) || diag.From(err).Exit != diag.ExitRefused || diag.From(err).Diagnostics[0].Hint == "") {
			t.Errorf("%s\nfor %s in %q: %s\nand not: %s", test.bound, test.server, test.cwd, report(err), test.differs)
		}
	}
	// The closest of several commands is compared.
	err := judge(server("TOKEN=$gh.token gh-mcp serve --x", ""), filepath.Join(other, "gh-mcp")+" a b c", bin+"/gh-mcp serve", bin+"/npx a")
	if err == nil || !strings.Contains(err.Error(), "`gh-mcp serve --x`: argument 2 is not bound: --x") {
		t.Error(report(err))
	}
	// A program in the working directory is not found by a relative entry of PATH.
	t.Chdir(other)
	t.Setenv("PATH", ".")
	if err := judge(server("TOKEN=$gh.token gh-mcp", ""), filepath.Join(other, "gh-mcp")); err == nil || !strings.Contains(err.Error(), "relative entry of PATH") {
		t.Error(report(err))
	}
	// Nor does a profile's own PATH count.
	if err := judge(server("TOKEN=$gh.token PATH="+bin+" gh-mcp", ""), bin+"/gh-mcp"); err == nil {
		t.Error("the profile's own PATH is used")
	}
}

// Whatever is added to a server that may have a secret, it may not have it then.
func TestNothingCanBeAdded(t *testing.T) {
	bin := programs(t, "gh-mcp")
	name := rapid.StringMatching(`[A-Z][A-Z_]{0,6}`)
	rapid.Check(t, func(t *rapid.T) {
		args := rapid.SliceOfN(rapid.StringMatching(`[ -~]{0,5}`), 0, 4).Draw(t, "args")
		literals := rapid.MapOfN(name, rapid.StringMatching(`[ -~]{0,5}`), 0, 2).Draw(t, "env")
		make := func() manifest.MCPServer {
			s := server("SECRET_TOKEN=$gh.token gh-mcp", "")
			for _, arg := range args {
				s.Args = append(s.Args, manifest.ArgValue{Text: manifest.Argument(arg)})
			}
			for name, value := range literals {
				s.Env[manifest.EnvName(name)] = manifest.EnvValue{Value: &value}
			}
			return s
		}
		to := serverCommand(make())
		command := to.bindable(bin + "/gh-mcp")
		if len(to.unbindable(bin+"/gh-mcp")) > 0 {
			if judge(make(), command) == nil {
				t.Fatalf("%s is allowed", command)
			}
			return
		}
		// What a hint says is what a user can paste, and is just this server.
		if text, err := BindCommand(command); err != nil || text != command {
			t.Fatalf("%s became %s: %s", command, text, report(err))
		}
		if err := judge(make(), command); err != nil {
			t.Fatalf("%s: %s", command, report(err))
		}
		s := make()
		switch rapid.IntRange(0, 4).Draw(t, "what") {
		case 0:
			s.Args = append(s.Args, manifest.ArgValue{Text: manifest.Argument(rapid.String().Draw(t, "argument"))})
		case 1:
			s.Args = slices.Insert(s.Args, rapid.IntRange(0, len(s.Args)).Draw(t, "at"), manifest.ArgValue{Text: manifest.Argument(rapid.String().Draw(t, "argument"))})
		case 2:
			added, value := manifest.EnvName("ADDED_"+name.Draw(t, "name")), rapid.String().Draw(t, "value")
			s.Env[added] = manifest.EnvValue{Value: &value}
		case 3:
			added, value := manifest.EnvName(rapid.SampledFrom([]string{"LD_PRELOAD", "PATH", "NODE_OPTIONS", "BASH_ENV", "HOME"}).Draw(t, "name")), ""
			s.Env[added] = manifest.EnvValue{Value: &value}
		case 4:
			cwd := manifest.Directory(rapid.StringMatching(`[a-z]{1,5}`).Draw(t, "cwd"))
			s.Cwd = &cwd
		}
		if judge(s, command) == nil {
			t.Fatalf("%s is allowed, bound is %s", JoinWords(serverCommand(s).Command), command)
		}
	})
}

func TestBindCommand(t *testing.T) {
	bin := programs(t, "gh-mcp")
	t.Chdir(bin)
	for _, test := range []struct{ text, want, problem, hint string }{
		{"gh-mcp serve", "BIN/gh-mcp serve", "", ""},
		{"BIN//./gh-mcp serve", "BIN/gh-mcp serve", "", ""},
		{"gh-mcp  'a b'   c", "BIN/gh-mcp 'a b' c", "", ""},
		{"gh-mcp serve ...", "BIN/gh-mcp serve …", "", ""},
		{"gh-mcp serve …", "BIN/gh-mcp serve …", "", ""},
		{"gh-mcp serve…", "BIN/gh-mcp serve …", "", ""},
		{"gh-mcp '...'", "BIN/gh-mcp '...'", "", ""},
		{"gh-mcp 'x…'", "BIN/gh-mcp 'x…'", "", ""},
		{"B=2 A='1 1' gh-mcp", "'A=1 1' B=2 BIN/gh-mcp", "", ""},
		{"./gh-mcp serve", "", "./gh-mcp is a relative path", "write its absolute path: BIN/gh-mcp"},
		{"BIN/x/../gh-mcp", "", "BIN/x/../gh-mcp has .. in its path", "realpath"},
		{"./none serve", "", "./none is a relative path", ""},
		{"no-such-program", "", "program not found: no-such-program", "install it"},
		{"BIN/none", "", "program not found: BIN/none", "install it"},
		{"gh-mcp 'open", "", "a quote is not closed", ""},
		{"", "", "names no program", ""},
		{"A=1", "", "names no program", ""},
		{"LD_PRELOAD=x gh-mcp", "", "sets the variable LD_PRELOAD, which loads code", ""},
		{"A=1 A=2 gh-mcp", "", "sets the variable A twice", ""},
		{"LANG=C gh-mcp", "", "sets the variable LANG, which every profile may set", ""},
	} {
		at := strings.NewReplacer("BIN", bin).Replace
		got, err := BindCommand(at(test.text))
		if got != at(test.want) || (err == nil) != (test.problem == "") || err != nil && (!strings.Contains(report(err), at(test.problem)) || !strings.Contains(report(err), at(test.hint))) {
			t.Errorf("%s became %s: %s", test.text, got, report(err))
		}
	}
}

// Whatever is read as a command is written so that it reads the same, and nothing
// is free to be anything that was not.
func FuzzParseCommand(f *testing.F) {
	for _, text := range []string{"/bin/x a 'b c' …", "A=1 /bin/x ...", "/bin/x '…'", `/bin/x \…`, "/bin/x ./...", "x…", "' …", "", "A=1", "=/x"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		b, err := parseCommand(text)
		if err != nil {
			return
		}
		again, err := parseCommand(b.String())
		if err != nil || again.program != b.program || !slices.Equal(again.args, b.args) || !slices.Equal(again.env, b.env) || again.open != b.open {
			t.Fatalf("%q: %+v became %+v by way of %q (%v)", text, b, again, b.String(), err)
		}
		if b.open && !strings.HasSuffix(text, "…") && !strings.HasSuffix(text, " ...") {
			t.Fatalf("%q has an open end", text)
		}
	})
}

// Commands of a config that was written by hand are reported with the command
// that repairs them.
func TestProblemsOfBindings(t *testing.T) {
	bin := programs(t, "gh-mcp")
	dir := t.TempDir()
	text := "[secrets.\"gh.token\"]\nuri = \"env:GH\"\nhosts = [\"api.github.com\"]\ncommands = [\"gh-mcp serve\", \"" + bin + "/gh-mcp x\", \"LD_PRELOAD=x gh-mcp\"]\n"
	if err := os.WriteFile(filepath.Join(dir, config.FileName), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	b, err := Load(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	problems := b.All()[0].Problems()
	if len(problems) != 2 || !strings.Contains(problems[0].Message, "the command gh-mcp serve, which matches nothing: its program is not an absolute path") ||
		problems[0].Positions[0].Line != 2 ||
		!strings.Contains(problems[0].Hint, "insomnia secret bind gh.token env:GH --only --host api.github.com --command '"+bin+"/gh-mcp serve' --command '"+bin+"/gh-mcp x' --command /PATH/TO/PROGRAM") {
		t.Errorf("%+v", problems)
	}
}
