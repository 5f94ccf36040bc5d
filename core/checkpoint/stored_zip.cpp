#include "core/checkpoint/stored_zip.h"

#include "core/base/error.h"
#include "core/base/in_quotes.h"

#include <algorithm>
#include <cstring>
#include <optional>

namespace slopescope {
namespace {

// Signatures and sizes of the records, as the format's specification (APPNOTE) gives them.
constexpr std::uint32_t kLocal = 0x04034b50, kCentral = 0x02014b50, kEnd = 0x06054b50, kEnd64 = 0x06064b50,
                        kLocator64 = 0x07064b50;
constexpr std::uint64_t kLocalSize = 30, kCentralSize = 46, kEndSize = 22, kEnd64Size = 56, kLocator64Size = 20,
                        kLongestComment = 65535;
constexpr std::uint16_t kWide = 1; // the extra field that holds what does not fit 32 bits

class Reader {
public:
    explicit Reader(const StoredFile& file) : m_file(file), m_source(file.path().string()) {}

    std::map<std::string, ZipEntry> entries() const {
        auto [at, count] = directory();
        std::map<std::string, ZipEntry> result;
        for (std::uint64_t i = 0; i < count; ++i) {
            const auto [name, entry, next] = readEntry(at);
            if (!result.emplace(name, entry).second)
                throw Error(m_source + " is a broken archive: it holds " + inQuotes(name) + " twice.");
            at = next;
        }
        return result;
    }

private:
    [[noreturn]] void refuse() const { throw Error(m_source + " is a broken or unfinished archive."); }

    void requireWithin(std::uint64_t at, std::uint64_t size) const {
        if (at > m_file.size() || size > m_file.size() - at)
            refuse();
    }
    std::string slice(std::uint64_t at, std::uint64_t size) const {
        requireWithin(at, size);
        return m_file.text(at, size);
    }
    template <typename T>
    T number(std::uint64_t at) const {
        T value;
        requireWithin(at, sizeof value);
        m_file.read(at, &value, sizeof value);
        return value;
    }

    // Where the central directory begins, and how many entries it has.
    std::pair<std::uint64_t, std::uint64_t> directory() const {
        const auto end = findEnd();
        if (!end)
            refuse();
        const auto count = number<std::uint16_t>(*end + 10);
        const auto at = number<std::uint32_t>(*end + 16);
        if (count != 0xFFFF && at != 0xFFFFFFFF)
            return {at, count};
        if (*end < kLocator64Size || number<std::uint32_t>(*end - kLocator64Size) != kLocator64)
            return {at, count};
        const auto wide = number<std::uint64_t>(*end - kLocator64Size + 8);
        requireWithin(wide, kEnd64Size);
        if (number<std::uint32_t>(wide) != kEnd64)
            refuse();
        return {number<std::uint64_t>(wide + 48), number<std::uint64_t>(wide + 32)};
    }
    std::optional<std::uint64_t> findEnd() const {
        const std::uint64_t size = m_file.size();
        const std::string tail = slice(size - std::min(size, kEndSize + kLongestComment), std::min(size, kEndSize + kLongestComment));
        for (std::uint64_t back = kEndSize; back <= tail.size(); ++back)
            if (std::memcmp(tail.data() + tail.size() - back, &kEnd, sizeof kEnd) == 0)
                return size - back;
        return std::nullopt;
    }

    struct Found {
        std::string name;
        ZipEntry entry;
        std::uint64_t next; // where the next entry of the directory begins
    };
    Found readEntry(std::uint64_t at) const {
        requireWithin(at, kCentralSize);
        if (number<std::uint32_t>(at) != kCentral)
            refuse();
        const auto nameSize = number<std::uint16_t>(at + 28), extraSize = number<std::uint16_t>(at + 30),
                   commentSize = number<std::uint16_t>(at + 32);
        Found found{slice(at + kCentralSize, nameSize), {}, 0};
        found.next = at + kCentralSize + nameSize + extraSize + commentSize;
        if ((number<std::uint16_t>(at + 8) & 1) != 0)
            throw Error(m_source + " is an encrypted archive, which cannot be read.");
        if (number<std::uint16_t>(at + 10) != 0)
            throw Error(m_source + " is a compressed archive, and not one that PyTorch wrote.");

        std::uint64_t stored = number<std::uint32_t>(at + 20), size = number<std::uint32_t>(at + 24),
                      local = number<std::uint32_t>(at + 42);
        widen(slice(at + kCentralSize + nameSize, extraSize), {&size, &stored, &local});
        requireWithin(local, kLocalSize);
        if (number<std::uint32_t>(local) != kLocal || stored != size)
            refuse();
        found.entry = {local + kLocalSize + number<std::uint16_t>(local + 26) + number<std::uint16_t>(local + 28),
                       size};
        requireWithin(found.entry.begin, size);
        return found;
    }

    // Those of the values that are all ones stand, in this order, in the wide extra field.
    void widen(std::string_view extra, std::initializer_list<std::uint64_t*> values) const {
        while (extra.size() >= 4) {
            std::uint16_t id = 0, size = 0;
            std::memcpy(&id, extra.data(), sizeof id);
            std::memcpy(&size, extra.data() + 2, sizeof size);
            std::string_view field = extra.substr(4, size);
            extra.remove_prefix(std::min<std::size_t>(extra.size(), 4u + size));
            if (id != kWide)
                continue;
            for (std::uint64_t* value : values) {
                if (*value != 0xFFFFFFFF)
                    continue;
                if (field.size() < sizeof *value)
                    refuse();
                std::memcpy(value, field.data(), sizeof *value);
                field.remove_prefix(sizeof *value);
            }
            return;
        }
    }

    const StoredFile& m_file;
    const std::string m_source;
};

} // namespace

bool looksLikeZip(const StoredFile& file) {
    return file.size() >= 4 && file.text(0, 4) == "PK\x03\x04";
}

std::map<std::string, ZipEntry> readStoredZip(const StoredFile& file) {
    return Reader(file).entries();
}

} // namespace slopescope
