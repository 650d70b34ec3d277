# /// script
# dependencies = ["pycryptodome"]
# ///
"""Ciphers, hashes, signatures and key derivation in libraries that are named like extension modules, but opened by their paths."""

from Crypto.Cipher import AES, PKCS1_OAEP, ChaCha20_Poly1305
from Crypto.Hash import BLAKE2b, HMAC, SHA3_256, SHA256
from Crypto.Protocol.KDF import scrypt
from Crypto.PublicKey import ECC, RSA
from Crypto.Signature import DSS, pkcs1_15
from Crypto.Util import strxor

key, nonce = bytes(range(16)), bytes(12)
sealed, tag = AES.new(key, AES.MODE_GCM, nonce=nonce).encrypt_and_digest(b"hello")
print("gcm", sealed.hex(), AES.new(key, AES.MODE_GCM, nonce=nonce).decrypt_and_verify(sealed, tag))
print("cbc", AES.new(key, AES.MODE_CBC, iv=key).encrypt(bytes(16)).hex())
print("chacha", ChaCha20_Poly1305.new(key=key * 2, nonce=nonce).encrypt(b"hello").hex())
print("hash", SHA256.new(b"a").hexdigest()[:16], SHA3_256.new(b"a").hexdigest()[:16], BLAKE2b.new(data=b"a", digest_bits=64).hexdigest())
print("mac", HMAC.new(b"k", b"a", SHA256).hexdigest()[:16], scrypt("password", "salt", 16, N=1024, r=8, p=1).hex())
print("xor", strxor.strxor(b"\x0f\xf0", b"\xff\xff").hex())
rsa = RSA.generate(2048)
print("rsa", PKCS1_OAEP.new(rsa).decrypt(PKCS1_OAEP.new(rsa.publickey()).encrypt(b"secret")))
digest = SHA256.new(b"text")
pkcs1_15.new(rsa).verify(digest, pkcs1_15.new(rsa).sign(digest))
ecc = ECC.generate(curve="P-256")
DSS.new(ecc, "fips-186-3").verify(digest, DSS.new(ecc, "fips-186-3").sign(digest))
print("signed", RSA.import_key(rsa.export_key()) == rsa, ECC.import_key(ecc.export_key(format="PEM")).curve)
try:
    AES.new(key, AES.MODE_GCM, nonce=nonce).decrypt_and_verify(sealed, bytes(16))
except ValueError as error:
    print("error", error)
