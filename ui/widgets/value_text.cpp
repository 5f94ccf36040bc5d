#include "ui/widgets/value_text.h"

#include "ui/widgets/format.h"

#include <QLocale>

#include <cmath>

namespace slopescope::ui {
namespace {

const QChar kMinus(0x2212);

QString superscript(int number) {
    static constexpr char16_t kDigits[] = u"\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079";
    QString text = QString::number(std::abs(number));
    for (QChar& c : text)
        c = QChar(kDigits[c.digitValue()]);
    return number < 0 ? QChar(0x207b) + text : text;
}

QString dressed(QString number, bool round) {
    QString power;
    if (const auto e = number.indexOf(u'e', 0, Qt::CaseInsensitive); e >= 0) {
        power = QStringLiteral(" × 10") + superscript(number.mid(e + 1).toInt());
        number.truncate(e);
    }
    const QString point = QLocale().decimalPoint();
    if (round && number.contains(point)) {
        while (number.endsWith(u'0'))
            number.chop(1);
        if (number.endsWith(point))
            number.chop(point.size());
    }
    if (number.startsWith(u'-'))
        number[0] = kMinus;
    return number + power;
}

} // namespace

QString valueText(double value, int digits) {
    return dressed(significant(value, digits), false);
}

QString roundValueText(double value, int digits) {
    return dressed(significant(value, digits), true);
}

std::optional<double> typedValue(const QString& text) {
    QString plain = text.trimmed();
    plain.replace(kMinus, u'-');
    if (const auto times = plain.indexOf(QStringLiteral(" × 10")); times >= 0) {
        // As valueText wrote it.
        QString power = plain.mid(times + 5);
        power.replace(QChar(0x207b), u'-');
        for (QChar& c : power) {
            if (c.digitValue() >= 0)
                c = QChar(u'0' + c.digitValue());
        }
        plain = plain.left(times) + u'e' + power;
    }
    bool good = false;
    double value = QLocale::c().toDouble(plain, &good);
    if (!good)
        value = QLocale().toDouble(plain, &good);
    return good && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

} // namespace slopescope::ui
