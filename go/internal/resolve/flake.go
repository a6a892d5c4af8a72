package resolve

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/nixcli"
	"github.com/insomnia-pods/insomnia/go/nix/eval"
)

var (
	//go:embed nix/describe.nix
	describeText string
	//go:embed nix/select.nix
	selectText string
	//go:embed nix/survey.nix
	surveyText string
)

// outputName is the flake output that profiles stand in.
const outputName = "insomniaProfiles"

// flakeSource is a flake about to be evaluated.
type flakeSource struct {
	ref       *Reference
	url       string      // what Nix is given
	local     *localFlake // nil when the flake is not in a folder here
	lock      *lockFile
	tree      *tree
	overrides []Override
	metadata  *metadata // nil unless it was asked for
	reads     []eval.Read
}

// openFlake finds the flake; a remote one is downloaded, nothing is evaluated.
func (r *Resolver) openFlake(ctx context.Context, ref *Reference, options Options) (*flakeSource, error) {
	f := &flakeSource{ref: ref, url: ref.Flake}
	for _, o := range options.Overrides {
		url, err := r.overrideRef(o.Ref)
		if err != nil {
			return nil, err
		}
		f.overrides = append(f.overrides, Override{o.Input, url})
	}
	root := ""
	if ref.LocalDir != "" && !bareRepository(ref) {
		explicit := strings.HasPrefix(ref.Flake, "path:") || strings.HasPrefix(ref.Flake, "git+file:")
		local, err := findLocalFlake(ref.LocalDir, ref.Flake, explicit)
		if err != nil {
			return nil, err
		}
		if strings.HasPrefix(ref.Flake, "git+file:") {
			local.GitRoot = gitRoot(local.Dir)
		}
		if !explicit && local.GitRoot == "" && !options.embedded() {
			if err := refusePrivateFiles(local); err != nil {
				return nil, err
			}
		}
		f.local, root = local, local.Root()
		f.lock = readLock(local.Dir)
	} else if options.embedded() {
		return nil, needsNix("the embedded evaluator reads flakes on this machine, and " + ref.Flake + " is to be found elsewhere")
	} else if remote(ref.Flake) {
		m, err := r.fetchFlake(ctx, f, options)
		if err != nil {
			return nil, err
		}
		f.metadata, f.url, f.lock = m, m.lockedURL(ref.Flake), m.Locks
	}
	f.tree = newTree(root, f.lock, r.Library)
	if options.embedded() {
		// It copies nothing to a store, and takes no input without the hash in the lock.
		return f, nil
	}
	return f, refuseUnsafeInputs(f)
}

// bareRepository tells whether a git reference names a repository without a work tree.
func bareRepository(ref *Reference) bool {
	return strings.HasPrefix(ref.Flake, "git+file:") && exists(filepath.Join(ref.LocalDir, "HEAD")) &&
		!exists(filepath.Join(ref.LocalDir, "flake.nix"))
}

// remote tells whether a reference leads off this machine, or may.
func remote(flake string) bool {
	scheme, _, _ := strings.Cut(flake, ":")
	switch scheme {
	case "path", "git+file", "tarball+file", "file+file", "file", "hg+file":
		return false
	}
	return true
}

// overrideRef makes a relative path absolute, since Nix versions differ in what
// they take it to be relative to.
func (r *Resolver) overrideRef(ref string) (string, error) {
	if rest, ok := strings.CutPrefix(ref, "path:"); ok && !strings.HasPrefix(rest, "/") {
		ref = "path:" + absolute(rest, r.Dir)
	}
	explicit := strings.HasPrefix(ref, "path:")
	if !explicit && !looksLikePath(ref) {
		return ref, nil
	}
	dir := absolute(ref, r.Dir)
	if explicit {
		dir = localDirOfPathURL(ref, r.Dir)
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return "", diag.Errorf(diag.ExitNotFound, "flake-not-found", "there is no folder %s for the overridden input", dir)
	}
	if explicit {
		return ref, nil
	}
	if gitRoot(dir) == "" {
		return dir, refusePrivateFiles(&localFlake{Dir: dir})
	}
	return dir, nil
}

