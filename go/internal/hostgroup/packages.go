package hostgroup

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	limited "github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/remembered"
	"github.com/insomnia-pods/insomnia/go/internal/tomlread"
	"github.com/insomnia-pods/insomnia/go/internal/userdir"
)

// machine is the part of a machine that configures package managers.
type machine struct {
	workspace string // whose programs are not run
	system    string // the root of the system's own files: /
}

const (
	maxFile  = 1 << 20 // a configuration file
	maxFiles = 256     // in a directory of them
)

func (m machine) packages(ctx context.Context) answer {
	return gather(
		func() answer { return m.ofGo(ctx) },
		func() answer { return m.ofNPM(ctx) },
		func() answer { return m.ofPip(ctx) },
		func() answer { return m.ofCargo() },
		func() answer { return m.ofAPT() },
	)
}

// text is a configuration file, or empty where it cannot be read.
func text(path string) string {
	data, err := limited.ReadFile(path, maxFile)
	if err != nil {
		return ""
	}
	return string(data)
}

func (m machine) at(path string) string { return filepath.Join(m.system, path) }

func home(path string) string {
	file, err := userdir.Home(path)
	if err != nil {
		return ""
	}
	return file
}

// ofGo reads GOPROXY and GOSUMDB: from the environment, else from the user's file,
// else by asking go.
func (m machine) ofGo(ctx context.Context) answer {
	file := os.Getenv("GOENV")
	if file == "" {
		file, _ = userdir.Config("go", "env")
	}
	values := map[string]string{}
	if filepath.IsAbs(file) {
		for line := range strings.Lines(text(file)) {
			if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
				values[name] = value
			}
		}
	}
	names := []string{"GOPROXY", "GOSUMDB"}
	missing := false
	for _, name := range names {
		if value := os.Getenv(name); value != "" {
			values[name] = value
		}
		missing = missing || values[name] == ""
	}
	var a answer
	if missing {
		out, note := m.ask(ctx, "go", append([]string{"env"}, names...)...)
		if note != "" {
			a.notes = append(a.notes, note)
		}
		for i, line := range strings.Split(strings.TrimSpace(out), "\n") {
			if i < len(names) && values[names[i]] == "" {
				values[names[i]] = strings.TrimSpace(line)
			}
		}
	}
	for _, proxy := range strings.FieldsFunc(values["GOPROXY"], func(r rune) bool { return r == ',' || r == '|' }) {
		if proxy = strings.TrimSpace(proxy); proxy != "direct" && proxy != "off" {
			a.addresses = append(a.addresses, proxy)
		}
	}
	// A name with its key, and an address where it is not that of the name.
	if database := strings.Fields(values["GOSUMDB"]); len(database) > 0 && database[0] != "off" {
		name, _, _ := strings.Cut(database[0], "+")
		address := "https://" + name
		if len(database) > 1 {
			address = database[1]
		}
		a.addresses = append(a.addresses, address)
	}
	return a
}

// ofNPM reads the registries of npm, those of scopes as well.
func (m machine) ofNPM(ctx context.Context) answer {
	var a answer
	whole := false
	add := func(key, value string) {
		key, value = strings.TrimSpace(key), strings.Trim(strings.TrimSpace(value), `"'`)
		if value == "" || strings.Contains(value, "${") {
			return
		}
		if key == "registry" || strings.HasPrefix(key, "@") && strings.HasSuffix(key, ":registry") {
			a.addresses = append(a.addresses, value)
			whole = whole || key == "registry"
		}
	}
	for _, variable := range os.Environ() {
		if name, value, ok := strings.Cut(variable, "="); ok && strings.EqualFold(name, "npm_config_registry") {
			add("registry", value)
		}
	}
	user := firstOf(os.Getenv("NPM_CONFIG_USERCONFIG"), os.Getenv("npm_config_userconfig"), home(".npmrc"))
	files := []string{user, os.Getenv("NPM_CONFIG_GLOBALCONFIG"), m.at("etc/npmrc"), m.at("usr/etc/npmrc"), m.at("usr/local/etc/npmrc")}
	for _, file := range files {
		if !filepath.IsAbs(file) {
			continue
		}
		for line := range strings.Lines(text(file)) {
			if key, value, ok := strings.Cut(line, "="); ok {
				add(key, value)
			}
		}
	}
	if !whole {
		out, note := m.askOnce(ctx, remembered.Program, append(files, m.around("npm", "npmrc", "etc/npmrc")...), "npm", "config", "get", "registry", "--update-notifier=false", "--logs-max=0")
		a.notes = append(a.notes, noted(note)...)
		if out = strings.TrimSpace(out); strings.Contains(out, "://") {
			a.addresses = append(a.addresses, out)
		}
	}
	return a
}

