#include "ui/lab/sides.h"

#include "ui/lab/lab.h"
#include "ui/widgets/format.h"
#include "ui/widgets/theme.h"

#include <QCoreApplication>

#include <algorithm>

namespace slopescope::ui {
namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("slopescope::ui", text);
}

QString headName(HeadAddress head) {
    return tr("layer %1 · head %2").arg(head.layer).arg(head.head);
}

} // namespace

SideLooks sidesOf(const Lab& lab) {
    SideLooks looks;
    const Workspace& workspace = lab.workspace();
    if (const WorkspaceVariant* const a = workspace.a()) {
        looks[0] = {lab.sideOnView(0), lab.nameOf(a->id), QColor(QRgb(a->colour))};
        if (workspace.againstHead && looks[0].side) { // two heads of one variant: the heads are what is told apart
            looks[0].name = looks[0].side->heads.size() == 1 ? headName(looks[0].side->heads.front())
                                                             : tr("mean of %1 heads").arg(looks[0].side->heads.size());
            looks[0].colour = headColour(looks[0].side->heads.front().head);
            const auto b = lab.sideOnView(1);
            looks[1] = {b, headName(b->heads.front()), headColour(b->heads.front().head)};
        }
    }
    if (const WorkspaceVariant* const b = workspace.b(); b != nullptr && !workspace.againstHead)
        looks[1] = {lab.sideOnView(1), lab.nameOf(b->id), QColor(QRgb(b->colour))};
    return looks;
}

QString whyNoB(const Lab& lab) {
    if (lab.sideOnView(1))
        return {};
    const WorkspaceVariant* const b = lab.workspace().b();
    if (b == nullptr)
        return tr("Choose what to compare with: click the B of a variant in the list, or Ctrl+click a head.");
    const QString name = lab.nameOf(b->id), closed = lab.whyNot(b->id);
    if (!closed.isEmpty())
        return closed;
    const auto facts = lab.facts(b->id);
    if (!facts)
        return tr("%1 is being opened.").arg(name);
    const auto text = lab.text(), theirs = lab.library().text(b->variant.model);
    if (text && theirs && text->digest != theirs->digest)
        return tr("%1 cuts the text into other tokens, so their maps cannot be compared.").arg(name);
    if (facts->longestLength && lab.length() > *facts->longestLength)
        return tr("%1 reads %2 tokens at most.").arg(name, grouped(*facts->longestLength));
    return tr("%1 has no text yet.").arg(name);
}

QString headsTitle(const std::vector<HeadAddress>& heads, int layers, int headsPerLayer) {
    const HeadAddress first = heads.empty() ? HeadAddress{} : heads.front();
    if (heads.size() < 2)
        return tr("Layer %1 · Head %2").arg(first.layer).arg(first.head);
    if (layers > 0 && heads.size() == std::size_t(layers) * std::size_t(headsPerLayer))
        return tr("All heads");
    const bool oneLayer =
        std::all_of(heads.begin(), heads.end(), [&](HeadAddress head) { return head.layer == first.layer; });
    if (oneLayer && heads.size() == std::size_t(headsPerLayer))
        return tr("Layer %1, all heads").arg(first.layer);
    return tr("Mean of %1 heads").arg(heads.size());
}

} // namespace slopescope::ui
