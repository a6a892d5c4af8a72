package secret

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"
	"golang.org/x/crypto/ssh"
	"pgregory.net/rapid"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// storeIn is a store in a folder, as another process would open it.
func storeIn(dir string) *Store {
	return &Store{Dir: filepath.Join(dir, "secrets"), IdentityFile: filepath.Join(dir, "identity"), RecipientsFile: filepath.Join(dir, "recipients"), Work: 10}
}

func set(t *testing.T, s *Store, name, value string) {
	t.Helper()
	if _, err := s.Set(t.Context(), name, []byte(value), nil); err != nil {
		t.Fatal(report(err))
	}
}

// get reads a value as a binding of the same name would.
func get(s *Store, name string) (string, error) {
	value, err := s.read(context.Background(), Binding{Name: name, URI: "age:" + name})
	return string(value), err
}

func wants(t *testing.T, s *Store, name, want string) {
	t.Helper()
	got, err := get(s, name)
	if err != nil || got != want {
		t.Fatalf("%s is %q, not %q: %s", name, got, want, report(err))
	}
}

// refuses checks that a value does not come, and which error comes.
func refuses(t *testing.T, s *Store, name string, exit diag.Exit, code string) {
	t.Helper()
	got, err := get(s, name)
	if got != "" || !diag.CodeIs(err, code) || diag.From(err).Exit != exit {
		t.Fatalf("%q, not %s (%d): %s", got, code, exit, report(err))
	}
	if strings.Contains(report(err), canary) {
		t.Fatalf("the error holds the value: %s", report(err))
	}
	if d := diag.From(err).Diagnostics[0]; d.Hint == "" && code != "secret-missing" {
		t.Errorf("no hint: %s", report(err))
	}
}

func report(err error) string {
	if err == nil {
		return "no error"
	}
	var b strings.Builder
	diag.NewText().Write(&b, diag.From(err))
	return b.String()
}

func TestStoreKeepsValues(t *testing.T) {
	dir := t.TempDir()
	s := storeIn(dir)
	if names, err := s.Names(); err != nil || len(names) > 0 {
		t.Fatal(names, err)
	}
	refuses(t, s, "a.b", diag.ExitNotFound, "secret-missing")
	made, err := s.Set(t.Context(), "a.b", []byte(canary), nil)
	if err != nil || !made.Identity {
		t.Fatal(made, report(err))
	}
	for _, path := range []string{"", "identity", "secrets", "secrets/a.b.age", "secrets/generations.json", "secrets/.lock"} {
		info, err := os.Lstat(filepath.Join(dir, path))
		if err != nil || path != "" && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v %v", path, info, err)
		}
		if data, err := os.ReadFile(filepath.Join(dir, path)); err == nil && bytes.Contains(data, []byte(canary)) {
			t.Errorf("%s holds the value", path)
		}
	}
	if made, err := s.Set(t.Context(), "a.c", []byte("two"), nil); err != nil || made.Identity {
		t.Fatal(made, report(err))
	}
	wants(t, storeIn(dir), "a.b", canary)
	set(t, storeIn(dir), "a.b", "again")
	wants(t, storeIn(dir), "a.b", "again")
	if names, _ := s.Names(); !slices.Equal(names, []string{"a.b", "a.c"}) {
		t.Error(names)
	}
	for range 2 {
		gone, err := storeIn(dir).Remove(t.Context(), "a.b")
		if err != nil {
			t.Fatal(report(err))
		}
		refuses(t, storeIn(dir), "a.b", diag.ExitNotFound, "secret-missing")
		if again, _ := os.ReadDir(s.Dir); gone && len(again) != 3 {
			t.Error(again)
		}
	}
	set(t, storeIn(dir), "a.b", "third")
	wants(t, storeIn(dir), "a.b", "third")
	wants(t, storeIn(dir), "a.c", "two")
}

