package locate

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// asker answers questions and remembers them.
type asker struct {
	yes      bool
	asked    []string
	recorded map[string]string
}

func (a *asker) Locked(ref string) (string, error) { return a.recorded[ref], nil }

func (a *asker) Ask(_ context.Context, ref, _ string) error {
	a.asked = append(a.asked, ref)
	if !a.yes {
		return errors.New("no")
	}
	return nil
}

func (a *asker) Record(_ context.Context, ref, locked string) error {
	a.recorded[ref] = locked
	return nil
}

// The rule decides; what was agreed to is used as it was locked.
func TestDownloadRules(t *testing.T) {
	for rule, code := range map[Rule]string{NoDownloads: "not-downloaded", OfflineRule: "offline", AskRule: "download-refused"} {
		if _, _, err := (Downloads{Rule: rule}).Consented(t.Context(), "github:o/r", "github.com"); !diag.CodeIs(err, code) {
			t.Errorf("%d: %v", rule, err)
		}
	}
	a := &asker{recorded: map[string]string{}}
	d := Downloads{Rule: AskRule, Consent: a}
	if _, _, err := d.Consented(t.Context(), "github:o/r", ""); err == nil || len(a.recorded) > 0 {
		t.Error("a no counts as a yes")
	}
	a.yes = true
	use, record, err := d.Consented(t.Context(), "github:o/r", "")
	if err != nil || use != "github:o/r" || len(a.recorded) > 0 {
		t.Fatalf("%q, %v, %v", use, err, a.recorded)
	}
	if err := record("github:o/r/1?narHash=x"); err != nil {
		t.Fatal(err)
	}
	if use, _, err = d.Consented(t.Context(), "github:o/r", ""); err != nil || use != "github:o/r/1?narHash=x" || len(a.asked) != 2 {
		t.Errorf("%q, %v, %v", use, err, a.asked)
	}
	if _, _, err = (Downloads{Rule: TypedRule, Consent: a}).Consented(t.Context(), "github:other/r", ""); err != nil || len(a.asked) != 2 {
		t.Errorf("what was typed is asked about: %v, %v", err, a.asked)
	}
}

// The hosts that count as typed are those of what was typed.
func TestTypedHosts(t *testing.T) {
	over := []string{"git+http://10.0.0.2/r"}
	for _, test := range []struct {
		d    Downloads
		want []string
	}{
		{Downloads{Rule: TypedRule}, []string{"10.0.0.1:8080", "10.0.0.2:80"}},
		{Downloads{Rule: TypedRule, Theirs: true}, []string{"10.0.0.2:80"}},
		{Downloads{Rule: AskRule, Hosts: []string{"h"}}, []string{"h", "10.0.0.2:80"}},
		{Downloads{Rule: OfflineRule}, nil},
		{Downloads{}, nil},
	} {
		if got := test.d.HostsFor("tarball+HTTP://10.0.0.1:8080/x?y", over); !slices.Equal(got, test.want) {
			t.Errorf("%+v: %q", test.d, got)
		}
	}
}
