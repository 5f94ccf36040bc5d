#!/usr/bin/env python3
"""Writes the fixtures of tests/text: small tokenizer.json files with every family's rules, and what Hugging Face's
`tokenizers` makes of hard samples.

    python3 -m venv venv && venv/bin/pip install tokenizers==0.23.3 sentencepiece==0.2.3 protobuf
    venv/bin/python tests/data/tokenizers_fixtures.py FOLDER_OF_ENGLISH_TEXTS

The vocabularies are learned from the folder's *.txt files and the samples below; the samples are this project's own. Some of
the library's trainers break ties at random, so that a new run writes other vocabularies, with the ids that go with them.
"""
import io
import json
import pathlib
import random
import sys

import sentencepiece
from sentencepiece import sentencepiece_model_pb2
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

HERE = pathlib.Path(__file__).parent / "tokenizers"

SAMPLES = [
    "",
    " ",
    "a",
    "Hello, world!",
    "The slope decides how far a head looks back.",
    " two leading  and   several    inner spaces, and trailing   ",
    "tabs\tand\t\tmore\ttabs, newline\nnext\n\nparagraph\r\nCRLF\r\n\r\n  indented\n    deeper\n",
    "I'll say it's what they've done; we'd know, I'm sure you're right, don't SHOUT: I'LL, IT'S, WE'VE 'tis '90s ''s",
    "don\u2019t use \u2018curly\u2019 \u201cquotes\u201d \u2014 or do\u2026 (yes!) [no?] {maybe} <tag> a|b \\ / ^ ~ `code`",
    "0 1 12 123 1234 12345 3.14159 1,000,000 -42 1e-9 0x1F 2\u00b2 \u00bd \u2460 \u0663\u0664\u0665 \u096b 5\u00d76 x1y22z333",
    "snake_case camelCase kebab-case __init__ http://example.org/a?b=c&d=%20 me@example.org #tag $5.00 100%",
    "for (int i = 0; i < n; ++i) {\n\tsum += x[i] * y[i];  // dot product\n}\n",
    "Gr\u00fc\u00dfe aus K\u00f6ln, \u00c6r\u00f8 og \u0141\u00f3d\u017a; na\u00efve caf\u00e9 fa\u00e7ade \u2014 Stra\u00dfe, \u1e9e, \u0130stanbul \u0131\u015f\u0131k",
    "composed \u00e9 \u00f1 \u00c5 \u1e69 \u1ec7 and decomposed e\u0301 n\u0303 A\u030a s\u0323\u0307 s\u0307\u0323 e\u0302\u0323 \u212b \u2126",
    "marks stacked: a\u0301\u0302\u0303\u0304\u0323\u0325 o\u0338\u0301 \u0301alone, Z\u0351\u036b\u0343a\u0363\u0366l\u0301g\u0320o\u0352",
    "\ud55c\uad6d\uc5b4 \ubb38\uc7a5\uc785\ub2c8\ub2e4. \u1112\u1161\u11ab\u1100\u1173\u11af jamo \u3131\u314f \uffa1\uffc2",
    "\u4eca\u5929\u5929\u6c14\u5f88\u597d\uff0c\u6211\u4eec\u53bb\u6563\u6b65\u5427\u3002\u300c\u5f15\u7528\u300d\u3001\u5168\u89d2\uff21\uff22\uff23\uff11\uff12\uff13",
    "\u30e2\u30c7\u30eb\u306f\u77ed\u304f\u5b66\u3073\u3001\u9577\u304f\u8a66\u3059\u3002\uff76\uff9e\uff77\uff9e \u304b\u3099 \u30d1\u3000\u5168\u89d2\u7a7a\u767d",
    "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd, \u05d1\u05b0\u05bc\u05e8\u05b5\u05d0\u05e9\u05b4\u05c1\u05d9\u05ea",
    "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645\u060c \u0643\u064a\u0641 \u0627\u0644\u062d\u0627\u0644\u061f \u06f1\u06f2\u06f3 \ufefb \u200fRTL\u200e \u06d4",
    "\u0928\u092e\u0938\u094d\u0924\u0947 \u0926\u0941\u0928\u093f\u092f\u093e \u0964 \u0915\u094d\u0937\u093f \u09ac\u09be\u0982\u09b2\u09be \u09c7\u09be \u0ba4\u0bae\u0bbf\u0bb4\u0bcd \u0bc6\u0bbe",
    "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35\u0e0a\u0e32\u0e27\u0e42\u0e25\u0e01 \u0e33\u0e19\u0e49\u0e33 \u0f40\u0fb5 \u1780\u17d2\u1798\u17c2\u179a \u1019\u103c\u1014\u103a\u1019\u102c \u1025\u102e",
    "\u041f\u0440\u0438\u0432\u0435\u0442, \u043c\u0438\u0440! \u0401\u043b\u043a\u0430 \u0439\u043e\u0434 \u0418\u0306; \u0393\u03b5\u03b9\u03ac \u03a3\u039f\u03a6\u039f\u03a3 \u03c3\u03bf\u03c6\u03cc\u03c2",
    "emoji \U0001f600\U0001f601 \U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 \U0001f44d\U0001f3fd \U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7 \u2764\ufe0f 1\ufe0f\u20e3 \U0001f3f4\U000e0067\U000e0062\U000e007f",
    "rare \U00010348\U0001d49c\U0001d7d8\U00020000\U0002f800 \ue000 \U0010fffd \ufffd \u0378",
    "ligatures \ufb01\ufb02 \u2075\u2082 \u2122 \u2474 \u33a1 \u00bc \u017f's \u212a'\u017f \u01c5 \u0149 \u2167 \u3392",
    "spaces:\u00a0nbsp\u2003em\u2009thin\u200bzero\u202fnarrow\u3000wide\u1680ogham\u180emongolian\u2028line\u2029par\u0085nel\x0bvt\x0cff\u2060wj\ufeffbom\x1cfs",
    "controls:\x00nul\x01\x1f\x7f\x9f soft\u00adhyphen \u0600sign \u200cnj\u200dj \u2066iso\u2069",
    "lower \u2581 mark \u2581\u2581two\u2581 \u2581a and \u0120byte \u010aletters \u0100 \u0143 \u0144",
    "<s> and </s> and <unk> <0x0A> <0x41> text<|endoftext|>more <|endoftext|> end<|begin_of_text|> <extra_id_0> x <extra_id_1>.",
    "<|endoftext|><|endoftext|>",
    "  <mask>  [SEP]word [SEP] word[SEP] wide\tMASKED  NAME , NAMED NAME",
    "\n \n  \n   \n    \n\t\n \t \n",
    "                         run of twenty-five, then twenty-four                        end",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa abababababababababab  ababab",
    "line one\nline two\n\n\nline five\n",
    "!!! ... ??? ,,, !?!? --- === *** ((())) \u2026\u2026 \u3002\u3002 \u060c\u060c\u06d4 a.b,c!d?e\u2026f",
    "Mixed\u4e2d\u6587and\u65e5\u672c\u8a9ewith\u0627\u0644\u0639\u0631\u0628\u064a\u0629inside123\u6587456",
    "\u00e9",
    "\u0301",
    "\u2581",
    "\U0001f600",
    "\r\r\n\n\r",
    "trailing newline \n",
    " \t leading mixed",
]

