#include "ui/widgets/format.h"

#include "core/base/bytes_text.h"
#include "core/base/utf8.h"
#include "core/positions/slopes.h"

#include <QCoreApplication>
#include <QLocale>
#include <QStringList>

#include <algorithm>
#include <cmath>
#include <limits>

namespace slopescope::ui {

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("slopescope::ui", text);
}

const QString kDash = QStringLiteral("–");
constexpr int kDeepestPower = 24; // 1/16,777,216: beyond it a fraction is harder to read than 6e-08

// The k of 2^-k when `value` is exactly that and a fraction is the best way to write it, else -1.
int powerOfTwoBelowOne(double value) {
    int exponent = 0;
    if (!(value > 0) || value >= 1 || std::frexp(value, &exponent) != 0.5)
        return -1;
    const int power = 1 - exponent;
    return power <= kDeepestPower ? power : -1;
}

std::optional<double> number(const QString& text) {
    bool ok = false;
    const double plain = QLocale::c().toDouble(text, &ok);
    if (ok)
        return plain;
    const double local = QLocale().toDouble(text, &ok);
    return ok ? std::optional(local) : std::nullopt;
}

std::optional<double> evaluated(const QString& text) {
    if (const auto plain = number(text))
        return plain;
    const QStringList fraction = text.split(u'/');
    if (fraction.size() == 2) {
        const auto above = number(fraction[0].trimmed()), below = number(fraction[1].trimmed());
        return above && below && *below != 0 ? std::optional(*above / *below) : std::nullopt;
    }
    const QStringList power = text.split(u'^');
    if (power.size() == 2) {
        const auto under = number(power[0].trimmed()), exponent = number(power[1].trimmed());
        return under && exponent ? std::optional(std::pow(*under, *exponent)) : std::nullopt;
    }
    return std::nullopt;
}

QString hexLabel(char byte) {
    return QStringLiteral("<0x%1>")
        .arg(static_cast<unsigned char>(byte), 2, 16, QLatin1Char('0'))
        .toUpper()
        .replace(QLatin1String("<0X"), QLatin1String("<0x"));
}

// Bytes of the UTF-8 character that starts at `at`, or 0 if there is no whole one.
qsizetype characterLength(QByteArrayView bytes, qsizetype at) {
    const auto lead = static_cast<unsigned char>(bytes[at]);
    const qsizetype length = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
    if (length == 0 || at + length > bytes.size())
        return 0;
    const QByteArrayView character = bytes.sliced(at, length);
    return firstInvalidUtf8({character.data(), static_cast<std::size_t>(length)}) ? 0 : length;
}

} // namespace

QString grouped(std::int64_t number) {
    return QLocale().toString(static_cast<qlonglong>(number));
}

QString compactCount(std::int64_t number) {
    static constexpr struct {
        double size;
        const char* unit;
    } kUnits[] = {{1e12, QT_TRANSLATE_NOOP("slopescope::ui", "%1 T")},
                  {1e9, QT_TRANSLATE_NOOP("slopescope::ui", "%1 B")},
                  {1e6, QT_TRANSLATE_NOOP("slopescope::ui", "%1 M")},
                  {1e3, QT_TRANSLATE_NOOP("slopescope::ui", "%1 k")}};
    const double magnitude = std::abs(static_cast<double>(number));
    for (const auto& unit : kUnits) {
        // 999,950 is 1.0 M, not 1000.0 k.
        if (magnitude < unit.size * 0.99995)
            continue;
        const double scaled = static_cast<double>(number) / unit.size;
        return tr(unit.unit).arg(QLocale().toString(scaled, 'f', std::abs(scaled) < 99.95 ? 1 : 0));
    }
    return grouped(number);
}

QString byteSize(std::int64_t bytes) {
    return QString::fromStdString(bytesText(bytes));
}

QString significant(double value, int digits) {
    if (!std::isfinite(value))
        return kDash;
    if (value == 0)
        return QStringLiteral("0");
    const int magnitude = static_cast<int>(std::floor(std::log10(std::abs(value))));
    if (magnitude < -4 || magnitude > 8)
        return QLocale().toString(value, 'g', digits);
    return QLocale().toString(value, 'f', std::max(0, digits - 1 - magnitude));
}

QString perplexityText(double perplexity) {
    return significant(perplexity, 4);
}

QString slopeText(double slope) {
    const int power = powerOfTwoBelowOne(slope);
    if (power > 0)
        return QStringLiteral("1/%1").arg(1LL << power);
    if (!std::isfinite(slope))
        return kDash;
    return QLocale::c().toString(slope, 'g', 3);
}

QString slopeEditText(double slope) {
    const int power = powerOfTwoBelowOne(slope);
    if (power > 0)
        return QStringLiteral("1/%1").arg(1LL << power);
    return QLocale::c().toString(slope, 'g', QLocale::FloatingPointShortest);
}

std::optional<double> parseSlope(const QString& text, QString* error) {
    QString clean = text.trimmed();
    clean.replace(QChar(0x2212), u'-');
    const auto fail = [&](const QString& sentence) -> std::optional<double> {
        if (error)
            *error = sentence;
        return std::nullopt;
    };
    if (clean.isEmpty())
        return fail(tr("Type a slope, such as 1/64, 0.015625 or 2^-6."));
    const auto value = evaluated(clean);
    if (!value)
        return fail(tr("“%1” is no slope: type one like 1/64, 0.015625 or 2^-6.").arg(clean));
    if (!std::isfinite(*value))
        return fail(tr("“%1” is not finite; a slope must be.").arg(clean));
    if (*value < 0)
        return fail(tr("“%1” is negative; a slope is 0 or more.").arg(clean));
    if (*value > kSteepestSlope)
        return fail(tr("“%1” is too steep; a slope is at most %2.").arg(clean, grouped(static_cast<std::int64_t>(kSteepestSlope))));
    return *value + 0.0; // -0 is 0
}

QString visibleToken(QByteArrayView bytes) {
    QString seen;
    seen.reserve(bytes.size());
    for (qsizetype at = 0; at < bytes.size();) {
        const char byte = bytes[at];
        const auto code = static_cast<unsigned char>(byte);
        if (code > ' ' && code < 0x7F) {
            seen += QLatin1Char(byte);
        } else if (code == ' ') {
            seen += QChar(0x00B7);
        } else if (code == '\n') {
            seen += QChar(0x21B5);
        } else if (code == '\t') {
            seen += QChar(0x2192);
        } else if (code < 0x20 || code == 0x7F) {
            seen += hexLabel(byte);
        } else if (const qsizetype length = characterLength(bytes, at)) {
            const QString character = QString::fromUtf8(bytes.sliced(at, length));
            // What would print as nothing, or turn the line around, is named instead.
            const char32_t point = character.toUcs4().value(0);
            if (QChar::isPrint(point) && !QChar::isSpace(point))
                seen += character;
            else
                seen += QStringLiteral("<U+%1>").arg(point, 4, 16, QLatin1Char('0')).toUpper();
            at += length;
            continue;
        } else {
            seen += hexLabel(byte);
        }
        ++at;
    }
    return seen;
}

QString visibleToken(QByteArrayView bytes, int longest) {
    const QString seen = visibleToken(bytes);
    if (seen.size() <= longest)
        return seen;
    const qsizetype head = (longest - 1 + 1) / 2, tail = longest - 1 - head;
    return seen.left(head) + QChar(0x2026) + seen.right(tail);
}

} // namespace slopescope::ui
