package secret

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"io/fs"
	"strings"

	"filippo.io/age"
	"filippo.io/age/agessh"
	"golang.org/x/crypto/ssh"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// keys encrypt, decrypt and sign the files of a store. All of them come from the
// identity file: the key of a MAC is derived from the identity.
type keys struct {
	identities []age.Identity
	recipients []age.Recipient
	macKeys    [][]byte // the first one writes
}

// keys reads the identity, once; a passphrase is asked for once.
func (s *Store) keys(ctx context.Context) (*keys, error) {
	s.once.Do(func() { s.loaded, s.failed = s.loadKeys(ctx) })
	return s.loaded, s.failed
}

func (s *Store) loadKeys(ctx context.Context) (*keys, error) {
	data, err := readPrivate(s.IdentityFile, 64<<10)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, identityProblem("secret-identity-missing", "the identity that decrypts your secrets is not there: %s", s.IdentityFile).
			Hintf("put it back from a backup; without it the store cannot be read")
	case err != nil:
		return nil, s.because(err)
	}
	defer wipe(data)
	if isEncrypted(data) {
		if data, err = s.unlock(ctx, data); err != nil {
			return nil, err
		}
		defer wipe(data)
	}
	k := &keys{}
	if bytes.HasPrefix(data, []byte("-----BEGIN")) {
		err = k.addSSH(ctx, s, data)
	} else {
		err = k.addNative(data)
	}
	if errors.Is(err, errNoIdentity) {
		err = identityProblem("secret-identity", "%s holds no identity that age knows", s.IdentityFile).
			Expectedf("what age-keygen writes, with or without a passphrase, or an SSH key")
	}
	if err != nil {
		return nil, err
	}
	return k, nil
}

func identityProblem(code, format string, args ...any) *diag.Error {
	return diag.Errorf(diag.ExitState, code, format, args...)
}

var errNoIdentity = errors.New("no identity")

// add takes an identity, its recipient and the secret behind it.
func (k *keys) add(identity age.Identity, recipient age.Recipient, private []byte) error {
	key, err := hkdf.Key(sha256.New, private, nil, "insomnia.secret-mac/v1", sha256.Size)
	if err != nil {
		return err
	}
	k.identities = append(k.identities, identity)
	k.macKeys = append(k.macKeys, key)
	if k.recipients == nil { // new values are for the first identity; the others read old ones
		k.recipients = []age.Recipient{recipient}
	}
	return nil
}

func (k *keys) addNative(data []byte) error {
	identities, err := age.ParseIdentities(bytes.NewReader(data))
	if err != nil {
		return errNoIdentity // the message may quote the file
	}
	for _, identity := range identities {
		switch i := identity.(type) {
		case *age.X25519Identity:
			err = k.add(i, i.Recipient(), []byte(i.String()))
		case *age.HybridIdentity:
			err = k.add(i, i.Recipient(), []byte(i.String()))
		default:
			err = errNoIdentity
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (k *keys) addSSH(ctx context.Context, s *Store, pem []byte) error {
	private, err := ssh.ParseRawPrivateKey(pem)
	var locked *ssh.PassphraseMissingError
	if errors.As(err, &locked) {
		passphrase, err := s.ask(ctx)
		if err != nil {
			return err
		}
		defer wipe(passphrase)
		if private, err = ssh.ParseRawPrivateKeyWithPassphrase(pem, passphrase); err != nil {
			return s.wrongPassphrase()
		}
	} else if err != nil {
		return errNoIdentity
	}
	switch key := private.(type) {
	case *ed25519.PrivateKey:
		i, err := agessh.NewEd25519Identity(*key)
		if err != nil {
			return errNoIdentity
		}
		return k.add(i, i.Recipient(), key.Seed())
	case *rsa.PrivateKey:
		i, err := agessh.NewRSAIdentity(key)
		if err != nil {
			return errNoIdentity
		}
		return k.add(i, i.Recipient(), x509.MarshalPKCS1PrivateKey(key))
	}
	return errNoIdentity
}

// maxRecipients is the largest file of recipients, in bytes.
const maxRecipients = 1 << 20

// recipientsFrom adds the recipients of a file; there need be none.
func (k *keys) recipientsFrom(path string) error {
	if err := ownConfig(path); err != nil {
		return err
	}
	data, err := bounded.ReadFile(path, maxRecipients)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return diag.Errorf(diag.ExitState, "recipients", "cannot read the recipients in %s: %v", path, bounded.Reason(err)).
			Hintf("put a file with one recipient a line there, or move away what is there: ls -l %s", shell(path))
	}
	number := 0
	for line := range strings.Lines(string(data)) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		recipient, err := parseRecipient(line)
		if err != nil {
			return diag.Errorf(diag.ExitUsage, "recipients", "age does not know this recipient").
				Expectedf("age1…, ssh-ed25519 … or ssh-rsa …").At(diag.Position{File: path, Line: number})
		}
		k.recipients = append(k.recipients, recipient)
	}
	return nil
}

func parseRecipient(line string) (age.Recipient, error) {
	if strings.HasPrefix(line, "ssh-") {
		return agessh.ParseRecipient(line)
	}
	recipients, err := age.ParseRecipients(strings.NewReader(line))
	if err != nil {
		return nil, err
	}
	return recipients[0], nil
}