AWKWARD = list("aabcdeEIlstTS''  \t\n\r.,!?-_0123456789") + [
    "\u00e9", "e\u0301", "\u0323", "\u00df", "\u4e2d", "\u3042\u3099", "\ud55c", "\u11ab", "\u05d0", "\u0639", "\u060c", "\u0928\u093f",
    "\U0001f600", "\u200d", "\ufe0f", "\u00a0", "\u3000", "\u2003", "\u2026", "\u3002", "\u2581", "\u0120", "\u00bd", "\u0663", "\u017f",
    "<s>", "<|endoftext|>", "NAME", "[SEP]", "   ", "'ll", "'S", "123",
]


def hard_samples():
    draw = random.Random(20260)
    strings = ["".join(draw.choices(AWKWARD, k=draw.randint(2, 40))) for _ in range(60)]
    return SAMPLES + strings


SAMPLES = hard_samples()


def corpus(folder, most):
    text = "".join(file.read_text(encoding="utf-8") for file in sorted(pathlib.Path(folder).glob("*.txt")))
    lines = [line + "\n" for line in text[:most].split("\n")]
    return lines + 3 * [s for s in SAMPLES if s]


def write(name, value):
    (HERE / name).write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def expectations(tokenizer):
    rows = []
    for sample in SAMPLES:
        ids = tokenizer.encode(sample).ids
        rows.append([ids, tokenizer.decode(ids)])
    return rows


