package gateway

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

// The program gets the API's answer unchanged: status, headers and bytes.
func TestAnswersAreUntouched(t *testing.T) {
	noise := make([]byte, 3<<20)
	random := rand.NewChaCha8([32]byte{})
	_, _ = random.Read(noise)
	answers := map[string]http.HandlerFunc{
		"429": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "7")
			w.Header().Set("Anthropic-Ratelimit-Requests-Remaining", "0")
			w.Header()["X-Twice"] = []string{"a", "b"}
			w.WriteHeader(429)
			_, _ = io.WriteString(w, `{"type":"error","error":{"type":"rate_limit_error"}}`)
		},
		"500 without a body": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) },
		"529":                func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(529) },
		"401": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Www-Authenticate", `Bearer realm="x"`)
			http.Error(w, "invalid x-api-key", 401)
		},
		"400 HTML": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "<html>", 400) },
		"204":      func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) },
		"cookies": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Add("Set-Cookie", "__cf_bm=x; Path=/")
			w.Header().Add("Set-Cookie", "b=c")
			_, _ = io.WriteString(w, "{}")
		},
		"compressed all the same": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write([]byte("\x1f\x8b\x08 not really"))
		},
		"noise": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/octet-stream")
			_, _ = w.Write(noise)
		},
		"lines without an end": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = io.WriteString(w, "data: "+strings.Repeat(`{"usage":{"output_tokens":[[[[[[[[`, 100000))
		},
		"trailer": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Trailer", "X-Sum")
			_, _ = io.WriteString(w, "body")
			w.Header().Set("X-Sum", "42")
		},
	}
	each(t, func(t *testing.T, dialect int) {
		d := dialects[dialect]
		for name, api := range answers {
			var direct string
			p := newPod(t, dialect, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Date", "Mon, 30 Nov 2026 07:00:00 GMT")
				api(w, r)
			}, func(p *pod) { direct = string(*p.config.Manifest.Model.BaseURL) })
			body := fmt.Sprintf(d.request, "big", "")
			type answer struct {
				status          int
				header, trailer http.Header
				body            []byte
			}
			get := func(address string) answer {
				r := p.request("POST", "", body, "Accept-Encoding", "identity")
				r.URL, _ = url.Parse(address)
				resp, err := plain.RoundTrip(r)
				if err != nil {
					t.Fatal(err)
				}
				defer resp.Body.Close()
				data, err := io.ReadAll(resp.Body)
				if err != nil {
					t.Fatal(err)
				}
				return answer{resp.StatusCode, resp.Header, resp.Trailer, data}
			}
			want, got := get(direct+d.target), get(p.url+d.path)
			if got.status != want.status || !bytes.Equal(got.body, want.body) || !same(got.header, want.header) || !same(got.trailer, want.trailer) {
				t.Errorf("%s: %d %v %.100q, without the gateway %d %v %.100q", name, got.status, got.header, got.body, want.status, want.header, want.body)
			}
			if len(p.refusals) > 0 {
				t.Error(p.refusals)
			}
		}
	})
}

func same(a, b http.Header) bool {
	return maps.EqualFunc(a, b, func(x, y []string) bool { return strings.Join(x, "\n") == strings.Join(y, "\n") })
}

func TestRedirectsAreRefused(t *testing.T) {
	each(t, func(t *testing.T, dialect int) {
		elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			t.Errorf("%s followed with %v", r.URL, r.Header)
		}))
		defer elsewhere.Close()
		for _, status := range []int{300, 301, 302, 303, 304, 307, 308} {
			p := newPod(t, dialect, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", elsewhere.URL)
				w.WriteHeader(status)
			}, nil)
			got, body, header := p.do(p.request("POST", dialects[dialect].path, fmt.Sprintf(dialects[dialect].request, "big", "")))
			if got != 402 || !strings.Contains(body, `"code":"pod_redirect"`) || header.Get("Location") != "" || p.refusals[0].Code != CodeRedirect {
				t.Error(got, body, header)
			}
		}
	})
}

