// Any bytes as a workspace file: read, and what was read is written and read again as it was.
#include "core/record/workspace_record.h"
#include "tests/fuzz/input.h"

#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace slopescope;
    const std::string_view document(reinterpret_cast<const char*>(data), size);
    fuzz::allowErrors([&] {
        WorkspaceRecord record = readWorkspaceRecord(document, "input");
        const std::string once = writeWorkspaceRecord(record);
        if (writeWorkspaceRecord(readWorkspaceRecord(once, "again")) != once)
            std::abort();
        putInOrder(record.workspace);
        if (!record.workspace.variants.empty() && record.workspace.a() == nullptr)
            std::abort();
        for (const MeasuredCurve& curve : record.measured) {
            CurveResult result;
            result.protocol = curve.protocol;
            for (const auto& [length, windows] : curve.tally.byLength)
                result.points.emplace_back().length = length;
            const CurveTally* const beside = &curve.tally;
            deriveCurve(curve.tally, {&beside, 1}, result);
            CurveTally merged = curve.tally;
            merged.merge(curve.tally);
        }
    });
    return 0;
}