def digests(tokenizer):
    """24 bits of FNV-1a over the ids, as 32-bit little endian: there are too many variants to keep all ids."""
    rows = []
    for sample in SAMPLES:
        ids, digest = tokenizer.encode(sample).ids, 0x811C9DC5
        for byte in b"".join(i.to_bytes(4, "little") for i in ids):
            digest = (digest ^ byte) * 0x01000193 & 0xFFFFFFFF
        rows.append(digest & 0xFFFFFF)
    return rows


def fixture(name, tokenizer):
    """The tokenizer.json, and beside it [ids, decoded] for every sample."""
    write(name + ".json", json.loads(tokenizer.to_str()))
    write(name + ".expected.json", expectations(tokenizer))


def trained_bpe(texts, pre_tokenizer, normalizer=None, size=700, special=(), alphabet=None, **options):
    tokenizer = Tokenizer(models.BPE(**options))
    tokenizer.pre_tokenizer = pre_tokenizer
    if normalizer:
        tokenizer.normalizer = normalizer
    trainer = trainers.BpeTrainer(vocab_size=size, special_tokens=list(special), show_progress=False,
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet() if alphabet is None else alphabet,
                                  limit_alphabet=256 if alphabet is None else 200)
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def surround(tokenizer, single, *tokens):
    tokenizer.post_processor = processors.TemplateProcessing(
        single=single, special_tokens=[(token, tokenizer.token_to_id(token)) for token in tokens])


def byte_level_families(texts):
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bytes_only = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)

    gpt2 = trained_bpe(texts, byte_level, special=["<|endoftext|>"])
    gpt2.decoder = decoders.ByteLevel()
    fixture("gpt2", gpt2)

    opt = trained_bpe(texts, byte_level, special=["<s>", "<pad>", "</s>", "<unk>"])
    opt.decoder = decoders.ByteLevel()
    surround(opt, "</s> $A", "</s>")
    fixture("opt", opt)

    neox = trained_bpe(texts, byte_level, normalizers.NFC(), special=["<|endoftext|>", "<|padding|>"])
    neox.decoder = decoders.ByteLevel()
    neox.add_tokens([AddedToken(" " * n, normalized=True, special=False) for n in range(24, 1, -1)])
    fixture("neox", neox)

    brackets = Regex(r" ?[^(\s|[.,!?…。，、।۔،])]+")
    bloom = trained_bpe(texts, pre_tokenizers.Sequence([pre_tokenizers.Split(brackets, "isolated"), bytes_only]),
                        special=["<unk>", "<s>", "</s>", "<pad>"])
    bloom.decoder = decoders.ByteLevel()
    fixture("bloom", bloom)

    falcon = trained_bpe(texts, pre_tokenizers.Sequence([
        pre_tokenizers.Punctuation("contiguous"), byte_level, pre_tokenizers.Digits(individual_digits=False),
        pre_tokenizers.Split(Regex("[0-9][0-9][0-9]"), "isolated")]), special=["<|endoftext|>"])
    falcon.decoder = decoders.ByteLevel()
    fixture("falcon", falcon)

    words = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}%s| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    llama3 = trained_bpe(texts, pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(words % "{1,3}"), "isolated"), bytes_only]))
    llama3 = Tokenizer.from_str(llama3.to_str().replace('"ignore_merges":false', '"ignore_merges":true'))
    model = json.loads(llama3.to_str())
    for word in ["\u0120understand", "\u0120Slope", "Hello", "\u0120done"]:  # whole words that no merge makes
        model["model"]["vocab"].setdefault(word, len(model["model"]["vocab"]))
    llama3 = Tokenizer.from_str(json.dumps(model))
    llama3.decoder = decoders.ByteLevel()
    llama3.add_special_tokens(["<|begin_of_text|>", "<|endoftext|>"])
    surround(llama3, "<|begin_of_text|> $A", "<|begin_of_text|>")
    llama3.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=True), llama3.post_processor])
    fixture("llama3", llama3)

    qwen2 = trained_bpe(texts, pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(words % ""), "isolated"), bytes_only]), normalizers.NFC())
    qwen2.decoder = decoders.ByteLevel()
    qwen2.add_special_tokens(["<|endoftext|>"])
    fixture("qwen2", qwen2)


