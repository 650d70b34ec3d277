# /// script
# dependencies = ["tokenizers"]
# ///
"""Trains tokenizers of three kinds in process; encodes, decodes, saves and loads them; a decoder, a normalizer, errors."""

import os
import tempfile

os.environ["TOKENIZERS_PARALLELISM"] = "true"

import tokenizers
from tokenizers import decoders, models, normalizers, pre_tokenizers, processors, trainers

texts = ["the cat sat on the mat", "the dog sat on the log", "cats and dogs, mats and logs"] * 20
bpe = tokenizers.Tokenizer(models.BPE(unk_token="[UNK]"))
bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
bpe.decoder = decoders.ByteLevel()
bpe.train_from_iterator(texts, trainers.BpeTrainer(vocab_size=300, special_tokens=["[UNK]", "[CLS]"], show_progress=False))
encoded = bpe.encode("the cat sät")
print("bpe", bpe.get_vocab_size(), encoded.tokens, repr(bpe.decode(encoded.ids)), encoded.offsets[0])
word = tokenizers.Tokenizer(models.WordPiece(unk_token="[UNK]"))
word.normalizer = normalizers.Sequence([normalizers.NFD(), normalizers.Lowercase(), normalizers.StripAccents()])
word.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
special = ["[UNK]", "[CLS]", "[SEP]", "[PAD]"]
word.train_from_iterator(texts, trainers.WordPieceTrainer(vocab_size=80, special_tokens=special, show_progress=False))
word.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)])
word.enable_padding(pad_id=3, pad_token="[PAD]", length=10)
print("wordpiece", word.encode("Thé CAT, zzz").tokens, [len(one.ids) for one in word.encode_batch(["a", "the mat"])])
unigram = tokenizers.Tokenizer(models.Unigram())
unigram.pre_tokenizer = pre_tokenizers.Metaspace()
unigram.train_from_iterator(texts, trainers.UnigramTrainer(vocab_size=40, show_progress=False))
print("unigram", unigram.get_vocab_size() <= 40, unigram.normalizer)
print("split", pre_tokenizers.Whitespace().pre_tokenize_str("a, b"), normalizers.NFKC().normalize_str("ﬁ"))
with tempfile.TemporaryDirectory() as directory:
    word.save(f"{directory}/t.json")
    print("loaded", tokenizers.Tokenizer.from_file(f"{directory}/t.json").encode("mat").tokens[:3])
print("implementations", tokenizers.BertWordPieceTokenizer({"[UNK]": 0, "[SEP]": 1, "[CLS]": 2, "a": 3}).encode("a b").tokens)
try:
    tokenizers.Tokenizer.from_str("{}")
except Exception as error:
    print("error", type(error).__name__)