func (r *Resolver) resolveFlake(ctx context.Context, ref *Reference, options Options) (*Resolved, error) {
	f, err := r.openFlake(ctx, ref, options)
	if err != nil {
		return nil, err
	}
	if options.Provenance {
		if err := r.pin(ctx, f, options); err != nil {
			return nil, err
		}
	}

	root, path := outputName, ref.Attr
	if len(ref.Attr) > 1 {
		root, path = ref.Attr[0], ref.Attr[1:]
	}
	apply := "(" + selectText + ") { describe = (" + describeText + "); path = " + nixList(path) + "; }"
	out, failure, err := r.runFlake(ctx, f, options, root, apply)
	if failure != nil {
		return nil, r.located(ctx, f, options, root, path, explainFlake(ctx, f, root, failure))
	}
	if err != nil {
		return nil, err
	}
	var a answer
	if err := json.Unmarshal(out, &a); err != nil {
		return nil, unreadable(err)
	}
	attr := ref.Attr
	switch a.Status {
	case "found":
		if len(attr) == 0 {
			attr = []string{a.Name}
		}
	case "choose":
		return nil, choose(f, a.Names)
	case "missing":
		return nil, missing(f, root, path, &a)
	default:
		return nil, unreadable(errors.New("no status in the answer"))
	}

	canonical, err := check(&a, "profile "+attrText(attr), f.tree)
	if err != nil {
		return nil, err
	}
	fullAttr := attr
	if len(attr) == 1 {
		fullAttr = []string{outputName, attr[0]}
	}
	result := resolved(Profile{Name: manifestName(canonical), Source: string(KindFlake), Ref: ref.Text, Attr: attrText(fullAttr)}, canonical)
	if options.Provenance {
		if err := r.unchanged(ctx, f, options, a.Position); err != nil {
			return nil, err
		}
		if result.Provenance, err = r.flakeProvenance(ctx, f, options); err != nil {
			return nil, err
		}
	}
	return result, nil
}

// located adds where the profile is defined to a failure that Nix places nowhere,
// such as a stack overflow, or only in the library.
func (r *Resolver) located(ctx context.Context, f *flakeSource, options Options, root string, path []string, err error) error {
	e := diag.From(err)
	d := &e.Diagnostics[0]
	if e.Exit != diag.ExitEvaluation || f.atAuthor(d.Positions) || len(path) != 1 {
		return err
	}
	out, failure, asking := r.runFlake(ctx, f, options, root, "builtins.unsafeGetAttrPos "+nixString(path[0]))
	var p *position
	if failure != nil || asking != nil || json.Unmarshal(out, &p) != nil {
		return err
	}
	if at := definedAt(p, f.tree); len(at) > 0 {
		d.Positions = at
	}
	return e
}

// atAuthor tells whether a place in the author's own files is known.
func (f *flakeSource) atAuthor(positions []diag.Position) bool {
	return len(positions) > 0 && f.tree.own(positions[0].File)
}

// runFlake evaluates without network; when that fails for want of a locked
// input, exactly this input is downloaded, and the evaluation tried again.
func (r *Resolver) runFlake(ctx context.Context, f *flakeSource, options Options, root, apply string) ([]byte, *nixcli.Failure, error) {
	if options.embedded() {
		return r.evaluateFlake(ctx, f, options, root, apply)
	}
	call := nixcli.Call{Dir: r.Dir, Timeout: options.Timeout, Args: append([]string{"eval", "--json"}, f.lockFlags()...),
		Quiet: []string{"does not match any input", "non-existent input", "not writing modified lock file"}}
	call.Args = append(call.Args, f.url+"#"+fragment(root), "--apply", apply)
	fetched := map[string]bool{}
	for {
		out, err := r.Nix.Run(ctx, call)
		if err == nil {
			return out.Stdout, nil, unmatchedOverride(f, out.Warnings)
		}
		var failure *nixcli.Failure
		if !errors.As(err, &failure) {
			return nil, nil, err
		}
		input := wantedDownload(failure, f)
		if input == "" || fetched[input] {
			return nil, failure, nil
		}
		fetched[input] = true
		if err := r.fetchInput(ctx, input, options); err != nil {
			return nil, nil, err
		}
	}
}

