// What MapView does where its cells are large: it makes room for the tokens on its axes.
#include "ui/figures/map_tokens.h"
#include "ui/map/map_view.h"

namespace slopescope::ui {

void MapView::setTokens(std::shared_ptr<const TextFacts> tokens) {
    if (tokens == m_tokens)
        return;
    m_tokens = std::move(tokens);
    noteTokens();
    announceViewport();
    update();
}

void MapView::setNumbersSigned(bool on) {
    if (on == m_signed)
        return;
    m_signed = on;
    update();
}

void MapView::noteTokens() {
    const bool now = showsTokens();
    if (now == m_labelled)
        return;
    m_labelled = now;
    update();
    emit tokensToggled();
    emit plotRectChanged();
}

std::optional<std::int64_t> MapView::queryLabelAt(QPoint position) const {
    const QRect plot = plotRect();
    if (!showsTokens() || position.x() >= plot.left() || position.y() < plot.top() || position.y() > plot.bottom())
        return {};
    return m_queryBegin + std::int64_t((position.y() - plot.top() + 0.5) / plot.height() * double(m_span));
}

QString MapView::numberIn(std::int64_t query, std::int64_t key) const {
    return numberInCell(shown(), plotRect().width(), query, key);
}

} // namespace slopescope::ui
