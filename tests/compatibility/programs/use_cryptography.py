# /// script
# dependencies = ["cryptography"]
# ///
"""Symmetric and public-key cryptography, key derivation and a certificate, through its Rust module and bundled OpenSSL."""

import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, x25519
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.x509.oid import NameOID

digest = hashes.Hash(hashes.SHA3_256())
digest.update(b"abc")
print("sha3", digest.finalize().hex())
print("hkdf", HKDF(hashes.SHA256(), 16, b"salt", b"info").derive(b"key").hex())
print("scrypt", Scrypt(b"salt", 16, 2**10, 8, 1).derive(b"password").hex())

encryptor = Cipher(algorithms.AES(b"k" * 16), modes.CTR(b"n" * 16)).encryptor()
print("aes-ctr", (encryptor.update(b"message") + encryptor.finalize()).hex())
print("aes-gcm", AESGCM(b"k" * 32).encrypt(b"n" * 12, b"message", b"header").hex())
print("chacha", ChaCha20Poly1305(b"k" * 32).encrypt(b"n" * 12, b"message", None).hex())
fernet = Fernet(Fernet.generate_key())
print("fernet", fernet.decrypt(fernet.encrypt(b"hidden")))
try:
    fernet.decrypt(b"rubbish")
except InvalidToken as error:
    print("error", type(error).__name__)

signer = ed25519.Ed25519PrivateKey.from_private_bytes(b"s" * 32)
signature = signer.sign(b"message")
print("ed25519", signature.hex())
try:
    signer.public_key().verify(signature, b"other")
except InvalidSignature as error:
    print("error", type(error).__name__)
one, other = (x25519.X25519PrivateKey.from_private_bytes(bytes([byte]) * 32) for byte in (1, 2))
print("x25519", one.exchange(other.public_key()) == other.exchange(one.public_key()))

key = rsa.generate_private_key(65537, 2048)
oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
print("rsa", key.decrypt(key.public_key().encrypt(b"rsa", oaep), oaep))
curve = ec.generate_private_key(ec.SECP256R1())
pem = curve.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"secret")
)
print("pem", serialization.load_pem_private_key(pem, b"secret").curve.name)

name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "example.org")])
day = datetime.datetime(2024, 1, 1)
builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(curve.public_key()).serial_number(7)
builder = builder.not_valid_before(day).not_valid_after(day + datetime.timedelta(30))
builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("example.org")]), critical=False)
certificate = x509.load_pem_x509_certificate(builder.sign(curve, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
print("certificate", certificate.subject.rfc4514_string(), certificate.signature_algorithm_oid._name)
print("names", certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.DNSName))
