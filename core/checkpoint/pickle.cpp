#include "core/checkpoint/pickle.h"

#include "core/checkpoint/byte_reader.h"
#include "core/checkpoint/pickle_tensors.h"
#include "core/base/error.h"
#include "core/base/in_quotes.h"

#include <bit>
#include <map>
#include <unordered_map>

namespace slopescope::pickle {
namespace {

using Kind = Value::Kind;

constexpr std::size_t kMostNodes = 1 << 21, kMostStack = 1 << 21; // a checkpoint has some ten for each of its tensors

// A machine with a stack, as the format describes it. Every step checks what it takes.
class Machine {
public:
    Machine(std::string_view bytes, const std::string& source) : m_source(source), m_in(bytes, unreadable("its list of tensors is cut short")) {}

    Document run() {
        while (step(static_cast<unsigned char>(m_in.take(1)[0])))
            if (m_stack.size() > kMostStack || m_document.nodes.size() > kMostNodes)
                refuse("it holds more values than any checkpoint does");
        m_document.root = pop();
        m_document.size = m_in.at();
        return std::move(m_document);
    }

private:
    std::string unreadable(const std::string& why) const {
        return m_source + " is not a checkpoint that can be read: " + why + ".";
    }
    [[noreturn]] void refuse(const std::string& why) const { throw Error(unreadable(why)); }

    // --- What the bytes say ---

    // Little endian, two's complement. One too large for a size is left out: the seed of a generator, say.
    void pushLong(std::uint64_t size) {
        const std::string_view bytes = m_in.take(size);
        if (size > sizeof(std::int64_t)) {
            push(make(Kind::Other));
            return;
        }
        std::int64_t value = size > 0 && static_cast<signed char>(bytes.back()) < 0 ? -1 : 0;
        for (std::size_t i = bytes.size(); i-- > 0;)
            value = static_cast<std::int64_t>(static_cast<std::uint64_t>(value) << 8 |
                                              static_cast<unsigned char>(bytes[i]));
        push({Kind::Integer, value, 0, nullptr});
    }
    double bigEndianReal() {
        std::uint64_t bits = 0;
        for (const char byte : m_in.take(sizeof bits))
            bits = bits << 8 | static_cast<unsigned char>(byte);
        return std::bit_cast<double>(bits);
    }

    // --- The stack ---

    void push(Value value) { m_stack.push_back(value); }
    Value pop() {
        if (m_stack.size() <= (m_marks.empty() ? 0 : m_marks.back()))
            refuse("its list of tensors makes no sense");
        const Value value = m_stack.back();
        m_stack.pop_back();
        return value;
    }
    Value& top() {
        push(pop());
        return m_stack.back();
    }
    std::vector<Value> popToMark() {
        if (m_marks.empty())
            refuse("its list of tensors makes no sense");
        const auto begin = m_stack.begin() + static_cast<std::ptrdiff_t>(m_marks.back());
        std::vector<Value> items(begin, m_stack.end());
        m_stack.erase(begin, m_stack.end());
        m_marks.pop_back();
        return items;
    }
    std::vector<Value> popSome(std::size_t count) {
        std::vector<Value> items(count);
        while (count-- > 0)
            items[count] = pop();
        return items;
    }
    Value make(Kind kind, std::vector<Value> items = {}) {
        m_document.nodes.emplace_back();
        m_document.nodes.back().items = std::move(items);
        return {kind, 0, 0, &m_document.nodes.back()};
    }
    void pushText(std::uint64_t size) {
        const std::string_view text = m_in.take(size);
        push(make(Kind::Text));
        top().node->text = text;
    }
    void pushBytes(std::uint64_t size) {
        m_in.take(size);
        push(make(Kind::Other));
    }
    void remember(std::uint64_t place) { m_memo[place] = top(); }
    void recall(std::uint64_t place) {
        const auto found = m_memo.find(place);
        if (found == m_memo.end())
            refuse("its list of tensors makes no sense");
        push(found->second);
    }
    void append(const std::vector<Value>& items, Kind kind) {
        const Value& target = top();
        if (target.kind == Kind::Other)
            return; // its members are left out with it
        if (target.kind != kind || (kind == Kind::Dict && items.size() % 2 != 0))
            refuse("its list of tensors makes no sense");
        target.node->items.insert(target.node->items.end(), items.begin(), items.end());
    }

