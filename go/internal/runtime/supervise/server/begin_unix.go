//go:build unix

package server

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/inner"
)

// begin prepares everything for the program and starts it. stop ends what was started,
// even after an error.
func (p *pod) begin(ctx context.Context) (stop func(), err error) {
	stop = func() {
		close(p.finished)
		if p.services != nil {
			_ = p.services.Close()
		}
		p.room.remove()
	}
	p.notice, p.noticed = p.deal, p.dealt
	// The walls take longest, so everything else is prepared while they are built.
	if p.process == nil {
		if err := p.wall(ctx); err != nil {
			return stop, err
		}
	}
	spec, walled := p.spec, p.walled
	if err := p.room.listen(p); err != nil {
		return stop, err
	}
	p.Launch.Manifest, p.Launch.Pod, p.Launch.Workspace, p.Launch.Insomnia = p.Manifest, p.Start.Name, p.Workspace, p.Insomnia
	p.Launch.Guard = filepath.Join(p.Sockets, "guard.sock")
	p.Launch.Token = rand.Text()
	p.Launch.Gateway = "http://" + p.gateway
	if p.Plan, err = p.Driver.Plan(p.Launch); err != nil {
		return stop, err
	}
	if err := writeFiles(p.Plan.Files, p.Launch); err != nil {
		return stop, err
	}
	spec.Argv, spec.Dir, spec.Terminal, spec.Stdin = append([]string{p.Program}, p.Plan.Args...), p.Workspace, !p.Launch.Headless, p.Plan.Stdin
	spec.Namespaced, spec.Rules, spec.Relays = walled.Namespaced, walled.Rules, walled.Relays
	if spec.Descriptors, err = p.descriptors(); err != nil {
		return stop, err
	}
	proxy, more := "", []string(nil)
	if p.parts.Services != nil {
		if p.services, err = p.parts.Services(ctx, &p.Setting); err != nil {
			return stop, err
		}
		if path := p.services.GatewaySocket(); path != "" {
			spec.Relays = append(spec.Relays, inner.Relay{Listen: p.gateway, Socket: path})
		}
		if path := p.services.EgressSocket(); path != "" {
			spec.Relays = append(spec.Relays, inner.Relay{Listen: p.egress, Socket: path})
			proxy = "http://" + p.egress
		}
		for i, path := range p.services.More() {
			spec.Relays = append(spec.Relays, inner.Relay{Listen: p.Reached[i], Socket: path})
		}
		more = p.services.Environment()
	}
	spec.Env = walled.Environment(slices.Concat(more, p.Plan.Env), proxy)
	clear(p.Start.Secrets)
	if err := p.recorded(); err != nil {
		return stop, err
	}
	p.process.tell(spec)
	return stop, nil
}

// wall starts the command that builds the walls and runs inner in them.
func (p *pod) wall(ctx context.Context) (err error) {
	if err := p.judge(); err != nil {
		return err
	}
	if p.room, err = openRoom(p.Start); err != nil {
		return err
	}
	p.Sockets = p.room.sockets
	walled := &Walled{Argv: []string{p.Insomnia, "pod-inner"}, Environment: p.unwalled}
	if p.parts.Walls != nil {
		if walled, err = p.parts.Walls(ctx, &p.Setting, walled.Argv); err != nil {
			return err
		}
	}
	if p.gateway, p.egress, p.Reached, err = ports(walled.PrivateNetwork, len(p.Manifest.Sandbox.Services)); err != nil {
		return err
	}
	p.walled, p.spec = walled, &inner.Spec{}
	return p.spawn(walled, p.spec)
}

// mostRebuilt limits how often walls are rebuilt.
const mostRebuilt = 3

// again rebuilds the walls if something that they refer to no longer exists, such as a
// socket of another program: bubblewrap then fails before inner begins.
func (p *pod) again(ctx context.Context) bool {
	if p.parts.Walls == nil || p.rebuilt == mostRebuilt || p.process.cmd.ProcessState.ExitCode() <= 0 {
		return false
	}
	walled, err := p.parts.Walls(ctx, &p.Setting, []string{p.Insomnia, "pod-inner"})
	if err != nil || slices.Equal(walled.Argv, p.walled.Argv) {
		return false
	}
	select {
	case <-p.process.done:
	case <-time.After(quiet + time.Second):
		return false
	}
	p.screen.again()
	p.walled, p.rebuilt, p.spec.Published = walled, p.rebuilt+1, nil
	if err := p.spawn(walled, p.spec); err != nil {
		complain("%v", err)
		return false
	}
	p.process.tell(p.spec)
	return true
}

// post sends an event to the main goroutine.
func (p *pod) post(e event) {
	select {
	case p.events <- e:
	case <-p.finished:
	}
}

// deal posts a call for the main goroutine; dealt also waits until it was made, or until
// events are no longer handled.
func (p *pod) deal(do func(*pod)) { p.post(event{notice: do}) }

func (p *pod) dealt(do func(*pod)) {
	done := make(chan struct{})
	p.deal(func(p *pod) {
		do(p)
		close(done)
	})
	select {
	case <-done:
	case <-p.finished:
	}
}

// unwalled returns the environment of a program without a sandbox.
func (p *pod) unwalled(own []string, _ string) []string {
	return append(append([]string{}, p.Start.Environment...), own...)
}

// ports returns the addresses of the services inside; those of the manifest come last.
func ports(private bool, services int) (gateway, egress string, more []string, err error) {
	var all []string
	for i := range 2 + services {
		port := []int{gatewayPort, egressPort}[min(i, 1)]
		if i > 1 {
			port = morePort + i - 2
		}
		if !private {
			port = 0
		}
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
		if !private {
			l, err := net.Listen("tcp", address)
			if err != nil {
				return "", "", nil, diag.Errorf(diag.ExitMissing, "no-port", "cannot listen on the loopback interface: %v", err).
					Hintf("look at the interface: ip addr show lo")
			}
			defer l.Close()
			address = l.Addr().String()
		}
		all = append(all, address)
	}
	return all[0], all[1], all[2:], nil
}

// descriptors returns the content of the program's pipes, with secrets filled in.
func (p *pod) descriptors() (map[int][]byte, error) {
	all := map[int][]byte{}
	for _, d := range p.Plan.Descriptors {
		text := []byte{}
		for _, part := range d.Text {
			text = append(text, part.Literal...)
			if part.Secret == "" {
				continue
			}
			value, ok := p.Start.Secrets[part.Secret]
			if !ok {
				return nil, diag.Errorf(diag.ExitNotFound, "no-secret", "the secret of %s was not looked up", part.Secret).
					Hintf("check the secrets of the profile: insomnia secret check")
			}
			text = append(text, inserted(value, part)...)
		}
		all[d.Number] = text
	}
	return all, nil
}

func inserted(value string, part runtime.Part) []byte {
	if !part.JSON {
		return []byte(value)
	}
	quoted, err := json.Marshal(value)
	if err != nil {
		return nil
	}
	return quoted[1 : len(quoted)-1]
}

// complain writes to the log.
func complain(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }
