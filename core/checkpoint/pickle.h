// The part of Python's pickle format that a checkpoint needs: plain values, dictionaries and tensors. Nothing in a file
// is ever called: a name outside the short list of Global is refused where it stands.
//
// LibTorch has a reader of its own, but it takes no OrderedDict, which is what state_dict() gives, and before its 2.x
// releases broken files make it read beyond its stack. Any thread.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace slopescope::pickle {

enum class Global {
    OrderedDict,
    RebuildTensor,
    RebuildTensorV2,
    RebuildParameter, // with or without attributes
    RebuildFromType,  // a tensor of a subclass, or with attributes
    Size,             // a tuple by another name
    Storage,
    Other, // allowed to stand in a checkpoint, as PyTorch's own safe reader has it; what it makes is left out
};

struct Node;

struct Value {
    enum class Kind { None, Bool, Integer, Real, Text, Tuple, List, Dict, Global, Storage, Tensor, Other } kind = Kind::None;
    std::int64_t integer = 0; // Bool and Integer
    double real = 0;
    Node* node = nullptr; // Text to Other; owned by the document
};

// What a value is made of; which members count depends on its kind.
struct Node {
    std::string text;         // Text; Global: its name; Storage: its type ("FloatStorage"); Other: what it was made by
    std::vector<Value> items; // Tuple and List; Dict: key, value, key, value
    Global global = Global::OrderedDict;

    std::string key;           // Storage: under which its bytes are found
    std::int64_t elements = 0; // Storage

    const Node* storage = nullptr; // Tensor; strides and offset count elements of the storage
    std::int64_t offset = 0;
    std::vector<std::int64_t> shape, strides;
};

struct Document {
    Value root;
    std::deque<Node> nodes;
    std::size_t size = 0; // bytes of the pickle, so that another may follow
};

// Reads one pickle from the beginning of `bytes`. Tensors are checked to lie within their storages. Throws Error
// beginning with `source`, the file's name.
Document read(std::string_view bytes, const std::string& source);

} // namespace slopescope::pickle
