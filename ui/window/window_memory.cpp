#include "ui/window/window_memory.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QSettings>

#include <algorithm>
#include <cmath>

namespace slopescope::ui {
namespace {

constexpr int kLayout = 1; // of the docks; a saved layout of another number is not restored

template <typename Enum>
Enum readEnum(const QSettings& settings, const char* key, Enum last, Enum usual = {}) {
    const int value = settings.value(QLatin1String(key), static_cast<int>(usual)).toInt();
    return static_cast<Enum>(std::clamp(value, 0, static_cast<int>(last)));
}

std::optional<double> readEnd(const QSettings& settings, const char* key) {
    bool ok = false;
    const double end = settings.value(QLatin1String(key)).toDouble(&ok);
    return ok && std::isfinite(end) ? std::optional(end) : std::nullopt;
}

std::optional<ScaleSettings> readScale(const QSettings& settings) {
    if (!settings.contains("scale/kind"))
        return {};
    ScaleSettings scale;
    scale.map = readEnum(settings, "scale/map", ColourMap::Signed);
    scale.kind = readEnum(settings, "scale/kind", ScaleKind::Percentile);
    scale.range = readEnum(settings, "scale/range", ScaleRange::Global);
    scale.low = readEnd(settings, "scale/low");
    scale.high = readEnd(settings, "scale/high");
    return scale;
}

void writeScale(QSettings& settings, const std::optional<ScaleSettings>& scale) {
    settings.remove("scale");
    if (!scale)
        return;
    settings.setValue("scale/map", static_cast<int>(scale->map));
    settings.setValue("scale/kind", static_cast<int>(scale->kind));
    settings.setValue("scale/range", static_cast<int>(scale->range));
    if (scale->low)
        settings.setValue("scale/low", *scale->low);
    if (scale->high)
        settings.setValue("scale/high", *scale->high);
}

SlopeTable readSlopes(const QByteArray& json) {
    SlopeTable table;
    for (const QJsonValue layer : QJsonDocument::fromJson(json).array()) {
        SlopeSet set;
        for (const QJsonValue slope : layer.toArray())
            set.push_back(slope.toDouble(std::nan("")));
        table.push_back(std::move(set));
    }
    return table;
}

QByteArray writeSlopes(const SlopeTable& table) {
    QJsonArray layers;
    for (const SlopeSet& set : table) {
        QJsonArray layer;
        for (const double slope : set)
            layer.append(slope);
        layers.append(layer);
    }
    return QJsonDocument(layers).toJson(QJsonDocument::Compact);
}

} // namespace

WindowMemory WindowMemory::read(const QSettings& settings) {
    WindowMemory memory;
    if (settings.value("layout").toInt() == kLayout) {
        memory.geometry = settings.value("geometry").toByteArray();
        memory.docks = settings.value("docks").toByteArray();
    }
    memory.theme = readEnum(settings, "theme", ThemeMode::Dark);
    memory.model = settings.value("model").toString();
    memory.text = settings.value("text").toString();
    memory.device = settings.value("device").toString();
    memory.length = settings.value("length").toLongLong();
    memory.sweepLength = settings.value("sweepLength").toLongLong();
    if (settings.contains("head"))
        memory.head = {std::max(0, settings.value("layer").toInt()), std::max(0, settings.value("head").toInt())};
    memory.stage = readEnum(settings, "stage", Stage::Probability, Stage::Probability);
    memory.pooling = readEnum(settings, "pooling", Pooling::Max);
    memory.scale = readScale(settings);
    memory.slopesModel = settings.value("slopesModel").toString();
    memory.positions = settings.value("positions").toString();
    memory.slopes = readSlopes(settings.value("slopes").toByteArray());
    memory.curveMode = std::clamp(settings.value("curveMode").toInt(), 0, 2);
    return memory;
}

void WindowMemory::write(QSettings& settings) const {
    settings.setValue("layout", kLayout);
    settings.setValue("geometry", geometry);
    settings.setValue("docks", docks);
    settings.setValue("theme", static_cast<int>(theme));
    settings.setValue("model", model);
    settings.setValue("text", text);
    settings.setValue("device", device);
    settings.setValue("length", length);
    settings.setValue("sweepLength", sweepLength);
    if (head) {
        settings.setValue("layer", head->layer);
        settings.setValue("head", head->head);
    }
    settings.setValue("stage", static_cast<int>(stage));
    settings.setValue("pooling", static_cast<int>(pooling));
    writeScale(settings, scale);
    settings.setValue("slopesModel", slopesModel);
    settings.setValue("positions", positions);
    settings.setValue("slopes", writeSlopes(slopes));
    settings.setValue("curveMode", curveMode);
}

} // namespace slopescope::ui