    // --- Names, and what stands for a call ---

    void pushGlobal(std::string_view module, std::string_view name) {
        const auto global = findGlobal(module, name);
        if (!global)
            refuse("it wants to call " + inQuotes(std::string(module) + "." + std::string(name)) +
                   ", and nothing in a file is run here");
        push(make(Kind::Global));
        top().node->global = *global;
        top().node->text = name;
    }
    void pushStackGlobal() {
        const Value name = pop(), module = pop();
        if (name.kind != Kind::Text || module.kind != Kind::Text)
            refuse("its list of tensors makes no sense");
        pushGlobal(module.node->text, name.node->text);
    }
    void reduce() {
        const Value arguments = pop(), callee = pop();
        if (callee.kind != Kind::Global || arguments.kind != Kind::Tuple)
            refuse("it wants to call something that is not a function");
        call(*callee.node, arguments.node->items);
    }
    void call(const Node& callee, const std::vector<Value>& items) {
        switch (callee.global) {
        case Global::Storage:
            refuse("it wants to call something that is not a function");
        case Global::OrderedDict:
            push(make(Kind::Dict));
            if (!items.empty())
                fillDict(items);
            break;
        case Global::RebuildParameter:
            if (items.empty() || (items[0].kind != Kind::Tensor && items[0].kind != Kind::Other))
                refuse("a parameter in it is not a tensor");
            push(items[0]);
            break;
        case Global::RebuildFromType:
            if (items.size() < 3 || items[0].kind != Kind::Global || items[2].kind != Kind::Tuple ||
                items[0].node->global == Global::RebuildFromType)
                refuse("a tensor in it is described in an unknown way");
            call(*items[0].node, items[2].node->items);
            break;
        case Global::Size:
            push(items.size() == 1 ? items[0] : make(Kind::Tuple));
            break;
        case Global::Other:
            push(make(Kind::Other));
            top().node->text = callee.text;
            break;
        case Global::RebuildTensor:
        case Global::RebuildTensorV2:
            push(make(Kind::Tensor));
            rebuildTensor(items, *top().node, m_source);
        }
    }
    // OrderedDict([[key, value], ...]), as Python 2 wrote it.
    void fillDict(const std::vector<Value>& arguments) {
        std::vector<Value> items;
        const bool isList = arguments.size() == 1 && (arguments[0].kind == Kind::List || arguments[0].kind == Kind::Tuple);
        for (const Value& pair : isList ? arguments[0].node->items : std::vector<Value>{}) {
            if ((pair.kind != Kind::List && pair.kind != Kind::Tuple) || pair.node->items.size() != 2)
                refuse("it fills an OrderedDict in a way that is not supported");
            items.insert(items.end(), pair.node->items.begin(), pair.node->items.end());
        }
        if (!isList)
            refuse("it fills an OrderedDict in a way that is not supported");
        append(items, Kind::Dict);
    }
    void persistent() {
        const Value id = pop();
        push(make(Kind::Storage));
        describeStorage(id, *top().node, m_source);
    }

    bool step(unsigned char code);
    bool stepContainer(unsigned char code);
    bool stepScalar(unsigned char code);