// ofPip reads the indexes of pip and uv.
func (m machine) ofPip(ctx context.Context) answer {
	var a answer
	whole := false
	add := func(name, value string) {
		switch strings.ReplaceAll(strings.ToLower(name), "_", "-") {
		case "index-url", "default-index":
			whole = true
		case "extra-index-url", "index", "find-links":
		default:
			return
		}
		for _, address := range strings.Fields(value) {
			if name, rest, ok := strings.Cut(address, "="); ok && !strings.Contains(name, ":") { // NAME=ADDRESS of uv
				address = rest
			}
			if strings.Contains(address, "://") {
				a.addresses = append(a.addresses, address)
			}
		}
	}
	for _, variable := range []string{"PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX"} {
		_, name, _ := strings.Cut(variable, "_")
		if value := os.Getenv(variable); value != "" {
			add(name, value)
		}
	}
	config, _ := userdir.Config("pip", "pip.conf")
	for _, file := range []string{os.Getenv("PIP_CONFIG_FILE"), config, home(".pip/pip.conf"), m.at("etc/xdg/pip/pip.conf"), m.at("etc/pip.conf")} {
		if !filepath.IsAbs(file) {
			continue
		}
		name := ""
		for line := range strings.Lines(text(file)) {
			trimmed := strings.TrimSpace(line)
			switch {
			case trimmed == "" || trimmed[0] == '#' || trimmed[0] == ';' || trimmed[0] == '[':
				name = ""
			case (line[0] == ' ' || line[0] == '\t') && name != "": // the entry continues
				add(name, trimmed)
			default:
				key, value, _ := strings.Cut(trimmed, "=")
				name = strings.TrimSpace(key)
				add(name, value)
			}
		}
	}
	if !whole {
		program := "pip3"
		if m.find(program) == "" {
			program = "pip"
		}
		// Its own default is in its help, whichever Python it belongs to.
		out, note := m.askOnce(ctx, remembered.File, nil, program, "--isolated", "--disable-pip-version-check", "install", "--help")
		a.notes = append(a.notes, noted(note)...)
		// The help of --index-url names the default in parentheses.
		if _, rest, ok := strings.Cut(out, "--index-url"); ok {
			if _, rest, ok = strings.Cut(strings.Join(strings.Fields(rest), " "), "(default "); ok {
				address, _, _ := strings.Cut(rest, ")")
				a.addresses = append(a.addresses, strings.ReplaceAll(address, " ", ""))
			}
		}
	}
	return a
}

// ofCargo reads the registries of cargo. Its own default is in no file and is
// printed by no command, so that a profile names its hosts.
func (m machine) ofCargo() answer {
	var a answer
	dir := os.Getenv("CARGO_HOME")
	if !filepath.IsAbs(dir) {
		dir = home(".cargo")
	}
	type source struct {
		Registry string `toml:"registry"`
		Index    string `toml:"index"`
		Git      string `toml:"git"`
	}
	var config struct {
		Source     map[string]source `toml:"source"`
		Registries map[string]source `toml:"registries"`
	}
	if dir != "" {
		data := text(filepath.Join(dir, "config.toml"))
		if data == "" {
			data = text(filepath.Join(dir, "config"))
		}
		if tomlread.Check([]byte(data)) != nil || toml.Unmarshal([]byte(data), &config) != nil {
			a.notes = append(a.notes, "cannot read the configuration of cargo")
		}
	}
	for _, sources := range []map[string]source{config.Source, config.Registries} {
		for _, s := range sources {
			for _, address := range []string{s.Registry, s.Index, s.Git} {
				if address != "" {
					a.addresses = append(a.addresses, address)
				}
			}
		}
	}
	for _, variable := range os.Environ() {
		name, value, _ := strings.Cut(variable, "=")
		if strings.HasPrefix(name, "CARGO_REGISTRIES_") && strings.HasSuffix(name, "_INDEX") {
			a.addresses = append(a.addresses, value)
		}
	}
	return a
}

// ofAPT reads the sources of apt, in both of their forms.
func (m machine) ofAPT() answer {
	var a answer
	files := []string{m.at("etc/apt/sources.list")}
	dir := m.at("etc/apt/sources.list.d")
	entries, _ := limited.ReadDir(dir, maxFiles)
	for _, entry := range entries {
		files = append(files, filepath.Join(dir, entry.Name()))
	}
	for _, file := range files {
		for line := range strings.Lines(text(file)) {
			words := strings.Fields(line)
			switch {
			case strings.HasSuffix(file, ".sources"):
				if len(words) == 0 || !strings.EqualFold(words[0], "URIs:") {
					continue
				}
			case !strings.HasSuffix(file, ".list") || len(words) == 0 || words[0] != "deb" && words[0] != "deb-src":
				continue
			}
			for _, word := range words {
				if strings.Contains(word, "://") && !strings.Contains(word, "=") {
					a.addresses = append(a.addresses, word)
					if !strings.HasSuffix(file, ".sources") {
						break // what follows are suites
					}
				}
			}
		}
	}
	return a
}

func firstOf(texts ...string) string {
	if i := slices.IndexFunc(texts, func(s string) bool { return s != "" }); i >= 0 {
		return texts[i]
	}
	return ""
}

func noted(note string) []string {
	if note == "" {
		return nil
	}
	return []string{note}
}
