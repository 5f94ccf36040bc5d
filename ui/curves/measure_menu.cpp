#include "ui/curves/measure_menu.h"

#include "core/study/curve_plan.h"
#include "ui/widgets/format.h"

#include <QActionGroup>
#include <QMenu>

namespace slopescope::ui {
namespace {

bool hasStride(Protocol protocol) {
    return protocol == Protocol::Sliding || protocol == Protocol::HuggingFace;
}

QAction* add(QMenu* menu, QActionGroup* group, const QString& text, const QString& toolTip, qint64 value) {
    QAction* const action = menu->addAction(text);
    action->setCheckable(true);
    action->setToolTip(toolTip);
    action->setData(value);
    group->addAction(action);
    return action;
}

void check(QActionGroup* group, qint64 value) {
    for (QAction* const action : group->actions())
        action->setChecked(action->data().toLongLong() == value);
}

} // namespace

MeasureMenu::MeasureMenu(QWidget* parent) : QPushButton(tr("Measure"), parent), m_menu(new QMenu(this)) {
    setToolTip(tr("How the curves are measured: protocol, windows, lengths"));
    setAccessibleName(tr("How the curves are measured"));
    setFocusPolicy(Qt::TabFocus);
    setAutoDefault(false);
    m_menu->setToolTipsVisible(true);
    addProtocols();
    m_menu->addSeparator();
    addWindows();
    addStrides();
    addLengths();
    setMenu(m_menu);
    follow();
}

QActionGroup* MeasureMenu::addGroup(QMenu* menu) {
    menu->setToolTipsVisible(true);
    return new QActionGroup(this);
}

void MeasureMenu::addProtocols() {
    m_protocols = addGroup(m_menu);
    m_menu->addSection(tr("Protocol"));
    const auto protocol = [&](Protocol which, const QString& text, const QString& toolTip) {
        add(m_menu, m_protocols, text, toolTip, qint64(which));
    };
    protocol(Protocol::OnePass, tr("One pass"),
             tr("One run over windows of the longest length; every shorter length is the beginning of a window. The "
                "fastest, and "
                "the only one that gives the curve by context."));
    protocol(Protocol::NonOverlapping, tr("Non-overlapping windows"),
             tr("Windows of each length side by side, every token scored once: the paper's Figure 1."));
    protocol(
        Protocol::Sliding, tr("Sliding window"),
        tr("Windows of each length moved by the stride; only the new tokens are scored, so each has much context: the "
           "paper's Appendix B. Slow."));
    protocol(Protocol::HuggingFace, tr("Hugging Face"),
             tr("The sliding loop of transformers' documentation, with its weights that are off by one, to compare "
                "with numbers "
                "made by it."));
    protocol(Protocol::LlamaCpp, tr("llama.cpp"),
             tr("As llama-perplexity does: windows side by side, the second half of each is scored."));
    connect(m_protocols, &QActionGroup::triggered, this, [this](QAction* action) {
        Measurement next = m_measurement;
        next.protocol = Protocol(action->data().toLongLong());
        choose(next);
    });
}

void MeasureMenu::addWindows() {
    m_windowsMenu = m_menu->addMenu(tr("Windows of the first pass"));
    m_windowsMenu->menuAction()->setToolTip(
        tr("The curves first stand after so many windows; then short lengths are filled up "
           "until each error is below 1 %. Only one pass has a choice: other protocols read the whole text."));
    m_windows = addGroup(m_windowsMenu);
    add(m_windowsMenu, m_windows, {}, tr("What is measured where nobody chooses, here and on the command line"), 0);
    for (const std::int64_t windows : {std::int64_t{12}, std::int64_t{24}, std::int64_t{48}})
        add(m_windowsMenu, m_windows, grouped(windows), tr("As many as the text has, at most %1").arg(grouped(windows)),
            windows);
    add(m_windowsMenu, m_windows, tr("All"), tr("Every window that the text has: the surest, and the slowest"),
        kAllWindows);
    connect(m_windows, &QActionGroup::triggered, this, [this](QAction* action) {
        Measurement next = m_measurement;
        next.windows = action->data().toLongLong();
        choose(next);
    });
}

void MeasureMenu::addStrides() {
    m_strideMenu = m_menu->addMenu(tr("Stride"));
    m_strideMenu->menuAction()->setToolTip(
        tr("Tokens that are scored in each window: smaller gives every token more context and takes "
           "longer. Only the sliding window and Hugging Face have one."));
    m_strides = addGroup(m_strideMenu);
    add(m_strideMenu, m_strides, tr("Usual (%1)").arg(grouped(kShortestLength / 2)), tr("Half of the shortest length"),
        0);
    for (const std::int64_t stride : {32, 64, 128, 256, 512})
        add(m_strideMenu, m_strides, grouped(stride), tr("%1 tokens are scored in each window").arg(grouped(stride)),
            stride);
    connect(m_strides, &QActionGroup::triggered, this, [this](QAction* action) {
        Measurement next = m_measurement;
        next.stride = action->data().toLongLong();
        choose(next);
    });
}

void MeasureMenu::addLengths() {
    QMenu* const menu = m_menu->addMenu(tr("Longest length"));
    menu->menuAction()->setToolTip(tr("The curves reach from %1 tokens to this length").arg(grouped(kShortestLength)));
    m_lengths = addGroup(menu);
    for (std::int64_t length = 1024; length <= 131072; length *= 2)
        add(menu, m_lengths, grouped(length), {}, length);
    connect(m_lengths, &QActionGroup::triggered, this, [this](QAction* action) {
        Measurement next = m_measurement;
        next.longest = action->data().toLongLong();
        choose(next);
    });
}

void MeasureMenu::setMeasurement(const Measurement& measurement, std::int64_t usualWindows, std::int64_t tokens) {
    m_measurement = measurement;
    m_usualWindows = usualWindows;
    m_tokens = tokens;
    follow();
}

void MeasureMenu::choose(const Measurement& measurement) {
    m_measurement = measurement;
    follow();
    emit chosen(measurement);
}

void MeasureMenu::follow() {
    check(m_protocols, qint64(m_measurement.protocol));
    check(m_windows, m_measurement.windows);
    check(m_strides, m_measurement.stride);
    check(m_lengths, m_measurement.longest);
    m_windows->actions().front()->setText(tr("Usual (%1)").arg(grouped(m_usualWindows)));
    m_windowsMenu->setEnabled(m_measurement.protocol == Protocol::OnePass);
    m_strideMenu->setEnabled(hasStride(m_measurement.protocol));
    for (QAction* const action : m_lengths->actions()) {
        const qint64 length = action->data().toLongLong();
        const bool fits = m_tokens == 0 || length < m_tokens;
        action->setEnabled(fits);
        action->setToolTip(fits ? tr("Measures lengths up to %1 tokens").arg(grouped(length))
                                : tr("The text has only %1 tokens").arg(grouped(m_tokens)));
    }
}

} // namespace slopescope::ui
