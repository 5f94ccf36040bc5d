#include "ui/export/svg_engine.h"

#include <QBuffer>
#include <QFont>
#include <QImage>
#include <QPixmap>

#include <cmath>

namespace slopescope::ui {
namespace {

// A hundredth of a pixel is finer than paper.
QByteArray number(qreal value) {
    return QByteArray::number(std::round(value * 100) / 100, 'g', 8);
}

QByteArray attribute(const char* name, const QByteArray& value) {
    return QByteArray(" ") + name + "=\"" + value + '"';
}

QByteArray pathData(const QPainterPath& path) {
    QByteArray data;
    for (int i = 0; i < path.elementCount(); ++i) {
        const QPainterPath::Element& at = path.elementAt(i);
        const char* const letter = at.isMoveTo() ? "M" : at.isLineTo() ? "L" : at.isCurveTo() ? "C" : " ";
        data += letter + number(at.x) + ' ' + number(at.y);
    }
    return data;
}

QByteArray png(const QImage& image) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    image.save(&buffer, "PNG");
    return bytes.toBase64();
}

} // namespace

QByteArray xmlText(const QString& text) {
    QString kept;
    for (const QChar c : text)
        kept += c < u' ' || c >= QChar(0xFFFE) ? QChar(u' ') : c;
    return kept.toHtmlEscaped().toUtf8();
}

SvgEngine::SvgEngine()
    : QPaintEngine(AllFeatures & ~PaintEngineFeatures(PatternBrush | PerspectiveTransform | PorterDuff | BlendModes |
                                                      RasterOpModes | PatternTransform | LinearGradientFill |
                                                      RadialGradientFill | ConicalGradientFill)) {}

bool SvgEngine::begin(QPaintDevice*) {
    m_body.clear();
    return true;
}

bool SvgEngine::end() {
    closeClip();
    return true;
}

void SvgEngine::updateState(const QPaintEngineState& state) {
    const DirtyFlags dirty = state.state();
    if (dirty & DirtyPen)
        m_pen = state.pen();
    if (dirty & DirtyBrush)
        m_brush = state.brush();
    if (dirty & DirtyOpacity)
        m_opacity = state.opacity();
    if (dirty & DirtyHints)
        m_smooth = state.renderHints() & QPainter::SmoothPixmapTransform;
    if (dirty & DirtyTransform)
        m_transform = state.transform();
    if (dirty & DirtyClipPath) {
        clip(state.clipPath(), state.clipOperation());
    } else if (dirty & DirtyClipRegion) {
        QPainterPath path;
        path.addRegion(state.clipRegion());
        clip(path, state.clipOperation());
    } else if (dirty & DirtyClipEnabled) {
        m_clipped = state.isClipEnabled();
    }
}

void SvgEngine::clip(const QPainterPath& path, Qt::ClipOperation operation) {
    const QPainterPath mapped = m_transform.map(path);
    m_clip = operation == Qt::IntersectClip && m_clipped ? m_clip.intersected(mapped) : mapped;
    m_clipped = operation != Qt::NoClip;
}

void SvgEngine::openClip() {
    QPainterPath whole;
    bool any = m_clipped;
    if (m_clipped)
        whole = m_clip;
    if (!systemClip().isEmpty()) { // of a widget inside others
        QPainterPath seen;
        seen.addRegion(systemClip());
        whole = any ? whole.intersected(seen) : seen;
        any = true;
    }
    const QByteArray data = any ? pathData(whole) : QByteArray();
    if (any && data == m_openClip)
        return;
    closeClip();
    if (!any)
        return;
    m_openClip = data.isEmpty() ? "M0 0" : data; // an empty clip hides everything
    const QByteArray name = "c" + QByteArray::number(++m_clips);
    m_body += "<clipPath id=\"" + name + "\"><path d=\"" + m_openClip + "\"/></clipPath>\n<g clip-path=\"url(#" + name +
              ")\">\n";
}

void SvgEngine::closeClip() {
    if (!m_openClip.isEmpty())
        m_body += "</g>\n";
    m_openClip.clear();
}

void SvgEngine::element(const QByteArray& words) {
    openClip();
    m_body += '<' + words + "/>\n";
}

QByteArray SvgEngine::transform() const {
    const QTransform& t = m_transform;
    if (t.isIdentity())
        return {};
    if (t.type() == QTransform::TxTranslate)
        return attribute("transform", "translate(" + number(t.dx()) + ' ' + number(t.dy()) + ')');
    QByteArray values;
    for (const qreal value : {t.m11(), t.m12(), t.m21(), t.m22(), t.dx(), t.dy()})
        values += (values.isEmpty() ? "" : " ") + QByteArray::number(value, 'g', 7);
    return attribute("transform", "matrix(" + values + ')');
}

