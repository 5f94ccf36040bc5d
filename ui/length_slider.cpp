#include "ui/length_slider.h"

#include "ui/format.h"
#include "ui/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSlider>

#include <algorithm>

namespace slopescope::ui {

LengthSlider::LengthSlider(QWidget* parent)
    : QWidget(parent), m_slider(new QSlider(Qt::Horizontal, this)), m_number(new QLabel(this)) {
    auto* const caption = new QLabel(tr("Length on view"), this);
    setLook(caption, "soft");
    caption->setBuddy(m_slider);
    m_slider->setFixedWidth(150);
    m_slider->setPageStep(1);
    m_slider->setFocusPolicy(Qt::TabFocus);
    m_slider->setAccessibleName(caption->text());
    m_slider->setToolTip(tr("Tokens of the text on view, from its start ( [ and ] )"));
    m_number->setFont(boldFont());
    m_number->setMinimumWidth(QFontMetrics(boldFont()).horizontalAdvance(grouped(100000)));
    auto* const row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kGrid);
    row->addWidget(caption);
    row->addWidget(m_slider);
    row->addWidget(m_number);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setLongest(0);
    connect(m_slider, &QSlider::valueChanged, this, [this] {
        showNumber();
        emit lengthChosen(length());
    });
}

std::vector<std::int64_t> LengthSlider::lengthsUpTo(std::int64_t longest) {
    std::vector<std::int64_t> lengths;
    for (std::int64_t length = 32; length < longest; length *= 2)
        lengths.push_back(length);
    if (longest > 0)
        lengths.push_back(longest);
    return lengths;
}

void LengthSlider::setLongest(std::int64_t longest) {
    const auto before = length();
    const QSignalBlocker quiet(m_slider);
    m_lengths = lengthsUpTo(longest);
    m_slider->setRange(0, std::max(0, static_cast<int>(m_lengths.size()) - 1));
    m_slider->setEnabled(m_lengths.size() > 1);
    setLength(before);
}

void LengthSlider::setLength(std::int64_t length) {
    const QSignalBlocker quiet(m_slider);
    const auto above = std::upper_bound(m_lengths.begin(), m_lengths.end(), length);
    m_slider->setValue(std::max(0, static_cast<int>(above - m_lengths.begin()) - 1));
    showNumber();
}

std::int64_t LengthSlider::length() const {
    return m_lengths.empty() ? 0 : m_lengths[static_cast<std::size_t>(m_slider->value())];
}

void LengthSlider::step(int by) {
    m_slider->setValue(m_slider->value() + by);
}

void LengthSlider::showNumber() {
    m_number->setText(m_lengths.empty() ? QStringLiteral("–") : grouped(length()));
}

} // namespace slopescope::ui