func TestValuesOfEveryKind(t *testing.T) {
	s := storeIn(t.TempDir())
	set(t, s, "a", "x")
	rapid.Check(t, func(r *rapid.T) {
		value := rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(r, "value")
		_, err := s.Set(context.Background(), "a", value, nil)
		if why := flaw(value); why != "" {
			if !diag.CodeIs(err, "secret-value") {
				r.Fatalf("%q %s: %v", value, why, err)
			}
			return
		}
		got, err := get(s, "a")
		if err != nil || got != string(value) {
			r.Fatalf("%q became %q: %v", value, got, err)
		}
	})
	largest := strings.Repeat("k", MaxBytes)
	set(t, s, "a", largest)
	wants(t, s, "a", largest)
	_, err := s.Set(t.Context(), "a", []byte(largest+"k"), nil)
	if !diag.CodeIs(err, "secret-value") || !strings.Contains(err.Error(), "larger than 64 KiB") {
		t.Error(report(err))
	}
	wants(t, s, "a", largest)
}

// ageCommand is the `age` that is installed; in CI it must be.
func ageCommand(t *testing.T, args ...string) []byte {
	t.Helper()
	if _, err := exec.LookPath("age"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("age is not installed, and in CI it must be")
		}
		t.Skip("age is not installed")
	}
	out, err := exec.Command("age", args...).Output()
	if err != nil {
		t.Fatalf("age %v: %v", args, err)
	}
	return out
}

func valueOf(t *testing.T, plain []byte) string {
	t.Helper()
	var e struct {
		Schema, Name string
		Gen          int
		Value, MAC   []byte
	}
	if err := json.Unmarshal(plain, &e); err != nil || e.Schema != entrySchema || e.Gen == 0 || len(e.MAC) != 32 {
		t.Fatalf("%v: %s", err, plain)
	}
	return e.Name + "=" + string(e.Value)
}

// The files are ordinary age files, and identities ordinary identities.
func TestTheAgeCommandReadsTheStore(t *testing.T) {
	dir := t.TempDir()
	s := storeIn(dir)
	set(t, s, "a.b", canary)
	if got := valueOf(t, ageCommand(t, "-d", "-i", s.IdentityFile, filepath.Join(s.Dir, "a.b.age"))); got != "a.b="+canary {
		t.Error(got)
	}

	// The other way round: an identity that age-keygen made.
	other := storeIn(t.TempDir())
	out, err := exec.Command("age-keygen").Output()
	if err != nil {
		t.Fatal(err)
	}
	os.WriteFile(other.IdentityFile, out, 0o600)
	set(t, other, "a", canary)
	wants(t, storeIn(filepath.Dir(other.Dir)), "a", canary)
	if got := valueOf(t, ageCommand(t, "-d", "-i", other.IdentityFile, filepath.Join(other.Dir, "a.age"))); got != "a="+canary {
		t.Error(got)
	}
}

