package secret

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"filippo.io/age"
	"filippo.io/age/armor"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/durable"
)

// unlock decrypts an identity file with its passphrase.
func (s *Store) unlock(ctx context.Context, data []byte) ([]byte, error) {
	passphrase, err := s.ask(ctx)
	if err != nil {
		return nil, err
	}
	defer wipe(passphrase)
	identity, err := age.NewScryptIdentity(string(passphrase))
	if err != nil {
		return nil, s.wrongPassphrase()
	}
	var source io.Reader = bytes.NewReader(data)
	if isArmored(data) {
		source = armor.NewReader(source)
	}
	r, err := age.Decrypt(source, identity)
	if err != nil {
		var none *age.NoIdentityMatchError
		if errors.As(err, &none) {
			return nil, s.wrongPassphrase()
		}
		return nil, errNoIdentity
	}
	plain, err := io.ReadAll(io.LimitReader(r, 64<<10))
	if err != nil {
		return nil, errNoIdentity
	}
	return plain, nil
}

func (s *Store) ask(ctx context.Context) ([]byte, error) {
	if s.Passphrase == nil {
		return nil, s.locked()
	}
	passphrase, err := s.Passphrase(ctx, "Passphrase of "+s.IdentityFile)
	if errors.Is(err, ErrNoTerminal) {
		return nil, s.locked()
	}
	return passphrase, err
}

// ErrNoTerminal is the error of Passphrase if there is no terminal to prompt on.
var ErrNoTerminal = errors.New("no terminal")

func (s *Store) locked() error {
	return diag.Errorf(diag.ExitRefused, "secret-identity-locked", "the identity %s has a passphrase, and there is no terminal to ask for it", s.IdentityFile).
		Hintf("run this at a terminal, or use an identity without a passphrase")
}

func (s *Store) wrongPassphrase() error {
	return diag.Errorf(diag.ExitRefused, "secret-passphrase", "this is not the passphrase of %s", s.IdentityFile)
}

// ensureIdentity makes an identity for a store that has none yet.
func (s *Store) ensureIdentity(passphrase []byte) (made bool, err error) {
	if _, err := os.Lstat(s.IdentityFile); err == nil {
		if len(passphrase) > 0 {
			return false, diag.Errorf(diag.ExitUsage, "secret-identity", "the identity already exists: %s", s.IdentityFile).
				Hintf("a passphrase can be set only with the first secret")
		}
		return false, nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return false, s.because(err)
	}
	if names, err := s.Names(); err != nil || len(names) > 0 {
		if err != nil {
			return false, err
		}
		return false, identityProblem("secret-identity-missing", "the store has secrets, but the identity that decrypts them is not there: %s", s.IdentityFile).
			Hintf("put it back from a backup; or, if it is lost, delete %s and set the secrets again", shell(s.Dir))
	}
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return false, err
	}
	text := fmt.Appendf(nil, "# created: %s\n# public key: %s\n%s\n", time.Now().Format(time.RFC3339), identity.Recipient(), identity)
	defer wipe(text)
	out := text
	if len(passphrase) > 0 {
		if out, err = protect(text, passphrase, s.Work); err != nil {
			return false, err
		}
	}
	if err := durable.MkdirAll(s.fs(), filepath.Dir(s.IdentityFile), 0o700); err != nil {
		return false, s.because(err)
	}
	if err := durable.Replace(s.fs(), s.IdentityFile, out, 0o600); err != nil {
		return false, s.because(err)
	}
	s.once.Do(func() { // a passphrase that was just given is not asked for
		s.loaded = &keys{}
		s.failed = s.loaded.addNative(text)
	})
	return true, nil
}

// protect encrypts an identity with a passphrase, as `age -p -a` does; with a work of its own unless 0.
func protect(text, passphrase []byte, work int) ([]byte, error) {
	recipient, err := age.NewScryptRecipient(string(passphrase))
	if err != nil {
		return nil, err
	}
	if work != 0 {
		recipient.SetWorkFactor(work)
	}
	var out bytes.Buffer
	armored := armor.NewWriter(&out)
	w, err := age.Encrypt(armored, recipient)
	if err == nil {
		_, err = w.Write(text)
	}
	if err == nil {
		err = errors.Join(w.Close(), armored.Close())
	}
	return out.Bytes(), err
}

// isArmored and isEncrypted report the format of an age file.
func isArmored(data []byte) bool {
	return bytes.HasPrefix(bytes.TrimSpace(data), []byte("-----BEGIN AGE ENCRYPTED FILE-----"))
}
func isEncrypted(data []byte) bool {
	return bytes.HasPrefix(data, []byte("age-encryption.org/")) || isArmored(data)
}
