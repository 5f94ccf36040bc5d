#include "ui/text/continue_panel.h"

#include "ui/widgets/format.h"
#include "ui/widgets/theme.h"

#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollBar>
#include <QSpinBox>
#include <QTextBrowser>

#include <algorithm>
#include <limits>

namespace slopescope::ui {
namespace {

constexpr int kUsualTokens = 60, kMostTokens = 4096;
constexpr int kPageHeight = 72;

QString html(const QString& letters) {
    return letters.toHtmlEscaped().replace(u'\n', QStringLiteral("<br>"));
}

} // namespace

ContinuePanel::ContinuePanel(QWidget* parent)
    : QWidget(parent), m_start(new QPushButton(this)), m_keep(new QPushButton(tr("Keep"), this)),
      m_tokens(number(1, kMostTokens, kUsualTokens, tr("New tokens"))),
      m_seed(number(0, std::numeric_limits<int>::max(), 0, tr("Seed"))), m_temperature(new QDoubleSpinBox(this)),
      m_topP(new QDoubleSpinBox(this)), m_fault(new QLabel(this)) {
    setLook(m_start, "primary");
    m_start->setFocusPolicy(Qt::TabFocus);
    m_keep->setFocusPolicy(Qt::TabFocus);
    m_keep->setToolTip(tr("Make A's new tokens part of the text, so that its attention to them can be looked at"));
    m_temperature->setRange(0, 5);
    m_temperature->setSingleStep(0.1);
    m_temperature->setPrefix(tr("temperature "));
    m_temperature->setAccessibleName(tr("Temperature"));
    m_temperature->setToolTip(tr("0: always the most probable token. Higher: bolder draws."));
    m_topP->setRange(0.01, 1);
    m_topP->setSingleStep(0.05);
    m_topP->setValue(1);
    m_topP->setPrefix(tr("top-p "));
    m_topP->setAccessibleName(tr("Top-p"));
    m_topP->setToolTip(tr("Draw only from the most probable tokens that together reach this share."));
    m_tokens->setSuffix(tr(" tokens"));
    m_seed->setPrefix(tr("seed "));
    m_seed->setToolTip(tr("The same seed draws the same tokens."));
    m_fault->setWordWrap(true);
    m_fault->hide();
    setLook(m_fault, "error");

    auto* const controls = new QGridLayout;
    controls->setSpacing(kGrid / 2);
    controls->addWidget(m_start, 0, 0);
    controls->addWidget(m_keep, 0, 1);
    controls->addWidget(m_tokens, 1, 0);
    controls->addWidget(m_temperature, 1, 1);
    controls->addWidget(m_topP, 2, 0);
    controls->addWidget(m_seed, 2, 1);
    auto* const pages = new QGridLayout;
    pages->setSpacing(kGrid / 2);
    for (int side = 0; side < 2; ++side) {
        QLabel*& name = m_names[std::size_t(side)] = new QLabel(this);
        setLook(name, "soft");
        name->setMinimumWidth(1);
        QTextBrowser*& page = m_pages[std::size_t(side)] = new QTextBrowser(this);
        page->setOpenLinks(false);
        page->setMinimumHeight(kPageHeight);
        page->setMinimumWidth(80);
        page->setAccessibleName(side == 0 ? tr("What A has written") : tr("What B has written"));
        pages->addWidget(name, 0, side);
        pages->addWidget(page, 1, side);
    }
    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(12, kGrid, 12, kGrid);
    column->setSpacing(kGrid / 2);
    column->addLayout(controls);
    column->addWidget(m_fault);
    column->addLayout(pages, 1);
    connect(m_start, &QPushButton::clicked, this, [this] { m_writing ? emit stopped() : emit wanted(); });
    connect(m_keep, &QPushButton::clicked, this, [this] {
        if (m_texts[0])
            emit kept(QString::fromStdString(m_texts[0]->text));
    });
    setNames({}, {});
    updateButtons();
}

QSpinBox* ContinuePanel::number(int lowest, int highest, int value, const QString& name) {
    auto* const made = new QSpinBox(this);
    made->setRange(lowest, highest);
    made->setValue(value);
    made->setAccessibleName(name);
    return made;
}

GenerationRequest ContinuePanel::how() const {
    GenerationRequest request;
    request.tokens = m_tokens->value();
    request.temperature = m_temperature->value();
    request.topP = m_topP->value();
    request.seed = std::uint64_t(m_seed->value());
    return request;
}

void ContinuePanel::setNames(const QString& a, const QString& b) {
    m_names[0]->setText(b.isEmpty() ? a : tr("A · %1").arg(a));
    m_names[1]->setText(tr("B · %1").arg(b));
    m_names[1]->setVisible(!b.isEmpty());
    m_pages[1]->setVisible(!b.isEmpty());
}

void ContinuePanel::setBefore(const QString& letters) {
    m_before = letters;
}

void ContinuePanel::begin() {
    m_writing = true;
    m_texts = {};
    m_fault->hide();
    for (int side = 0; side < 2; ++side)
        showText(side);
    updateButtons();
}

void ContinuePanel::take(int side, std::shared_ptr<const GenerationResult> text) {
    m_texts[std::size_t(side)] = std::move(text);
    showText(side);
    updateButtons();
}

void ContinuePanel::end(const QString& fault) {
    m_writing = false;
    m_fault->setText(fault);
    m_fault->setVisible(!fault.isEmpty());
    updateButtons();
}

void ContinuePanel::updateButtons() {
    m_start->setText(m_writing ? tr("Stop") : tr("Continue"));
    m_keep->setEnabled(!m_writing && m_texts[0] && !m_texts[0]->text.empty());
}

// The end of what was there in grey, then the new tokens, the surer the model the darker behind them.
void ContinuePanel::showText(int side) {
    const Theme theme = Theme::of(palette());
    QString page = QStringLiteral("<span style=\"color:%1\">%2</span>").arg(theme.softText.name(), html(m_before));
    if (const auto& text = m_texts[std::size_t(side)]) {
        std::size_t begin = 0;
        for (const GeneratedToken& token : text->tokens) {
            const std::size_t end = std::clamp(std::size_t(token.end), begin, text->text.size());
            const auto mix = [&](int from, int to) { return from + int(float(to - from) * 0.6F * token.probability); };
            const QColor behind(mix(theme.panel.red(), theme.reads.red()),
                                mix(theme.panel.green(), theme.reads.green()),
                                mix(theme.panel.blue(), theme.reads.blue()));
            const QString letters = text->text.empty() ? QString::number(token.id) + u' '
                                                       : QString::fromStdString(text->text.substr(begin, end - begin));
            page += QStringLiteral("<span style=\"background:%1\">%2</span>").arg(behind.name(), html(letters));
            begin = end;
        }
    }
    QTextBrowser* const shown = m_pages[std::size_t(side)];
    shown->setHtml(QStringLiteral("<div style=\"white-space:pre-wrap\">%1</div>").arg(page));
    shown->verticalScrollBar()->setValue(shown->verticalScrollBar()->maximum());
}

} // namespace slopescope::ui
