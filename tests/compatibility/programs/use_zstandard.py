# /// script
# dependencies = ["zstandard"]
# ///
"""Its C module: frames, streams, a trained dictionary, threads, errors."""

import io

import zstandard

print("backend", zstandard.backend)
text = b"".join(b"line %d of the text\n" % number for number in range(2000))
packed = zstandard.ZstdCompressor(level=9, write_checksum=True, threads=2).compress(text)
print("frame", len(packed) < len(text) // 4, zstandard.ZstdDecompressor().decompress(packed) == text)
parameters = zstandard.get_frame_parameters(zstandard.compress(text))
print("parameters", parameters.content_size, parameters.has_checksum)
buffer = io.BytesIO()
with zstandard.ZstdCompressor().stream_writer(buffer, closefd=False) as writer:
    for start in range(0, len(text), 1000):
        writer.write(text[start : start + 1000])
with zstandard.open(io.BytesIO(buffer.getvalue()), "rt") as lines:
    print("lines", sum(1 for _ in lines))
samples = [b"sample %d with a common part, %d times" % (number, number % 7) for number in range(2000)]
dictionary = zstandard.train_dictionary(4096, samples)
small = zstandard.ZstdCompressor(dict_data=dictionary).compress(samples[5])
print("dictionary", dictionary.dict_id() > 0, zstandard.ZstdDecompressor(dict_data=dictionary).decompress(small))
try:
    zstandard.ZstdDecompressor().decompress(b"no frame")
except zstandard.ZstdError as error:
    print("error", error)
