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

// Whether shape, strides and offset stay within the storage, which also bounds how much the tensor may be.
bool liesWithin(const Node& tensor, std::int64_t elements) {
    std::int64_t count = 1, bound = 1, last = tensor.offset;
    bool isEmpty = false;
    for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
        const std::int64_t size = tensor.shape[i];
        isEmpty = isEmpty || size == 0;
        std::int64_t step = 0;
        if (!multiply(bound, std::max<std::int64_t>(size, 1), bound) || !multiply(count, size, count) ||
            !multiply(std::max<std::int64_t>(size - 1, 0), tensor.strides[i], step) ||
            __builtin_add_overflow(last, step, &last))
            return false;
    }
    return isEmpty || (count <= elements && last < elements);
}

} // namespace

std::optional<Global> findGlobal(std::string_view module, std::string_view name) {
    if (module == "collections" && name == "OrderedDict")
        return Global::OrderedDict;
    if (module == "torch._utils" && name == "_rebuild_tensor_v2")
        return Global::RebuildTensorV2;
    if (module == "torch._utils" && name == "_rebuild_tensor")
        return Global::RebuildTensor;
    if (module == "torch._utils" && name == "_rebuild_parameter")
        return Global::RebuildParameter;
    if (module == "torch" && name.ends_with("Storage"))
        return Global::Storage;
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