    const std::string& m_source;
    ByteReader m_in;
    Document m_document;
    std::vector<Value> m_stack;
    std::vector<std::size_t> m_marks;
    std::unordered_map<std::uint64_t, Value> m_memo;
};

// Runs one instruction; false at the last.
bool Machine::step(unsigned char code) {
    switch (code) {
    case 0x80: // PROTO
        if (const auto version = m_in.number<std::uint8_t>(); version > 5)
            refuse("it is in version " + std::to_string(version) + " of the pickle format, which is not known");
        return true;
    case 0x95:
        m_in.take(8);
        return true; // FRAME
    case '.':
        return false; // STOP
    case '(':
        m_marks.push_back(m_stack.size());
        return true;
    case '0':
        pop();
        return true;
    case '1':
        popToMark();
        return true;
    case '2':
        push(top());
        return true;
    case 'q':
        remember(m_in.number<std::uint8_t>());
        return true;
    case 'r':
        remember(m_in.number<std::uint32_t>());
        return true;
    case 0x94:
        remember(m_memo.size());
        return true; // MEMOIZE
    case 'h':
        recall(m_in.number<std::uint8_t>());
        return true;
    case 'j':
        recall(m_in.number<std::uint32_t>());
        return true;
    case 'c': {
        const std::string_view module = m_in.line();
        pushGlobal(module, m_in.line());
        return true;
    }
    case 0x93:
        pushStackGlobal();
        return true;
    case 'R':
        reduce();
        return true;
    case 'Q':
        persistent();
        return true;
    case 'b': // BUILD: attributes of a dictionary, which say nothing about tensors
        pop();
        if (top().kind != Kind::Dict && top().kind != Kind::Other)
            refuse("it sets attributes of something that is not a dictionary");
        return true;
    case 0x81: // NEWOBJ: as a call
        reduce();
        return true;
    default:
        if (!stepScalar(code) && !stepContainer(code))
            refuse("it holds the instruction " + std::to_string(code) + ", which no list of tensors needs");
        return true;
    }
}

bool Machine::stepScalar(unsigned char code) {
    const auto pushInteger = [&](std::int64_t value) { push({Kind::Integer, value, 0, nullptr}); };
    switch (code) {
    case 'N':
        push({});
        return true;
    case 0x88:
        push({Kind::Bool, 1, 0, nullptr});
        return true;
    case 0x89:
        push({Kind::Bool, 0, 0, nullptr});
        return true;
    case 'J':
        pushInteger(m_in.number<std::int32_t>());
        return true;
    case 'K':
        pushInteger(m_in.number<std::uint8_t>());
        return true;
    case 'M':
        pushInteger(m_in.number<std::uint16_t>());
        return true;
    case 0x8A:
        pushLong(m_in.number<std::uint8_t>());
        return true;
    case 0x8B:
        pushLong(m_in.number<std::uint32_t>());
        return true;
    case 'G':
        push({Kind::Real, 0, bigEndianReal(), nullptr});
        return true;
    case 'U':  // texts of Python 2
    case 0x8C: // SHORT_BINUNICODE
        pushText(m_in.number<std::uint8_t>());
        return true;
    case 'T':
    case 'X':
        pushText(m_in.number<std::uint32_t>());
        return true;
    case 0x8D:
        pushText(m_in.number<std::uint64_t>());
        return true;
    case 'C': // bytes, which nobody needs
        pushBytes(m_in.number<std::uint8_t>());
        return true;
    case 'B':
        pushBytes(m_in.number<std::uint32_t>());
        return true;
    case 0x8E:
        pushBytes(m_in.number<std::uint64_t>());
        return true;
    default:
        return false;
    }
}

bool Machine::stepContainer(unsigned char code) {
    switch (code) {
    case ')':
        push(make(Kind::Tuple));
        return true;
    case 't':
        push(make(Kind::Tuple, popToMark()));
        return true;
    case 0x85:
    case 0x86:
    case 0x87:
        push(make(Kind::Tuple, popSome(code - 0x84u)));
        return true;
    case ']':
        push(make(Kind::List));
        return true;
    case 'l':
        push(make(Kind::List, popToMark()));
        return true;
    case 'a':
        append(popSome(1), Kind::List);
        return true;
    case 'e':
        append(popToMark(), Kind::List);
        return true;
    case '}':
        push(make(Kind::Dict));
        return true;
    case 'd': {
        const std::vector<Value> items = popToMark();
        push(make(Kind::Dict));
        append(items, Kind::Dict);
        return true;
    }
    case 's':
        append(popSome(2), Kind::Dict);
        return true;
    case 'u':
        append(popToMark(), Kind::Dict);
        return true;
    case 0x8F: // EMPTY_SET
        push(make(Kind::Other));
        return true;
    case 0x90: // ADDITEMS
        append(popToMark(), Kind::Other);
        return true;
    default:
        return false;
    }
}

} // namespace

Document read(std::string_view bytes, const std::string& source) {
    return Machine(bytes, source).run();
}

} // namespace slopescope::pickle
