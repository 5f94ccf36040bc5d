#include "ui/widgets/segmented_buttons.h"

#include "ui/widgets/sizes.h"

#include <QButtonGroup>
#include <QFocusEvent>
#include <QHBoxLayout>
#include <QPushButton>
#include <QStyle>

namespace slopescope::ui {
namespace {

// As wide as the label in bold, so that choosing a segment moves nothing.
class Segment : public QPushButton {
public:
    using QPushButton::QPushButton;

    QSize sizeHint() const override {
        QFont bold = font();
        bold.setPixelSize(sizes().label);
        bold.setWeight(QFont::DemiBold);
        return {QFontMetrics(bold).horizontalAdvance(text()) + 22, atTextSize(26)};
    }
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    // The focus is marked only where the keyboard brought it: a window that opens gives it to the first segment.
    void focusInEvent(QFocusEvent* event) override {
        mark(event->reason() == Qt::TabFocusReason || event->reason() == Qt::BacktabFocusReason);
        QPushButton::focusInEvent(event);
    }
    void focusOutEvent(QFocusEvent* event) override {
        mark(false);
        QPushButton::focusOutEvent(event);
    }

private:
    void mark(bool byKey) {
        setProperty("byKey", byKey);
        style()->unpolish(this);
        style()->polish(this);
    }
};

const char* placeOf(qsizetype index, qsizetype count) {
    if (count == 1)
        return "only";
    return index == 0 ? "first" : index == count - 1 ? "last" : "middle";
}

} // namespace

SegmentedButtons::SegmentedButtons(const QStringList& labels, QWidget* parent)
    : QWidget(parent), m_group(new QButtonGroup(this)) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    for (qsizetype i = 0; i < labels.size(); ++i) {
        auto* button = new Segment(labels[i], this);
        button->setProperty("segment", QString::fromLatin1(placeOf(i, labels.size())));
        button->setCheckable(true);
        button->setChecked(i == 0);
        button->setAutoDefault(false);
        button->setFocusPolicy(Qt::TabFocus);
        button->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
        m_group->addButton(button, int(i));
        row->addWidget(button);
    }
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    connect(m_group, &QButtonGroup::idClicked, this, &SegmentedButtons::chosenByUser);
}

int SegmentedButtons::chosen() const {
    return m_group->checkedId();
}

void SegmentedButtons::choose(int index) {
    if (QAbstractButton* button = m_group->button(index))
        button->setChecked(true);
}

void SegmentedButtons::setLabel(int index, const QString& label) {
    if (QAbstractButton* button = m_group->button(index)) {
        button->setText(label);
        button->updateGeometry();
    }
}

void SegmentedButtons::setSegmentToolTip(int index, const QString& text) {
    if (QAbstractButton* button = m_group->button(index))
        button->setToolTip(text);
}

void SegmentedButtons::setSegmentEnabled(int index, bool enabled) {
    if (QAbstractButton* button = m_group->button(index))
        button->setEnabled(enabled);
}

} // namespace slopescope::ui