QByteArray SvgEngine::fill(const QBrush& brush) const {
    if (brush.style() == Qt::NoBrush)
        return attribute("fill", "none");
    const qreal opacity = brush.color().alphaF() * m_opacity;
    return attribute("fill", brush.color().name().toLatin1()) +
           (opacity < 1 ? attribute("fill-opacity", QByteArray::number(opacity, 'g', 3)) : QByteArray());
}

QByteArray SvgEngine::stroke() const {
    if (m_pen.style() == Qt::NoPen)
        return {};
    QByteArray line = attribute("stroke", m_pen.color().name().toLatin1());
    const qreal opacity = m_pen.color().alphaF() * m_opacity, wide = m_pen.widthF() > 0 ? m_pen.widthF() : 1;
    if (opacity < 1)
        line += attribute("stroke-opacity", QByteArray::number(opacity, 'g', 3));
    if (wide != 1)
        line += attribute("stroke-width", number(wide));
    if (m_pen.style() != Qt::SolidLine) {
        QByteArray dashes;
        for (const qreal part : m_pen.dashPattern())
            dashes += (dashes.isEmpty() ? "" : " ") + number(part * wide);
        line += attribute("stroke-dasharray", dashes);
    }
    if (m_pen.capStyle() != Qt::FlatCap)
        line += attribute("stroke-linecap", m_pen.capStyle() == Qt::RoundCap ? "round" : "square");
    if (m_pen.joinStyle() != Qt::MiterJoin)
        line += attribute("stroke-linejoin", m_pen.joinStyle() == Qt::RoundJoin ? "round" : "bevel");
    return m_pen.isCosmetic() ? line + attribute("vector-effect", "non-scaling-stroke") : line;
}

void SvgEngine::drawPath(const QPainterPath& path) {
    if (!path.isEmpty())
        element("path" + attribute("d", pathData(path)) + fill(m_brush) +
                (path.fillRule() == Qt::OddEvenFill ? attribute("fill-rule", "evenodd") : QByteArray()) + stroke() +
                transform());
}

void SvgEngine::drawPolygon(const QPointF* points, int count, PolygonDrawMode mode) {
    QByteArray at;
    for (int i = 0; i < count; ++i)
        at += (i > 0 ? " " : "") + number(points[i].x()) + ',' + number(points[i].y());
    if (mode == PolylineMode)
        element("polyline" + attribute("points", at) + attribute("fill", "none") + stroke() + transform());
    else
        element("polygon" + attribute("points", at) + fill(m_brush) +
                (mode == OddEvenMode ? attribute("fill-rule", "evenodd") : QByteArray()) + stroke() + transform());
}

void SvgEngine::drawPixmap(const QRectF& target, const QPixmap& pixmap, const QRectF& source) {
    drawImage(target, pixmap.toImage(), source, Qt::AutoColor);
}

void SvgEngine::drawImage(const QRectF& target, const QImage& image, const QRectF& source, Qt::ImageConversionFlags) {
    const QRect part = source.toAlignedRect() & image.rect();
    if (part.isEmpty() || target.isEmpty())
        return;
    element("image" + attribute("x", number(target.x())) + attribute("y", number(target.y())) +
            attribute("width", number(target.width())) + attribute("height", number(target.height())) +
            attribute("preserveAspectRatio", "none") +
            (m_smooth ? QByteArray() : attribute("style", "image-rendering:pixelated")) +
            (m_opacity < 1 ? attribute("opacity", QByteArray::number(m_opacity, 'g', 3)) : QByteArray()) + transform() +
            attribute("xlink:href", "data:image/png;base64," + png(image.copy(part))));
}

void SvgEngine::drawTextItem(const QPointF& at, const QTextItem& item) {
    if (item.text().trimmed().isEmpty())
        return;
    const QFont font = item.font();
    const qreal pixels = font.pixelSize() > 0 ? font.pixelSize() : font.pointSizeF() * 96 / 72;
    openClip();
    // The width is given, so that words keep their place where the font is missing.
    m_body += "<text xml:space=\"preserve\"" + attribute("x", number(at.x())) + attribute("y", number(at.y())) +
              attribute("font-family", xmlText(font.family()) + ", sans-serif") +
              attribute("font-size", number(pixels)) +
              (font.weight() != QFont::Normal ? attribute("font-weight", QByteArray::number(int(font.weight())))
                                              : QByteArray()) +
              (font.italic() ? attribute("font-style", "italic") : QByteArray()) +
              attribute("textLength", number(item.width())) + attribute("lengthAdjust", "spacingAndGlyphs") +
              fill(m_pen.brush()) + transform() + '>' + xmlText(item.text()) + "</text>\n";
}

} // namespace slopescope::ui
