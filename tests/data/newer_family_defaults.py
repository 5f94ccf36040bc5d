#!/usr/bin/env python3
"""Writes newer_family_defaults.json: what the config classes of transformers 5.24 say of each newer family when nothing is
said, for tests/core/newer_family_defaults_test.cpp.

    venv/bin/python tests/data/newer_family_defaults.py
"""
import json
import pathlib

from transformers import CONFIG_MAPPING

FAMILIES = ["gemma", "gemma2", "gemma3_text", "smollm3", "olmo2", "olmo3", "gpt_neo", "phi", "phi3", "granite", "granite_swa",
            "starcoder2", "gpt_bigcode", "xglm", "cohere", "cohere2", "stablelm", "nanochat"]
# Of no bearing on what a model computes.
DROPPED = {"transformers_version", "architectures", "output_hidden_states", "return_dict", "dtype", "chunk_size_feed_forward",
           "is_encoder_decoder", "id2label", "label2id", "problem_type", "output_attentions", "_name_or_path"}

table = {}
for family in FAMILIES:
    settings = CONFIG_MAPPING[family]().to_dict()
    table[family] = {key: value for key, value in settings.items()
                     if key not in DROPPED and not any(word in key for word in ("dropout", "pdrop", "token_id", "summary"))}
(pathlib.Path(__file__).parent / "newer_family_defaults.json").write_text(json.dumps(table, indent=1) + "\n")
