#include "ui/map/variant_chips.h"

#include "ui/widgets/theme.h"

#include <QPainter>
#include <QStringList>

#include <algorithm>

namespace slopescope::ui {
namespace {

constexpr int kHeight = 20, kLetter = 18, kGap = 6, kApart = 14;
constexpr int kShortest = 40; // pixels of a name

} // namespace

VariantChips::VariantChips(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setType(this, Type::Label);
}

void VariantChips::setChips(const std::vector<Chip>& chips, const QString& caption) {
    if (chips == m_chips && caption == m_caption)
        return;
    m_chips = chips;
    m_caption = caption;
    QStringList said;
    for (const Chip& chip : chips)
        said << tr("%1: %2").arg(chip.letter, chip.name);
    if (!caption.isEmpty())
        said << caption;
    setAccessibleName(said.join(QStringLiteral(", ")));
    setToolTip(said.join(u'\n'));
    updateGeometry();
    update();
}

QSize VariantChips::sizeHint() const {
    const QFontMetrics metrics(labelFont());
    int width = m_caption.isEmpty() ? 0 : metrics.horizontalAdvance(m_caption) + 2;
    for (const Chip& chip : m_chips)
        width += kLetter + kGap + metrics.horizontalAdvance(chip.name) + kApart;
    return {width, kHeight};
}

QSize VariantChips::minimumSizeHint() const {
    return {int(m_chips.size()) * (kLetter + kGap + kShortest), kHeight};
}

void VariantChips::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const Theme theme = Theme::of(palette());
    const QFontMetrics metrics(labelFont());
    const int fixed = int(m_chips.size()) * (kLetter + kGap + kApart);
    int names = 0;
    for (const Chip& chip : m_chips)
        names += metrics.horizontalAdvance(chip.name);
    // Long names give way alike; what they leave is the caption's.
    const int room = std::max(0, width() - fixed);
    const double share = names > room ? double(room) / names : 1;
    int x = 0;
    for (const Chip& chip : m_chips) {
        const QRectF box(x, (height() - kLetter) / 2.0, kLetter, kLetter);
        QColor fill = chip.colour;
        painter.setPen(Qt::NoPen);
        painter.setBrush(fill);
        painter.drawRoundedRect(box, 4, 4);
        painter.setPen(fill.lightnessF() > 0.62F ? QColor(0x1b, 0x1f, 0x27) : QColor(Qt::white));
        QFont bold = labelFont();
        bold.setWeight(QFont::DemiBold);
        painter.setFont(bold);
        painter.drawText(box, Qt::AlignCenter, chip.letter);
        painter.setFont(labelFont());
        painter.setPen(theme.text);
        const int wide = int(metrics.horizontalAdvance(chip.name) * share);
        x += kLetter + kGap;
        painter.drawText(QRect(x, 0, wide + 2, height()), Qt::AlignLeft | Qt::AlignVCenter,
                         share < 1 ? metrics.elidedText(chip.name, Qt::ElideRight, wide) : chip.name);
        x += wide + kApart;
    }
    if (!m_caption.isEmpty() && x < width()) {
        painter.setPen(theme.softText);
        painter.drawText(QRect(x, 0, width() - x, height()), Qt::AlignLeft | Qt::AlignVCenter,
                         metrics.elidedText(m_caption, Qt::ElideRight, width() - x));
    }
}

} // namespace slopescope::ui
