# /// script
# dependencies = ["bcrypt"]
# ///
"""Hashes, checks and derives keys; refuses bad salts."""

import bcrypt

salt = b"$2b$04$abcdefghijklmnopqrstuu"
hashed = bcrypt.hashpw("Pässwort".encode(), salt)
print(hashed.decode())
print(bcrypt.checkpw("Pässwort".encode(), hashed), bcrypt.checkpw(b"other", hashed))
print(bcrypt.gensalt(5)[:7], bcrypt.gensalt(12, prefix=b"2a")[:7])
print(bcrypt.kdf(b"password", b"salt", 16, 50).hex())
for bad in (b"no salt", b"$9b$04$abcdefghijklmnopqrstuu"):
    try:
        bcrypt.hashpw(b"x", bad)
    except ValueError as error:
        print("error", error)
