#!/usr/bin/env python3
"""Writes config_defaults.json, the table of tests/core/families_defaults_test.cpp: what transformers' config classes take for a
field that a config.json leaves out, and the other names under which they take a field. Prints what differs from the table as
it was.

    python3 -m venv venv && venv/bin/pip install torch==2.11.0 transformers==5.24.0
    venv/bin/python tests/data/config_defaults.py
"""
import dataclasses
import json
import pathlib

import transformers
from transformers.models.auto.configuration_auto import CONFIG_MAPPING

TABLE = pathlib.Path(__file__).parent / "config_defaults.json"
FAMILIES = ["bloom", "falcon", "gpt2", "gpt_neox", "gptj", "llama", "mistral", "mpt", "opt", "qwen2", "qwen3"]
# Of training, of generating, of other tasks than scoring a text.
OTHER = {"use_cache", "initializer_range", "init_std", "bos_token_id", "eos_token_id", "pad_token_id", "init_device",
         "pretraining_tp", "slow_but_exact", "reorder_and_upcast_attn", "embedding_fraction", "layerdrop", "is_decoder",
         "attn_impl", "attn_uses_sequence_id"}


def default(field):
    return field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default


def own_fields(config_class):
    """The fields that this class has and its base has not; of those that both have, where the defaults differ."""
    base = {field.name: default(field) for field in dataclasses.fields(transformers.PreTrainedConfig)}
    return {field.name: default(field) for field in dataclasses.fields(config_class)
            if (field.name not in base or default(field) != base[field.name]) and field.name not in OTHER
            and not field.name.startswith("summary_") and "dropout" not in field.name and not field.name.endswith("pdrop")}


def row(family):
    config_class = CONFIG_MAPPING[family]
    defaults = own_fields(config_class)
    for name, part in config_class.sub_configs.items():
        defaults[name] = own_fields(part)
    return {"defaults": defaults, "other_names": dict(config_class.attribute_map)}


if __name__ == "__main__":
    before = json.loads(TABLE.read_text()) if TABLE.exists() else {}
    table = {family: row(family) for family in FAMILIES}
    for family in FAMILIES:
        for part in ("defaults", "other_names"):
            old, new = before.get(family, {}).get(part, {}), table[family][part]
            for key in sorted(old.keys() | new.keys()):
                if old.get(key, "nothing") != new.get(key, "nothing"):
                    print(f"{family} {part} {key}: {old.get(key, 'nothing')} -> {new.get(key, 'nothing')}")
    TABLE.write_text(json.dumps(table, indent=1) + "\n")
