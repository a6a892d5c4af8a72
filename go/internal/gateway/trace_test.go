package gateway

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"
)

func events(t *testing.T, text string) []Event {
	t.Helper()
	var all []Event
	for line := range strings.Lines(text) {
		var e Event
		if err := json.Unmarshal([]byte(line), &e); err != nil || !strings.HasSuffix(line, "\n") {
			t.Fatalf("%q: %v", line, err)
		}
		all = append(all, e)
	}
	return all
}

func TestTrace(t *testing.T) {
	each(t, func(t *testing.T, dialect int) {
		d := dialects[dialect]
		var out bytes.Buffer
		now := time.Unix(1_000_000_000, 0)
		p := newPod(t, dialect, nil, func(p *pod) {
			p.config.Now = func() time.Time { return now }
			p.config.Trace = NewTrace(&out, 1<<20, "my pod", now, "another-secret")
		})
		p.do(p.request("POST", d.path, strings.Replace(fmt.Sprintf(d.request, "big", ""), "Stay", "Go", 1), "X-Agent", "a3"))
		p.usage(1)
		p.config.Trace.Verdict(now, "s1", "", "call-1", "bash", "deny", "no "+canary+" and another-secret, please")
		p.refused(p.request("POST", d.path, fmt.Sprintf(d.request, "dear "+canary, ""), "X-Session", "s2"))
		p.refused(p.request("POST", d.path, "{}", "X-Api-Key", canary))
		p.close()
		got := events(t, out.String())
		if len(got) != 5 {
			t.Fatalf("%s", out.String())
		}
		if e := got[0]; e.Schema != EventsSchema || e.Event != "begin" || e.Pod != "my pod" || !e.Time.Equal(now) {
			t.Errorf("%+v", e)
		}
		if e := got[1]; e.Event != "request" || e.Session != "s1" || e.Subagent != "a3" || e.Model != "big" || e.Status != 200 ||
			e.Tokens == nil || e.Tokens.Output != 10 || len(e.Tools) == 0 || e.Schema != "" {
			t.Errorf("%+v", e)
		}
		if e := got[2]; e.Event != "verdict" || e.Action != "deny" || e.Call != "call-1" || e.Reason != "no [secret] and [secret], please" {
			t.Errorf("%+v", e)
		}
		if e := got[3]; e.Event != "refusal" || e.Code != CodeModel || e.Session != "s2" || !strings.Contains(e.Message, "dear [secret]") {
			t.Errorf("%+v", e)
		}
		if e := got[4]; e.Event != "refusal" || e.Code != CodeToken {
			t.Errorf("%+v", e)
		}
		if strings.Contains(out.String(), canary) || strings.Contains(out.String(), token) {
			t.Error(out.String())
		}
	})
}

func TestTraceIsBounded(t *testing.T) {
	var out bytes.Buffer
	trace := NewTrace(&out, 2000, "pod", time.Now())
	for i := range 100 {
		trace.Verdict(time.Now(), "s", "", fmt.Sprint(i), "bash", "allow", strings.Repeat("ü", 100*i))
	}
	got := events(t, out.String())
	if out.Len() > 2000 || got[len(got)-1].Event != "full" || len(got) < 4 {
		t.Errorf("%d bytes, %d events, %+v", out.Len(), len(got), got[len(got)-1])
	}
	out.Reset()
	trace = NewTrace(&out, 1<<30, strings.Repeat("p", 1<<20), time.Now())
	trace.request(time.Now(), &passage{tools: strings.Split(strings.Repeat(strings.Repeat("t", 2000)+" ", 10000), " ")}, nil, false)
	for line := range strings.Lines(out.String()) {
		if len(line) > maxLine {
			t.Errorf("a line of %d bytes", len(line))
		}
	}
	for _, size := range []int64{0, 10, 60} {
		out.Reset()
		NewTrace(&out, size, "pod", time.Now()).Verdict(time.Now(), "s", "", "", "", "allow", "")
		if int64(out.Len()) > size {
			t.Error(out.String())
		}
	}
	var none *Trace
	none.Verdict(time.Now(), "", "", "", "", "", "")
	none.hide("a secret of a trace")
}

type full struct{ writes int }

func (f *full) Write([]byte) (int, error) { f.writes++; return 0, errors.New("disk full") }

func TestTraceOnAFullDisk(t *testing.T) {
	var disk full
	p := newPod(t, 0, nil, func(p *pod) { p.config.Trace = NewTrace(&disk, 1<<20, "pod", time.Now()) })
	if status, _, _ := p.do(p.request("POST", "/v1/messages", fmt.Sprintf(dialects[0].request, "big", ""))); status != 200 {
		t.Error(status)
	}
	if p.close(); disk.writes != 1 {
		t.Error(disk.writes)
	}
}

func TestTraceOfManyAtATime(t *testing.T) {
	read, write := io.Pipe()
	var out bytes.Buffer
	copied := make(chan struct{})
	go func() { _, _ = io.Copy(&out, read); close(copied) }()
	trace := NewTrace(write, 1<<20, "pod", time.Now())
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() { trace.Verdict(time.Now(), "s", "", fmt.Sprint(i), "bash", "allow", "") })
	}
	all.Wait()
	_ = write.Close()
	<-copied
	if got := events(t, out.String()); len(got) != 51 {
		t.Error(len(got))
	}
}
