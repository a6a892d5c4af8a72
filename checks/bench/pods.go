package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// podScenes are about Pods on disk.
func podScenes(ctx context.Context, b *bench) ([]pair, error) {
	fsyncs, err := b.build(ctx, "fsyncs", "./checks/bench/fsyncs", false)
	if err != nil {
		return nil, err
	}
	few := newHome(b, "few")
	pods := filepath.Join(few.state, "insomnia", "pods")
	if err := few.run(ctx, b.insomnia, "pod", "new", "--no-start", "--name", "bench", "builtin:coder"); err != nil {
		return nil, err
	}
	sizes, err := filepath.Glob(filepath.Join(pods, "*", "*"))
	if err != nil {
		return nil, err
	}
	for i, file := range sizes {
		info, err := os.Stat(file)
		if err != nil {
			return nil, err
		}
		sizes[i] = strconv.FormatInt(info.Size(), 10)
	}
	written := filepath.Join(b.dir, "written")
	durable := append([]string{fsyncs, written}, sizes...)
	fresh := newHome(b, "fresh")
	forget := func() error {
		made, err := filepath.Glob(filepath.Join(fresh.state, "insomnia", "pods", "[0-9a-f]*"))
		if err != nil {
			return err
		}
		for _, folder := range append(made, written) {
			if err := os.RemoveAll(folder); err != nil {
				return err
			}
		}
		return nil
	}
	builtin := compare("pod new builtin:coder / resolve + fsyncs", 1.3,
		[]string{b.insomnia, "pod", "new", "--no-start", "builtin:coder"}, []string{b.insomnia, "resolve", "builtin:coder"}, durable)
	// A Pod keeps where its profile came from, so this is what resolving it takes.
	project := compare("pod new .#coder / resolve --provenance + fsyncs", 1.3,
		[]string{b.insomnia, "pod", "new", "--no-start", ".#coder"}, []string{b.insomnia, "resolve", "--provenance", ".#coder"}, durable)
	for _, p := range []*pair{&builtin, &project} {
		p.env, p.before = fresh.env(), forget
	}
	resume := compare("pod resume --dry-run / floor", 1.6, []string{b.insomnia, "pod", "resume", "--dry-run", "bench"}, b.floor)
	resume.env = few.env()
	pairs := []pair{builtin, project, resume}
	if b.pods == 0 {
		return pairs, nil
	}
	many, tenth := newHome(b, "many"), newHome(b, "tenth")
	if err := fill(ctx, b, many, tenth); err != nil {
		return nil, err
	}
	list := []string{b.insomnia, "pod", "list"}
	all := compare(fmt.Sprintf("pod list, %d Pods / floor", b.pods), 20, list, b.floor)
	linear := compare(fmt.Sprintf("pod list, %d Pods / %d", b.pods, b.pods/10), 10, list,
		[]string{"env", "XDG_STATE_HOME=" + tenth.state, b.insomnia, "pod", "list"})
	all.env, linear.env = many.env(), many.env()
	return append(pairs, all, linear), nil
}

// fill makes b.pods Pods in one home, and a tenth of them in the other.
func fill(ctx context.Context, b *bench, many, tenth home) error {
	envelope := filepath.Join(b.dir, "envelope.json")
	data, err := exec.CommandContext(ctx, b.insomnia, "resolve", "--provenance", "builtin:coder").Output()
	if err != nil {
		return err
	}
	if err := os.WriteFile(envelope, data, 0o600); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "making %d Pods …\n", b.pods)
	for i := range b.pods {
		if i == b.pods/10 {
			if err := os.CopyFS(tenth.state, os.DirFS(many.state)); err != nil {
				return err
			}
		}
		if err := many.run(ctx, b.insomnia, "pod", "new", "--no-start", "--from-resolved", envelope, "--name", "pod-"+strconv.Itoa(i)); err != nil {
			return err
		}
	}
	return nil
}

// home is a user's own folders.
type home struct{ state, config, data string }

func newHome(b *bench, name string) home {
	dir := filepath.Join(b.dir, "home-"+name)
	return home{filepath.Join(dir, "state"), filepath.Join(dir, "config"), filepath.Join(dir, "data")}
}

func (h home) env() []string {
	return []string{"XDG_STATE_HOME=" + h.state, "XDG_CONFIG_HOME=" + h.config, "XDG_DATA_HOME=" + h.data}
}

func (h home) run(ctx context.Context, argv ...string) error {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), h.env()...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%v: %w\n%s", argv, err, out)
	}
	return nil
}
