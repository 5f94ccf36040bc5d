#include "ui/heads/profile_view.h"

#include "ui/figures/profile_figure.h"
#include "ui/figures/plot_widget.h"
#include "ui/lab/lab.h"
#include "ui/widgets/format.h"
#include "ui/widgets/theme.h"

#include <QEvent>
#include <QLabel>
#include <QMouseEvent>
#include <QToolTip>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace slopescope::ui {

namespace {

QString tokens(double distance) {
    return distance < 10 ? significant(distance, 2) : grouped(std::llround(distance));
}

QString percent(double share) {
    return ProfileView::tr("%1\u00A0%").arg(significant(share * 100, 2));
}

} // namespace

ProfileView::ProfileView(QWidget* parent) : QWidget(parent), m_plot(new PlotWidget(this)) {
    m_title = new QLabel(this);
    setLook(m_title, "soft");
    m_title->setTextFormat(Qt::PlainText);
    m_facts = new QLabel(this);
    setLook(m_facts, "soft");
    m_facts->setMinimumWidth(1); // fitFacts() says what there is room for
    m_facts->setTextFormat(Qt::RichText);
    m_empty = new QLabel(tr("The profile of the selected head appears with its map."), m_plot);
    setLook(m_empty, "soft");
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_empty->setAttribute(Qt::WA_TransparentForMouseEvents);

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2);
    column->addWidget(m_title);
    column->addWidget(m_plot, 1);
    column->addWidget(m_facts);
    m_plot->setMinimumSize(120, 110);
    prepareProfilePlot(*m_plot);
    m_plot->setMouseTracking(true);
    m_plot->installEventFilter(this);
    rebuild();
}

void ProfileView::setSides(const SideLooks& sides, std::int64_t length, int layers, int headsPerLayer) {
    m_sides = sides;
    m_length = length;
    m_layers = layers;
    m_headsPerLayer = headsPerLayer;
    rebuild();
}

void ProfileView::setProfile(int side, Profile profile) {
    m_profiles[std::size_t(side)] = std::move(profile);
    rebuild();
}

void ProfileView::setStale(bool stale) {
    if (stale == m_stale)
        return;
    m_stale = stale;
    rebuild();
}

void ProfileView::clear() {
    m_profiles = {};
    rebuild();
}

QString ProfileView::title() const {
    return m_title->text();
}

ProfileView::Profile ProfileView::shown(int side) const {
    const Profile& profile = m_profiles[std::size_t(side)];
    const auto& what = m_sides[std::size_t(side)].side;
    return profile && what && profile->heads == what->heads && sameBesidesSlopes(profile->variant, what->variant)
               ? profile
               : nullptr;
}

ShownProfiles ProfileView::shown() const {
    return {{shown(0), shown(1)}, m_sides, m_length, m_layers, m_headsPerLayer, m_stale};
}

std::unique_ptr<Figure> ProfileView::figure() const {
    return std::make_unique<ProfileFigure>(shown());
}

QColor ProfileView::colourOf(int side) const {
    return shown().colourOf(side);
}

