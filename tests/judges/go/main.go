// SM2, SM3, SM4, certificates and GB/T 35275 by another implementation, gmsm: each command reads files of the folder in
// which it runs, and judges or makes one thing. Keys are PKCS #8, all else is DER or plain octets.
package main

import (
	"bytes"
	"crypto/cipher"
	"crypto/ecdsa"
	"crypto/rand"
	"errors"
	"fmt"
	"os"

	"github.com/emmansun/gmsm/padding"
	"github.com/emmansun/gmsm/pkcs7"
	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm3"
	"github.com/emmansun/gmsm/sm4"
	"github.com/emmansun/gmsm/smx509"
)

var errRefused = errors.New("refused")

// A command takes the octets of its files, the last name being that of the file it makes, where it makes one.
type command struct {
	files int
	makes bool
	act   func(files [][]byte) ([]byte, error)
}

var commands = map[string]command{
	"version":            {0, false, func([][]byte) ([]byte, error) { return nil, nil }},
	"verify":             {3, false, verify},
	"sign":               {2, true, sign},
	"verify-certificate": {2, false, verifyCertificate},
	"verify-list":        {2, false, verifyList},
	"verify-message":     {2, false, verifyMessage},
	"make-message":       {3, true, makeMessage},
	"make-bare-message":  {3, true, makeBareMessage},
	"encrypt":            {2, true, encrypt},
	"decrypt":            {2, true, decrypt},
	"envelop":            {2, true, envelop},
	"take-out":           {3, false, takeOut},
	"digest":             {1, true, digest},
	"sm4-gcm-seal":       {4, true, gcmSeal},
	"sm4-gcm-open":       {4, true, gcmOpen},
	"sm4-cbc-encrypt":    {3, true, cbcEncrypt},
	"sm4-cbc-decrypt":    {3, true, cbcDecrypt},
}

func publicKey(spki []byte) (*ecdsa.PublicKey, error) {
	read, err := smx509.ParsePKIXPublicKey(spki)
	if err != nil {
		return nil, err
	}
	key, ok := read.(*ecdsa.PublicKey)
	if !ok || !sm2.IsSM2PublicKey(key) {
		return nil, errors.New("no key of SM2")
	}
	return key, nil
}

func privateKey(pkcs8 []byte) (*sm2.PrivateKey, error) {
	read, err := smx509.ParsePKCS8PrivateKey(pkcs8)
	if err != nil {
		return nil, err
	}
	key, ok := read.(*sm2.PrivateKey)
	if !ok {
		return nil, errors.New("no key of SM2")
	}
	return key, nil
}

// verify: public key, octets, signature; under the usual identity.
func verify(files [][]byte) ([]byte, error) {
	key, err := publicKey(files[0])
	if err != nil {
		return nil, err
	}
	if !sm2.VerifyASN1WithSM2(key, nil, files[1], files[2]) {
		return nil, errRefused
	}
	return nil, nil
}

// sign: private key, octets.
func sign(files [][]byte) ([]byte, error) {
	key, err := privateKey(files[0])
	if err != nil {
		return nil, err
	}
	return key.Sign(rand.Reader, files[1], sm2.DefaultSM2SignerOpts)
}

// verify-certificate: certificate, its issuer's.
func verifyCertificate(files [][]byte) ([]byte, error) {
	certificate, err := smx509.ParseCertificate(files[0])
	if err != nil {
		return nil, err
	}
	issuer, err := smx509.ParseCertificate(files[1])
	if err != nil {
		return nil, err
	}
	return nil, certificate.CheckSignatureFrom(issuer)
}

// verify-list: revocation list, its issuer's certificate.
func verifyList(files [][]byte) ([]byte, error) {
	list, err := smx509.ParseDERCRL(files[0])
	if err != nil {
		return nil, err
	}
	issuer, err := smx509.ParseCertificate(files[1])
	if err != nil {
		return nil, err
	}
	return nil, issuer.CheckCRLSignature(list)
}

// verify-message: message of GB/T 35275, the content that it has to carry.
func verifyMessage(files [][]byte) ([]byte, error) {
	message, err := pkcs7.Parse(files[0])
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(message.Content, files[1]) {
		return nil, errors.New("another content")
	}
	return nil, message.Verify()
}

func message(files [][]byte, add func(*pkcs7.SignedData, *smx509.Certificate, *sm2.PrivateKey) error) ([]byte, error) {
	certificate, err := smx509.ParseCertificate(files[0])
	if err != nil {
		return nil, err
	}
	key, err := privateKey(files[1])
	if err != nil {
		return nil, err
	}
	signed, err := pkcs7.NewSMSignedData(files[2])
	if err != nil {
		return nil, err
	}
	if err := add(signed, certificate, key); err != nil {
		return nil, err
	}
	return signed.Finish()
}

