#include "ui/variants/variant_delegate.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>

namespace slopescope::ui {
namespace {

constexpr int kSwatchLeft = 14, kSwatchWidth = 14, kEyeLeft = 32, kEyeSize = 26, kTextLeft = 62, kRight = 8;
constexpr int kUsualChipWidth = 24, kUsualChipHeight = 17, kChipGap = 2, kTop = 4;

int chipWidth() {
    return atTextSize(kUsualChipWidth);
}

int chipHeight() {
    return atTextSize(kUsualChipHeight);
}

int nameHeight() {
    return std::max(QFontMetrics(bodyFont()).height(), chipHeight());
}

int whatHeight() {
    return QFontMetrics(tickFont()).height();
}

void paintEye(QPainter& painter, const QPointF& middle, const QColor& colour, bool open) {
    constexpr double kWidth = 7, kHeight = 4.6;
    QPainterPath lids;
    lids.moveTo(middle.x() - kWidth, middle.y());
    lids.quadTo(middle.x(), middle.y() - 2 * kHeight, middle.x() + kWidth, middle.y());
    lids.quadTo(middle.x(), middle.y() + 2 * kHeight, middle.x() - kWidth, middle.y());
    painter.setPen(QPen(colour, 1.2));
    painter.setBrush(Qt::NoBrush);
    painter.drawPath(lids);
    if (open) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(colour);
        painter.drawEllipse(middle, 2.2, 2.2);
    } else {
        painter.drawLine(middle + QPointF(-5.5, 5.5), middle + QPointF(5.5, -5.5));
    }
}

void paintProgress(QPainter& painter, const QRectF& bar, double fraction, const Theme& theme) {
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.line);
    painter.drawRoundedRect(bar, 1.5, 1.5);
    if (fraction <= 0)
        return;
    painter.setBrush(theme.accent);
    painter.drawRoundedRect(QRectF(bar.topLeft(), QSizeF(bar.width() * std::min(fraction, 1.0), bar.height())), 1.5,
                            1.5);
}

} // namespace

int VariantDelegate::rowHeight() {
    return 2 * kTop + nameHeight() + whatHeight();
}

QRect VariantDelegate::partRect(const QRect& row, RowPart part) {
    const int right = row.right() + 1 - kRight;
    switch (part) {
    case RowPart::Eye:
        return {row.left() + kEyeLeft, row.top() + (row.height() - kEyeSize) / 2, kEyeSize, kEyeSize};
    case RowPart::A:
        return {right - 2 * chipWidth() - kChipGap, row.top() + kTop, chipWidth(), chipHeight()};
    case RowPart::B:
        return {right - chipWidth(), row.top() + kTop, chipWidth(), chipHeight()};
    case RowPart::Text:
        return {row.left() + kTextLeft, row.top() + kTop, right - 2 * chipWidth() - kGrid - row.left() - kTextLeft,
                nameHeight()};
    case RowPart::None:
        break;
    }
    return {};
}

RowPart VariantDelegate::partAt(const QRect& row, const QPoint& at) {
    if (!row.contains(at))
        return RowPart::None;
    for (const RowPart part : {RowPart::Eye, RowPart::A, RowPart::B})
        if (partRect(row, part).adjusted(-1, -2, 1, 2).contains(at))
            return part;
    return RowPart::Text;
}

void VariantDelegate::setHovered(VariantId id, RowPart part) {
    m_hovered = id;
    m_part = part;
}

QSize VariantDelegate::sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const {
    return {0, rowHeight()};
}

void VariantDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    const auto* const rows = qobject_cast<const VariantRows*>(index.model());
    const VariantRow* const row = rows == nullptr ? nullptr : rows->row(index);
    if (row == nullptr)
        return;
    const Theme theme = Theme::of(option.palette);
    const QRect& rect = option.rect;
    const bool hovered = row->id == m_hovered;
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    if (row->selected) {
        painter->fillRect(rect, theme.accentFill);
        painter->fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), theme.accent);
    } else if (hovered) {
        painter->fillRect(rect, theme.window);
    }
    QColor colour{QRgb(row->colour)};
    colour.setAlphaF(row->visible ? 1.0F : 0.35F);
    painter->setPen(Qt::NoPen);
    painter->setBrush(colour);
    painter->drawRoundedRect(QRectF(rect.left() + kSwatchLeft, rect.center().y() - 1.5, kSwatchWidth, 4), 2, 2);
    const QColor eye = hovered && m_part == RowPart::Eye ? theme.text : row->visible ? theme.softText : theme.faintText;
    paintEye(*painter, QRectF(partRect(rect, RowPart::Eye)).center(), eye, row->visible);
    paintText(*painter, rect, *row, theme);
    paintChips(*painter, rect, *row, theme);
    if (row->state == VariantRow::State::Opening)
        paintProgress(*painter,
                      QRectF(rect.left() + kTextLeft, rect.bottom() - 3, rect.width() - kTextLeft - kRight, 3),
                      row->progress, theme);
    painter->restore();
}