// A stream is not delayed: each chunk arrives before the next is sent.
func TestStreamsAreNotHeld(t *testing.T) {
	each(t, func(t *testing.T, dialect int) {
		next := make(chan struct{})
		p := newPod(t, dialect, func(w http.ResponseWriter, _ *http.Request) {
			for i := range 20 {
				_, _ = fmt.Fprintf(w, "data: %d sk-canary\n\n", i) // the end of none is that of a key
				w.(http.Flusher).Flush()
				<-next
			}
		}, nil)
		resp, err := plain.RoundTrip(p.request("POST", dialects[dialect].path, fmt.Sprintf(dialects[dialect].request, "big", "")))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		lines := bufio.NewReader(resp.Body)
		for i := range 20 {
			want := fmt.Sprintf("data: %d sk-canary\n\n", i)
			got := make([]byte, len(want))
			if _, err := io.ReadFull(lines, got); err != nil || string(got) != want {
				t.Fatalf("%q, %v", got, err)
			}
			next <- struct{}{}
		}
	})
}

func TestCutStreamIsCut(t *testing.T) {
	p := newPod(t, 0, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "data: {}\n\n")
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}, nil)
	resp, err := plain.RoundTrip(p.request("POST", "/v1/messages", fmt.Sprintf(dialects[0].request, "big", "")))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, err := io.ReadAll(resp.Body); err == nil || string(body) != "data: {}\n\n" {
		t.Errorf("%q, %v", body, err)
	}
	if u := p.usage(1); u.Models["big"].Estimated != 1 || u.Models["big"].Output != 1 || u.Models["big"].Input == 0 {
		t.Errorf("%+v", u)
	}
}

func TestProgramGone(t *testing.T) {
	gone := make(chan error, 1)
	p := newPod(t, 0, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "data: {\"message\":{\"usage\":{\"input_tokens\":5,\"output_tokens\":1}}}\n\n")
		w.(http.Flusher).Flush()
		select {
		case <-r.Context().Done():
			gone <- nil
		case <-time.After(10 * time.Second):
			gone <- errors.New("the API still streams")
		}
	}, nil)
	ctx, cancel := context.WithCancel(t.Context())
	resp, err := plain.RoundTrip(p.request("POST", "/v1/messages", fmt.Sprintf(dialects[0].request, "big", "")).WithContext(ctx))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.ReadFull(resp.Body, make([]byte, 5))
	cancel()
	_ = resp.Body.Close()
	if err := <-gone; err != nil {
		t.Error(err)
	}
	if u := p.usage(1); u.Models["big"] != (Count{Tokens{Input: 5, Output: 1}, 1, 1}) {
		t.Errorf("%+v", u)
	}
	if held := p.held(); held != 0 {
		t.Errorf("%d bytes of requests are still held", held)
	}
}

// A program that goes while it sends is not refused: that would end the Pod.
func TestProgramGoneWhileItSends(t *testing.T) {
	p := newPod(t, 0, nil, nil)
	for _, head := range []string{"Content-Length: 1000\r\n\r\n{", "Transfer-Encoding: chunked\r\n\r\n5\r\n{"} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = fmt.Fprintf(conn, "POST /v1/messages HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nX-Api-Key: %s\r\n%s", token, head)
		_ = conn.(*net.TCPConn).CloseWrite()
		_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
		if answer, err := io.ReadAll(conn); err != nil || len(answer) > 0 {
			t.Errorf("%s %v", answer, err)
		}
		_ = conn.Close()
	}
	if p.close(); len(p.refusals) > 0 || p.held() != 0 {
		t.Error(p.refusals, p.held())
	}
}

func TestLargeAnswer(t *testing.T) {
	const size = 64 << 20
	line := "data: {\"type\":\"content_block_delta\",\"delta\":{\"text\":\"" + strings.Repeat("x", 1<<20) + "\"}}\n\n"
	p := newPod(t, 0, func(w http.ResponseWriter, _ *http.Request) {
		for sent := 0; sent < size; sent += len(line) {
			_, _ = io.WriteString(w, line)
		}
		_, _ = io.WriteString(w, "data: {\"usage\":{\"output_tokens\":12}}\n\n")
	}, nil)
	resp, err := plain.RoundTrip(p.request("POST", "/v1/messages", fmt.Sprintf(dialects[0].request, "big", "")))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if n, err := io.Copy(io.Discard, resp.Body); err != nil || n < size {
		t.Error(n, err)
	}
	if u := p.usage(1); u.Models["big"].Output != 12 {
		t.Errorf("%+v", u)
	}
}

