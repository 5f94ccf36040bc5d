#!/usr/bin/env python3
"""Random tokenizer pipelines through slopescope-cli and through Hugging Face's `tokenizers`: ids and decoded text must be equal,
or one of the two must refuse in words. Run by hand:

    python3 -m venv venv && venv/bin/pip install tokenizers==0.23.3
    venv/bin/python tests/data/tokenizers_differential.py build/release/slopescope-cli [FIRST_SEED [COUNT [TEXTS]]]

Prints every silent difference with what made it, and counts at the end; exit status 1 if there is any. A pipeline is a random
choice of normalizers, pre-tokenizers, model (BPE or Unigram) with its options, added tokens with every flag, post-processor and
decoder; its vocabulary is learned at random from what its own pieces look like.
"""
import json
import os
import pathlib
import random
import resource
import subprocess
import sys
import tempfile

from tokenizers import Tokenizer

HERE = pathlib.Path(__file__).parent / "tokenizers"
KINDS = ["pipelines", "texts equal", "decoded equal", "only ours refuses", "only the library refuses", "both refuse",
         "chance in the library", "differences"]
CHARS_MAP = json.loads((HERE / "t5.json").read_text())["normalizer"]["normalizers"][0]["precompiled_charsmap"]

WORDS = ["the", "slope", "The", "SLOPE", "a", "I'll", "don't", "1234", "12", "3.14", "caf\u00e9", "cafe\u0301", "na\u00efve", "stra\u00dfe",
         "\u4e2d\u6587", "\ud55c\uad6d", "\u3042\u3099", "\u0928\u092e\u0938\u094d\u0924\u0947", "\u0645\u0631\u062d\u0628\u0627", "\u05e9\u05dc\u05d5\u05dd", "\U0001f600", "\U0001f468\u200d\U0001f469", "\ufb01n",
         "\u00bd", "\u0663", "\u2460", "\u212b", "\u0130", "x_y", "a.b", "e.g.", "...", "!?", "--", "(x)", "[y]", "\u2026", "\u3002", "\u00ab", "$5", "a+b",
         "<s>", "</s>", "<unk>", "<mask>", "NAME", "name", "ab", "abab", "##", "</w>", "\u2581", "\u2581\u2581", "\u0120", "<0x0A>", "\ufffd", "\u017f"]
SPACES = [" ", " ", " ", "", "", "  ", "   ", "\n", "\t", "\n\n", "\r\n", "\u00a0", "\u3000", "\u200b", "\u2003", " \n "]
REGEXES = [r"\s+", r"\b", r"\B", r"\b\w", r"\w+|[^\w\s]+", r"\p{L}+", r"\p{N}{1,3}", r"[^\s\p{L}\p{N}]+", r"(?i:s|the)", r"[[:punct:]]", r"[[:^alpha:]]+",
           r"[\w&&[^a-e]]+", r"[a-z[^\W\d]]+", r"\h+", r"\R", r"(?<=\p{L})\p{M}+", r"(?=[A-Z])", r"(?<!\s)$", r"^\s*", r"(?m:.)", r" ?\p{L}+", r"\d{1,3}(?=(?:\d{3})*\b)",
           r"\X", r"[^\r\n\p{L}\p{N}]?\p{L}+", r"(?i:'s|'t|'ll)", r"\S\s", r"(\w)\1", r"[\p{Han}\p{Hiragana}]+", r"\p{Lu}\p{Ll}*", r"a*", r"(?>a+)b?", r"\s+(?!\S)|\s+",
           r"[[:upper:]]", r"\u0041|[\u0400-\u04ff]", r".", r"\A.", r".\z", r"[^\p{P}\p{S}]+", r"e\u0301?"]
BEHAVIORS = ["Removed", "Isolated", "Contiguous", "MergedWithPrevious", "MergedWithNext"]


