#include "ui/figures/curve_annotations.h"

namespace slopescope::ui {

void CurveAnnotations::clear() {
    m_words.clear();
    m_strokes.clear();
}

std::vector<QRectF> CurveAnnotations::rects() const {
    std::vector<QRectF> rects;
    for (const Words& words : m_words)
        rects.push_back(words.rect);
    return rects;
}

void CurveAnnotations::applyDefaultAntialiasingHint(QCPPainter* painter) const {
    applyAntialiasingHint(painter, mAntialiased, QCP::aeOther);
}

void CurveAnnotations::draw(QCPPainter* painter) {
    for (const Stroke& stroke : m_strokes) {
        painter->setPen(stroke.pen);
        painter->drawLine(stroke.line);
    }
    for (const Words& words : m_words) {
        if (words.overLines)
            painter->fillRect(words.rect, m_behind);
        painter->setFont(words.font);
        painter->setPen(QPen(words.colour));
        painter->drawText(words.rect, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextDontClip | Qt::TextSingleLine,
                          words.text);
    }
}

} // namespace slopescope::ui