func TestLargeRequest(t *testing.T) {
	p := newPod(t, 2, nil, nil)
	most := fmt.Sprintf(dialects[2].request, "big", `,"x":"`)
	for _, length := range []int64{maxBody, maxBody + 1} {
		for _, chunks := range []bool{false, true} {
			body := most[:len(most)-1] + strings.Repeat("x", int(length)-len(most)-1) + `"}`
			r := p.request("POST", "/v1/chat/completions", body)
			if chunks {
				r.ContentLength = -1
			}
			if length > maxBody {
				if code, message := p.refused(r); code != CodeBody || message != "the request is larger than 64 MiB" {
					t.Error(code, message)
				}
			} else if status, answer, _ := p.do(r); status != 200 {
				t.Error(status, answer)
			} else if got := p.bodies[len(p.bodies)-1]; string(got) != body {
				t.Error("the API got another body")
			}
		}
	}
	if held := p.held(); held != 0 {
		t.Errorf("%d bytes of requests are still held", held)
	}
}

func TestManyStreams(t *testing.T) {
	each(t, func(t *testing.T, dialect int) {
		const streams = 200
		d := dialects[dialect]
		var here sync.WaitGroup
		here.Add(streams)
		p := newPod(t, dialect, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(200)
			w.(http.Flusher).Flush()
			here.Done()
			here.Wait() // all at a time
			for chunk := range strings.SplitAfterSeq(d.stream, "\n\n") {
				_, _ = io.WriteString(w, chunk)
				w.(http.Flusher).Flush()
			}
		}, nil)
		var all sync.WaitGroup
		for i := range streams {
			all.Go(func() {
				status, body, _ := p.do(p.request("POST", d.path, fmt.Sprintf(d.request, "big", ""), "X-Session", strconv.Itoa(i)))
				if status != 200 || body != d.stream {
					t.Errorf("%d %q", status, body)
				}
			})
		}
		all.Wait()
		u := p.usage(streams)
		if count := u.Models["big"]; count.Requests != streams || count.Output != streams*10 || count.Estimated != 0 || u.Turns != streams {
			t.Errorf("%+v", u)
		}
	})
}