// lockFlags hold Nix to the lock. With overrides the lock differs by intent;
// then it is only kept from being written.
func (f *flakeSource) lockFlags() []string {
	if len(f.overrides) == 0 {
		return []string{"--no-update-lock-file"}
	}
	flags := []string{"--no-write-lock-file"}
	for _, o := range f.overrides {
		flags = append(flags, "--override-input", o.Input, o.Ref)
	}
	return flags
}

// unmatchedOverride makes an error of what Nix only warns of. The words are
// those of 2.8 and of newer versions.
func unmatchedOverride(f *flakeSource, warnings []string) error {
	for _, w := range warnings {
		for _, o := range f.overrides {
			if !strings.Contains(w, "'--override-input "+o.Input+" ") && !strings.Contains(w, "non-existent input '"+o.Input+"'") {
				continue
			}
			e := diag.Errorf(diag.ExitNotFound, "input-not-found", "the flake has no input `%s` to override", o.Input)
			if names := f.lock.inputNames(); len(names) > 0 {
				e.Expectedf("one of: %s", strings.Join(names, ", "))
			}
			return e
		}
	}
	return nil
}

func choose(f *flakeSource, names []string) error {
	flake := f.ref.Flake
	if len(names) == 0 {
		return diag.Errorf(diag.ExitNotFound, "no-profiles", "`%s` of `%s` is empty", outputName, flake).
			Hintf("define a profile: %s.NAME = insomnia.lib.mkProfile { … };", outputName)
	}
	refs := make([]string, len(names))
	for i, name := range names {
		refs[i] = "  " + flake + "#" + attrText([]string{name})
	}
	return diag.Errorf(diag.ExitNotFound, "profile-ambiguous", "`%s` has %s", flake, count(len(names), "profile")).
		Hintf("say which one is meant:\n%s", strings.Join(refs, "\n"))
}

func missing(f *flakeSource, root string, path []string, a *answer) error {
	flake := f.ref.Flake
	if a.At >= len(path) {
		return unreadable(errors.New("no attribute is missing"))
	}
	wanted := path[a.At]
	parent := append([]string{root}, path[:a.At]...)
	var e *diag.Error
	prefix := flake + "#"
	if len(f.ref.Attr) == 1 {
		e = diag.Errorf(diag.ExitNotFound, "profile-not-found", "`%s` has no profile `%s`", flake, wanted)
	} else {
		e = diag.Errorf(diag.ExitNotFound, "attribute-not-found", "`%s` has no `%s` in `%s`", flake, wanted, attrText(parent))
		prefix += attrText(parent) + "."
	}
	if len(a.Names) > 0 {
		e.Expectedf("one of: %s", attrList(a.Names))
	}
	if close := Closest(wanted, a.Names); close != "" {
		e.Hintf("did you mean %s%s?", prefix, attrText([]string{close}))
	}
	return e
}

// attrList shows names, the first of many.
func attrList(names []string) string {
	const most = 20
	shown := make([]string, 0, most)
	for _, name := range names[:min(len(names), most)] {
		shown = append(shown, attrText([]string{name}))
	}
	if len(names) > most {
		shown = append(shown, "…")
	}
	return strings.Join(shown, ", ")
}

func unreadable(err error) error {
	return diag.Errorf(diag.ExitEvaluation, "answer-unreadable", "nix exited with success but what it printed cannot be read: %v", err).
		Hintf("`insomnia doctor` says which nix this is")
}

// fragment encodes an attribute for the part of an installable after `#`.
func fragment(attr string) string {
	if isPlainName(attr) {
		return attr
	}
	return url.PathEscape(`"` + attr + `"`)
}

// nixString writes a Nix string literal.
func nixString(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "${", `\${`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(s) + `"`
}

func nixList(list []string) string {
	var b strings.Builder
	b.WriteString("[ ")
	for _, s := range list {
		b.WriteString(nixString(s) + " ")
	}
	b.WriteString("]")
	return b.String()
}

// lockCommand is what the author runs to lock the flake's inputs.
func (f *flakeSource) lockCommand() string {
	if f.local == nil {
		return "nix flake lock, by the flake's author"
	}
	command := "nix flake lock " + f.local.Dir
	if f.local.GitRoot != "" {
		command += " && git -C " + f.local.GitRoot + " add " + filepath.Join(f.local.Dir, "flake.lock")
	}
	return command
}
