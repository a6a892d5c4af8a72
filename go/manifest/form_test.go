package manifest

import (
	"encoding/json"
	"os"
	"os/exec"
	"testing"
)

// What is said of a host and of a path of a service that do not have the form, in Go and
// in Nix alike.
func TestMisfits(t *testing.T) {
	service := manifestSchema.property("sandbox").property("services").additional
	host, path := service.property("host").pattern, service.property("paths").items.pattern
	type said struct{ Message, Hint string }
	var got []*said
	expression := "let f = import ../../lib/validate/formFault.nix; in [ "
	for _, test := range []struct {
		of         *pattern
		text, want string
	}{
		{host, "https://api.example.org/v1", "a host must not contain a scheme: services use https"},
		{host, "user@api.example.org", "a host must not contain a user"},
		{host, "api.example.org/v1", "a host must not contain a path"},
		{host, "*.example.org", "a service must be a single host"},
		{host, "[::1]:443", "a host must be a name or an IPv4 address"},
		{host, "::1", "a host must be a name or an IPv4 address"},
		{host, "API.example.org", "a host must be lowercase"},
		{host, "api.example.org:https", "the port of a host must be from 1 to 65535"},
		{host, "api.example.org:65536", "the port of a host must be from 1 to 65535"},
		{host, "my_host", ""},
		{host, "", ""},
		{path, "repos/**", "a request path must begin with /"},
		{path, "", "a request path must begin with /"},
		{path, "/a%2fb", "a request path must not contain percent escapes"},
		{path, "/a?b=c", "a request path must not contain a query or a fragment"},
		{path, "/a#b", "a request path must not contain a query or a fragment"},
		{path, "/a/../b", "a request path must not contain `//`, `.` or `..`"},
		{path, "/a/..", "a request path must not contain `//`, `.` or `..`"},
		{path, "/./a", "a request path must not contain `//`, `.` or `..`"},
		{path, "/a//b", "a request path must not contain `//`, `.` or `..`"},
		{path, "/a b", "a request path must be ASCII without spaces"},
		{path, "/é", "a request path must be ASCII without spaces"},
	} {
		message, hint := test.of.misfit(test.text)
		if test.of.match(test.text) || message != test.want || (message == "") != (hint == "") {
			t.Errorf("%q: %q, %q", test.text, message, hint)
		}
		got = append(got, &said{message, hint})
		quoted, _ := json.Marshal(test.text)
		expression += "(f \"" + article(test.of.form) + "\" " + string(quoted) + ") "
	}
	nix, err := exec.LookPath("nix-instantiate")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("nix-instantiate is not installed, and CI must compare with Nix")
		}
		t.Skip("nix-instantiate is not installed")
	}
	out, err := exec.Command(nix, "--eval", "--strict", "--json", "--expr", expression+"]").Output()
	var theirs []*said
	if err != nil || json.Unmarshal(out, &theirs) != nil || len(theirs) != len(got) {
		t.Fatalf("%s: %v", out, err)
	}
	for i, ours := range got {
		if theirs[i] == nil {
			theirs[i] = &said{}
		}
		if *theirs[i] != *ours {
			t.Errorf("Go says %+v, and Nix %+v", *ours, *theirs[i])
		}
	}
}