void VariantDelegate::paintText(QPainter& painter, const QRect& rect, const VariantRow& row, const Theme& theme) const {
    QRect name = partRect(rect, RowPart::Text);
    if (!row.isA && !row.isB && row.id != m_hovered)
        name.setRight(rect.right() - kRight);
    painter.setFont(bodyFont());
    painter.setPen(row.visible ? theme.text : theme.faintText);
    painter.drawText(name, Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(row.name, Qt::ElideMiddle, name.width()));
    QRect what(name.left(), name.bottom() + 1, rect.right() - kRight - name.left(), whatHeight());
    painter.setFont(tickFont());
    const QFontMetrics metrics = painter.fontMetrics();
    if (row.state == VariantRow::State::Failed) {
        painter.setPen(theme.bad);
        painter.drawText(what, Qt::AlignLeft | Qt::AlignVCenter,
                         metrics.elidedText(row.fault, Qt::ElideRight, what.width()));
        return;
    }
    // What it is gives way; that it is not as trained does not.
    const QString remark = row.remark.isEmpty() ? QString() : QStringLiteral(" · ") + row.remark;
    const QString text = metrics.elidedText(row.what, Qt::ElideRight, what.width() - metrics.horizontalAdvance(remark));
    painter.setPen(row.visible ? theme.softText : theme.faintText);
    painter.drawText(what, Qt::AlignLeft | Qt::AlignVCenter, text);
    what.setLeft(what.left() + metrics.horizontalAdvance(text));
    painter.setPen(row.visible ? theme.warn : theme.faintText);
    painter.drawText(what, Qt::AlignLeft | Qt::AlignVCenter, remark);
}

void VariantDelegate::paintChips(QPainter& painter, const QRect& rect, const VariantRow& row,
                                 const Theme& theme) const {
    const bool hovered = row.id == m_hovered;
    const auto chip = [&](RowPart part, const QString& letter, bool set, bool strong, const QColor& ink,
                          const QColor& fill) {
        if (!set && !hovered)
            return;
        const QRectF box = QRectF(partRect(rect, part)).adjusted(0.5, 0.5, -0.5, -0.5);
        const QColor edge = set ? ink : m_part == part ? theme.text : theme.faintText;
        painter.setPen(QPen(edge, 1, set ? Qt::SolidLine : Qt::DotLine));
        painter.setBrush(!set ? QColor(Qt::transparent) : strong ? ink : fill);
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2);
        QFont font = tickFont();
        font.setWeight(set ? QFont::DemiBold : QFont::Normal);
        painter.setFont(font);
        painter.setPen(strong ? theme.panel : edge);
        painter.drawText(box, Qt::AlignCenter, letter);
    };
    chip(RowPart::A, QStringLiteral("A"), row.isA, row.pinned, theme.accentText, theme.accentFill);
    chip(RowPart::B, QStringLiteral("B"), row.isB, false, theme.warn, theme.warnFill);
}

QWidget* VariantDelegate::createEditor(QWidget* parent, const QStyleOptionViewItem&, const QModelIndex& index) const {
    const auto* const rows = qobject_cast<const VariantRows*>(index.model());
    const VariantRow* const row = rows == nullptr ? nullptr : rows->row(index);
    if (row == nullptr)
        return nullptr;
    auto* const field = new QLineEdit(parent);
    field->setObjectName(QStringLiteral("variantName"));
    field->setAccessibleName(tr("Name"));
    field->setMaxLength(80);
    field->setStyleSheet(QStringLiteral("padding: 0 3px;"));
    field->setProperty("variant", row->id); // rows may move while it is open
    return field;
}

void VariantDelegate::setEditorData(QWidget* editor, const QModelIndex& index) const {
    auto* const field = static_cast<QLineEdit*>(editor);
    if (field->isModified())
        return; // something else of the row has changed while a hand types
    field->setText(index.data(Qt::EditRole).toString());
    field->selectAll();
}

// The view is not done with its editor here, and a rename changes the list: it is told afterwards.
void VariantDelegate::setModelData(QWidget* editor, QAbstractItemModel*, const QModelIndex&) const {
    const auto* const field = static_cast<const QLineEdit*>(editor);
    if (!field->isModified())
        return;
    auto* const self = const_cast<VariantDelegate*>(this);
    const VariantId id = field->property("variant").toInt();
    QMetaObject::invokeMethod(
        self, [self, id, name = field->text().trimmed()] { emit self->renamed(id, name); }, Qt::QueuedConnection);
}

void VariantDelegate::updateEditorGeometry(QWidget* editor, const QStyleOptionViewItem& option,
                                           const QModelIndex&) const {
    const QRect text = partRect(option.rect, RowPart::Text);
    editor->setGeometry(text.left() - 5, text.top() - 3, option.rect.right() - kRight - text.left() + 5,
                        text.height() + 6);
}

// Tab ends the field; it does not open the next row's.
bool VariantDelegate::eventFilter(QObject* object, QEvent* event) {
    auto* const editor = qobject_cast<QWidget*>(object);
    if (editor != nullptr && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Tab || key == Qt::Key_Backtab) {
            emit commitData(editor);
            emit closeEditor(editor);
            return true;
        }
    }
    return QStyledItemDelegate::eventFilter(object, event);
}

} // namespace slopescope::ui
