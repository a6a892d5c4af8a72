package gitrepo

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
)

// maxRemotes bounds the addresses of a repository.
const maxRemotes = 1000

// Remotes returns the addresses that git fetches from and pushes to, in the order of
// the configuration, as url.BASE.insteadOf rewrites them. Do not trust them: the author
// of the repository wrote them. Included configuration files are not read.
func (r *Repo) Remotes() ([]string, error) {
	var written []string
	var rewrites []setting
	visit := func(own bool) func(setting) {
		return func(s setting) {
			switch {
			case own && s.section == "remote" && (s.name == "url" || s.name == "pushurl") && len(written) < maxRemotes:
				written = append(written, s.value)
			case s.section == "url" && (s.name == "insteadof" || s.name == "pushinsteadof") && s.value != "" && len(rewrites) < maxRemotes:
				rewrites = append(rewrites, s)
			}
		}
	}
	for _, file := range configFiles() {
		if data, err := bounded.ReadFile(file, maxConfig); err == nil {
			_ = parseConfig(string(data), visit(false)) // what comes before a mistake counts
		}
	}
	path := filepath.Join(r.common, "config")
	data, err := readInside(r.common, path, maxConfig)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, unreadable(path, err)
	}
	if err := parseConfig(string(data), visit(true)); err != nil {
		return nil, damaged(path, "%v", err)
	}
	var addresses []string
	for _, address := range written {
		addresses = append(addresses, rewritten(address, "insteadof", rewrites))
		if push := rewritten(address, "pushinsteadof", rewrites); push != address {
			addresses = append(addresses, push)
		}
	}
	return addresses, nil
}

// rewritten is an address with the longest beginning replaced that a setting names.
func rewritten(address, name string, rewrites []setting) string {
	best := setting{}
	for _, s := range rewrites {
		if s.name == name && len(s.value) > len(best.value) && strings.HasPrefix(address, s.value) {
			best = s
		}
	}
	if best.value == "" {
		return address
	}
	return best.sub + strings.TrimPrefix(address, best.value)
}
