#include "ui/export/figure_caption.h"

#include "ui/lab/lab.h"
#include "ui/lab/names.h"
#include "ui/lab/sides.h"
#include "ui/widgets/format.h"

#include <QCoreApplication>
#include <QStringList>

#include <algorithm>

namespace slopescope::ui {
namespace {

constexpr std::size_t kMostSlopes = 16; // listed one by one

QString tr(const char* text) {
    return QCoreApplication::translate("slopescope::ui", text);
}

// "alibi: ALiBi · as trained at 256 · slopes 1/2, 1/4"
QString variantWords(const Lab& lab, const WorkspaceVariant& row, const Variant& variant) {
    const ModelFacts* const model = lab.library().model(row.variant.model);
    if (model == nullptr)
        return lab.nameOf(row.id);
    const QString slopes = slopeWords(slopesInForce(variant, *model));
    return tr("%1: %2").arg(lab.nameOf(row.id), whatItIs(variant, *model)) +
           (slopes.isEmpty() ? QString() : QStringLiteral(" · ") + slopes);
}

QStringList variants(const Lab& lab, FigureKind kind) {
    QStringList said;
    const Workspace& workspace = lab.workspace();
    const bool curves = kind >= FigureKind::Curves;
    const bool both = kind != FigureKind::Table && (workspace.look.mode != MapMode::A || kind == FigureKind::Profile);
    for (const WorkspaceVariant& row : workspace.variants) {
        const bool isA = workspace.a() == &row, isB = workspace.b() == &row && kind != FigureKind::Decay && both;
        if (curves && kind != FigureKind::Tokens ? row.visible || workspace.b() == &row : isA || isB)
            said += variantWords(lab, row, isA ? lab.variantOnView() : row.variant);
    }
    return said;
}

QString textWords(const Lab& lab, FigureKind kind) {
    const auto text = lab.text();
    if (!text)
        return {};
    const QString name = QString::fromStdString(text->name);
    const QString whole = tr("%1 (%2 tokens)").arg(name, grouped(std::ssize(text->tokens)));
    const bool curves = kind >= FigureKind::Curves && kind != FigureKind::Tokens;
    return curves ? tr("Text: %1").arg(whole) : tr("The first %1 tokens of %2").arg(grouped(lab.length()), whole);
}

QString pictureWords(const Lab& lab) {
    return lab.workspace().look.pooling == Pooling::Mean ? tr("A pixel is the mean of its cells")
                                                         : tr("A pixel is the largest of its cells");
}

} // namespace

QString slopeWords(const SlopeTable& slopes) {
    if (slopes.empty() || slopes.front().empty())
        return {};
    const SlopeSet& first = slopes.front();
    if (!std::all_of(slopes.begin(), slopes.end(), [&](const SlopeSet& layer) { return layer == first; }))
        return tr("slopes by layer");
    if (first.size() > kMostSlopes)
        return tr("slopes %1 to %2 of %3 heads")
            .arg(slopeText(first.front()), slopeText(first.back()))
            .arg(first.size());
    QStringList listed;
    for (const double slope : first)
        listed += slopeText(slope);
    return tr("slopes %1").arg(listed.join(QStringLiteral(", ")));
}

QString figureCaption(const Lab& lab, FigureKind kind, const QString& measured) {
    QStringList sentences{variants(lab, kind).join(QStringLiteral("; "))};
    if (kind != FigureKind::Decay)
        sentences += textWords(lab, kind);
    if (!measured.isEmpty())
        sentences += tr("Curves: %1").arg(measured);
    if (kind == FigureKind::Map)
        sentences += pictureWords(lab);
    sentences += tr("Slopescope %1").arg(QCoreApplication::applicationVersion());
    sentences.removeAll(QString());
    for (QString& sentence : sentences)
        if (!sentence.endsWith(u'.')) // as "±2 s.e." does
            sentence += u'.';
    return sentences.join(u' ');
}

} // namespace slopescope::ui
