#include "ui/map/row_words.h"

#include "ui/widgets/format.h"

#include <QCoreApplication>

#include <cmath>

namespace slopescope::ui {
namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("slopescope::ui", text);
}

QString scoreLine(const RowsResult& rows, double score) {
    const QString product = rowNumber(score / rows.scale, 2);
    if (std::abs(rows.scale * std::sqrt(double(rows.headDim)) - 1) < 1e-6)
        return tr("q·k / √d = %1 / √%2 = %3").arg(product).arg(rows.headDim).arg(rowNumber(score));
    return tr("q·k × %1 = %2 × %1 = %3").arg(significant(rows.scale, 4), product, rowNumber(score));
}

QString biasLine(const RowsResult& rows, double bias, std::int64_t distance) {
    if (rows.fromTable)
        return tr("bias of distance %1 = %2 (learned table)").arg(grouped(distance)).arg(rowNumber(bias));
    if (rows.slope > 0)
        return tr("− m × distance = − %1 × %2 = %3").arg(slopeText(rows.slope), grouped(distance), rowNumber(bias));
    return tr("no bias by distance: 0");
}

// Sums of exponentials are written out while they are numbers that one can read.
QString softmaxLine(double sum, double logSum, double probability) {
    constexpr double kReadable = 11; // e^11 has five digits
    if (std::abs(sum) < kReadable && std::abs(logSum) < kReadable)
        return tr("softmax: e^%1 / Σ = %2 / %3 = %4")
            .arg(rowNumber(sum), significant(std::exp(sum), 4), significant(std::exp(logSum), 4),
                 rowNumber(probability));
    return tr("softmax: e^(%1 − ln Σ) = e^(%1 − %2) = %3")
        .arg(rowNumber(sum), rowNumber(logSum), rowNumber(probability));
}

} // namespace

QString rowNumber(double value, int digits) {
    const QString text = QString::number(std::abs(value), 'f', digits);
    const bool isZero = text.toDouble() == 0;
    return value < 0 && !isZero ? QStringLiteral("\u2212") + text : text;
}

QStringList arithmeticOf(const RowsResult& rows, std::int64_t query, std::int64_t key) {
    const std::size_t cell = rows.at(query, key);
    const double score = double(rows.scores[cell]), bias = double(rows.biases[cell]);
    if (key > query)
        return {scoreLine(rows, score), tr("masked: the key comes after the query, so its weight is 0")};
    if (std::isnan(bias))
        return {scoreLine(rows, score), tr("masked: the key lies outside the attention window, so its weight is 0")};
    const double sum = score + bias;
    return {scoreLine(rows, score), biasLine(rows, bias, query - key),
            tr("sum = %1 %2 %3 = %4")
                .arg(rowNumber(score), bias < 0 ? QStringLiteral("\u2212") : QStringLiteral("+"),
                     rowNumber(std::abs(bias)), rowNumber(sum)),
            softmaxLine(sum, rows.logSums[std::size_t(query - rows.of.queryBegin)], double(rows.probabilities[cell]))};
}

} // namespace slopescope::ui
