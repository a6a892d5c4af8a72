package fetch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/gitrepo"
	"github.com/insomnia-pods/insomnia/go/nix/address"
	"github.com/insomnia-pods/insomnia/go/nix/flake"
	"github.com/insomnia-pods/insomnia/go/nix/internal/archive"
)

// gitVariables are the variables of this process's environment that git gets. All
// others are withheld: git and its helpers need no keys, and GIT_DIR and the like would
// redirect it.
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

// gitFetch gets one commit and writes its files out; with history, those before
// it too, which are counted. git fetches it into a repository that is made for
// it; it does not run in one of this machine, whose configuration names programs
// and may be anyone's.
func (s *Store) gitFetch(ctx context.Context, from address.Address, l *flake.Locked, work string, history bool) (string, error) {
	rev := l.Rev
	if !fullRevision(rev) {
		return "", &address.Error{Text: rev, Reason: "a revision must be the full name of a commit"}
	}
	repo := from.FilePath()
	if !from.Local() {
		repo = filepath.Join(work, "repo")
		if _, err := s.runGit(ctx, nil, "", "init", "--quiet", "--bare", "--template=", "--", repo); err != nil {
			return "", err
		}
		config, err := s.gitConfig(ctx, from)
		if err != nil {
			return "", err
		}
		args := []string{"fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head"}
		if !history {
			args = append(args, "--depth=1")
		}
		if _, err := s.runGit(ctx, config, repo, append(args, "--", from.String(), rev)...); err != nil {
			return "", err
		}
	}
	unpacking, cancel := context.WithTimeoutCause(ctx, s.timeout(), errUnpack)
	defer cancel()
	root := filepath.Join(work, "source")
	r, err := gitrepo.OpenGitDir(repo)
	if err == nil {
		defer r.Close()
		err = readCommit(unpacking, r, l, history, root)
	}
	if err != nil {
		if context.Cause(unpacking) == errUnpack {
			err = errUnpack
		}
		reason := ErrDownload
		var e *gitrepo.Error
		if errors.As(err, &e) && (e.Kind == gitrepo.NotFound || e.Kind == gitrepo.MissingObject) {
			reason = ErrNotFound
		}
		return "", fmt.Errorf("%w: %w", reason, err)
	}
	return root, nil
}

// readCommit writes the files of a commit to a new folder.
func readCommit(ctx context.Context, r *gitrepo.Repo, l *flake.Locked, history bool, out string) error {
	tree, err := r.Tree(ctx, l.Rev)
	if err != nil {
		return err
	}
	if l.LastModified, err = r.CommitTime(ctx, l.Rev); err != nil {
		return err
	}
	if history {
		known := false
		if l.RevCount, known, err = r.RevCount(ctx, l.Rev); err == nil && !known {
			err = ErrShallow
		}
		if err != nil {
			return err
		}
	}
	return archive.WriteTree(ctx, tree, out)
}

// remoteHead finds the commit of a ref of a repository, and the branch that HEAD
// is, as a whole name (refs/heads/…); empty where HEAD is not on a branch.
func (s *Store) remoteHead(ctx context.Context, from address.Address, ref string) (rev, branch string, err error) {
	if from.Local() {
		r, err := gitrepo.OpenGitDir(from.FilePath())
		if err != nil {
			return "", "", fmt.Errorf("%w: %w", ErrNotFound, err)
		}
		defer r.Close()
		if branch, err = r.Branch(); err != nil {
			return "", "", err
		}
		rev, _, err := r.Ref(ctx, ref)
		return rev, branch, err
	}
	config, err := s.gitConfig(ctx, from)
	if err != nil {
		return "", "", err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, 2*s.timeout(), errSilent)
	defer cancel()
	names := []string{"refs/heads/" + ref, "refs/tags/" + ref + "^{}", "refs/tags/" + ref}
	if ref == "HEAD" || strings.HasPrefix(ref, "refs/") {
		names = []string{ref + "^{}", ref}
	}
	out, err := s.runGit(ctx, config, "", append([]string{"ls-remote", "--quiet", "--symref", "--", from.String(), "HEAD"}, names...)...)
	if err != nil {
		if context.Cause(ctx) == errSilent {
			err = fmt.Errorf("%w: %w", ErrDownload, errSilent)
		}
		return "", "", err
	}
	// A pattern also fits names that only end as it does.
	found := map[string]string{}
	for line := range strings.Lines(string(out)) {
		value, name, _ := strings.Cut(strings.TrimRight(line, "\n"), "\t")
		if target, symbolic := strings.CutPrefix(value, "ref: "); !symbolic {
			found[name] = value
		} else if name == "HEAD" {
			branch = target
		}
	}
	for _, name := range names {
		if found[name] != "" {
			return found[name], branch, nil
		}
	}
	return "", branch, nil
}

