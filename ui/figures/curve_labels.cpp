#include "ui/figures/curve_labels.h"

#include "ui/figures/plot_style.h"

#include <QFontMetricsF>

#include <algorithm>
#include <numeric>

namespace slopescope::ui {
namespace {

constexpr double kAir = 8; // between a line's end and its name
constexpr int kRows = 6;   // tried below the top edge, for a line that leaves there
const QString kUp = QStringLiteral(" ↑");

class Placer {
public:
    Placer(const std::vector<LabelWish>& wishes, const LabelRoom& room, const QFont& font, const QFont& bold)
        : m_wishes(wishes), m_room(room), m_font(font), m_bold(bold),
          m_height(std::max(QFontMetricsF(font).height(), QFontMetricsF(bold).height())) {}

    std::vector<PlacedLabel> place() {
        std::vector<std::size_t> order(m_wishes.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::stable_partition(order.begin(), order.end(), [&](std::size_t i) { return m_wishes[i].first; });
        std::vector<std::size_t> column;
        for (const std::size_t i : order)
            if (m_wishes[i].place == LabelWish::Place::Right || !placeInside(i))
                column.push_back(i);
        placeColumn(column);
        return std::move(m_placed);
    }

private:
    QFontMetricsF metrics(std::size_t i) const { return QFontMetricsF(m_wishes[i].first ? m_bold : m_font); }

    bool isFree(const QRectF& rect) const {
        const auto meets = [&](const QRectF& other) { return other.intersects(rect); };
        return m_room.plot.contains(rect) && std::none_of(m_room.taken.begin(), m_room.taken.end(), meets) &&
               std::none_of(m_placed.begin(), m_placed.end(),
                            [&](const PlacedLabel& label) { return meets(label.rect); });
    }

    bool placeInside(std::size_t i) {
        const LabelWish& wish = m_wishes[i];
        const bool leaves = wish.place == LabelWish::Place::Top;
        for (const QString& name : {wish.name, wish.shortName}) {
            const QString text = leaves ? name + kUp : name;
            const double wide = metrics(i).horizontalAdvance(text) + 1;
            const double right = wish.anchor.x() + kAir, left = wish.anchor.x() - kAir - wide;
            std::vector<QPointF> corners;
            if (leaves) {
                for (int row = 0; row < kRows; ++row)
                    for (const double x : {right, left})
                        corners.emplace_back(x, m_room.plot.top() + 1 + row * m_height);
            } else {
                const double y = wish.anchor.y() - m_height / 2;
                for (const double down : {0.0, -1.0, 1.0, -2.0, 2.0})
                    corners.emplace_back(right, y + down * m_height);
                corners.emplace_back(wish.anchor.x() - wide, y - m_height);
                corners.emplace_back(wish.anchor.x() - wide, y + m_height);
            }
            for (const QPointF& corner : corners)
                if (const QRectF rect(corner, QSizeF(wide, m_height)); isFree(rect)) {
                    m_placed.push_back({i, text, rect});
                    return true;
                }
        }
        return false;
    }

    QString fitting(std::size_t i, double room) const {
        const QFontMetricsF words = metrics(i);
        const QString mark = m_wishes[i].place == LabelWish::Place::Top ? kUp : QString();
        const double left = room - words.horizontalAdvance(mark);
        if (words.horizontalAdvance(m_wishes[i].name) <= left)
            return m_wishes[i].name + mark;
        return words.elidedText(m_wishes[i].shortName, Qt::ElideRight, left) + mark;
    }

    // The names beside the plot, pushed apart. Where there are too many, the last row counts those that are left out.
    void placeColumn(const std::vector<std::size_t>& wanted) {
        const double wide = m_room.columnRight - m_room.columnLeft;
        const double top = m_room.plot.top() - m_height / 2, bottom = m_room.plot.bottom() + m_height / 2;
        const auto rows = std::size_t(std::max(1.0, (bottom - top) / m_height));
        const bool all = wanted.size() <= rows;
        // Of those that leave through the top none is lost either: they stand in the list's upper end.
        const std::vector<std::size_t> kept(wanted.begin(),
                                            all ? wanted.end() : wanted.begin() + std::ptrdiff_t(rows) - 1);
        std::vector<double> centres;
        for (const std::size_t i : kept)
            centres.push_back(std::clamp(m_wishes[i].anchor.y(), top, bottom));
        if (!all)
            centres.push_back(bottom + m_height);
        const std::vector<double> placed = spreadLabels(centres, m_height, top, bottom);
        for (std::size_t i = 0; i < placed.size(); ++i) {
            const bool counts = i == kept.size();
            const QString text =
                counts ? QStringLiteral("+%1").arg(wanted.size() - kept.size()) : fitting(kept[i], wide);
            const double width =
                std::min(wide, (counts ? QFontMetricsF(m_font) : metrics(kept[i])).horizontalAdvance(text) + 1);
            // A hair lower than its row, so that neighbours touch and do not meet.
            const QRectF rect(m_room.columnLeft, placed[i] - m_height / 2, width, m_height - 1e-3);
            m_placed.push_back({counts ? std::nullopt : std::optional(kept[i]), text, rect});
        }
    }

    const std::vector<LabelWish>& m_wishes;
    const LabelRoom& m_room;
    QFont m_font, m_bold;
    double m_height;
    std::vector<PlacedLabel> m_placed;
};

} // namespace

std::vector<PlacedLabel> placeLabels(const std::vector<LabelWish>& wishes, const LabelRoom& room, const QFont& font,
                                     const QFont& bold) {
    return Placer(wishes, room, font, bold).place();
}

QStringList shortNames(const QStringList& names) {
    const QString comma = QStringLiteral(", ");
    QStringList tails, result;
    for (const QString& name : names) {
        const qsizetype at = name.indexOf(comma);
        tails += at < 0 ? name : name.mid(at + comma.size());
    }
    for (qsizetype i = 0; i < names.size(); ++i)
        result += tails.count(tails[i]) == 1 ? tails[i] : names[i];
    return result;
}

} // namespace slopescope::ui