class Maker:
    def __init__(self, seed):
        self.draw = random.Random(seed)

    def kind(self, kinds, refused):
        return self.draw.choice(refused if self.flip(0.03) else kinds)

    def flip(self, chance=0.5):
        return self.draw.random() < chance

    def text(self):
        parts = []
        for _ in range(self.draw.randint(1, 14)):
            parts += [self.draw.choice(SPACES), self.draw.choice(WORDS)]
        return "".join(parts) + self.draw.choice(["", "", " ", "\n"])

    def pattern(self):
        return {"Regex": self.draw.choice(REGEXES)} if self.flip(0.7) else {"String": self.draw.choice([" ", "a", "..", "\u2581", "e", "ab", "\n"])}

    def normalizer(self, depth=0):
        kind = self.kind(["NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Strip", "Prepend", "Replace", "Replace",
                          "Precompiled", "ByteLevel", "Sequence", "Sequence"], ["BertNormalizer", "Nmt"])
        if kind == "Strip":
            return {"type": kind, "strip_left": self.flip(), "strip_right": self.flip()}
        if kind == "Prepend":
            return {"type": kind, "prepend": self.draw.choice(["\u2581", " ", "x"])}
        if kind == "Replace":
            return {"type": kind, "pattern": self.pattern(), "content": self.draw.choice(["\u2581", "", " ", "xy"])}
        if kind == "Precompiled":
            return {"type": kind, "precompiled_charsmap": CHARS_MAP}
        if kind == "BertNormalizer":
            return {"type": kind, "clean_text": self.flip(), "handle_chinese_chars": self.flip(), "strip_accents": None, "lowercase": self.flip()}
        if kind == "Sequence":
            if depth > 1:
                return {"type": "NFC"}
            return {"type": kind, "normalizers": [self.normalizer(depth + 1) for _ in range(self.draw.randint(0, 3))]}
        return {"type": kind}

    def pre_tokenizer(self, depth=0):
        kind = self.kind(["ByteLevel", "ByteLevel", "Metaspace", "Metaspace", "Split", "Split", "Split", "Digits", "Punctuation",
                          "Whitespace", "WhitespaceSplit", "BertPreTokenizer", "CharDelimiterSplit", "FixedLength", "Sequence", "Sequence",
                          "Sequence"], ["UnicodeScripts"])
        if kind == "ByteLevel":
            return {"type": kind, "add_prefix_space": self.flip(), "trim_offsets": True, "use_regex": self.flip(0.7)}
        if kind == "Metaspace":
            return {"type": kind, "replacement": "\u2581", "prepend_scheme": self.draw.choice(["always", "first", "never"]), "split": self.flip(0.7)}
        if kind == "Split":
            return {"type": kind, "pattern": self.pattern(), "behavior": self.draw.choice(BEHAVIORS), "invert": self.flip(0.3)}
        if kind == "Digits":
            return {"type": kind, "individual_digits": self.flip()}
        if kind == "Punctuation":
            return {"type": kind, "behavior": self.draw.choice(BEHAVIORS)}
        if kind == "CharDelimiterSplit":
            return {"type": kind, "delimiter": self.draw.choice(["-", " ", "e"])}
        if kind == "FixedLength":
            return {"type": kind, "length": self.draw.randint(1, 6)}
        if kind == "Sequence":
            if depth > 1:
                return {"type": "Whitespace"}
            return {"type": kind, "pretokenizers": [self.pre_tokenizer(depth + 1) for _ in range(self.draw.randint(0, 3))]}
        return {"type": kind}

    def decoder(self, depth=0):
        kind = self.kind(["ByteLevel", "ByteLevel", "Metaspace", "ByteFallback", "Fuse", "Replace", "Strip", "Sequence", "Sequence",
                          "Sequence"], ["BPEDecoder", "WordPiece", "CTC"])
        if kind == "ByteLevel":
            return {"type": kind, "add_prefix_space": True, "trim_offsets": True, "use_regex": True}
        if kind == "Metaspace":
            return {"type": kind, "replacement": "\u2581", "prepend_scheme": self.draw.choice(["always", "first", "never"]), "split": True}
        if kind == "Replace":
            return {"type": kind, "pattern": self.pattern(), "content": self.draw.choice([" ", "", "\u2581"])}
        if kind == "Strip":
            return {"type": kind, "content": self.draw.choice([" ", "\u2581", "a"]), "start": self.draw.randint(0, 2), "stop": self.draw.randint(0, 2)}
        if kind == "Sequence":
            if depth > 1:
                return {"type": "Fuse"}
            return {"type": kind, "decoders": [self.decoder(depth + 1) for _ in range(self.draw.randint(1, 4))]}
        if kind == "BPEDecoder":
            return {"type": kind, "suffix": "</w>"}
        if kind == "WordPiece":
            return {"type": kind, "prefix": "##", "cleanup": self.flip()}
        if kind == "CTC":
            return {"type": kind, "pad_token": "<pad>", "word_delimiter_token": "|", "cleanup": self.flip()}
        return {"type": kind}

    def added_tokens(self, next_id):
        contents = ["<s>", "</s>", "<unk>", "<mask>", "NAME", "name", "ab", "abab", " ", "  ", "   ", "\n", "the", "a", " a", "\u2581", "\u4e2d", "...", "e\u0301", "\u00e9", "12", "THE", "x ", "\u0120"]
        return [{"id": next_id + i if self.flip(0.9) else self.draw.randint(0, 400), "content": content, "single_word": self.flip(0.3), "lstrip": self.flip(0.3),
                 "rstrip": self.flip(0.3), "normalized": self.flip(), "special": self.flip()}
                for i, content in enumerate(self.draw.sample(contents, self.draw.randint(0, 8)))]

    def words(self, document):
        """What the model gets to see: pieces of random texts."""
        tokenizer = Tokenizer.from_str(json.dumps(dict(document, model={"type": "BPE", "vocab": {}, "merges": []}, added_tokens=[], decoder=None, post_processor=None)))
        words = []
        for _ in range(20):
            text = self.text()
            if tokenizer.normalizer:
                text = tokenizer.normalizer.normalize_str(text)
            words += [w for w, _ in tokenizer.pre_tokenizer.pre_tokenize_str(text)] if tokenizer.pre_tokenizer else [text]
        return [w for w in words if w]

    def bytes_tokens(self):
        few = self.flip(0.3)
        return [f"<0x{byte:02X}>" for byte in range(256) if not few or self.flip()]

    def bpe(self, words):
        prefix = self.draw.choice([None, None, None, "", "##", "\u2581"])
        suffix = self.draw.choice([None, None, None, "", "</w>", "\u0120"])
        split = []
        for word in words:
            letters = [(prefix or "") * (i > 0) + c + (suffix or "") * (i + 1 == len(word)) for i, c in enumerate(word)]
            split.append(letters)
        alphabet = sorted({letter for letters in split for letter in letters})
        keep = self.draw.choice([1, 1, 0.9, 0.7])
        vocab = {}
        for letter in alphabet:
            if self.flip(keep):
                vocab[letter] = len(vocab)
        merges = []
        for _ in range(self.draw.randint(0, 60)):
            letters = self.draw.choice(split)
            places = [i for i in range(len(letters) - 1) if letters[i] in vocab and letters[i + 1] in vocab]
            if not places:
                continue
            at = self.draw.choice(places)
            left, right = letters[at], letters[at + 1]
            token = left + right[len(prefix or ""):]
            if " " in left + right or [left, right] in merges and self.flip(0.9):
                continue
            merges.append([left, right])
            vocab.setdefault(token, len(vocab))
            for row in split:
                i = 0
                while i + 1 < len(row):
                    if row[i] == left and row[i + 1] == right:
                        row[i:i + 2] = [token]
                    i += 1
        model = {"type": "BPE", "dropout": None, "continuing_subword_prefix": prefix, "end_of_word_suffix": suffix, "unk_token": None,
                 "fuse_unk": self.flip(), "byte_fallback": self.flip(0.3), "ignore_merges": self.flip(0.3)}
        if model["byte_fallback"]:
            for token in self.bytes_tokens():
                vocab.setdefault(token, len(vocab))
        if self.flip(0.6):
            model["unk_token"] = "<unk>"
            if self.flip(0.8):
                vocab.setdefault("<unk>", len(vocab))
        if self.flip(0.1):
            vocab[""] = len(vocab)
        if self.flip(0.1):  # the library decodes such an id as one of its two tokens, by chance
            vocab["twice"] = self.draw.randrange(len(vocab) or 1)
        if self.flip(0.3):
            whole = self.draw.choice(words)
            vocab.setdefault(whole, len(vocab))
        if self.flip(0.3):
            merges = [" ".join(m) for m in merges]
            if self.flip(0.3):
                merges.insert(0, "#version: 0.2")
        return dict(model, vocab=vocab, merges=merges)

    def unigram(self, words):
        tokens = {"<unk>": 0.0}
        for word in words:
            for _ in range(3):
                begin = self.draw.randrange(len(word))
                tokens.setdefault(word[begin:begin + self.draw.randint(1, 5)], -self.draw.choice([1, 2, 3, self.draw.uniform(0.1, 9)]))
            for letter in word:
                if self.flip(0.8):
                    tokens.setdefault(letter, -self.draw.uniform(3, 12))
        fallback = self.flip(0.3)
        if fallback:
            tokens |= {token: -8.0 for token in self.bytes_tokens()}
        return {"type": "Unigram", "unk_id": 0 if self.flip(0.9) else None, "vocab": [[t, s] for t, s in tokens.items()], "byte_fallback": fallback}

    def post_processor(self, ids):
        kind = self.draw.choice([None, None, "TemplateProcessing", "TemplateProcessing", "RobertaProcessing", "BertProcessing", "ByteLevel", "Sequence"])
        some = lambda: self.draw.choice(ids)
        if kind == "TemplateProcessing":
            marks = {f"<{i}>": some() for i in range(2)}
            single = [{"SpecialToken": {"id": "<0>", "type_id": 0}}] * self.flip() + [{"Sequence": {"id": "A", "type_id": 0}}] + [{"SpecialToken": {"id": "<1>", "type_id": 0}}] * self.flip()
            return {"type": kind, "single": single, "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
                    "special_tokens": {m: {"id": m, "ids": [i], "tokens": [m]} for m, i in marks.items()}}
        if kind in ("RobertaProcessing", "BertProcessing"):
            more = {"trim_offsets": True, "add_prefix_space": self.flip()} if kind[0] == "R" else {}
            return {"type": kind, "sep": ["</s>", some()], "cls": ["<s>", some()]} | more
        if kind == "ByteLevel":
            return {"type": kind, "add_prefix_space": True, "trim_offsets": self.flip(), "use_regex": True}
        if kind == "Sequence":
            return {"type": kind, "processors": [p for p in (self.post_processor(ids) for _ in range(2)) if p and p["type"] != "Sequence"]}
        return None

    def document(self):
        document = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": self.normalizer() if self.flip(0.6) else None,
                    "pre_tokenizer": self.pre_tokenizer() if self.flip(0.85) else None, "post_processor": None, "decoder": self.decoder() if self.flip(0.8) else None}
        words = self.words(document) or ["a"]
        document["model"] = self.unigram(words) if self.flip(0.35) else self.bpe(words)
        vocab = document["model"]["vocab"]
        document["added_tokens"] = self.added_tokens(len(vocab))
        ids = list(vocab.values()) if isinstance(vocab, dict) else list(range(len(vocab)))
        document["post_processor"] = self.post_processor(ids or [0])
        return document