def sentencepiece_families(texts):
    special = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)]
    metaspace = pre_tokenizers.Metaspace(replacement="\u2581", prepend_scheme="always")
    plain = trained_bpe(texts, metaspace, size=900, special=special, alphabet=[], unk_token="<unk>", fuse_unk=True,
                        byte_fallback=True)
    model = json.loads(plain.to_str())
    model["added_tokens"] = model["added_tokens"][:3]
    for name in ["llama2", "llama2_metaspace"]:
        llama2 = Tokenizer.from_str(json.dumps(dict(model, pre_tokenizer=None)))
        if name == "llama2":
            llama2.normalizer = normalizers.Sequence([normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
            llama2.decoder = decoders.Sequence([decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(),
                                                decoders.Strip(" ", 1, 0)])
        else:
            llama2.pre_tokenizer = pre_tokenizers.Metaspace(replacement="\u2581", prepend_scheme="first", split=False)
            llama2.decoder = decoders.Sequence([decoders.Metaspace(replacement="\u2581", prepend_scheme="first"),
                                                decoders.ByteFallback(), decoders.Fuse()])
        surround(llama2, "<s> $A", "<s>")
        fixture(name, llama2)

    # Without byte tokens: unknown characters, fused and not.
    for fuse in [True, False]:
        unknown = trained_bpe(texts, metaspace, size=300, special=["<unk>"], alphabet=[], unk_token="<unk>", fuse_unk=fuse)
        unknown = Tokenizer.from_str(json.dumps(dict(json.loads(unknown.to_str()), pre_tokenizer=None)))
        unknown.decoder = decoders.Metaspace()
        fixture("unknown_fused" if fuse else "unknown_single", unknown)


def characters_map():
    """A small character map in SentencePiece's own form, compiled by it."""
    rules = {"\u00a0": " ", "\t": " ", "\n": " ", "\r": " ", "\u3000": " ", "\u2003": " ", "\u200b": " ", "\ufb01": "fi", "\u2460": "1",
             "\u2026": "...", "e\u0301": "\u00e9", "\u304b\u3099": "\u304c", "\uff76\uff9e": "\u30ac", "\uff76": "\u30ab",
             "\u2122": "TM", "\u33a1": "m2", "\u0001": "", "\u007f": "", "\u00ad": "", "\U0001f468": "man", "\u0928\u093f": "ni",
             "\uff21": "A", "\uff11": "1", "\u1112\u1161\u11ab": "\ud55c", "\u0338": ""}
    lines = ["\t".join([" ".join(f"{ord(c):X}" for c in old), " ".join(f"{ord(c):X}" for c in new)])
             for old, new in rules.items()]
    table = pathlib.Path(sys.argv[0]).with_name("rules.tsv")
    table.write_text("\n".join(lines) + "\n")
    output = io.BytesIO()
    try:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(["a b c", "b c d"]), model_writer=output, vocab_size=8, model_type="char",
            normalization_rule_tsv=str(table), minloglevel=2)
    finally:
        table.unlink()
    proto = sentencepiece_model_pb2.ModelProto()
    proto.ParseFromString(output.getvalue())
    return proto.normalizer_spec.precompiled_charsmap


def unigram_families(texts):
    def train(special, size):
        tokenizer = Tokenizer(models.Unigram())
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="\u2581", prepend_scheme="always")
        tokenizer.train_from_iterator(texts, trainers.UnigramTrainer(
            vocab_size=size, special_tokens=special, unk_token="<unk>", show_progress=False))
        return json.loads(tokenizer.to_str())

    model = train(["<pad>", "</s>", "<unk>"], 900)
    t5 = Tokenizer.from_str(json.dumps(model))
    t5.normalizer = normalizers.Sequence([
        normalizers.Precompiled(characters_map()), normalizers.Strip(left=False, right=True),
        normalizers.Replace(Regex(" {2,}"), "\u2581")])
    t5.decoder = decoders.Metaspace(replacement="\u2581", prepend_scheme="always")
    t5.add_special_tokens([f"<extra_id_{i}>" for i in range(3)])
    surround(t5, "$A </s>", "</s>")
    fixture("t5", t5)

    model = train(["<unk>", "<s>"] + [f"<0x{byte:02X}>" for byte in range(256)], 900)
    model["model"]["byte_fallback"] = True
    model["added_tokens"] = model["added_tokens"][:2]
    whole = Tokenizer.from_str(json.dumps(model))
    whole.pre_tokenizer = pre_tokenizers.Metaspace(replacement="\u2581", prepend_scheme="never", split=False)
    whole.decoder = decoders.Sequence([decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse()])
    fixture("unigram_bytes", whole)