// Answers in one piece count as streams do.
func TestUsageOfAnswers(t *testing.T) {
	each(t, func(t *testing.T, dialect int) {
		d := dialects[dialect]
		p := newPod(t, dialect, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, d.answer) }, nil)
		p.do(p.request("POST", d.path, fmt.Sprintf(d.request, "small", "")))
		if u := p.usage(1); u.Models["small"].Output != 10 || u.Models["small"].CacheRead != 30 || u.Models["small"].Input != 100 || u.Models["small"].Estimated != 0 {
			t.Errorf("%+v", u)
		}
	})
	t.Run("a count of tokens costs nothing", func(t *testing.T) {
		p := newPod(t, 0, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"input_tokens":100}`) }, nil)
		if status, _, _ := p.do(p.request("POST", "/v1/messages/count_tokens", fmt.Sprintf(dialects[0].request, "big", ""))); status != 200 {
			t.Error(status)
		}
		if u := p.gateway.Usage(); len(u.Models) != 0 || u.Turns != 0 {
			t.Errorf("%+v", u)
		}
	})
	t.Run("an error costs nothing", func(t *testing.T) {
		p := newPod(t, 0, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(529)
			_, _ = io.WriteString(w, dialects[0].answer)
		}, nil)
		p.do(p.request("POST", "/v1/messages", fmt.Sprintf(dialects[0].request, "big", "")))
		if u := p.gateway.Usage(); len(u.Models) != 0 || u.Turns != 0 {
			t.Errorf("%+v", u)
		}
	})
}

// A canary of the key is in the header to the API, and nowhere else.
func TestEchoedKeyIsCutOff(t *testing.T) {
	each(t, func(t *testing.T, dialect int) {
		d := dialects[dialect]
		echo := func(r *http.Request) string { return r.Header.Get("X-Api-Key") + r.Header.Get("Authorization") }
		for name, api := range map[string]http.HandlerFunc{
			"body":   func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "before "+echo(r)+" after") },
			"status": func(w http.ResponseWriter, r *http.Request) { http.Error(w, "bad key "+echo(r), 401) },
			"header": func(w http.ResponseWriter, r *http.Request) { w.Header().Set("X-Debug", echo(r)) },
			"in two": func(w http.ResponseWriter, r *http.Request) {
				key := echo(r)
				for _, part := range []string{"before", key[:len(key)-3], key[len(key)-3:]} {
					_, _ = io.WriteString(w, part)
					w.(http.Flusher).Flush()
					time.Sleep(time.Millisecond)
				}
			},
			"trailer": func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Trailer", "X-Debug")
				_, _ = io.WriteString(w, "before")
				w.Header().Set("X-Debug", echo(r))
			},
			"another secret": func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Header.Get("X-Gate")) },
		} {
			var trace bytes.Buffer
			p := newPod(t, dialect, api, func(p *pod) {
				p.config.Headers = []Header{{"X-Gate", canary + "-gate", true}, {"X-Team", "before", false}}
				p.config.Trace = NewTrace(&trace, 1<<20, "pod", time.Now())
			})
			resp, err := plain.RoundTrip(p.request("POST", d.path, fmt.Sprintf(d.request, "big", "")))
			if err == nil {
				var dump bytes.Buffer
				_ = resp.Write(&dump)
				_ = resp.Body.Close()
				fmt.Fprint(&dump, resp.Trailer)
				if strings.Contains(dump.String(), canary[:len(canary)-3]) {
					t.Errorf("%s: %s", name, dump.String())
				}
			}
			p.close()
			if len(p.refusals) != 1 || p.refusals[0].Code != CodeEcho || strings.Contains(fmt.Sprintf("%+v", p.refusals), canary) {
				t.Errorf("%s: %+v", name, p.refusals)
			}
			if strings.Contains(trace.String(), canary) {
				t.Error(trace.String())
			}
		}
	})
	t.Run("a beginning is not a key", func(t *testing.T) {
		p := newPod(t, 0, func(w http.ResponseWriter, _ *http.Request) {
			for i := range len(canary) {
				_, _ = io.WriteString(w, canary[:i]+"\n")
				w.(http.Flusher).Flush()
			}
			_, _ = io.WriteString(w, canary[:len(canary)-1])
		}, nil)
		_, body, _ := p.do(p.request("POST", "/v1/messages", fmt.Sprintf(dialects[0].request, "big", "")))
		if !strings.HasSuffix(body, canary[:len(canary)-1]) || strings.Count(body, "\n") != len(canary) || len(p.refusals) > 0 {
			t.Errorf("%q", body)
		}
	})
}

// held returns the bytes of requests that are still in memory at the end.
func (p *pod) held() (held int64) {
	for range 1000 {
		p.gateway.bodies.mu.Lock()
		held = maxBodies - p.gateway.bodies.free
		p.gateway.bodies.mu.Unlock()
		if held == 0 {
			return 0
		}
		time.Sleep(time.Millisecond)
	}
	return held
}

func TestKeyCannotBeRead(t *testing.T) {
	for name, key := range map[string]func(use func([]byte) error) error{
		"locked":     func(func([]byte) error) error { return errors.New("locked: " + canary) },
		"two lines":  func(use func([]byte) error) error { return use([]byte(canary + "\nX-Evil: 1")) },
		"empty":      func(use func([]byte) error) error { return use(nil) },
		"never used": func(func([]byte) error) error { return nil },
		"long":       func(use func([]byte) error) error { return use(bytes.Repeat([]byte("k"), maxKeyBytes+1)) },
	} {
		p := newPod(t, 0, nil, func(p *pod) { p.config.Key = key })
		if code, message := p.refused(p.request("POST", "/v1/messages", fmt.Sprintf(dialects[0].request, "big", ""))); code != CodeKey || strings.Contains(message, canary) {
			t.Error(name, code, message)
		}
		if p.refusals[0].Err == nil {
			t.Error("the supervisor is not told why")
		}
	}
	p := newPod(t, 0, nil, func(p *pod) { p.config.Key = nil })
	p.do(p.request("POST", "/v1/messages", fmt.Sprintf(dialects[0].request, "big", "")))
	if h := p.seen[0].Header; h.Get("X-Api-Key") != "" || h.Get("Authorization") != "" {
		t.Error(h)
	}
}

// briefly makes a gateway give up soon.
func briefly(t *testing.T, first, later time.Duration) {
	before := []time.Duration{firstPatience, laterPatience, firstPause, mostPause}
	firstPatience, laterPatience, firstPause, mostPause = first, later, 5*time.Millisecond, 50*time.Millisecond
	t.Cleanup(func() {
		firstPatience, laterPatience, firstPause, mostPause = before[0], before[1], before[2], before[3]
	})
}

// An API that cannot be reached is named with what to do, by a status after which programs
// do not try for minutes.
func TestUnreachable(t *testing.T) {
	briefly(t, 100*time.Millisecond, 100*time.Millisecond)
	closed := httptest.NewServer(nil)
	closed.Close()
	for address, says := range map[manifest.URL]string{
		manifest.URL(closed.URL):            "connection refused; check that the server of the model is running",
		"https://nowhere.invalid/v1":        "cannot reach nowhere.invalid: host not found; check the network of this machine",
		"https://nowhere.invalid:8443/path": "cannot reach nowhere.invalid:8443: host not found; check the network of this machine",
	} {
		var told []string
		p := newPod(t, 0, nil, func(p *pod) {
			p.config.Manifest.Model.BaseURL = &address
			p.config.Unreachable = func(sentence string) { told = append(told, sentence) }
		})
		p.gateway.transport.Proxy = nil
		status, body, _ := p.do(p.request("POST", "/v1/messages", fmt.Sprintf(dialects[0].request, "big", "")))
		if status != 402 || !strings.Contains(body, `"code":"pod_unreachable"`) || !strings.Contains(body, says) || strings.Contains(body, canary) || len(p.refusals) > 0 {
			t.Error(status, body, p.refusals)
		}
		if len(told) != 1 || !strings.HasSuffix(says, "running") && told[0] != says {
			t.Errorf("told %q", told)
		}
		if u := p.gateway.Usage(); u.Turns != 0 {
			t.Error(u)
		}
	}
}

// A network that comes back is waited for, and the request is sent whole and once.
func TestReachedAgain(t *testing.T) {
	briefly(t, time.Minute, time.Minute)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	place := l.Addr().String()
	l.Close()
	address := manifest.URL("http://" + place)
	var told []string
	p := newPod(t, 0, nil, func(p *pod) {
		p.config.Manifest.Model.BaseURL = &address
		p.config.Unreachable = func(sentence string) { told = append(told, sentence) }
	})
	request := fmt.Sprintf(dialects[0].request, "big", "")
	tried := &countDials{Dialer: p.gateway.transport.DialContext, third: make(chan struct{})}
	p.gateway.transport.DialContext = tried.dial
	var bodies []string
	served := make(chan struct{})
	go func() {
		defer close(served)
		<-tried.third
		l, err := net.Listen("tcp", place)
		if err != nil {
			t.Error(err)
			return
		}
		server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			bodies = append(bodies, string(body))
			io.WriteString(w, "{}")
		})}
		t.Cleanup(func() { server.Close() })
		go server.Serve(l)
	}()
	status, body, _ := p.do(p.request("POST", "/v1/messages", request))
	<-served
	if status != 200 || len(bodies) != 1 || bodies[0] != request || !slices.Equal(told, []string{""}) {
		t.Error(status, body, bodies, told)
	}
}

type countDials struct {
	Dialer func(context.Context, string, string) (net.Conn, error)
	n      atomic.Int64
	third  chan struct{}
}

func (c *countDials) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if c.n.Add(1) == 3 {
		close(c.third)
	}
	return c.Dialer(ctx, network, address)
}

func TestCertificatesAreVerified(t *testing.T) {
	var got http.Header
	api := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.Header }))
	api.Config.ErrorLog = log.New(io.Discard, "", 0)
	api.EnableHTTP2 = true
	api.StartTLS()
	defer api.Close()
	address := manifest.URL(api.URL)
	p := newPod(t, 0, nil, func(p *pod) { p.config.Manifest.Model.BaseURL = &address })
	p.gateway.transport.Proxy = nil
	status, body, _ := p.do(p.request("POST", "/v1/messages", fmt.Sprintf(dialects[0].request, "big", "")))
	if status != 502 || !strings.Contains(body, "certificate") || got != nil {
		t.Error(status, body, got)
	}
	// With the certificate known, HTTP/2 works too.
	p.gateway.transport.TLSClientConfig = api.Client().Transport.(*http.Transport).TLSClientConfig
	if status, body, _ := p.do(p.request("POST", "/v1/messages", fmt.Sprintf(dialects[0].request, "big", ""))); status != 200 || got.Get("X-Api-Key") != canary {
		t.Error(status, body)
	}
}

func TestAddresses(t *testing.T) {
	for _, c := range []struct {
		provider, base string
		api            manifest.WireAPI
		query, want    string
	}{
		{"anthropic", "", "anthropic", "beta=true", "https://api.anthropic.com/v1/messages?beta=true"},
		{"openai", "", "openai-responses", "", "https://api.openai.com/v1/responses"},
		{"groq", "", "openai-chat", "", "https://api.groq.com/openai/v1/chat/completions"},
		{"deepseek", "", "openai-chat", "", "https://api.deepseek.com/chat/completions"},
		{"openai", "", "anthropic", "", "not known"},
		{"anthropic", "", "openai-chat", "", "not known"},
		{"acme", "", "openai-chat", "", "not known"},
		{"acme", "https://api.acme.example/v1/", "openai-chat", "", "https://api.acme.example/v1/chat/completions"},
		{"acme", "https://api.acme.example/v1", "anthropic", "", "https://api.acme.example/v1/messages"},
		{"acme", "https://api.acme.example/a?api-version=1", "anthropic", "beta=true", "https://api.acme.example/a/v1/messages?api-version=1&beta=true"},
		{"acme", "http://localhost:11434/v1", "openai-chat", "", "http://localhost:11434/v1/chat/completions"},
		{"acme", "http://[::1]:80", "openai-chat", "", "http://[::1]:80/chat/completions"},
		{"acme", "http://127.9.9.9", "openai-chat", "", "http://127.9.9.9/chat/completions"},
		{"acme", "http://api.acme.example", "openai-chat", "", "https://"},
		{"acme", "http://localhost.acme.example", "openai-chat", "", "https://"},
		{"acme", "http://10.0.0.1", "openai-chat", "", "https://"},
		{"acme", "ftp://localhost", "openai-chat", "", "must be"},
		{"acme", "https://user@acme.example", "openai-chat", "", "must be"},
		{"acme", "https://acme.example", "gemini", "", "model.wireApi"},
	} {
		m := &manifest.Manifest{Model: manifest.Model{Provider: manifest.ProviderName(c.provider), WireAPI: c.api, ID: "m"}}
		if c.base != "" {
			m.Model.BaseURL = number(manifest.URL(c.base))
		}
		g, err := New(Config{Driver: driver, Manifest: m, Guard: &guard{}, Token: "t"})
		got := ""
		if err != nil {
			got = err.Error()
			if strings.Contains(got, c.want) {
				continue
			}
		} else {
			got = g.dialect.target(g.base, &g.dialect.routes[0], c.query).String()
		}
		if got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
	// A name of this machine that leads elsewhere is not connected to.
	base, _ := url.Parse("http://localhost")
	transport := transportTo(base)
	if _, err := transport.DialContext(t.Context(), "tcp", "192.0.2.1:80"); err == nil || !strings.Contains(err.Error(), "not this machine") {
		t.Error(err)
	}
}

// Requests that are written by hand, to lead the gateway and the API apart.
func TestSmuggling(t *testing.T) {
	body := fmt.Sprintf(dialects[0].request, "big", "")
	head := fmt.Sprintf("Host: evil.example\r\nX-Api-Key: %s\r\nX-Session: s1\r\nContent-Type: application/json\r\n", token)
	length := fmt.Sprintf("Content-Length: %d\r\n\r\n", len(body))
	for _, c := range []struct {
		name, request string
		status        int
	}{
		{"as usual, with a host of its own", "POST /v1/messages HTTP/1.1\r\n" + head + length + body, 200},
		{"absolute address", "POST http://evil.example/v1/messages HTTP/1.1\r\n" + head + length + body, 402},
		{"absolute address with a user", "POST http://u:p@evil.example/v1/messages HTTP/1.1\r\n" + head + length + body, 402},
		{"two slashes", "POST //v1/messages HTTP/1.1\r\n" + head + length + body, 402},
		{"slash at the end", "POST /v1/messages/ HTTP/1.1\r\n" + head + length + body, 402},
		{"dots", "POST /v1/../v1/messages HTTP/1.1\r\n" + head + length + body, 402},
		{"dots by escapes", "POST /v1/%2e%2e/v1/messages HTTP/1.1\r\n" + head + length + body, 402},
		{"escaped letter", "POST /v1/%6Dessages HTTP/1.1\r\n" + head + length + body, 402},
		{"escaped slash", "POST /v1%2Fmessages HTTP/1.1\r\n" + head + length + body, 402},
		{"semicolon", "POST /v1/messages;x HTTP/1.1\r\n" + head + length + body, 402},
		{"semicolon in the query", "POST /v1/messages?beta=true;model=x HTTP/1.1\r\n" + head + length + body, 402},
		{"upper case", "POST /V1/Messages HTTP/1.1\r\n" + head + length + body, 402},
		{"connect", "CONNECT evil.example:443 HTTP/1.1\r\n" + head + length + body, 402},
		{"options", "OPTIONS * HTTP/1.1\r\n" + head + length + body, 402},
		{"upgrade to HTTP/2", "POST /v1/messages HTTP/1.1\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n" + head + length + body, 402},
		{"chunks with a trailer", "POST /v1/messages HTTP/1.1\r\nTrailer: X-Api-Key\r\nTransfer-Encoding: chunked\r\n" + head + "\r\n" + fmt.Sprintf("%x\r\n%s\r\n0\r\nX-Api-Key: other\r\n\r\n", len(body), body), 402},
		{"chunks and a length", "POST /v1/messages HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + head + "Content-Length: 5\r\n\r\n" + fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(body), body), 200},
		{"two lengths", "POST /v1/messages HTTP/1.1\r\nContent-Length: 1\r\n" + head + length + body, 400},
		{"two tokens", "POST /v1/messages HTTP/1.1\r\nX-Api-Key: other\r\n" + head + length + body, 402},
		{"connection takes the key away", "POST /v1/messages HTTP/1.1\r\nConnection: X-Api-Key\r\n" + head + length + body, 200},
		{"expects to go on", "POST /v1/messages HTTP/1.1\r\nExpect: 100-continue\r\n" + head + length + body, 200},
		{"no body", "POST /v1/messages HTTP/1.1\r\n" + head + "\r\n", 402},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPod(t, 0, nil, nil)
			conn, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
			_, _ = io.WriteString(conn, c.request)
			answers := bufio.NewReader(conn)
			resp, err := http.ReadResponse(answers, nil)
			if err == nil && resp.StatusCode == http.StatusContinue {
				resp, err = http.ReadResponse(answers, nil)
			}
			if err != nil {
				t.Fatal(err)
			}
			text, _ := io.ReadAll(resp.Body)
			if resp.StatusCode != c.status {
				t.Errorf("status %d: %s", resp.StatusCode, text)
			}
			if c.status != 200 {
				if p.passed() > 0 {
					t.Error("passed on")
				}
				return
			}
			r := p.seen[0]
			if p.passed() != 1 || string(p.bodies[0]) != body || r.Header.Get("X-Api-Key") != canary || strings.Contains(r.Host, "evil") ||
				len(r.TransferEncoding) > 0 || r.ContentLength != int64(len(body)) || len(r.Trailer) > 0 || r.URL.Path != "/v1/messages" {
				t.Errorf("%+v", r)
			}
		})
	}
}

func TestOnAUnixSocket(t *testing.T) {
	p := newPod(t, 0, nil, nil)
	dir, err := os.MkdirTemp("", "gw")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "gateway.sock")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	server := p.gateway.Server()
	go func() { _ = server.Serve(listener) }()
	defer server.Close()
	client := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", path)
	}}
	resp, err := client.RoundTrip(p.request("POST", "/v1/messages", fmt.Sprintf(dialects[0].request, "big", "")))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, err := io.ReadAll(resp.Body); err != nil || string(body) != dialects[0].stream {
		t.Error(string(body), err)
	}
}

// A program that sends all of its request before it reads sees why it is refused.
func TestLargeRefusedRequestIsAnswered(t *testing.T) {
	p := newPod(t, 0, nil, func(p *pod) { p.guard.ready = false })
	conn, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	const size = 32 << 20
	if _, err := fmt.Fprintf(conn, "POST /v1/messages HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nX-Api-Key: %s\r\nContent-Length: %d\r\n\r\n", token, size); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, strings.Repeat("x", size)); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	if body, _ := io.ReadAll(resp.Body); resp.StatusCode != 402 || !strings.Contains(string(body), CodeGuard) {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
}