void ProfileView::rebuild() {
    const ShownProfiles now = shown();
    const bool any = now.profiles[0] || now.profiles[1];
    m_empty->setVisible(!any);
    m_facts->setVisible(any);
    m_title->setText(now.title());
    m_plot->setAccessibleName(m_title->text());
    fitFacts();
    drawProfiles(*m_plot, now, Theme::of(palette()));
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

// As much as there is room for, of A and B each on a line of its own.
void ProfileView::fitFacts() {
    QStringList lines, whole;
    for (int side = 0; side < 2; ++side) {
        const Profile profile = shown(side);
        if (!profile)
            continue;
        const QStringList facts{tr("mean\u00A0%1").arg(tokens(profile->meanDistance)),
                                tr("median\u00A0%1").arg(tokens(profile->medianDistance)),
                                tr("first\u00A0key\u00A0%1").arg(percent(profile->firstKeyMass)),
                                tr("entropy\u00A0%1\u00A0bits").arg(significant(profile->entropyBits, 2))};
        const QString letter = !m_sides[1].side ? QString() : side == 0 ? tr("A") : tr("B");
        const auto joined = [&](qsizetype count) {
            return (letter.isEmpty() ? QString() : letter + u' ') + facts.first(count).join(QStringLiteral(" · "));
        };
        qsizetype count = facts.size();
        while (count > 2 && m_facts->fontMetrics().horizontalAdvance(joined(count)) > width())
            --count;
        QString line = joined(count);
        if (!letter.isEmpty())
            line = QStringLiteral("<span style=\"color:%1\"><b>%2</b></span>").arg(colourOf(side).name(), letter) +
                   line.mid(letter.size());
        lines << line;
        whole << (letter.isEmpty() ? QString() : tr("%1, %2: ").arg(letter, m_sides[std::size_t(side)].name)) +
                     facts.join(QStringLiteral(" · "));
    }
    m_facts->setText(lines.join(QStringLiteral("<br>")));
    m_facts->setToolTip(whole.join(u'\n'));
}

void ProfileView::resizeEvent(QResizeEvent* event) {
    fitFacts();
    QWidget::resizeEvent(event);
}

QString ProfileView::toolTipAt(double distance) const {
    QStringList lines;
    for (int side = 0; side < 2; ++side) {
        const Profile profile = shown(side);
        if (!profile)
            continue;
        for (const ProfileResult::Bin& bin : profile->bins) {
            if (!isDrawn(bin) || distance < leftOf(bin) || distance >= rightOf(bin))
                continue;
            if (lines.isEmpty())
                lines << tr("distance %1")
                             .arg(bin.end - bin.begin == 1
                                      ? grouped(bin.begin)
                                      : tr("%1 to %2").arg(grouped(bin.begin), grouped(bin.end - 1)));
            const QString letter =
                !m_sides[1].side ? QString() : (side == 0 ? tr("A") : tr("B")) + QStringLiteral(": ");
            lines << letter + tr("%1 of the attention").arg(percent(bin.mass))
                  << letter + tr("%1 by the bias alone").arg(percent(bin.biasOnly));
        }
    }
    return lines.join(u'\n');
}

bool ProfileView::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_plot && event->type() == QEvent::Resize)
        m_empty->setGeometry(m_plot->rect().adjusted(12, 0, -12, -32));
    if (watched == m_plot && event->type() == QEvent::MouseMove) {
        const auto* mouse = static_cast<QMouseEvent*>(event);
        const QString text = toolTipAt(m_plot->xAxis->pixelToCoord(mouse->position().x()));
        if (!text.isEmpty())
            QToolTip::showText(mouse->globalPosition().toPoint(), text, m_plot);
    }
    return QWidget::eventFilter(watched, event);
}

void ProfileView::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        rebuild();
    QWidget::changeEvent(event);
}

void ProfileView::attach(Lab& lab) {
    const auto follow = [this, &lab] {
        const auto facts = lab.factsOnView();
        setSides(sidesOf(lab), lab.length(), facts ? facts->layers : 0, facts ? facts->heads : 0);
    };
    connect(&lab, &Lab::changed, this, [&lab, follow](Changes changes) {
        // In a hand the profile stays until its successor comes: drawing it at every step of the mouse would cost the
        // map time.
        if (changes & (kText | kVariants | kSelection | kLength | kHeads) || ((changes & kSlopes) && !lab.inHand()))
            follow();
    });
    connect(&lab, &Lab::profileReady, this, [this, follow](int side, const auto& profile, bool current) {
        m_profiles[std::size_t(side)] = profile;
        m_stale = m_stale && !(current && side == 0);
        follow();
    });
    connect(&lab, &Lab::waiting, this, [this](bool, bool sides) { setStale(sides); });
    follow();
}

} // namespace slopescope::ui
