// What an SVG holds, read by Qt's XML reader.
#pragma once

#include <QByteArray>
#include <QFontMetricsF>
#include <QHash>
#include <QImage>
#include <QRectF>
#include <QString>
#include <QXmlStreamReader>

#include <vector>

namespace slopescope::ui::tests {

struct SvgWord {
    QString text;
    QRectF rect; // where it stands, in pixels; empty where it is turned
};

struct SvgContent {
    bool wellFormed = false;
    std::vector<SvgWord> words;
    std::vector<QImage> images;
    QHash<QString, int> elements;
    std::vector<int> polylines; // points of each
    QString width, description;

    bool holds(const QString& text) const {
        for (const SvgWord& word : words)
            if (word.text.contains(text))
                return true;
        return false;
    }
};

inline QRectF placeOf(const QXmlStreamAttributes& at) {
    const QString moved = at.value("transform").toString();
    QPointF by;
    if (moved.startsWith("translate(")) {
        const QStringList parts = moved.mid(10).chopped(1).split(u' ');
        by = {parts[0].toDouble(), parts[1].toDouble()};
    } else if (!moved.isEmpty()) {
        return {};
    }
    const double size = at.value("font-size").toDouble();
    // The part of a line that letters fill.
    return QRectF(at.value("x").toDouble() + by.x(), at.value("y").toDouble() + by.y() - 0.75 * size,
                  at.value("textLength").toDouble(), 0.95 * size);
}

inline SvgContent readSvg(const QByteArray& svg) {
    SvgContent content;
    QXmlStreamReader reader(svg);
    while (!reader.atEnd()) {
        if (reader.readNext() != QXmlStreamReader::StartElement)
            continue;
        const QString name = reader.name().toString();
        const QXmlStreamAttributes at = reader.attributes();
        ++content.elements[name];
        if (name == u"svg")
            content.width = at.value("width").toString();
        else if (name == u"text")
            content.words.push_back({reader.readElementText(), placeOf(at)});
        else if (name == u"desc")
            content.description = reader.readElementText();
        else if (name == u"polyline")
            content.polylines.push_back(int(at.value("points").toString().split(u' ').size()));
        else if (name == u"image")
            content.images.push_back(QImage::fromData(
                QByteArray::fromBase64(at.value("xlink:href").toString().section(u',', 1).toLatin1()), "PNG"));
    }
    content.wellFormed = !reader.hasError();
    return content;
}

} // namespace slopescope::ui::tests
