#include "ui/figures/figure_numbers.h"

#include "core/record/csv.h"
#include "core/record/npy_header.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <cmath>
#include <string>

namespace slopescope::ui {
namespace {

QByteArray row(const QStringList& cells, char separator) {
    QByteArray text;
    for (qsizetype i = 0; i < cells.size(); ++i) {
        if (i > 0)
            text += separator;
        text += QByteArray::fromStdString(csvCell(cells[i].toStdString(), separator));
    }
    return text + '\n';
}

QJsonValue value(float number) {
    return std::isfinite(number) ? QJsonValue(double(number)) : QJsonValue();
}

// A cell that reads as a number is one.
QJsonValue value(const QString& cell) {
    bool isNumber = false;
    const double number = cell.toDouble(&isNumber);
    return cell.isEmpty() ? QJsonValue() : isNumber ? QJsonValue(number) : QJsonValue(cell);
}

} // namespace

QByteArray tableText(const FigureNumbers& numbers, char separator) {
    QByteArray text;
    if (numbers.isTable()) {
        text = row(numbers.columns, separator);
        for (const QStringList& cells : numbers.rows)
            text += row(cells, separator);
        return text;
    }
    std::size_t at = 0;
    for (int picture = 0; picture < numbers.pictures; ++picture) {
        if (picture > 0)
            text += '\n';
        for (int r = 0; r < numbers.pictureRows; ++r) {
            for (int c = 0; c < numbers.pictureColumns; ++c, ++at) {
                if (c > 0)
                    text += separator;
                text += QByteArray::fromStdString(csvNumber(numbers.values[at]));
            }
            text += '\n';
        }
    }
    return text;
}

QByteArray numbersJson(const FigureNumbers& numbers, const QString& title, const QString& caption) {
    QJsonObject record{{"title", title}, {"caption", caption}};
    QJsonArray rows;
    if (numbers.isTable()) {
        record["columns"] = QJsonArray::fromStringList(numbers.columns);
        for (const QStringList& cells : numbers.rows) {
            QJsonArray one;
            for (const QString& cell : cells)
                one.append(value(cell));
            rows.append(one);
        }
        record["rows"] = rows;
    } else {
        record["shape"] = QJsonArray{numbers.pictures, numbers.pictureRows, numbers.pictureColumns};
        for (const float number : numbers.values)
            rows.append(value(number));
        record["values"] = rows;
    }
    return QJsonDocument(record).toJson(QJsonDocument::Compact) + '\n';
}

QByteArray numbersNpy(const FigureNumbers& numbers) {
    std::vector<std::int64_t> shape{numbers.pictureRows, numbers.pictureColumns};
    if (numbers.pictures > 1)
        shape.insert(shape.begin(), numbers.pictures);
    QByteArray bytes = QByteArray::fromStdString(npyHeader(shape));
    bytes.append(reinterpret_cast<const char*>(numbers.values.data()),
                 qsizetype(numbers.values.size() * sizeof(float)));
    return bytes;
}

} // namespace slopescope::ui
