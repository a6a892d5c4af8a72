//go:build unix

package parts

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/durable"
	"github.com/insomnia-pods/insomnia/go/internal/egress"
	"github.com/insomnia-pods/insomnia/go/internal/gateway"
	"github.com/insomnia-pods/insomnia/go/internal/guard"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/live"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/sandbox"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise/server"
	"github.com/insomnia-pods/insomnia/go/internal/toolcall"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission"
)

const (
	// mostUsage limits the file with a Pod's usage, and mostTrace its trace.
	mostUsage = 1 << 20
	mostTrace = 256 << 20
	// often is the interval at which the usage is recorded.
	often = 5 * time.Second
)

// services are the services of a running Pod.
type services struct {
	setting *server.Setting
	guard   *guard.Server
	gateway *gateway.Gateway
	http    *http.Server
	trace   *gateway.Trace
	file    *os.File // the file of the trace
	cancel  context.CancelFunc
	work    sync.WaitGroup
	egress  string // the path of the proxy's socket; empty for none
	more    more
}

// Services starts the guard, the gateway and the proxy of a Pod.
func Services(ctx context.Context, s *server.Setting) (server.Services, error) {
	ctx, cancel := context.WithCancel(ctx)
	v := &services{setting: s, cancel: cancel}
	if err := v.begin(ctx); err != nil {
		return nil, errors.Join(err, v.Close())
	}
	return v, nil
}

func (v *services) begin(ctx context.Context) error {
	if err := v.openTrace(); err != nil {
		return err
	}
	if err := v.beginGuard(); err != nil {
		return err
	}
	if err := v.beginGateway(ctx); err != nil {
		return err
	}
	if err := v.carryPorts(ctx); err != nil {
		return err
	}
	if err := v.beginMore(); err != nil {
		return err
	}
	box := &v.setting.Manifest.Sandbox
	if box.Network != manifest.Network("allowlist") {
		return nil
	}
	path := filepath.Join(v.setting.Sockets, "egress.sock")
	l, err := guard.Listen(path)
	if err != nil {
		return v.notListening(err)
	}
	v.egress = path
	config := egress.Config{Domains: box.AllowedDomains, Hosts: v.setting.Hosts, AllowPrivate: v.setting.Manifest.Web.Fetch.AllowPrivateAddresses}
	if v.setting.Launch.Login != "" {
		config.Except = v.setting.Driver.Login.Renews
	}
	proxy := egress.New(config)
	v.work.Go(func() { _ = proxy.Serve(ctx, l) })
	return nil
}

// carryPorts forwards connections of the Pod to ports of this machine.
func (v *services) carryPorts(ctx context.Context) error {
	spec := sandbox.Spec{Manifest: v.setting.Manifest, Sockets: v.setting.Sockets}
	host, _ := spec.Ports()
	for _, port := range host {
		l, err := guard.Listen(spec.PortSocket(port))
		if err != nil {
			return v.notListening(err)
		}
		v.work.Go(func() { _ = egress.Carry(ctx, l, port) })
	}
	return nil
}

func (v *services) notListening(err error) error {
	return diag.Errorf(diag.ExitState, "no-sockets", "cannot open the sockets of Pod `%s`: %v", v.setting.Name, bounded.Reason(err)).
		Hintf("look at the directory: ls -la %s", v.setting.Sockets)
}

func (v *services) beginGuard() error {
	s := v.setting
	rules, err := permission.Parse(guarded(s))
	if err != nil {
		return diag.Errorf(diag.ExitInvalid, "rule-refused", "cannot read the rules of Pod `%s`: %v", s.Name, err).
			Hintf("see what is wrong with them: insomnia permissions test")
	}
	site, err := toolcall.Open(s.Workspace, s.Home)
	if err != nil {
		return diag.Errorf(diag.ExitNotFound, "workspace-not-found", "%v", err)
	}
	config := guard.Config{Driver: s.Driver, Manifest: s.Manifest, Guard: rules, Site: site, Headless: s.Launch.Headless,
		Judged: filepath.Join(s.Dir, "judged"), On: v.told}
	if s.Plan.Asks {
		config.Token = s.Launch.Token
	}
	if v.guard, err = guard.New(config); err != nil {
		return live.NotWritten(s.Dir, err)
	}
	l, err := guard.Listen(s.Launch.Guard)
	if err != nil {
		return v.notListening(err)
	}
	v.work.Go(func() { _ = v.guard.Serve(l) })
	return nil
}

// told handles an event of the guard.
func (v *services) told(e guard.Event) {
	switch e.Kind {
	case guard.Hello, guard.Session:
		if e.Action == manifest.Action("allow") {
			v.setting.Hello(e.Session)
		}
	case guard.State:
		v.setting.Doing(live.State(e.State))
	case guard.Judge:
		v.setting.Doing(live.Working)
		v.trace.Verdict(time.Now(), e.Session, e.Subagent, e.Call, e.Tool, e.Action, e.Reason)
	}
}

func (v *services) beginGateway(ctx context.Context) error {
	s := v.setting
	config := gateway.Config{Driver: s.Driver, Manifest: s.Manifest, Token: s.Launch.Token, Guard: v.guard, System: s.Launch.System,
		Login: s.Launch.Login != "", Subscription: s.Launch.Subscription, Prices: s.Prices, Before: v.before(), Refused: v.refused, Unreachable: v.setting.Unreachable, Trace: v.trace}
	var err error
	if config.Key, err = v.key(); err != nil {
		return err
	}
	if config.Headers, err = v.headers(); err != nil {
		return err
	}
	if v.gateway, err = gateway.New(config); err != nil {
		return err
	}
	l, err := guard.Listen(v.GatewaySocket())
	if err != nil {
		return v.notListening(err)
	}
	v.http = v.gateway.Server()
	v.work.Go(func() { _ = v.http.Serve(l) })
	v.work.Go(func() {
		tick := time.NewTicker(often)
		defer tick.Stop()
		for last := ""; ; {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				last = v.record(last)
			}
		}
	})
	return nil
}

