// What MapPanel says and paints of the results at hand: the pair of pictures in one scale, facts, chips, badge, losses.
#include "ui/figures/map_figure.h"
#include "ui/figures/picture_difference.h"
#include "ui/figures/stage_text.h"
#include "ui/map/colour_bar.h"
#include "ui/map/loss_strip.h"
#include "ui/map/map_panel.h"
#include "ui/map/map_view.h"
#include "ui/map/variant_chips.h"
#include "ui/widgets/format.h"
#include "ui/widgets/panel_header.h"
#include "ui/widgets/segmented_buttons.h"
#include "ui/widgets/theme.h"

#include <QLabel>

#include <algorithm>

namespace slopescope::ui {

void MapPanel::showPair() {
    updateChips();
    updateBadge();
    const MapPair::Result& first = m_pair.first();
    if (!first)
        return;
    takeScale();
    for (int plot = 0; plot < 2; ++plot) {
        m_maps[std::size_t(plot)]->setNumbersSigned(first->stage != Stage::Probability ||
                                                    m_pair.shownMode() == MapMode::Difference);
        if (const auto before = unmasked(plot))
            m_maps[std::size_t(plot)]->setPicture(before, first->length, m_scale);
        else if (const auto picture = m_pair.picture(plot))
            m_maps[std::size_t(plot)]->setPicture(picture, first->length, m_scale);
        else if (plot == 1)
            m_maps[1]->clear();
    }
    m_bar->setScale(m_scale);
}

bool MapPanel::isOfView() const {
    const MapMode mode = modeInForce();
    if (m_pair.shownMode() != mode)
        return false;
    for (std::size_t side = 0; side < 2; ++side) {
        if ((mode == MapMode::A && side == 1) || (mode == MapMode::B && side == 0))
            continue;
        const auto& result = m_pair.shown(int(side));
        const auto& what = m_sides[side].side;
        if (!result || !what || result->heads != what->heads || result->variant != what->variant ||
            result->length != m_length || result->stage != Stage(m_stages->chosen()) ||
            result->picture.viewport != m_maps[0]->wanted() ||
            (result->pooling == Pooling::Mean) != (m_poolings->chosen() == 0))
            return false;
    }
    return true;
}

// One scale for all that is shown, and for the other of A and B too, so that changing between them changes no colour.
void MapPanel::takeScale() {
    const Stage stage = m_pair.first()->stage;
    const bool difference = m_pair.shownMode() == MapMode::Difference;
    const ScaleSettings& settings = settingsOf(stage, difference);
    if (settings != m_scale.settings())
        m_scale = ColourScale(settings, m_scale.dark());
    std::vector<Picture> differences;
    std::vector<const Picture*> all;
    if (settings.range == ScaleRange::Global) {
        const auto &a = m_thumbnails[0], &b = m_thumbnails[1];
        if (difference && a && b && a->stage == stage && b->stage == stage && a->pictures.size() == b->pictures.size())
            for (std::size_t i = 0; i < a->pictures.size(); ++i)
                differences.push_back(differenceOf(a->pictures[i], b->pictures[i], stage));
        for (const Picture& picture : differences)
            all.push_back(&picture);
        for (const auto& thumbnails : m_thumbnails)
            if (thumbnails && !difference && thumbnails->stage == stage && (thumbnails == a || m_sides[1].side))
                for (const Picture& picture : thumbnails->pictures)
                    all.push_back(&picture);
        m_scale.setGlobal(all);
    }
    std::vector<const Picture*> fitted;
    if (difference) {
        fitted.push_back(m_pair.difference().get());
    } else {
        for (int side = 0; side < 2; ++side)
            if (const auto& shown = m_pair.shown(side))
                fitted.push_back(&shown->picture);
    }
    m_scale.fit(fitted);
}

// The bar speaks of the picture on view.
void MapPanel::chooseScale(const ScaleSettings& settings) {
    const MapPair::Result& first = m_pair.first();
    const bool difference = m_pair.shownMode() == MapMode::Difference;
    ScaleSettings& kept = settingsOf(first ? first->stage : Stage(m_stages->chosen()), difference);
    const ScaleSettings before = kept;
    kept = settings;
    if (difference) { // its ends are symmetrical: what is typed at one of them holds for both
        if (kept.high != before.high) {
            kept.low = kept.high ? std::optional(-*kept.high) : std::nullopt;
        } else if (kept.low != before.low) {
            kept.high = kept.low ? std::optional(-*kept.low) : std::nullopt;
        }
        if (kept.high && *kept.high < 0)
            std::swap(kept.low, kept.high);
    }
    if (first) {
        showPair();
    } else {
        m_scale = ColourScale(kept, m_scale.dark());
        m_bar->setScale(m_scale);
    }
    if (!difference)
        emit scaleSettingsChanged(kept);
}

void MapPanel::updateChips() {
    std::vector<VariantChips::Chip> chips;
    const MapMode mode = modeInForce();
    const bool single = mode == MapMode::A || mode == MapMode::B;
    for (std::size_t side = 0; side < 2; ++side)
        if (!m_sides[side].name.isEmpty() && (!single || (mode == MapMode::B) == (side == 1)))
            chips.push_back({side == 0 ? tr("A") : tr("B"), m_sides[side].name, m_sides[side].colour});
    QString caption;
    if (mode == MapMode::Difference)
        caption = m_pair.shownMode() == MapMode::Difference ? tr("A − B: blue where A is higher, red where B is")
                                                            : tr("A alone until B is there");
    else if (mode == MapMode::SideBySide)
        caption = m_pair.shown(1) ? tr("A on the left, B on the right, one scale") : tr("B follows");
    m_chips->setChips(chips, caption);
}

std::unique_ptr<Figure> MapPanel::figure() const {
    const MapMode mode = m_pair.shownMode();
    const MapPair::Result& first = m_pair.first();
    std::vector<Figure::Name> names;
    for (std::size_t side = 0; side < 2; ++side)
        if (mode != MapMode(1 - side) && !m_sides[side].name.isEmpty() && (side == 0 || m_sides[1].side))
            names.push_back({(side == 0 ? tr("A %1") : tr("B %1")).arg(m_sides[side].name), m_sides[side].colour});
    std::vector<MapFigure::Part> parts{{m_maps[0]->shown(), names.empty() ? Figure::Name() : names.front()}};
    if (mode == MapMode::SideBySide && m_pair.shown(1))
        parts.push_back({m_maps[1]->shown(), names.back()});
    QString title = m_header->title();
    if (first) {
        const QString what = mode == MapMode::Difference ? tr("%1 of A − B").arg(stageText(first->stage)) : stageText(first->stage);
        title = tr("%1, %2").arg(headsTitle(first->heads, m_layers, m_headsPerLayer), what);
    }
    if (parts.size() > 1)
        names.clear(); // they stand above the maps
    return std::make_unique<MapFigure>(std::move(parts), m_scale, title, std::move(names));
}

void MapPanel::updateHeader() {
    const auto& side = m_sides[0].side;
    m_header->setTitle(side ? headsTitle(side->heads, m_layers, m_headsPerLayer) : tr("Attention"));
    QStringList facts;
    if (m_slope)
        facts << tr("slope %1").arg(slopeText(*m_slope));
    if (side) {
        const bool known = m_profile && m_profile->heads == side->heads && m_profile->variant == side->variant &&
                           m_profile->length == m_length;
        const auto number = [&](double ProfileResult::*fact) {
            return known ? significant((*m_profile).*fact, 2) : QStringLiteral("–");
        };
        facts << tr("mean distance %1").arg(number(&ProfileResult::meanDistance))
              << tr("entropy %1 bits").arg(number(&ProfileResult::entropyBits));
    }
    m_facts = facts.join(QStringLiteral(" · "));
    placeFacts();
}

// Room is judged by the longest facts there may be, so that nothing jumps while numbers change.
void MapPanel::placeFacts() {
    const QString longest = tr("slope %1").arg(QStringLiteral("0.0123")) + QStringLiteral(" · ") +
                            tr("mean distance %1").arg(grouped(8888)) + QStringLiteral(" · ") +
                            tr("entropy %1 bits").arg(significant(18.8));
    const QFontMetrics facts(labelFont()), badge(tickFont()), title(boldFont());
    m_badge->setMinimumWidth(badge.horizontalAdvance(tr("updating")) + 2 * kGrid);
    const int needed = title.horizontalAdvance(m_header->title()) + m_modes->sizeHint().width() +
                       m_stages->sizeHint().width() + 6 * kGrid + facts.horizontalAdvance(longest);
    const bool fits = width() >= needed;
    m_header->setFacts(fits ? m_facts : QString());
    m_factsLine->setText(m_facts);
    m_factsLine->setVisible(!fits && !m_facts.isEmpty());
    m_sentenceFits = width() >= m_chips->sizeHint().width() + m_poolings->sizeHint().width() + 6 * kGrid +
                                    badge.horizontalAdvance(previewSentence());
}

QString MapPanel::previewSentence() {
    return tr("preview: q and k from before the edit");
}

// Of two pictures, the one that is less sure.
void MapPanel::updateBadge() {
    std::optional<Freshness> freshness;
    const bool both = m_pair.shownMode() == MapMode::SideBySide || m_pair.shownMode() == MapMode::Difference;
    if (m_pair.first())
        freshness = m_pair.first()->freshness;
    if (both && m_pair.shown(1))
        freshness = std::max(*freshness, m_pair.shown(1)->freshness);
    m_badge->setVisible(freshness.has_value());
    if (!freshness)
        return;
    const bool preview = *freshness == Freshness::Preview, draft = *freshness == Freshness::Draft;
    setLook(m_badge, m_stale ? "chip" : preview || draft ? "chip-warn" : "chip-good");
    m_badge->setText(m_stale          ? tr("updating")
                     : draft          ? tr("draft")
                     : !preview       ? tr("exact")
                     : m_sentenceFits ? previewSentence()
                                      : tr("preview"));
    m_badge->setToolTip(preview && !m_stale ? previewSentence() : QString());
}

// A's, or what it is above B's; of what is on view, or else nothing.
void MapPanel::showLosses() {
    if (!m_lossesShown)
        return;
    const auto of = [&](std::size_t side) {
        const auto& losses = m_losses[side];
        const auto& what = m_sides[side].side;
        return losses && what && sameBesidesSlopes(losses->variant, what->variant) && losses->length == m_length
                   ? losses
                   : nullptr;
    };
    const bool difference = modeInForce() == MapMode::Difference;
    m_strip->setLosses(of(modeInForce() == MapMode::B ? 1 : 0), difference ? of(1) : nullptr, difference);
}

} // namespace slopescope::ui
