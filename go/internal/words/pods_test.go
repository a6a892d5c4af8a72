package words

import (
	"strings"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/pod"
)

func TestAge(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second: "0s", 0: "0s", 59 * time.Second: "59s", time.Minute: "1m", 59*time.Minute + 59*time.Second: "59m",
		time.Hour: "1h", 47 * time.Hour: "47h", 48 * time.Hour: "2d", 400 * 24 * time.Hour: "400d",
	} {
		if got := Age(d); got != want {
			t.Errorf("%s is %q, want %q", d, got, want)
		}
	}
}

func TestDrift(t *testing.T) {
	for _, test := range []struct {
		drift pod.Drift
		want  string
	}{
		{pod.Drift{State: pod.Unchanged}, "up to date"}, {pod.Drift{State: pod.Changed, Detail: "a.nix"}, "changed, a.nix"},
		{pod.Drift{State: pod.Gone, Detail: "/x"}, "gone, /x"}, {pod.Drift{State: pod.Unknown}, "-"},
	} {
		if got := DriftFact(test.drift).Text; got != test.want {
			t.Errorf("%+v: %q, want %q", test.drift, got, test.want)
		}
	}
}

// The first line of a prompt stands for it, and says when there is more.
func TestFirstLine(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "Go.": "Go.", "Go.\n": "Go.", "Go.\n \n": "Go.", "Go.\nFast.": "Go. …", strings.Repeat("ä", 60): strings.Repeat("ä", 60),
		strings.Repeat("ä", 61): strings.Repeat("ä", 60) + " …",
	} {
		if got := firstLine(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
