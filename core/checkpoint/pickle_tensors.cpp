#include "core/checkpoint/pickle_tensors.h"

#include "core/base/error.h"

#include <algorithm>

namespace slopescope::pickle {
namespace {

using Kind = Value::Kind;

constexpr std::size_t kMostDimensions = 16;

[[noreturn]] void refuse(const std::string& source, const std::string& why) {
    throw Error(source + " is not a checkpoint that can be read: " + why + ".");
}

// Sizes, strides: a tuple or list of whole numbers that are not negative.
std::vector<std::int64_t> wholeNumbers(const Value& value, const std::string& source) {
    if ((value.kind != Kind::Tuple && value.kind != Kind::List) || value.node->items.size() > kMostDimensions)
        refuse(source, "a tensor in it has a shape that is not a list of sizes");
    std::vector<std::int64_t> numbers;
    for (const Value& item : value.node->items) {
        if (item.kind != Kind::Integer || item.integer < 0)
            refuse(source, "a tensor in it has a shape that is not a list of sizes");
        numbers.push_back(item.integer);
    }
    return numbers;
}

bool multiply(std::int64_t a, std::int64_t b, std::int64_t& product) {
    return !__builtin_mul_overflow(a, b, &product);
}

// Whether shape, strides and offset stay within the storage. Strides of 0 repeat what is stored: a tensor may be larger than
// its storage, and whoever reads it asks whether it is too large.
bool liesWithin(const Node& tensor, std::int64_t elements) {
    std::int64_t bound = 1, last = tensor.offset;
    bool isEmpty = false;
    for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
        const std::int64_t size = tensor.shape[i];
        isEmpty = isEmpty || size == 0;
        std::int64_t step = 0;
        if (!multiply(bound, std::max<std::int64_t>(size, 1), bound) ||
            !multiply(std::max<std::int64_t>(size - 1, 0), tensor.strides[i], step) ||
            __builtin_add_overflow(last, step, &last))
            return false;
    }
    return isEmpty || last < elements;
}

// "float32", "uint16", "float8_e4m3fn", "per_tensor_affine": types of numbers and ways to quantise them, none a function.
bool isNameOfType(std::string_view name) {
    static constexpr std::string_view kBeginnings[] = {"float",  "bfloat16", "int", "uint",    "bool",        "complex",
                                                       "bcomplex", "qint",   "quint", "bits", "per_tensor_", "per_channel_"};
    static constexpr std::string_view kFunctions[] = {"bool_", "float_power", "float_power_", "int_repr"};
    return std::find(std::begin(kFunctions), std::end(kFunctions), name) == std::end(kFunctions) &&
           std::any_of(std::begin(kBeginnings), std::end(kBeginnings),
                       [&](std::string_view beginning) { return name.starts_with(beginning); });
}

} // namespace

std::optional<Global> findGlobal(std::string_view module, std::string_view name) {
    struct Known {
        std::string_view module, name;
        Global global;
    };
    static constexpr Known kKnown[] = {
        {"collections", "OrderedDict", Global::OrderedDict},
        {"torch._utils", "_rebuild_tensor_v2", Global::RebuildTensorV2},
        {"torch._utils", "_rebuild_tensor", Global::RebuildTensor},
        {"torch._utils", "_rebuild_parameter", Global::RebuildParameter},
        {"torch._utils", "_rebuild_parameter_with_state", Global::RebuildParameter},
        {"torch.nn.parameter", "Parameter", Global::RebuildParameter},
        {"torch._tensor", "_rebuild_from_type_v2", Global::RebuildFromType},
        {"torch", "Size", Global::Size},
    };
    static constexpr std::pair<std::string_view, std::string_view> kOthers[] = {
        {"collections", "Counter"},
        {"_codecs", "encode"},
        {"builtins", "bytearray"},
        {"builtins", "complex"},
        {"builtins", "set"},
        {"__builtin__", "bytearray"},
        {"__builtin__", "complex"},
        {"__builtin__", "set"},
        {"torch", "device"},
        {"torch.serialization", "_get_layout"},
        {"torch._utils", "_rebuild_tensor_v3"},
        {"torch._utils", "_rebuild_sparse_tensor"},
        {"torch._utils", "_rebuild_qtensor"},
        {"torch._utils", "_rebuild_meta_tensor_no_storage"},
        {"torch._utils", "_rebuild_nested_tensor"},
        {"torch._utils", "_rebuild_wrapper_subclass"},
        {"torch._utils", "_rebuild_device_tensor_from_cpu_tensor"},
        {"torch._utils", "_rebuild_device_tensor_from_numpy"},
    };
    for (const Known& known : kKnown)
        if (module == known.module && name == known.name)
            return known.global;
    const bool isTorch = module == "torch" || module == "torch.cuda";
    if ((isTorch || module == "torch.storage") && name.ends_with("Storage"))
        return Global::Storage;
    if ((isTorch || module == "torch.sparse" || module == "torch.cuda.sparse") && name.ends_with("Tensor"))
        return Global::Other;
    if (module == "torch" && isNameOfType(name))
        return Global::Other;
    for (const auto& other : kOthers)
        if (other == std::pair(module, name))
            return Global::Other;
    return std::nullopt;
}

void describeStorage(const Value& id, Node& storage, const std::string& source) {
    if (id.kind != Kind::Tuple)
        refuse(source, "a tensor in it is stored in an unknown way");
    const std::vector<Value>& items = id.node->items;
    const bool known = items.size() >= 5 && items[0].kind == Kind::Text && items[0].node->text == "storage" &&
                       items[1].kind == Kind::Global && items[1].node->global == Global::Storage &&
                       items[2].kind == Kind::Text && items[4].kind == Kind::Integer && items[4].integer >= 0;
    if (!known)
        refuse(source, "a tensor in it is stored in an unknown way");
    if (items.size() > 5 && items[5].kind != Kind::None)
        refuse(source, "a storage in it is a view of another, which is not supported");
    storage.text = items[1].node->text;
    storage.key = items[2].node->text;
    storage.elements = items[4].integer;
}

void rebuildTensor(const std::vector<Value>& arguments, Node& tensor, const std::string& source) {
    if (arguments.size() < 4 || arguments[0].kind != Kind::Storage || arguments[1].kind != Kind::Integer ||
        arguments[1].integer < 0)
        refuse(source, "a tensor in it is described in an unknown way");
    tensor.storage = arguments[0].node;
    tensor.offset = arguments[1].integer;
    tensor.shape = wholeNumbers(arguments[2], source);
    tensor.strides = wholeNumbers(arguments[3], source);
    if (tensor.shape.size() != tensor.strides.size())
        refuse(source, "a tensor in it has " + std::to_string(tensor.shape.size()) + " sizes and " +
                           std::to_string(tensor.strides.size()) + " strides");
    if (!liesWithin(tensor, tensor.storage->elements))
        refuse(source, "a tensor in it reaches beyond what is stored for it");
}

} // namespace slopescope::pickle