def attempt(call):
    try:
        return call(), None
    except KeyboardInterrupt:
        raise
    except BaseException as fault:  # the library's panics are no Exceptions
        return None, str(fault).split("\n")[0]


def ours(program, *arguments):
    done = subprocess.run([program, "tokenize", *map(str, arguments), "--json"], capture_output=True, text=True)
    if done.returncode not in (0, 2):
        return None, f"CRASH {done.returncode} {done.stderr[-300:]}"
    return (json.loads(done.stdout), None) if done.returncode == 0 else (None, done.stderr.strip())


def brief(document):
    return json.dumps({k: v if k not in ("model",) else {o: x for o, x in v.items() if o not in ("vocab", "merges")} for k, v in document.items()
                       if k not in ("version", "truncation", "padding")}, ensure_ascii=False).replace(CHARS_MAP, "...")


def compare(program, seed, texts, folder, counts, refusals):
    """All texts of one pipeline."""
    maker = Maker(seed)
    document, fault = attempt(maker.document)
    if fault:
        counts["only the library refuses"] += 1
        return
    counts["pipelines"] += 1
    (folder / "tokenizer.json").write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    library, closed = attempt(lambda: Tokenizer.from_str(json.dumps(document)))
    for number in range(texts):
        text = maker.text()
        (folder / "text.txt").write_bytes(text.encode())
        theirs, their_fault = attempt(lambda: library.encode(text).ids) if library else (None, closed)
        mine, my_fault = ours(program, folder, "--text", folder / "text.txt", "--raw-line-ends")
        if my_fault and my_fault.startswith("CRASH"):
            counts["differences"] += 1
            print(f"seed {seed} text {number}: {my_fault}\n  {brief(document)}")
        elif my_fault and their_fault:
            counts["both refuse"] += 1
        elif my_fault:
            counts["only ours refuses"] += 1
            what = my_fault.split(" is the ")[-1] if " is the " in my_fault else my_fault.split("tokenizer.json")[-1][:90]
            refusals.setdefault(what, []).append(seed)
        elif their_fault:
            counts["only the library refuses"] += 1
        elif mine["ids"] != theirs and of_chance(document, text, mine["ids"]):
            counts["chance in the library"] += 1
        elif mine["ids"] != theirs:
            counts["differences"] += 1
            print(f"seed {seed} text {number}: {text!r}\n  library {theirs}\n  ours    {mine['ids']}\n  {brief(document)}")
        else:
            counts["texts equal"] += 1
            if number % 4 == 0 and "twice" not in dict(document["model"]["vocab"]):
                compare_decoded(program, f"seed {seed} text {number}", library, theirs, folder, counts, brief(document))