// refused handles a refusal of the gateway. Reaching a limit ends the session without
// marking it as refused.
func (v *services) refused(r gateway.Refusal) {
	state := live.Refused
	if r.Code == "pod_limit" {
		state = live.Ended
	}
	sentence := diag.Sprintf("Pod `%s` was refused a request: %s", v.setting.Name, r.Message)
	if token := v.setting.Driver.SetupToken; r.Code == gateway.CodeLogin && v.setting.Launch.Subscription && token != nil {
		sentence += "; make another one with `" + token.Command + "`, then resume the Pod"
	} else if login := v.setting.Driver.Login; r.Code == gateway.CodeLogin && login != nil {
		sentence += "; renew it outside of the Pod by sending a message in `" + login.Renew + "`, then resume the Pod"
	}
	if r.Code == gateway.CodeAccount {
		sentence += "; bind a key in place of the login: insomnia secret bind"
	}
	v.setting.Refuse(state, sentence)
}

func (v *services) key() (func(func([]byte) error) error, error) {
	if v.setting.Manifest.Model.Auth == nil || v.setting.Launch.Login != "" {
		return nil, nil
	}
	value, err := v.secret("/model/auth")
	if err != nil {
		return nil, err
	}
	return func(use func([]byte) error) error {
		key := []byte(value)
		defer clear(key)
		return use(key)
	}, nil
}

func (v *services) secret(pointer string) (string, error) {
	value, ok := v.setting.Secrets[pointer]
	if !ok {
		return "", diag.Errorf(diag.ExitNotFound, "no-secret", "the secret of %s was not looked up", pointer).
			Hintf("check the secrets of the profile: insomnia secret check")
	}
	return value, nil
}

// headers returns model.headers with secrets filled in.
func (v *services) headers() (all []gateway.Header, err error) {
	for name, value := range v.setting.Manifest.Model.Headers {
		h := gateway.Header{Name: string(name)}
		if text := value.Secret(); text != nil {
			h.Secret = true
			h.Value, err = v.fill(text, "/model/headers/"+strings.ReplaceAll(string(name), "~", "~0"))
		} else if value.Value != nil {
			h.Value = *value.Value
		}
		if err != nil {
			return nil, err
		}
		all = append(all, h)
	}
	return all, nil
}

// fill returns text with secrets filled in. A secret that occurs twice was looked up only
// once.
func (v *services) fill(text *manifest.SecretText, pointer string) (string, error) {
	if text.Type == manifest.SecretRefType {
		return v.secret(pointer)
	}
	pieces, err := text.Template.Pieces()
	if err != nil {
		return "", diag.Errorf(diag.ExitInvalid, "template", "%s: %v", pointer, err)
	}
	names, values := text.Names(), map[manifest.SecretName]string{}
	var b strings.Builder
	for i, piece := range pieces {
		b.WriteString(piece)
		if i >= len(names) || i == len(pieces)-1 {
			continue
		}
		if _, known := values[names[i]]; !known {
			if values[names[i]], err = v.secret(pointer + "/refs/" + strconv.Itoa(i)); err != nil {
				return "", err
			}
		}
		b.WriteString(values[names[i]])
	}
	return b.String(), nil
}

// openTrace starts the record of the session, if the manifest requests one.
func (v *services) openTrace() error {
	s := v.setting
	if !s.Manifest.Session.RecordTrace {
		return nil
	}
	f, err := live.Append(filepath.Join(s.Dir, "trace"))
	if err != nil {
		return live.NotWritten(s.Dir, err)
	}
	room := int64(mostTrace)
	if info, err := f.Stat(); err == nil {
		room = max(0, room-info.Size())
	}
	v.file, v.trace = f, gateway.NewTrace(f, room, s.ID, time.Now(), s.Launch.Token)
	return nil
}

func (v *services) usageFile() string { return filepath.Join(v.setting.Dir, "usage") }

// before returns the Pod's usage before this start.
func (v *services) before() (u gateway.Usage) {
	if data, err := bounded.ReadFileNoFollow(v.usageFile(), mostUsage); err == nil {
		_ = json.Unmarshal(data, &u)
	}
	return u
}

// record writes the Pod's usage if it differs from the last record.
func (v *services) record(last string) string {
	if v.gateway == nil {
		return last
	}
	data, err := json.Marshal(v.gateway.Usage())
	if err != nil || string(data) == last {
		return last
	}
	if durable.Replace(durable.OS, v.usageFile(), data, 0o600) != nil {
		return last
	}
	return string(data)
}

func (v *services) GatewaySocket() string { return filepath.Join(v.setting.Sockets, "gateway.sock") }

func (v *services) EgressSocket() string { return v.egress }

// Close ends all services.
func (v *services) Close() error {
	v.cancel()
	if v.guard != nil {
		_ = v.guard.Close()
	}
	if v.http != nil {
		_ = v.http.Close()
	}
	for _, server := range v.more.servers {
		_ = server.Close()
	}
	v.work.Wait()
	v.record("")
	if v.file != nil {
		return v.file.Close()
	}
	return nil
}
