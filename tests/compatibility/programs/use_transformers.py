# /// script
# dependencies = ["transformers"]
# ///
"""Finds its models by listing the directories of its sources; configurations, a tokenizer and its errors, without weights."""

import logging
import os
import tempfile

os.environ["TRANSFORMERS_NO_ADVISORY_WARNINGS"] = "1"
os.environ["HF_HUB_OFFLINE"] = "1"

import transformers

transformers.logging.set_verbosity(logging.CRITICAL)
print("models", len(dir(transformers)) > 1000, transformers.models.bert.__name__, transformers.BertConfig().hidden_size)
print("config", transformers.AutoConfig.for_model("gpt2", n_layer=2).n_layer, transformers.T5Config().model_type)
with tempfile.TemporaryDirectory() as directory:
    with open(os.path.join(directory, "vocab.txt"), "w") as vocabulary:
        vocabulary.write("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "hello", "world", "##s"]))
    tokenizer = transformers.BertTokenizerFast(os.path.join(directory, "vocab.txt"))
    print("tokens", tokenizer.tokenize("Hello worlds"), tokenizer("hello world")["input_ids"], tokenizer.decode([2, 5, 6, 3]))
    tokenizer.save_pretrained(directory)
    transformers.BertConfig(num_hidden_layers=3).save_pretrained(directory)
    print("loaded", transformers.AutoConfig.from_pretrained(directory).num_hidden_layers)
    print("loaded", transformers.AutoTokenizer.from_pretrained(directory).tokenize("hello there"))
try:
    transformers.AutoConfig.from_pretrained("no/such-model")
except OSError as error:
    print("error", type(error).__name__)
try:
    transformers.BertModel(transformers.BertConfig())
except ImportError as error:
    print("error", "PyTorch" in str(error))
