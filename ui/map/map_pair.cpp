#include "ui/map/map_pair.h"

#include "ui/figures/picture_difference.h"

#include <utility>

namespace slopescope::ui {
namespace {

bool sameCells(const MapResult& a, const MapResult& b) {
    return a.picture.viewport == b.picture.viewport && a.length == b.length && a.stage == b.stage &&
           a.pooling == b.pooling;
}

} // namespace

void MapPair::setMode(MapMode mode) {
    if (mode == m_mode)
        return;
    m_mode = mode;
    update();
}

void MapPair::expect(int side, const std::optional<Side>& what) {
    Result& newest = m_newest[std::size_t(side)];
    m_present[std::size_t(side)] = what.has_value();
    // Other slopes of the same are a slope in hand, whose next picture is on its way.
    if (newest && !(what && newest->heads == what->heads && newest->variant.model == what->variant.model &&
                    newest->variant.positions == what->variant.positions &&
                    (side == 0 || newest->variant == what->variant || what->variant == m_expectedA)))
        newest.reset();
    if (side == 0)
        m_expectedA = what ? what->variant : Variant();
    update();
}

void MapPair::take(int side, Result result) {
    m_newest[std::size_t(side)] = std::move(result);
    update();
}

void MapPair::clear() {
    m_newest = {};
    m_shown = {};
}

bool MapPair::together() const {
    return m_newest[0] && m_newest[1] && sameCells(*m_newest[0], *m_newest[1]);
}

void MapPair::update() {
    const bool pair = together();
    if (!m_present[1] && m_shown.mode != MapMode::A)
        m_shown = {MapMode::A, {m_shown.results[0], nullptr}, nullptr};
    // What a single plot would show: the newest, else what was there.
    const Result a = m_newest[0] ? m_newest[0] : m_shown.results[0];
    const Result b = m_newest[1] ? m_newest[1] : m_present[1] ? m_shown.results[1] : nullptr;
    switch (m_present[1] ? m_mode : MapMode::A) {
    case MapMode::A:
        m_shown = {MapMode::A, {a, pair ? m_newest[1] : nullptr}, nullptr};
        break;
    case MapMode::B:
        if (b)
            m_shown = {MapMode::B, {pair ? m_newest[0] : nullptr, b}, nullptr};
        else
            m_shown = {MapMode::A, {a, nullptr}, nullptr};
        break;
    case MapMode::SideBySide:
        if (pair || !b || m_shown.mode == MapMode::A || m_shown.mode == MapMode::B)
            m_shown = {MapMode::SideBySide, {a, a && b && sameCells(*a, *b) ? b : nullptr}, nullptr};
        else
            m_shown = {MapMode::SideBySide, m_shown.results, nullptr};
        break;
    case MapMode::Difference:
        if (!pair) {
            if (m_shown.mode != MapMode::Difference) // A alone until there is a pair
                m_shown = {MapMode::A, {a, nullptr}, nullptr};
        } else if (m_shown.mode != MapMode::Difference || m_shown.results != m_newest) {
            m_shown = {MapMode::Difference, m_newest,
                       std::make_shared<const Picture>(
                           differenceOf(m_newest[0]->picture, m_newest[1]->picture, m_newest[0]->stage))};
        }
        break;
    }
}

std::shared_ptr<const Picture> MapPair::picture(int plot) const {
    if (m_shown.mode == MapMode::Difference)
        return plot == 0 ? m_shown.difference : nullptr;
    const Result result = plot == 0 ? first() : m_shown.mode == MapMode::SideBySide ? shown(1) : nullptr;
    return result ? std::shared_ptr<const Picture>(result, &result->picture) : nullptr;
}

} // namespace slopescope::ui