// make-message: certificate, private key, content; with attributes.
func makeMessage(files [][]byte) ([]byte, error) {
	return message(files, func(signed *pkcs7.SignedData, certificate *smx509.Certificate, key *sm2.PrivateKey) error {
		return signed.AddSigner(certificate, key, pkcs7.SignerInfoConfig{})
	})
}

// make-bare-message: the same without attributes.
func makeBareMessage(files [][]byte) ([]byte, error) {
	return message(files, func(signed *pkcs7.SignedData, certificate *smx509.Certificate, key *sm2.PrivateKey) error {
		return signed.SignWithoutAttr(certificate, key, pkcs7.SignerInfoConfig{})
	})
}

// encrypt: public key, message.
func encrypt(files [][]byte) ([]byte, error) {
	key, err := publicKey(files[0])
	if err != nil {
		return nil, err
	}
	return sm2.EncryptASN1(rand.Reader, key, files[1])
}

// decrypt: private key, sealed message.
func decrypt(files [][]byte) ([]byte, error) {
	key, err := privateKey(files[0])
	if err != nil {
		return nil, err
	}
	return key.Decrypt(rand.Reader, files[1], sm2.ASN1DecrypterOpts)
}

// envelop: the holder's public key, the private key to hand over.
func envelop(files [][]byte) ([]byte, error) {
	holder, err := publicKey(files[0])
	if err != nil {
		return nil, err
	}
	key, err := privateKey(files[1])
	if err != nil {
		return nil, err
	}
	return sm2.MarshalEnvelopedPrivateKey(rand.Reader, holder, key)
}

// take-out: the holder's private key, the enveloped key, the private key that has to be in it.
func takeOut(files [][]byte) ([]byte, error) {
	holder, err := privateKey(files[0])
	if err != nil {
		return nil, err
	}
	expected, err := privateKey(files[2])
	if err != nil {
		return nil, err
	}
	found, err := sm2.ParseEnvelopedPrivateKey(holder, files[1])
	if err != nil {
		return nil, err
	}
	if !found.Equal(expected) {
		return nil, errors.New("another key")
	}
	return nil, nil
}

// digest: octets.
func digest(files [][]byte) ([]byte, error) {
	sum := sm3.Sum(files[0])
	return sum[:], nil
}

func gcm(key []byte) (cipher.AEAD, error) {
	block, err := sm4.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// sm4-gcm-seal: key, nonce, message, associated data.
func gcmSeal(files [][]byte) ([]byte, error) {
	mode, err := gcm(files[0])
	if err != nil {
		return nil, err
	}
	return mode.Seal(nil, files[1], files[2], files[3]), nil
}

// sm4-gcm-open: key, nonce, ciphertext and tag, associated data.
func gcmOpen(files [][]byte) ([]byte, error) {
	mode, err := gcm(files[0])
	if err != nil {
		return nil, err
	}
	return mode.Open(nil, files[1], files[2], files[3])
}

// sm4-cbc-encrypt: key, initial block, message.
func cbcEncrypt(files [][]byte) ([]byte, error) {
	block, err := sm4.NewCipher(files[0])
	if err != nil {
		return nil, err
	}
	text := padding.NewPKCS7Padding(sm4.BlockSize).Pad(files[2])
	cipher.NewCBCEncrypter(block, files[1]).CryptBlocks(text, text)
	return text, nil
}

// sm4-cbc-decrypt: key, initial block, ciphertext.
func cbcDecrypt(files [][]byte) ([]byte, error) {
	block, err := sm4.NewCipher(files[0])
	if err != nil {
		return nil, err
	}
	if len(files[2])%sm4.BlockSize != 0 {
		return nil, errors.New("no whole blocks")
	}
	text := make([]byte, len(files[2]))
	cipher.NewCBCDecrypter(block, files[1]).CryptBlocks(text, files[2])
	return padding.NewPKCS7Padding(sm4.BlockSize).Unpad(text)
}

func run(arguments []string) error {
	if len(arguments) == 0 {
		return errors.New("usage: gmsm-judge COMMAND FILE...")
	}
	command, known := commands[arguments[0]]
	names := arguments[1:]
	wanted := command.files
	if command.makes {
		wanted++
	}
	if !known || len(names) != wanted {
		return fmt.Errorf("no such command with %d files: %s", len(names), arguments[0])
	}
	var files [][]byte
	for _, name := range names[:command.files] {
		octets, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		files = append(files, octets)
	}
	made, err := command.act(files)
	if err != nil || !command.makes {
		return err
	}
	return os.WriteFile(names[command.files], made, 0o600)
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
