// The families of models that can be opened. Each is one file: its config.json becomes a DecoderConfig, and a list says
// under which names and in which arrangement its files hold the tensors of the one decoder.
//
// Called by core/checkpoint while a model is opened. The layouts are those of transformers' modeling files, of
// llm-foundry for MPT, and of the models' own code for Baichuan, BTLM and JAIS.
#pragma once

#include "core/checkpoint/config_fields.h"
#include "core/checkpoint/tensor_source.h"
#include "core/model/decoder_config.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace slopescope::families {

enum class Layout {
    Plain,
    Transposed, // (in, out), as GPT-2's Conv1D keeps it
    Grouped,    // a key head at a time: the rows of its queries, its key, its value
    UnitRows,   // each row is to be divided by its length
    OneMore,    // a norm's weight w stands for 1 + w
    FirstHalf,  // of two matrices in one, row by row
    SecondHalf,
    Unsuffixed, // their name has no ".weight"
};

// Where tensors of ours come from. "#" is the number of a layer; ".weight" and ".bias" follow both names. Of several rules for
// one tensor the first counts whose tensors the files hold.
struct TensorRule {
    std::string ours;                // "layers.#.attention.qkv"
    std::vector<std::string> theirs; // one; or queries, keys and values apart; or queries, and keys and values
    Layout layout = Layout::Plain;
};

struct Blueprint {
    DecoderConfig config = {};
    std::vector<TensorRule> tensors = {};   // none: the names are ours
    std::vector<std::string> prefixes = {}; // one of which their names may begin with; some files leave it out
    bool tiedByDefault = false;             // a config may leave the output projection out without saying so
    std::vector<std::string> remarks = {};  // what is notable of how the file was read, a sentence each
};

// Another name of a field: where the file has it, it counts (attribute_map of transformers' config classes, and what
// they take besides).
struct OtherName {
    const char *other, *field;
};

struct Family {
    const char* modelType; // config.json's
    Blueprint (*read)(const ConfigFields&);
    std::span<const OtherName> otherNames = {};
};

// Reads a config.json. Throws Error naming `source` and the field at fault: a model_type that no family here has, a
// field that is missing or makes no sense, one that is set to what the decoder cannot reproduce. The remarks name
// fields.
Blueprint readBlueprint(const nlohmann::json& json, const std::string& source);

// Our tensors, made from theirs as they are loaded. A stored output projection counts, whatever the config says of
// tying it to the embedding; where the files have none and the family ties by default it is tied. The remarks say so,
// and name tensors that nobody reads. Throws Error naming the file and the tensor that is missing.
TensorSource ourTensors(const TensorSource& theirs, Blueprint& blueprint);

// One file each.
Blueprint readBaichuan(const ConfigFields&);
Blueprint readBloom(const ConfigFields&);
Blueprint readCohere(const ConfigFields&);
Blueprint readCohere2(const ConfigFields&);
Blueprint readFalcon(const ConfigFields&);
Blueprint readGemma(const ConfigFields&);
Blueprint readGemma2(const ConfigFields&);
Blueprint readGemma3(const ConfigFields&);
Blueprint readGemma3Text(const ConfigFields&);
Blueprint readGpt2(const ConfigFields&);
Blueprint readGptBigCode(const ConfigFields&);
Blueprint readGptJ(const ConfigFields&);
Blueprint readGptNeo(const ConfigFields&);
Blueprint readGptNeoX(const ConfigFields&);
Blueprint readGranite(const ConfigFields&);
Blueprint readGraniteSwa(const ConfigFields&);
Blueprint readJais(const ConfigFields&); // and BTLM
Blueprint readLlama(const ConfigFields&);
Blueprint readMistral(const ConfigFields&);
Blueprint readMpt(const ConfigFields&);
Blueprint readNanoChat(const ConfigFields&);
Blueprint readOlmo2(const ConfigFields&);
Blueprint readOlmo3(const ConfigFields&);
Blueprint readOpt(const ConfigFields&);
Blueprint readPhi(const ConfigFields&);
Blueprint readPhi3(const ConfigFields&);
Blueprint readQwen2(const ConfigFields&);
Blueprint readQwen3(const ConfigFields&);
Blueprint readRefact(const ConfigFields&);
Blueprint readSmolLm3(const ConfigFields&);
Blueprint readStableLm(const ConfigFields&);
Blueprint readStarcoder2(const ConfigFields&);
Blueprint readXglm(const ConfigFields&);

} // namespace slopescope::families
