package resolve

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/insomnia-pods/insomnia/go/internal/keyform"
	"github.com/insomnia-pods/insomnia/go/internal/keyform/keyformtest"
	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// The Nix library finds the same keys in the same texts as the program does, with
// the evaluator inside the program and with Nix.
func TestKeyFormsAgree(t *testing.T) {
	texts := append(keyformtest.Keys(), keyformtest.Innocent()...)
	pieces := append(append([]string{" ", "-", "_", "a", "0", "/", "\n", "é", "..", "…"}, keyformtest.Keys()...), keyformtest.Innocent()...)
	for _, form := range keyform.Forms {
		pieces = append(pieces, form.Prefix)
		for _, length := range []int{form.Length - 1, form.Length} {
			for _, character := range []string{"0", "A", "a"} {
				texts = append(texts, form.Prefix+strings.Repeat(character, length), strings.Repeat("a", form.Before)+form.Prefix+strings.Repeat(character, length))
			}
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		text := ""
		for range 1 + random.IntN(5) {
			piece := pieces[random.IntN(len(pieces))]
			for text += piece[:len(piece)-random.IntN(min(3, len(piece)+1))]; len(text) > 0 && text[len(text)-1] >= 0x80; { // no half characters
				text = text[:len(text)-1]
			}
		}
		texts = append(texts, strings.ToValidUTF8(text, "?"))
	}
	var want []string
	for _, text := range texts {
		want = append(want, keyform.In(text))
	}

	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	data, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, content string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	write("texts.json", string(data))
	file := write("forms.nix", `map (text: let form = (import `+root+`/lib/text/keyForm.nix).of text; in if form == null then "" else form) (builtins.fromJSON (builtins.readFile ./texts.json))`)
	compare := func(answer []byte) {
		t.Helper()
		var got []string
		if err := json.Unmarshal(answer, &got); err != nil {
			t.Fatal(err)
		}
		if len(got) != len(want) {
			t.Fatalf("%d answers for %d texts", len(got), len(want))
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%q: %s", texts[i], cmp.Diff(want[i], got[i]))
			}
		}
	}
	t.Run("embedded", func(t *testing.T) {
		files, err := source.OpenDir("/")
		if err != nil {
			t.Fatal(err)
		}
		options := eval.Options{Sources: &source.FS{}}
		options.Sources.Mount("/", files)
		ev := eval.New(options)
		v, err := ev.EvalFile(file)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := ev.ToJSON(v)
		if err != nil {
			t.Fatal(err)
		}
		compare(answer)
	})
	t.Run("nix", func(t *testing.T) {
		nix, err := exec.LookPath("nix-instantiate")
		if err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatal("nix-instantiate is not installed, and CI must compare with Nix")
			}
			t.Skip("nix-instantiate is not installed")
		}
		var problems bytes.Buffer
		command := exec.Command(nix, "--eval", "--strict", "--json", file)
		command.Stderr = &problems
		answer, err := command.Output()
		if err != nil {
			t.Fatalf("%v\n%s", err, problems.String())
		}
		compare(answer)
	})
}
