package sqlite

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/uptrace/bun"
)

const (
	keyFile = "secret.key"
	keySize = 32
	// pbkdf2Rounds is OWASP's figure for PBKDF2-HMAC-SHA256.
	pbkdf2Rounds = 600_000

	metaSalt  = "secret_salt"
	metaProof = "secret_proof" // a known text, sealed: tells a wrong key at once
	proof     = "PLOG"
)

var errSealed = errors.New("sealed value cannot be opened")

// vault encrypts secrets at rest with AES-256-GCM.
type vault struct{ aead cipher.AEAD }

// openVault returns the vault of a data folder. With create it makes what is
// missing in a new folder: key file, salt and proof.
func openVault(ctx context.Context, db *bun.DB, dir, given string, create bool) (*vault, error) {
	sealed, err := getMeta(ctx, db, metaProof)
	if err != nil {
		return nil, err
	}
	key, err := secretKey(ctx, db, dir, given, create && sealed == nil)
	if err != nil {
		return nil, err
	}
	v, err := newVault(key)
	if err != nil {
		return nil, err
	}
	if sealed == nil {
		if !create {
			return v, nil
		}
		return v, setMeta(ctx, db, metaProof, []byte(v.seal(proof, metaProof)))
	}
	if text, err := v.open(string(sealed), metaProof); err != nil || text != proof {
		return nil, errWrongKey(dir)
	}
	return v, nil
}

func newVault(key []byte) (*vault, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("secret key: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("secret key: %w", err)
	}
	return &vault{aead}, nil
}

// seal encrypts text; place says where it is kept, so that it cannot be moved elsewhere.
func (v *vault) seal(text, place string) string {
	sealed := v.aead.Seal(nil, nil, []byte(text), []byte(place)) //nolint:gosec // this mode draws a nonce itself and wants none given
	return base64.StdEncoding.EncodeToString(sealed)
}

func (v *vault) open(sealed, place string) (string, error) {
	raw, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		return "", fmt.Errorf("%w: %w", errSealed, err)
	}
	text, err := v.aead.Open(nil, nil, raw, []byte(place))
	if err != nil {
		return "", fmt.Errorf("%w: %w", errSealed, err)
	}
	return string(text), nil
}

// secretKey returns the given key, or else the folder's own.
func secretKey(ctx context.Context, db *bun.DB, dir, given string, create bool) ([]byte, error) {
	if given != "" {
		if key, ok := decodeKey(given); ok {
			return key, nil
		}
		salt, err := salt(ctx, db, create)
		if err != nil {
			return nil, err
		}
		return pbkdf2.Key(sha256.New, given, salt, pbkdf2Rounds, keySize)
	}
	path := filepath.Join(dir, keyFile)
	text, err := os.ReadFile(path) //nolint:gosec // the path is the operator's own
	switch {
	case errors.Is(err, fs.ErrNotExist) && create:
		return makeKey(path)
	case errors.Is(err, fs.ErrNotExist):
		return nil, errKeyGone(dir)
	case err != nil:
		return nil, err
	}
	key, ok := decodeKey(strings.TrimSpace(string(text)))
	if !ok {
		return nil, errKeyGone(dir)
	}
	return key, nil
}

func decodeKey(text string) ([]byte, bool) {
	for _, decode := range []func(string) ([]byte, error){
		hex.DecodeString, base64.StdEncoding.DecodeString, base64.RawStdEncoding.DecodeString,
		base64.URLEncoding.DecodeString, base64.RawURLEncoding.DecodeString,
	} {
		if key, err := decode(text); err == nil && len(key) == keySize {
			return key, true
		}
	}
	return nil, false
}

func makeKey(path string) ([]byte, error) {
	key := make([]byte, keySize)
	_, _ = rand.Read(key)                                                 // never fails
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the path is the operator's own
	if err != nil {
		return nil, err
	}
	_, err = f.WriteString(hex.EncodeToString(key) + "\n")
	return key, errors.Join(err, f.Sync(), f.Close())
}

func salt(ctx context.Context, db *bun.DB, create bool) ([]byte, error) {
	have, err := getMeta(ctx, db, metaSalt)
	if err != nil || have != nil || !create {
		return have, err
	}
	fresh := make([]byte, 16)
	_, _ = rand.Read(fresh) // never fails
	return fresh, setMeta(ctx, db, metaSalt, fresh)
}

func getMeta(ctx context.Context, db *bun.DB, key string) ([]byte, error) {
	var value []byte
	err := db.DB.QueryRowContext(ctx, "SELECT value FROM meta WHERE key = ?", key).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return value, err
}

func setMeta(ctx context.Context, db *bun.DB, key string, value []byte) error {
	_, err := db.DB.ExecContext(ctx, "INSERT INTO meta (key, value) VALUES (?, ?)", key, value)
	return err
}
