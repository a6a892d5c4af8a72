package sandbox

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestLean(t *testing.T) {
	for _, c := range []struct{ all, kept string }{
		{"--ro-bind / / --ro-bind /sys /sys --proc /proc", "--ro-bind / / --proc /proc"},
		{"--bind / / --ro-bind /sys /sys", "--bind / / --ro-bind /sys /sys"},
		{"--ro-bind / / --proc /proc --ro-bind /proc/sys /proc/sys", "--ro-bind / / --proc /proc --ro-bind /proc/sys /proc/sys"},
		{"--ro-bind / / --tmpfs /tmp --ro-bind /tmp/ws /tmp/ws --bind /tmp/ws /tmp/ws", "--ro-bind / / --tmpfs /tmp --bind /tmp/ws /tmp/ws"},
		{"--ro-bind /w /w --ro-bind /m /w/.env --bind /w /w", "--ro-bind /w /w --ro-bind /m /w/.env --bind /w /w"},
		{"--ro-bind / / --tmpfs /h/.x --ro-bind /h /h", "--ro-bind / / --tmpfs /h/.x --ro-bind /h /h"},
		{"--ro-bind / / --ro-bind /dev/null /s", "--ro-bind / / --ro-bind /dev/null /s"},
		{"--ro-bind / / --tmpfs /x --remount-ro /x --ro-bind /x/y /x/y", "--ro-bind / / --tmpfs /x --remount-ro /x --ro-bind /x/y /x/y"},
		{"--ro-bind / / --bind /w /w --ro-bind /w/.git/hooks /w/.git/hooks", "--ro-bind / / --bind /w /w --ro-bind /w/.git/hooks /w/.git/hooks"},
		{"--tmpfs /x --remount-ro /x --tmpfs /x", "--tmpfs /x --remount-ro /x --tmpfs /x"},
	} {
		if got := strings.Join(lean(strings.Fields(c.all)), " "); got != c.kept {
			t.Errorf("%s\n got %s\nwant %s", c.all, got, c.kept)
		}
	}
}

// view describes a path as a program sees it: its content, whether it is writable, and
// whether something else can take its place.
func view(args []string, at string) string {
	seen := func(at string) (what string, writable, mounted bool) {
		what, top := "nothing", ""
		for i := 0; i < len(args); i += 1 + operands(args[i]) {
			dest := args[i+operands(args[i])]
			if !contains(dest, at) {
				continue
			}
			rest := strings.TrimPrefix(at, strings.TrimSuffix(dest, "/"))
			switch args[i] {
			case "--remount-ro":
				if !mountedAt(args[:i], dest) {
					return "refused", false, false
				}
				writable = writable && top != dest
				continue
			case "--bind", "--ro-bind":
				what, writable = path.Clean(args[i+1]+rest), args[i] == "--bind"
			case "--tmpfs":
				what, writable = "empty"+rest, true
			}
			top = dest
		}
		return what, writable, top == at
	}
	what, writable, mounted := seen(at)
	_, above, _ := seen(path.Dir(at))
	return fmt.Sprint(what, " writable ", writable, " replaceable ", above && !mounted)
}

// mountedAt reports whether what is seen of a path is a mount on it.
func mountedAt(args []string, at string) (is bool) {
	for i := 0; i < len(args); i += 1 + operands(args[i]) {
		if dest := args[i+operands(args[i])]; args[i] != "--remount-ro" && contains(dest, at) {
			is = dest == at
		}
	}
	return is
}

// What is left out changes nothing of what a program sees.
func TestLeanShowsTheSame(t *testing.T) {
	paths := []string{"/", "/a", "/a/b", "/a/b/c", "/a/d", "/e", "/e/f"}
	left := 0
	rapid.Check(t, func(t *rapid.T) {
		args := []string{"--ro-bind", "/", "/"}
		for range rapid.IntRange(0, 12).Draw(t, "layers") {
			at := rapid.SampledFrom(paths[1:]).Draw(t, "path")
			switch option := rapid.SampledFrom([]string{"--bind", "--ro-bind", "--ro-bind", "--tmpfs", "other", "--remount-ro"}).Draw(t, "option"); option {
			case "--tmpfs":
				args = append(args, option, at)
			case "other":
				args = append(args, "--ro-bind", "/dev/null", at)
			case "--remount-ro":
				if mountedAt(args, at) { // bubblewrap refuses any other
					args = append(args, option, at)
				}
			default:
				args = append(args, option, at, at)
			}
		}
		kept := lean(slices.Clone(args))
		left += len(args) - len(kept)
		for _, at := range paths {
			if a, b := view(args, at), view(kept, at); a != b {
				t.Fatalf("%s\n%s\n%s: %s, and %s", args, kept, at, a, b)
			}
		}
	})
	if left == 0 {
		t.Error("nothing is ever left out")
	}
}