def boundary_variants():
    """A vocabulary of characters whose tokens tell whether they begin or end a piece, under every splitter and normalizer."""
    characters = sorted(set("".join(SAMPLES)) & set(chr(c) for c in range(0x2600)) | set("\u4e2d\u6587\ud55c\U0001f600\u30ab"))
    vocab = {"<unk>": 0}
    for character in characters:
        for token in [character, "##" + character, character + "</w>", "##" + character + "</w>"]:
            vocab.setdefault(token, len(vocab))
    base = Tokenizer(models.BPE(vocab=vocab, merges=[], unk_token="<unk>", continuing_subword_prefix="##",
                                end_of_word_suffix="</w>"))
    write("boundary.json", json.loads(base.to_str()))

    p, n = pre_tokenizers, normalizers
    space = Regex(r"\s+")
    splitters = {f"split_{behavior}{'_inverted' * invert}": p.Split(space, behavior, invert=invert)
                 for behavior in ["removed", "isolated", "contiguous", "merged_with_previous", "merged_with_next"]
                 for invert in [False, True]}
    splitters |= {f"marks_{behavior}": p.Split(Regex(r"[.,!?]"), behavior)
                  for behavior in ["removed", "isolated", "contiguous", "merged_with_previous", "merged_with_next"]}
    splitters |= {
        "text": p.Split("a", "isolated"), "text_of_two": p.Split("..", "merged_with_previous"),
        "empty_matches": p.Split(Regex(r"\d*"), "isolated"), "lookahead": p.Split(Regex(r"(?=[A-Z])"), "isolated"),
        "lookbehind": p.Split(Regex(r"(?<=[\p{L}])\p{M}+"), "isolated"),
        "classes": p.Split(Regex(r"[\p{L}[0-9]_]+|[^\w\s]|\h"), "isolated"),
        "words": p.Split(Regex(r"\w+"), "isolated"), "posix": p.Split(Regex(r"[[:upper:][:space:]]+|[[:punct:]]"), "isolated"),
        "not_words": p.Split(Regex(r"[^\w]+|\W\w"), "isolated"), "not_space": p.Split(Regex(r"[\S]{2,}|\W"), "isolated"),
        "lines": p.Split(Regex(r"^\s*|$"), "isolated"), "dot_all": p.Split(Regex(r"(?m:a.*?e)"), "isolated"),
        "at_most": p.Split(Regex(r"[a-z]{,3}"), "isolated"), "vertical": p.Split(Regex(r"\v|\u00e9"), "isolated"),
        "digits": p.Digits(False), "single_digits": p.Digits(True), "whitespace": p.Whitespace(),
        "whitespace_split": p.WhitespaceSplit(), "bert": p.BertPreTokenizer(), "delimiter": p.CharDelimiterSplit("-"),
        "fixed_length": p.FixedLength(5),
        "metaspace": p.Metaspace(), "metaspace_first": p.Metaspace(prepend_scheme="first"),
        "metaspace_never": p.Metaspace(prepend_scheme="never"),
        "sequence": p.Sequence([p.WhitespaceSplit(), p.Punctuation("isolated"), p.Digits(True)]),
        "metaspace_after": p.Sequence([p.Split(Regex(r"\n"), "isolated"), p.Metaspace(prepend_scheme="first")]),
    } | {f"punctuation_{b}": p.Punctuation(b)
         for b in ["removed", "isolated", "contiguous", "merged_with_previous", "merged_with_next"]}
    changers = {
        "nfc": n.NFC(), "nfd": n.NFD(), "nfkc": n.NFKC(), "nfkd": n.NFKD(), "lowercase": n.Lowercase(),
        "strip": n.Strip(), "strip_left": n.Strip(left=True, right=False), "strip_right": n.Strip(left=False, right=True),
        "accents": n.Sequence([n.NFD(), n.StripAccents()]), "prepend": n.Prepend("_"),
        "replace_text": n.Replace("..", "\u2026"), "replace_regex": n.Replace(Regex(r"\s+"), " "),
        "remove": n.Replace(Regex(r"[aeiou]"), ""),
    }
    expected = {}
    for kind, variants in [("pre_tokenizer", splitters), ("normalizer", changers)]:
        for name, part in variants.items():
            tokenizer = Tokenizer.from_str(base.to_str())
            setattr(tokenizer, kind, part)
            changed = json.loads(tokenizer.to_str())
            expected[name] = {"change": {kind: changed[kind]}, "digests": digests(tokenizer)}

    added = Tokenizer.from_str(base.to_str())
    added.normalizer = n.Lowercase()
    added.add_special_tokens([AddedToken("<s>", normalized=False), AddedToken("<mask>", lstrip=True, normalized=False),
                              AddedToken("[SEP]", rstrip=True, normalized=False)])
    added.add_tokens([AddedToken("NAME", single_word=True), AddedToken("MASKED", lstrip=True, rstrip=True),
                      AddedToken("ab"), AddedToken("abab"), AddedToken("the", normalized=False, single_word=True)])
    expected["added_tokens"] = {"change": {key: json.loads(added.to_str())[key] for key in ["normalizer", "added_tokens"]},
                                "digests": digests(added)}
    write("boundary.variants.json", expected)


def learner():
    """What the library's own trainer learns from the samples."""
    tokenizer = trained_bpe([s for s in SAMPLES if s], pre_tokenizers.ByteLevel(add_prefix_space=False), size=500)
    model = json.loads(tokenizer.to_str())["model"]
    write("learned.expected.json", {"vocab": model["vocab"], "merges": model["merges"]})


def main():
    HERE.mkdir(exist_ok=True)
    texts = corpus(sys.argv[1], 400_000)
    write("samples.json", SAMPLES)
    byte_level_families(texts)
    sentencepiece_families(texts)
    unigram_families(texts)
    boundary_variants()
    learner()


if __name__ == "__main__":
    main()
