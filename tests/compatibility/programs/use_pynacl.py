# /// script
# dependencies = ["pynacl"]
# ///
"""Secret and public boxes, signatures, hashes and password hashes of libsodium, whose binding is a cffi module."""

import nacl.encoding
import nacl.exceptions
import nacl.hash
import nacl.public
import nacl.pwhash
import nacl.secret
import nacl.signing
import nacl.utils

box = nacl.secret.SecretBox(b"k" * 32)
print("box", box.encrypt(b"message", b"n" * 24).ciphertext.hex(), box.decrypt(box.encrypt(b"round")))
try:
    box.decrypt(b"n" * 24 + b"rubbish that is long enough")
except nacl.exceptions.CryptoError as error:
    print("error", error)
ada, bob = (nacl.public.PrivateKey(bytes([byte]) * 32) for byte in (1, 2))
sealed = nacl.public.Box(ada, bob.public_key).encrypt(b"for Bob", b"n" * 24)
print("public", sealed.ciphertext.hex(), nacl.public.Box(bob, ada.public_key).decrypt(sealed))
print("anonymous", nacl.public.SealedBox(bob).decrypt(nacl.public.SealedBox(bob.public_key).encrypt(b"hello")))
key = nacl.signing.SigningKey(b"s" * 32)
signed = key.sign(b"text", encoder=nacl.encoding.HexEncoder)
print("signed", signed.decode()[:40], key.verify_key.verify(signed, encoder=nacl.encoding.HexEncoder))
print("blake2b", nacl.hash.blake2b(b"abc", digest_size=16, key=b"key").decode())
print("siphash", nacl.hash.siphash24(b"abc", key=b"0123456789abcdef").decode())
kdf = nacl.pwhash.argon2id.kdf(16, b"password", b"s" * 16, opslimit=nacl.pwhash.argon2id.OPSLIMIT_MIN, memlimit=nacl.pwhash.argon2id.MEMLIMIT_MIN)
print("argon2id", kdf.hex())
stored = nacl.pwhash.str(b"password", opslimit=2, memlimit=2**16)
print("stored", stored[:10], nacl.pwhash.verify(stored, b"password"))
try:
    nacl.pwhash.verify(stored, b"other")
except nacl.exceptions.InvalidkeyError as error:
    print("error", error)
print("random", len(nacl.utils.random(7)), nacl.utils.randombytes_deterministic(8, b"d" * 32).hex())
