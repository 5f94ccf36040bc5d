#include "ui/window/length_slider.h"

#include "ui/lab/lab.h"

#include "ui/widgets/format.h"
#include "ui/widgets/theme.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QSignalBlocker>
#include <QSlider>

#include <algorithm>

namespace slopescope::ui {
namespace {

constexpr int kSliderWidth = 150, kCompactSliderWidth = 90;
constexpr std::int64_t kShortestOffered = 32, kShortestTyped = 2; // a token to read, and one to predict

} // namespace

LengthSlider::LengthSlider(QWidget* parent)
    : QWidget(parent), m_caption(new QLabel(tr("Length on view"), this)), m_slider(new QSlider(Qt::Horizontal, this)),
      m_number(new QLineEdit(this)) {
    setLook(m_caption, "soft");
    m_caption->setBuddy(m_slider);
    m_slider->setFixedWidth(kSliderWidth);
    m_slider->setPageStep(1);
    m_slider->setFocusPolicy(Qt::TabFocus);
    m_slider->setAccessibleName(m_caption->text());
    m_slider->setToolTip(tr("Tokens of the text on view, from its start ( [ and ] )"));
    setType(m_number, Type::Bold);
    m_number->setAccessibleName(m_caption->text());
    m_number->setToolTip(tr("Tokens of the text on view: type any number of them"));
    m_number->setFixedWidth(QFontMetrics(boldFont()).horizontalAdvance(grouped(1'000'000)) + 3 * kGrid);
    m_number->installEventFilter(this);
    m_slider->installEventFilter(this);
    auto* const row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kGrid);
    row->addWidget(m_caption);
    row->addWidget(m_slider);
    row->addWidget(m_number);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setLongest(0);
    const auto takeStop = [this] { choose(m_lengths[static_cast<std::size_t>(m_slider->value())]); };
    connect(m_slider, &QSlider::valueChanged, this, takeStop);
    connect(m_slider, &QSlider::sliderReleased, this, takeStop); // the length may lie above the stop that was not left
    connect(m_number, &QLineEdit::editingFinished, this, &LengthSlider::acceptTyped);
}

// A field that goes while it is typed in says that editing has finished, and by then there would be nothing here to tell.
LengthSlider::~LengthSlider() {
    m_number->disconnect(this);
}

int LengthSlider::compactSaves() const {
    return m_caption->sizeHint().width() + kGrid + kSliderWidth - kCompactSliderWidth;
}

void LengthSlider::setCompact(bool compact) {
    m_caption->setVisible(!compact);
    m_slider->setFixedWidth(compact ? kCompactSliderWidth : kSliderWidth);
}

std::vector<std::int64_t> LengthSlider::lengthsUpTo(std::int64_t longest) {
    std::vector<std::int64_t> lengths;
    for (std::int64_t length = kShortestOffered; length < longest; length *= 2)
        lengths.push_back(length);
    if (longest > 0)
        lengths.push_back(longest);
    return lengths;
}

void LengthSlider::attach(Lab& lab) {
    connect(this, &LengthSlider::lengthChosen, &lab, [&lab](qint64 length) {
        lab.look([length](Workspace& w) { w.look.length = length; });
    });
    connect(&lab, &Lab::changed, this, [this, &lab](Changes changes) {
        if (!(changes & (kText | kLength | kVariants | kSelection)))
            return;
        setLongest(lab.longestLength());
        setLength(lab.length());
    });
}

void LengthSlider::setLongest(std::int64_t longest) {
    const QSignalBlocker quiet(m_slider);
    m_lengths = lengthsUpTo(longest);
    m_slider->setRange(0, std::max(0, static_cast<int>(m_lengths.size()) - 1));
    m_slider->setEnabled(m_lengths.size() > 1);
    m_number->setEnabled(!m_lengths.empty());
    setLength(m_length);
}

void LengthSlider::setLength(std::int64_t length) {
    const QSignalBlocker quiet(m_slider);
    const std::int64_t longest = m_lengths.empty() ? 0 : m_lengths.back();
    m_length = std::clamp(length, std::min(kShortestTyped, longest), longest);
    const auto above = std::upper_bound(m_lengths.begin(), m_lengths.end(), m_length);
    m_slider->setValue(std::max(0, static_cast<int>(above - m_lengths.begin()) - 1));
    showNumber();
}

void LengthSlider::choose(std::int64_t length) {
    const std::int64_t before = m_length;
    setLength(length);
    if (m_length != before)
        emit lengthChosen(m_length);
}

void LengthSlider::step(int by) {
    if (m_lengths.empty())
        return;
    const auto at = by < 0 ? std::lower_bound(m_lengths.begin(), m_lengths.end(), m_length)
                           : std::upper_bound(m_lengths.begin(), m_lengths.end(), m_length) - 1;
    const auto stop = at - m_lengths.begin() + by;
    if (stop >= 0 && stop < std::ssize(m_lengths))
        choose(m_lengths[static_cast<std::size_t>(stop)]);
}

void LengthSlider::acceptTyped() {
    QString digits = m_number->text();
    digits.remove(QLocale().groupSeparator()).remove(u' ').remove(u',');
    bool isNumber = false;
    const qlonglong typed = digits.toLongLong(&isNumber);
    if (isNumber)
        choose(typed);
    showNumber();
}

bool LengthSlider::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_number && event->type() == QEvent::FocusIn)
        QMetaObject::invokeMethod(m_number, &QLineEdit::selectAll, Qt::QueuedConnection); // after the click that gave it
    if (event->type() == QEvent::KeyPress && takesKey(watched == m_number, static_cast<QKeyEvent*>(event)->key()))
        return true;
    return QWidget::eventFilter(watched, event);
}

bool LengthSlider::takesKey(bool inNumber, int key) {
    switch (key) {
    case Qt::Key_Up:
    case Qt::Key_PageUp:
        step(1);
        return true;
    case Qt::Key_Down:
    case Qt::Key_PageDown:
        step(-1);
        return true;
    case Qt::Key_Right: // the slider's own keys count from its stop, which may lie below the length
    case Qt::Key_Left:
        if (!inNumber)
            step(key == Qt::Key_Right ? 1 : -1);
        return !inNumber;
    case Qt::Key_Escape:
        if (inNumber)
            showNumber();
        [[fallthrough]];
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (inNumber)
            m_number->clearFocus(); // takes what was typed
        return inNumber;
    default:
        return false;
    }
}

void LengthSlider::showNumber() {
    m_number->setText(m_lengths.empty() ? QStringLiteral("–") : grouped(m_length));
}

} // namespace slopescope::ui
