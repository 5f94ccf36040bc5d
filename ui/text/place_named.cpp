#include "ui/text/place_named.h"

#include "ui/widgets/format.h"

#include <QCoreApplication>
#include <QRegularExpression>

#include <algorithm>

namespace slopescope::ui {
namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("slopescope::ui", text);
}

// The token that holds the beginning of an occurrence: the first that lies at `from` or behind it, or the last before
// `from`.
std::optional<std::int64_t> tokenOf(const QString& word, const TextFacts& text, std::int64_t length, std::int64_t from,
                                    bool before) {
    const QString letters = QString::fromStdString(text.text);
    std::optional<std::int64_t> first, last, next;
    std::int64_t bytes = 0, token = 0;
    qsizetype counted = 0;
    for (qsizetype at = letters.indexOf(word, 0, Qt::CaseInsensitive); at >= 0;
         at = letters.indexOf(word, at + 1, Qt::CaseInsensitive)) {
        bytes += QStringView(letters).sliced(counted, at - counted).toUtf8().size();
        counted = at;
        while (token < length && text.tokens[std::size_t(token)].end <= bytes)
            ++token;
        if (token >= length)
            break;
        if (!first)
            first = token;
        if (token < from)
            last = token;
        else if (!next)
            next = token;
    }
    return before ? last : next ? next : first;
}

std::optional<std::int64_t> readToken(const QString& said, const TextFacts& text, std::int64_t length,
                                      std::int64_t from, bool before, QString* why) {
    bool isNumber = false;
    const qlonglong number = said.toLongLong(&isNumber);
    if (isNumber && number >= 0 && number < length)
        return number;
    if (isNumber) {
        *why = tr("There is no token %1 on view; they are 0 to %2.").arg(said, grouped(length - 1));
        return {};
    }
    const auto token = said.isEmpty() ? std::nullopt : tokenOf(said, text, length, from, before);
    if (!token)
        *why = before ? tr("“%1” does not stand before that query.").arg(said)
                      : tr("“%1” is not among the %2 tokens on view.").arg(said, grouped(length));
    return token;
}

} // namespace

std::optional<Cell> placeNamed(const QString& said, const TextFacts& text, std::int64_t length, std::optional<Cell> at,
                               QString* why) {
    static const QRegularExpression kBetween(QStringLiteral("\\s*(?:,|→|->)\\s*|(?<=\\d)\\s+(?=\\d)"));
    static const QRegularExpression kKey(QStringLiteral("^(?:key|k)\\s*(\\d+)$"),
                                         QRegularExpression::CaseInsensitiveOption);
    const std::int64_t query = at ? at->query : -1;
    if (const auto key = kKey.match(said.trimmed()); key.hasMatch()) {
        const auto token = readToken(key.captured(1), text, length, 0, false, why);
        return token ? std::optional(Cell{std::max(query, *token), *token}) : std::nullopt;
    }
    const QStringList parts = said.trimmed().split(kBetween);
    if (parts.size() > 2) {
        *why = tr("Say a query and a key: two numbers or words with a comma between.");
        return {};
    }
    const auto row = readToken(parts[0], text, length, query + 1, false, why);
    if (!row)
        return {};
    if (parts.size() == 1)
        return Cell{*row, at && at->key <= *row ? at->key : *row};
    const auto column = readToken(parts[1], text, length, *row + 1, true, why);
    return column ? std::optional(Cell{*row, *column}) : std::nullopt;
}

} // namespace slopescope::ui