// gitConfig returns the configuration of git for one address. It takes precedence over
// the user's own, which still decides about proxies, keys and credential helpers. It
// sets which transports git may use, forbids redirects and disables hooks. The address
// that a name resolves to is looked up and checked here, and git may use no other.
func (s *Store) gitConfig(ctx context.Context, to address.Address) ([]string, error) {
	config := []string{"protocol.allow=never", "core.hooksPath=/dev/null", "core.fsmonitor=false",
		"transfer.fsckObjects=true", "fetch.fsckObjects=true", "submodule.recurse=false", "gc.auto=0", "maintenance.auto=false",
		"http.followRedirects=false", "http.lowSpeedLimit=1", "http.lowSpeedTime=" + strconv.Itoa(max(1, int(s.timeout().Seconds())))}
	transports := []string{to.Scheme}
	if to.Scheme == address.HTTPS {
		transports = append(transports, address.SSH) // url.….insteadOf of the user
	}
	for _, transport := range transports {
		config = append(config, "protocol."+transport+".allow=always")
	}
	if to.Local() || s.named(to.Host, to.HostPort()) {
		return config, nil
	}
	ips, err := net.DefaultResolver.LookupNetIP(ctx, "ip", to.Host)
	if err != nil {
		return config, nil // an alias of ssh, or a proxy resolves it; otherwise git reports the error
	}
	var pinned []string
	for _, ip := range ips {
		if !address.Public(ip) {
			return nil, &HostError{to.HostPort(), "has the private address " + ip.Unmap().String()}
		}
		pinned = append(pinned, bracketed(ip.Unmap()))
	}
	if to.Scheme != address.SSH {
		config = append(config, "http.curloptResolve="+to.HostPort()+":"+strings.Join(pinned, ","))
	}
	return config, nil
}

func bracketed(ip netip.Addr) string {
	if ip.Is6() {
		return "[" + ip.String() + "]"
	}
	return ip.String()
}

// GitError is a failure of the installed git, in its own words.
type GitError struct{ Said string }

func (e *GitError) Error() string { return "git: " + e.Said }

// runGit runs the installed git without the variables that point it elsewhere,
// without a terminal to ask on, and in a group of its own that ends with it.
// repo is a repository of ours that grows to maxArchive at most, or empty.
func (s *Store) runGit(ctx context.Context, config []string, repo string, args ...string) ([]byte, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var all []string
	if repo != "" {
		all = append(all, "-C", repo)
		go watchSize(ctx, repo, cancel)
	}
	for _, setting := range config {
		all = append(all, "-c", setting)
	}
	cmd := exec.CommandContext(ctx, "git", append(all, args...)...)
	cmd.Env = append(gitEnvironment(), "GIT_ASKPASS=false", "SSH_ASKPASS=false")
	cmd.SysProcAttr = ownSession()
	cmd.Cancel = func() error { return killGroup(cmd.Process.Pid) }
	cmd.WaitDelay = time.Second
	stderr := &beginning{}
	cmd.Stderr = stderr
	// The thread that forks must outlive the child where the kernel ties them.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	out, err := cmd.Output()
	if cmd.Process != nil {
		_ = killGroup(cmd.Process.Pid) // processes it left behind
	}
	if err == nil {
		return out, nil
	}
	if cause := context.Cause(ctx); cause != nil {
		return nil, fmt.Errorf("%w: %w", ErrDownload, cause)
	}
	if errors.Is(err, exec.ErrNotFound) {
		return nil, fmt.Errorf("%w: %w", ErrDownload, err)
	}
	said, reason := strings.TrimSpace(stderr.String()), ErrDownload
	if strings.Contains(said, "does not appear to be a git repository") || strings.Contains(said, "not found") {
		reason = ErrNotFound
	}
	return nil, fmt.Errorf("%w: %w", reason, &GitError{said})
}

// beginning keeps the first bytes that are written.
type beginning struct{ strings.Builder }

func (b *beginning) Write(p []byte) (int, error) {
	const most = 8 << 10
	if room := most - b.Len(); room > 0 {
		b.Builder.Write(p[:min(len(p), room)])
	}
	return len(p), nil
}

// watchSize ends git when its downloads become too large.
func watchSize(ctx context.Context, repo string, end context.CancelCauseFunc) {
	ticker := time.NewTicker(200 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		total := int64(0)
		_ = filepath.WalkDir(repo, func(_ string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				if info, err := d.Info(); err == nil {
					total += info.Size()
				}
			}
			return ctx.Err()
		})
		if total > maxArchive {
			end(fmt.Errorf("the repository is larger than %d MiB", maxArchive>>20))
			return
		}
	}
}
