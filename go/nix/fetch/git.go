package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/gitrepo"
	"github.com/insomnia-pods/insomnia/go/nix/flake"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// gitVariables are what git gets of this process's environment. All else stays
// behind: keys have no business in git, nor in the helpers that it runs, and
// GIT_DIR and its like point it elsewhere.
var gitVariables = map[string]bool{
	"PATH": true, "HOME": true, "USER": true, "LOGNAME": true, "TMPDIR": true, "LANG": true, "LANGUAGE": true, "TZ": true,
	"XDG_CONFIG_HOME": true, "XDG_CACHE_HOME": true, "SYSTEMROOT": true,
	"http_proxy": true, "https_proxy": true, "all_proxy": true, "no_proxy": true,
	"HTTP_PROXY": true, "HTTPS_PROXY": true, "ALL_PROXY": true, "NO_PROXY": true,
	"SSL_CERT_FILE": true, "SSL_CERT_DIR": true, "CURL_CA_BUNDLE": true, "NIX_SSL_CERT_FILE": true,
	"SSH_AUTH_SOCK": true, "XDG_RUNTIME_DIR": true, "DBUS_SESSION_BUS_ADDRESS": true,
}

func gitEnvironment() []string {
	var out []string
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if gitVariables[name] {
			out = append(out, entry)
		}
	}
	return append(out, "LC_ALL=C", "GIT_TERMINAL_PROMPT=0", "GIT_NO_LAZY_FETCH=1")
}

// remoteSchemes are those of repositories that git downloads from.
var remoteSchemes = map[string]bool{"https": true, "http": true, "ssh": true}

// localRepository is the directory of a repository on this machine. Git does not
// run in it: its configuration names programs, and anyone may have written it.
func localRepository(u *url.URL) (dir string, ok bool) {
	return u.Path, u.Scheme == "file" && (u.Host == "" || u.Host == "localhost") && u.Path != ""
}

// runGit runs the installed git on no repository or on one that was made here.
func runGit(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false",
		"-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "fetch.recurseSubmodules=false", "-c", "protocol.allow=never"}, args...)...)
	cmd.Env = gitEnvironment()
	cmd.WaitDelay = time.Second
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		reason := ErrDownload
		if strings.Contains(stderr.String(), "does not appear to be a git repository") || strings.Contains(stderr.String(), "not found") {
			reason = ErrNotFound
		}
		return nil, fmt.Errorf("%w: git: %v: %s", reason, err, strings.TrimSpace(stderr.String()))
	}
	return out, nil
}

// remoteHead finds the commit of a ref of a repository.
func remoteHead(ctx context.Context, address, ref string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", fmt.Errorf("%w: %s", ErrUnsupported, address)
	}
	if dir, ok := localRepository(u); ok {
		r, err := gitrepo.OpenGitDir(dir)
		if err != nil {
			return "", fmt.Errorf("%w: %w", ErrNotFound, err)
		}
		defer r.Close()
		rev, _, err := r.Ref(ctx, ref)
		return rev, err
	}
	if !remoteSchemes[u.Scheme] {
		return "", fmt.Errorf("%w: %s", ErrUnsupported, address)
	}
	out, err := runGit(ctx, "-c", "protocol."+u.Scheme+".allow=always", "ls-remote", "--quiet", "--", u.String(), ref)
	if err != nil {
		return "", err
	}
	rev, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\t")
	return rev, nil
}

// gitFetch gets one commit and writes its files out. Git fetches it into a
// repository that is made for it, and reads it no more than that.
func gitFetch(ctx context.Context, l *flake.Locked, work string) (string, error) {
	u, err := url.Parse(l.URL)
	if err != nil {
		return "", fmt.Errorf("%w: %s", ErrUnsupported, l)
	}
	repo, local := localRepository(u)
	if !local {
		if !remoteSchemes[u.Scheme] {
			return "", fmt.Errorf("%w: %s", ErrUnsupported, l)
		}
		repo = filepath.Join(work, "repo")
		for _, args := range [][]string{
			{"init", "--quiet", "--bare", "--template=", repo},
			{"-C", repo, "-c", "protocol." + u.Scheme + ".allow=always", "fetch", "--quiet", "--depth=1", "--no-tags", "--", u.String(), l.Rev},
		} {
			if _, err := runGit(ctx, args...); err != nil {
				return "", err
			}
		}
	}
	tree, err := readCommit(ctx, repo, l.Rev)
	if err != nil {
		reason := ErrDownload
		var e *gitrepo.Error
		if errors.As(err, &e) && (e.Kind == gitrepo.NotFound || e.Kind == gitrepo.MissingObject) {
			reason = ErrNotFound
		}
		return "", fmt.Errorf("%w: %w", reason, err)
	}
	root := filepath.Join(work, "source")
	return root, writeTree(tree, root)
}

func readCommit(ctx context.Context, repo, rev string) (source.Tree, error) {
	r, err := gitrepo.OpenGitDir(repo)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return r.Tree(ctx, rev)
}
