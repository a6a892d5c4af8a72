package flake_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/nix/flake"
)

// storedFlake has outputs that depend on where Nix has the flake's own source.
const storedFlake = `{
  outputs =
    { self }:
    let
      names = map (p: baseNameOf (builtins.unsafeDiscardStringContext p));
      drv = src: (derivation { name = "d"; system = "x"; builder = "b"; inherit src; }).drvPath;
      drvs = map (src: builtins.unsafeDiscardStringContext (drv src));
    in
    {
      all = [
        (names [ "${./.}" "${./sub}" (builtins.path { path = ./.; }) (builtins.path { path = ./.; name = "source"; }) (builtins.path { path = self; name = "n"; }) ])
        (names [ (builtins.filterSource (p: t: true) ./.) (builtins.filterSource (p: t: t == "regular") "${self}/sub") ])
        (names [ (builtins.toFile "t" "x ${self}/sub ${self}.nix ${./sub}") (builtins.toFile "u" "${self}") ])
        (drvs [ self ./. "${self}/sub" "${self}-x" "${./sub} ${self}" [ self "${self}/flake.nix" ] ])
        (builtins.readFile "${self}/sub/f")
        (builtins.readFile "${./.}/sub/f")
        (builtins.readFile (builtins.unsafeDiscardStringContext "${self}/sub/f"))
        (import (builtins.path { path = self; name = "n"; } + "/sub"))
        (builtins.pathExists "${./sub}/../flake.nix")
        (derivation { name = "s"; system = "x"; builder = "${self}/sub/f"; args = [ self "a:${self}:${self}/b" ]; __structuredAttrs = true; src = { a = [ self ]; }; }).outPath
      ];
    };
}
`

// What a flake copies of itself has the names that Nix 2.34 gives it, though its source
// is read where it is. Nix itself is asked where it is that new.
func TestOwnSourceInStore(t *testing.T) {
	dir := write(t, map[string]string{"flake.nix": storedFlake, "sub/f": "f", "sub/default.nix": "1", "sub/link->": "f"})
	const expected = `[["7v0zwnccwvk0bavl5pw3qj38kc0bc8hg-snl640y2kls4p5gqaxs5x9jrb42j1i9f-source","6s9jcyg394v0db4cs8iypkkrf1r7fq0x-sub",` +
		`"7v0zwnccwvk0bavl5pw3qj38kc0bc8hg-snl640y2kls4p5gqaxs5x9jrb42j1i9f-source","snl640y2kls4p5gqaxs5x9jrb42j1i9f-source",` +
		`"khim1y9s30kwp61mr976hmipxlz1rjvk-n"],["7v0zwnccwvk0bavl5pw3qj38kc0bc8hg-snl640y2kls4p5gqaxs5x9jrb42j1i9f-source",` +
		`"zcxiqkfrp667lmivvzmm102chhwr4i76-sub"],["i4bpy5wl9sjkwc2bgc7axn4jfx51dxx3-t","fsisik4js6bhqdkp54is72bbs48hqwd3-u"],` +
		`["/nix/store/48f1rymdswnps24yv3l8d1n4qyy8g16r-d.drv","/nix/store/rkn1h7n151y5ibjxilw22lv7c9x5983z-d.drv",` +
		`"/nix/store/vrc92ms8jkzvr43yl8av6pilfmzpdcbf-d.drv","/nix/store/gwg7qhcdy95by2bw1pv8pkzp6d4kabar-d.drv",` +
		`"/nix/store/k6j1gq2nd9k0x8dp2v4k8n1rsn7f0m8n-d.drv","/nix/store/bhgrhn4w8fq1b4mxignwidrpv8mgkniq-d.drv"],` +
		`"f","f","f",1,false,"/nix/store/qz9l2gsaq373s0cfcjprbp9ak078cy85-s"]`
	got, err := output(flake.Ref{Dir: dir}, "all", flake.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got != expected {
		t.Errorf("got  %s\nwant %s", got, expected)
	}
	git(t, dir, "init", "-q")
	git(t, dir, "add", "flake.nix", "sub")
	if err := os.WriteFile(dir+"/sub/untracked", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	want(t, flake.Ref{Dir: dir, GitRoot: dir}, "all", expected, flake.Options{})
	version, err := exec.Command("nix", "--version").Output()
	if err != nil || !strings.Contains(string(version), " 2.34.") {
		return
	}
	out, err := nixAll(t.TempDir(), dir, "")
	if err != nil {
		t.Fatal(out)
	}
	if strings.TrimSpace(out) != expected {
		t.Errorf("Nix says %s\nwant %s", out, expected)
	}
}
