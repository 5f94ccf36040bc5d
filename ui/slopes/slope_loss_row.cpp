#include "ui/slopes/slope_loss_row.h"

#include "ui/lab/lab.h"
#include "ui/slopes/fit_dialog.h"
#include "ui/widgets/format.h"
#include "ui/widgets/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

#include <cmath>

namespace slopescope::ui {

SlopeLossRow::SlopeLossRow(QWidget* parent) : QWidget(parent) {
    auto* const row = new QHBoxLayout(this);
    row->setContentsMargins(12, 6, 12, 0);
    row->setSpacing(kGrid);
    m_arrows = new QPushButton(tr("Arrows"), this);
    m_arrows->setCheckable(true);
    m_arrows->setToolTip(
        tr("Measure which way the loss pulls each slope, at the length on view. An arrow points where the loss falls;\n"
           "it is drawn where the pull is above its standard error."));
    m_fit = new QPushButton(tr("Fit…"), this);
    m_fit->setToolTip(tr("Fit the slopes to the text, weights frozen; windows that are held out say what it is worth"));
    m_note = new QLabel(this);
    m_note->setObjectName(QStringLiteral("fitNote"));
    setLook(m_note, "soft");
    m_note->setTextFormat(Qt::PlainText);
    m_note->setMinimumWidth(1); // what has no room is in the tool tip: a sentence must not make the panel grow
    for (QPushButton* const button : {m_arrows, m_fit}) {
        button->setFocusPolicy(Qt::TabFocus); // a click leaves the keyboard where it was
        row->addWidget(button);
    }
    row->addWidget(m_note, 1);
}

void SlopeLossRow::attach(Lab& lab) {
    m_lab = &lab;
    connect(m_arrows, &QPushButton::toggled, &lab, [this, &lab](bool wanted) {
        lab.wantGradients(this, wanted && isVisible());
        emit pullsChanged();
    });
    connect(m_fit, &QPushButton::clicked, this, &SlopeLossRow::askOrStop);
    connect(&lab, &Lab::gradientsChanged, this, &SlopeLossRow::pullsChanged);
    connect(&lab, &Lab::fitMoved, this, [this](const std::shared_ptr<const SlopeFitResult>& fit) { showFit(*fit); });
    connect(&lab, &Lab::fitEnded, this,
            [this](const std::shared_ptr<const SlopeFitResult>& fit) { endFit(fit.get()); });
    connect(&lab, &Lab::changed, this, [this](Changes changes) {
        if (changes & (kText | kSelection))
            say({}); // it was about another
    });
}

void SlopeLossRow::say(const QString& words) {
    m_words = words;
    m_note->setText(m_note->fontMetrics().elidedText(words, Qt::ElideRight, m_note->width()));
    m_note->setToolTip(words);
    m_note->setAccessibleName(words);
}

void SlopeLossRow::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    layout()->activate();
    say(m_words);
}

std::vector<std::optional<SlopePull>> SlopeLossRow::pulls(int layer, bool allLayers) const {
    std::vector<std::optional<SlopePull>> pulls;
    const auto gradients = m_lab && m_arrows->isChecked() ? m_lab->gradients() : nullptr;
    if (!gradients)
        return pulls;
    const auto add = [&](double perDoubling, double error) {
        // One window has no error, and no arrow.
        const bool sure = std::abs(perDoubling) > error;
        pulls.push_back(sure ? std::optional(SlopePull{perDoubling, error, gradients->windows, gradients->length})
                             : std::nullopt);
    };
    if (allLayers)
        for (const SharedSlopeGradient& head : gradients->allLayers)
            add(head.perDoubling, head.error);
    else
        for (const SlopeGradient& head : gradients->heads)
            if (head.head.layer == layer)
                add(head.perDoubling(), head.perDoublingError());
    return pulls;
}

void SlopeLossRow::askOrStop() {
    if (!m_lab)
        return;
    if (m_lab->fitting()) {
        m_lab->stopFit();
        say(tr("Stopping…"));
        return;
    }
    const auto text = m_lab->text();
    if (!text)
        return;
    FitDialog dialog(m_lab->length(), std::ssize(text->tokens), this);
    if (dialog.exec() != QDialog::Accepted || !m_lab)
        return;
    m_lab->fitSlopes(dialog.length(), dialog.steps(), dialog.shared());
    m_fit->setText(tr("Stop the fit"));
    say(tr("Measuring the windows that are held out…"));
}

void SlopeLossRow::showFit(const SlopeFitResult& fit) {
    QString words = tr("Step %1 of %2").arg(fit.step).arg(fit.steps);
    if (fit.heldOutStep > 0)
        words += tr(" · held out %1").arg(QString::asprintf("%+.4f", fit.heldOutDifference));
    say(words);
    if (m_lab && m_lab->variantOnView() == fit.variant)
        emit slopesFitted(fit.slopes);
}

void SlopeLossRow::endFit(const SlopeFitResult* fit) {
    m_fit->setText(tr("Fit…"));
    if (fit == nullptr || fit->step == 0) {
        say({});
        if (const auto facts = m_lab ? m_lab->factsOnView() : std::nullopt)
            emit slopesFitted(facts->slopes); // the handles go back
        return;
    }
    const QString error = std::isfinite(fit->heldOutDifferenceError)
                              ? QString::asprintf("%.4f", fit->heldOutDifferenceError)
                              : tr("unknown");
    say(fit->heldOutStep == 0
            ? tr("Stopped at step %1, before the windows held out were measured.").arg(grouped(fit->step))
            : tr("Fitted at %1 tokens, %2 steps. Held out, %3 × %1 tokens: %4 nats per token, %5 ± %6.")
                  .arg(grouped(fit->length), grouped(fit->step), grouped(fit->heldOutWindows),
                       QString::number(fit->heldOutAfter, 'f', 4), QString::asprintf("%+.4f", fit->heldOutDifference),
                       error));
}

void SlopeLossRow::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (m_lab)
        m_lab->wantGradients(this, m_arrows->isChecked());
}

void SlopeLossRow::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    if (m_lab)
        m_lab->wantGradients(this, false);
}

} // namespace slopescope::ui