def of_chance(document, text, ids):
    """Of added tokens that normalization makes equal, the library finds one or another each time that it reads the file."""
    return any(attempt(lambda: Tokenizer.from_str(json.dumps(document)).encode(text).ids)[0] == ids for _ in range(12))


def compare_decoded(program, where, library, ids, folder, counts, what):
    (folder / "ids.json").write_text(json.dumps(ids))
    decoded, their_fault = attempt(lambda: library.decode(ids))
    back, my_fault = ours(program, folder, "--ids", folder / "ids.json")
    if my_fault or their_fault:
        counts["only the library refuses" if not my_fault else "only ours refuses"] += 1
    elif back["text"] != decoded:
        counts["differences"] += 1
        print(f"{where} decoded: library {decoded!r}\n  ours {back['text']!r}\n  {what}")
    else:
        counts["decoded equal"] += 1


def in_a_child(work, *given):
    """What `work` adds to counts and refusals. Some pipelines take the library all memory there is: each has a process."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
        counts, refusals = dict.fromkeys(KINDS, 0), {}
        work(*given, counts, refusals)
        sys.stdout.flush()
        os.write(writing, json.dumps([counts, refusals]).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return json.loads(answer) if answer else [{"only the library refuses": 1}, {}]


def main():
    program = sys.argv[1]
    first, count, texts = [int(word) for word in sys.argv[2:5]] + [1, 300, 12][len(sys.argv) - 2:]
    counts, refusals = dict.fromkeys(KINDS, 0), {}
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, first + count):
            more, refused = in_a_child(compare, program, seed, texts, pathlib.Path(folder))
            for kind, number in more.items():
                counts[kind] += number
            for what, seeds in refused.items():
                refusals.setdefault(what, []).extend(seeds)
    for what, seeds in sorted(refusals.items(), key=lambda item: -len(item[1])):
        print(f"refused {len(seeds)} texts (seeds {sorted(set(seeds))[:5]}...): {what}")
    print(json.dumps(counts))
    sys.exit(counts["differences"] > 0)


if __name__ == "__main__":
    main()