// sshKey writes a private key and gives its public half.
func sshKey(t *testing.T, path string, key any, passphrase string) string {
	t.Helper()
	block, err := ssh.MarshalPrivateKey(key, "")
	if passphrase != "" {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(key, "", []byte(passphrase))
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(ssh.MarshalAuthorizedKey(signer.PublicKey()))
}

func TestSSHKeys(t *testing.T) {
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rs, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for name, key := range map[string]any{"ed25519": ed, "rsa": rs} {
		t.Run(name, func(t *testing.T) {
			// As the identity of a store, read by age too.
			s := storeIn(t.TempDir())
			sshKey(t, s.IdentityFile, key, "")
			set(t, s, "a", canary)
			wants(t, storeIn(filepath.Dir(s.Dir)), "a", canary)
			if got := valueOf(t, ageCommand(t, "-d", "-i", s.IdentityFile, filepath.Join(s.Dir, "a.age"))); got != "a="+canary {
				t.Error(got)
			}

			// As a further recipient, with which age reads without the identity.
			s = storeIn(t.TempDir())
			path := filepath.Join(t.TempDir(), "key")
			public := sshKey(t, path, key, "")
			os.WriteFile(s.RecipientsFile, []byte("# recovery\n\n"+public), 0o644)
			set(t, s, "a", canary)
			wants(t, storeIn(filepath.Dir(s.Dir)), "a", canary)
			if got := valueOf(t, ageCommand(t, "-d", "-i", path, filepath.Join(s.Dir, "a.age"))); got != "a="+canary {
				t.Error(got)
			}
		})
	}
	t.Run("with a passphrase", func(t *testing.T) {
		s := storeIn(t.TempDir())
		sshKey(t, s.IdentityFile, ed, "open")
		_, err := s.Set(t.Context(), "a", []byte(canary), nil)
		if !diag.CodeIs(err, "secret-identity-locked") || diag.From(err).Exit != diag.ExitRefused {
			t.Fatal(report(err))
		}
		s = storeIn(filepath.Dir(s.Dir))
		s.Passphrase = answer("wrong")
		if _, err := s.Set(t.Context(), "a", []byte(canary), nil); !diag.CodeIs(err, "secret-passphrase") {
			t.Fatal(report(err))
		}
		s = storeIn(filepath.Dir(s.Dir))
		s.Passphrase = answer("open")
		set(t, s, "a", canary)
		wants(t, s, "a", canary)
	})
}

func answer(text string) func(context.Context, string) ([]byte, error) {
	return func(context.Context, string) ([]byte, error) { return []byte(text), nil }
}

func TestPassphrase(t *testing.T) {
	dir := t.TempDir()
	s := storeIn(dir)
	if made, err := s.Set(t.Context(), "a", []byte(canary), []byte("open sesame")); err != nil || !made.Identity {
		t.Fatal(report(err))
	}
	data, err := os.ReadFile(s.IdentityFile)
	if err != nil || bytes.Contains(data, []byte("AGE-SECRET-KEY")) || !isArmored(data) {
		t.Fatalf("%v: %s", err, data)
	}
	wants(t, s, "a", canary)
	refuses(t, storeIn(dir), "a", diag.ExitRefused, "secret-identity-locked")
	locked := storeIn(dir)
	locked.Passphrase = func(context.Context, string) ([]byte, error) { return nil, ErrNoTerminal }
	refuses(t, locked, "a", diag.ExitRefused, "secret-identity-locked")
	wrong := storeIn(dir)
	wrong.Passphrase = answer("open barley")
	if _, err := get(wrong, "a"); !diag.CodeIs(err, "secret-passphrase") {
		t.Fatal(report(err))
	}
	right, asked := storeIn(dir), 0
	right.Passphrase = func(context.Context, string) ([]byte, error) { asked++; return []byte("open sesame"), nil }
	wants(t, right, "a", canary)
	wants(t, right, "a", canary)
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
	if _, err := s.Set(t.Context(), "b", []byte("x"), []byte("other")); !diag.CodeIs(err, "secret-identity") {
		t.Error(report(err))
	}
}

// Only tests have a passphrase that is cheap to guess.
func TestPassphraseIsExpensiveToGuess(t *testing.T) {
	s := storeIn(t.TempDir())
	s.Work = (&Store{}).Work
	if _, err := s.Set(t.Context(), "a", []byte(canary), []byte("open sesame")); err != nil {
		t.Fatal(report(err))
	}
	file, err := os.Open(s.IdentityFile)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	header, err := io.ReadAll(io.LimitReader(armor.NewReader(file), 200))
	if err != nil {
		t.Fatal(err)
	}
	match := regexp.MustCompile(`(?m)^-> scrypt \S+ (\d+)$`).FindSubmatch(header)
	if match == nil {
		t.Fatalf("not encrypted with a passphrase: %q", header)
	}
	if work, _ := strconv.Atoi(string(match[1])); work < 18 {
		t.Errorf("work factor %d, less than 18", work)
	}
}

func TestIdentityThatIsNone(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "noise": "\x00\xff" + canary, "a comment": "# nothing\n", "a broken key": "AGE-SECRET-KEY-1" + canary,
		"a public key": "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqs3290gq", "a broken pem": "-----BEGIN OPENSSH PRIVATE KEY-----\n" + canary + "\n",
	} {
		s := storeIn(t.TempDir())
		os.WriteFile(s.IdentityFile, []byte(text), 0o600)
		_, err := s.Set(t.Context(), "a", []byte("x"), nil)
		if !diag.CodeIs(err, "secret-identity") || strings.Contains(report(err), canary) {
			t.Errorf("%s: %s", name, report(err))
		}
	}
	s := storeIn(t.TempDir())
	set(t, s, "a", "x")
	os.Remove(s.IdentityFile)
	for _, err := range []error{
		func() error { _, err := get(storeIn(filepath.Dir(s.Dir)), "a"); return err }(),
		func() error {
			_, err := storeIn(filepath.Dir(s.Dir)).Set(t.Context(), "b", []byte("x"), nil)
			return err
		}(),
	} {
		if !diag.CodeIs(err, "secret-identity-missing") {
			t.Error(report(err))
		}
	}
}

