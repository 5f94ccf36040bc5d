#include "ui/map/cell_pair.h"

#include "ui/widgets/format.h"
#include "ui/widgets/value_text.h"

#include <QCoreApplication>

#include <cmath>

namespace slopescope::ui {
namespace {

constexpr double kSmallest = 1.0 / (1 << 24); // of the probabilities that a picture is sure to have

constexpr int kLongestToken = 40; // letters

QString tr(const char* text) {
    return QCoreApplication::translate("slopescope::ui", text);
}

QString letter(const CellPair& pair, int side) {
    return QStringLiteral("<span style=\"color:%1\"><b>%2</b></span>\u00a0")
        .arg(pair.halves[std::size_t(side)].colour.name(), side == 0 ? QStringLiteral("A") : QStringLiteral("B"));
}

const QString kDash = QStringLiteral("–"), kSpace = QStringLiteral("&ensp;");

// “probability A 0.0841 B 0.0512 A−B +0.0329”: what stands together is not broken.
QString line(const CellPair& pair, const QString& caption, int digits, double CellResult::*number) {
    std::array<double, 2> values{NAN, NAN};
    std::array<QString, 2> texts{kDash, kDash};
    for (std::size_t i = 0; i < 2; ++i) {
        const CellPair::Half& half = pair.halves[i];
        if (half.cell && !half.cell->masked) {
            values[i] = (*half.cell).*number;
            texts[i] = valueText(values[i], digits);
        } else if (!half.cell && number == &CellResult::probability && !std::isnan(half.pictured)) {
            // What the map shows, until the exact number comes. Of a skipped block it only knows that it is small.
            texts[i] = half.pictured < kSmallest ? QStringLiteral("&lt;\u00a0") + valueText(kSmallest, 1)
                                                 : valueText(half.pictured, digits);
        }
    }
    if (!pair.compared)
        return caption + u' ' + texts[0];
    QString text = caption + u' ' + letter(pair, 0) + texts[0] + kSpace + letter(pair, 1) + texts[1];
    const double difference = values[0] - values[1];
    if (std::isfinite(difference))
        text +=
            kSpace +
            tr("A−B\u00a0%1").arg((difference > 0 ? QStringLiteral("+") : QString()) + valueText(difference, digits));
    return text;
}

} // namespace

bool tellsOf(const CellResult& result, Cell cell, const Side& side, std::int64_t length, bool inHand) {
    return Cell{result.query, result.key} == cell && result.length == length && !side.heads.empty() &&
           result.head == side.heads.front() &&
           (result.variant == side.variant || (inHand && sameBesidesSlopes(result.variant, side.variant)));
}

CellPair cellPairOf(const SideLooks& sides, const TextFacts& text, Cell cell,
                    const std::array<std::shared_ptr<const CellResult>, 2>& cells, std::int64_t length, bool inHand) {
    const auto token = [&](std::int64_t index) {
        if (index < 0 || index >= std::ssize(text.tokens))
            return QString();
        const TextToken& at = text.tokens[std::size_t(index)];
        return text.text.empty()
                   ? QString::number(at.id)
                   : visibleToken(QByteArrayView(text.text.data() + at.begin, at.end - at.begin), kLongestToken);
    };
    CellPair pair{cell, token(cell.query), token(cell.key), {}, sides[1].side.has_value()};
    for (std::size_t i = 0; i < 2; ++i) {
        pair.halves[i].name = sides[i].name;
        pair.halves[i].colour = sides[i].colour;
        if (cells[i] && sides[i].side && tellsOf(*cells[i], cell, *sides[i].side, length, inHand))
            pair.halves[i].cell = cells[i];
    }
    return pair;
}

// “→ key 1,131” stays in one piece where the line breaks.
QString pairText(const CellPair& pair) {
    return tr("query\u00a0%1 “%2” →\u00a0key\u00a0%3 “%4”")
        .arg(grouped(pair.cell.query), pair.queryToken, grouped(pair.cell.key), pair.keyToken);
}

QString maskedText(const CellPair& pair) {
    if (pair.cell.key > pair.cell.query)
        return tr("masked: the key comes after the query");
    const auto masked = [&](int side) {
        const auto& cell = pair.halves[std::size_t(side)].cell;
        return cell && cell->masked;
    };
    const bool a = masked(0), b = pair.compared && masked(1);
    if (!a && !b)
        return {};
    if (a == b || !pair.compared)
        return tr("masked: the key lies outside the attention window");
    return tr("masked in %1: the key lies outside its attention window").arg(pair.halves[a ? 0 : 1].name);
}

QStringList numberTexts(const CellPair& pair) {
    const auto rank = [](const CellPair::Half& half) {
        return half.cell && !half.cell->masked ? grouped(half.cell->rank) : kDash;
    };
    const QString distance = tr("distance %1").arg(grouped(pair.cell.query - pair.cell.key));
    const QString ranks =
        pair.compared
            ? tr("rank %1 %2").arg(letter(pair, 0) + rank(pair.halves[0]), letter(pair, 1) + rank(pair.halves[1]))
            : tr("rank %1").arg(rank(pair.halves[0]));
    return {distance + QStringLiteral(" · ") + ranks, line(pair, tr("probability"), 3, &CellResult::probability),
            line(pair, tr("score"), 4, &CellResult::score), line(pair, tr("bias"), 4, &CellResult::bias)};
}

QString cellText(const CellPair& pair) {
    CellPair escaped = pair;
    escaped.queryToken = pair.queryToken.toHtmlEscaped();
    escaped.keyToken = pair.keyToken.toHtmlEscaped();
    QString text = QStringLiteral("<b>%1</b>").arg(pairText(escaped));
    if (pair.compared)
        for (int side = 0; side < 2; ++side)
            text += QStringLiteral("<br>") + letter(pair, side) + pair.halves[std::size_t(side)].name.toHtmlEscaped();
    const QString masked = maskedText(pair);
    if (!masked.isEmpty())
        text += QStringLiteral("<br>") + masked.toHtmlEscaped();
    if (pair.cell.key <= pair.cell.query && (masked.isEmpty() || pair.compared))
        text += QStringLiteral("<br>") + numberTexts(pair).join(QStringLiteral("<br>"));
    return text;
}

} // namespace slopescope::ui