// A second identity in the file reads what the first one did not write.
func TestRotation(t *testing.T) {
	dir := t.TempDir()
	s := storeIn(dir)
	set(t, s, "a", "old")
	old, _ := os.ReadFile(s.IdentityFile)
	fresh, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	os.WriteFile(s.IdentityFile, append([]byte(fresh.String()+"\n"), old...), 0o600)
	wants(t, storeIn(dir), "a", "old")
	set(t, storeIn(dir), "a", "new")
	os.WriteFile(s.IdentityFile, []byte(fresh.String()), 0o600)
	wants(t, storeIn(dir), "a", "new")
}

func TestRecipientsThatAreNone(t *testing.T) {
	s := storeIn(t.TempDir())
	os.WriteFile(s.RecipientsFile, []byte("# mine\nage1nonsense\n"), 0o644)
	_, err := s.Set(t.Context(), "a", []byte(canary), nil)
	if !diag.CodeIs(err, "recipients") || diag.From(err).Diagnostics[0].Positions[0].Line != 2 {
		t.Error(report(err))
	}
	os.WriteFile(s.RecipientsFile, []byte(""), 0o644)
	os.Chmod(s.RecipientsFile, 0o666)
	if _, err := s.Set(t.Context(), "a", []byte(canary), nil); !diag.CodeIs(err, "config-unsafe") {
		t.Error(report(err))
	}
}

func TestManyWritersAtOnce(t *testing.T) {
	dir := t.TempDir()
	var group sync.WaitGroup
	const writers = 24
	for i := range writers {
		group.Go(func() {
			if _, err := storeIn(dir).Set(t.Context(), "shared", fmt.Appendf(nil, "value %d", i), nil); err != nil {
				t.Error(report(err))
			}
			set(t, storeIn(dir), fmt.Sprintf("own.n%d", i), fmt.Sprint(i))
			if _, err := get(storeIn(dir), "shared"); err != nil {
				t.Error(report(err))
			}
		})
	}
	group.Wait()
	s := storeIn(dir)
	if value, err := get(s, "shared"); err != nil || !strings.HasPrefix(value, "value ") {
		t.Error(value, report(err))
	}
	for i := range writers {
		wants(t, s, fmt.Sprintf("own.n%d", i), fmt.Sprint(i))
	}
	k, _ := s.keys(t.Context())
	known, err := s.record(k)
	if err != nil || known["shared"].Gen != writers || len(known) != writers+1 {
		t.Errorf("%v %v", known, err)
	}
}

// Without a home, or with an identity by a relative path, nothing is looked for in
// the working directory, which a project may fill.
func TestStoreIsNeverInTheWorkingDirectory(t *testing.T) {
	planted := t.TempDir()
	set(t, storeIn(planted), "a", canary)
	t.Chdir(planted)
	t.Setenv("HOME", "")
	t.Setenv("XDG_DATA_HOME", "")
	if _, err := get(UserStore(), "a"); !diag.CodeIs(err, "store") {
		t.Error(report(err))
	}
	if names, err := UserStore().Names(); len(names) > 0 || err == nil {
		t.Error(names, report(err))
	}
	if _, err := UserStore().Set(t.Context(), "b", []byte("x"), nil); !diag.CodeIs(err, "store") {
		t.Error(report(err))
	}
	t.Setenv("HOME", t.TempDir())
	if _, err := get(UserStore(), "a"); !diag.CodeIs(err, "secret-missing") {
		t.Error(report(err))
	}
	t.Setenv(IdentityVariable, "identity")
	if _, err := UserStore().Set(t.Context(), "b", []byte("x"), nil); !diag.CodeIs(err, "store") || diag.From(err).Exit != diag.ExitUsage {
		t.Error(report(err))
	}
	t.Setenv(IdentityVariable, filepath.Join(planted, "identity"))
	set(t, UserStore(), "b", "x")
	wants(t, UserStore(), "b", "x")
}
