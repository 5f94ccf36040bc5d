#include "ui/heads/head_grid.h"

#include "ui/figures/head_figure.h"
#include "ui/figures/picture_difference.h"
#include "ui/figures/stage_text.h"
#include "ui/widgets/format.h"
#include "ui/widgets/theme.h"
#include "ui/widgets/value_text.h"

#include <QContextMenuEvent>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>
#include <utility>

namespace slopescope::ui {

HeadGrid::HeadGrid(QWidget* parent) : QWidget(parent) {
    setMouseTracking(true);
    setFocusPolicy(Qt::TabFocus); // a click leaves the keyboard with the map
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    setAccessibleName(tr("Heads"));
    setAccessibleDescription(tr("Layers from top to bottom, heads from left to right; the arrow keys choose one."));
}

void HeadGrid::setShape(int layers, int heads) {
    if (layers == m_layers && heads == m_heads)
        return;
    m_layers = std::max(layers, 0);
    m_heads = std::max(heads, 0);
    m_thumbnails = {};
    m_images.clear();
    m_hovered.reset();
    const auto outside = [&](HeadAddress head) { return head.layer >= m_layers || head.head >= m_heads; };
    const HeadAddress kept{std::clamp(m_chosen.front().layer, 0, std::max(0, m_layers - 1)),
                           std::clamp(m_chosen.front().head, 0, std::max(0, m_heads - 1))};
    std::erase_if(m_chosen, outside);
    if (m_chosen.empty())
        m_chosen = {kept};
    if (m_compared && outside(*m_compared))
        m_compared.reset();
    updateGeometry();
    update();
}

void HeadGrid::setThumbnails(int side, Thumbnails thumbnails) {
    if (thumbnails && thumbnails->pictures.size() != std::size_t(thumbnails->layers) * std::size_t(thumbnails->heads))
        return;
    if (thumbnails && side == 0)
        setShape(thumbnails->layers, thumbnails->heads);
    m_thumbnails[std::size_t(side)] = std::move(thumbnails);
    repaintImages();
}

void HeadGrid::setMode(MapMode mode) {
    if (mode == m_mode)
        return;
    m_mode = mode;
    repaintImages();
}

void HeadGrid::setSlopes(const SlopeTable& slopes) {
    m_slopes = slopes;
}

void HeadGrid::setScaleSettings(const ScaleSettings& settings) {
    if (settings == m_settings)
        return;
    m_settings = settings;
    repaintImages();
}

// Pictures of the two sides that belong together; the one that is there until they do.
void HeadGrid::repaintImages() {
    const Thumbnails &a = m_thumbnails[0], &b = m_thumbnails[1];
    const bool pair =
        a && b && a->layers == b->layers && a->heads == b->heads && a->stage == b->stage && a->length == b->length;
    if (m_mode == MapMode::Difference && b && a && !pair && m_shown == MapMode::Difference)
        return; // one of the two is still of before
    const bool ofB = m_mode == MapMode::B && b && b->layers == m_layers && b->heads == m_heads;
    m_shown = m_mode == MapMode::Difference && pair ? MapMode::Difference : ofB ? MapMode::B : MapMode::A;
    m_images.clear();
    if (const Thumbnails& shown = ofB ? b : a)
        m_images = thumbnailImages(m_shown == MapMode::Difference ? thumbnailDifferences(*a, *b) : shown->pictures,
                                   shownSettings(), Theme::of(palette()).dark);
    update();
}

// Where nothing differs nothing must look as if it did: differences have one scale.
ScaleSettings HeadGrid::shownSettings() const {
    if (m_shown != MapMode::Difference)
        return m_settings;
    ScaleSettings settings = differenceSettings(m_thumbnails[0]->stage);
    settings.range = ScaleRange::Global;
    return settings;
}

std::unique_ptr<Figure> HeadGrid::figure() const {
    const Thumbnails& shown = m_thumbnails[m_shown == MapMode::B ? 1 : 0];
    if (!shown || m_images.empty())
        return std::make_unique<HeadFigure>(0, 0, std::vector<Picture>(), m_settings, tr("All heads"));
    const QString title = m_shown == MapMode::Difference ? tr("All heads, %1 of A − B").arg(stageText(shown->stage))
                                                         : tr("All heads, %1").arg(stageText(shown->stage));
    return std::make_unique<HeadFigure>(
        shown->layers, shown->heads,
        m_shown == MapMode::Difference ? thumbnailDifferences(*shown, *m_thumbnails[1]) : shown->pictures,
        shownSettings(), title);
}

HeadSheet HeadGrid::sheet() const {
    HeadSheet sheet;
    sheet.layers = m_layers;
    sheet.heads = m_heads;
    sheet.side = HeadSheet::sideFor(width(), m_layers, m_heads);
    sheet.chosen = m_chosen;
    sheet.compared = m_compared;
    sheet.hovered = m_hovered;
    sheet.stale = m_stale;
    sheet.focused = hasFocus();
    return sheet;
}

int HeadGrid::wantedPixels() const {
    return m_heads > 0 ? std::max(8, int(std::lround(sheet().side * devicePixelRatioF()))) : 32;
}

int HeadGrid::heightForWidth(int width) const {
    return HeadSheet::sizeOf(HeadSheet::sideFor(width, m_layers, m_heads), m_layers, m_heads).height();
}

QSize HeadGrid::sizeHint() const {
    return {240, heightForWidth(240)};
}

QSize HeadGrid::minimumSizeHint() const {
    return HeadSheet::sizeOf(HeadSheet::kSmallest, m_layers, m_heads);
}

void HeadGrid::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    HeadSheet whole = sheet();
    whole.images = m_images;
    whole.paint(painter, Theme::of(palette()));
}

void HeadGrid::setStale(bool stale) {
    if (stale == m_stale)
        return;
    m_stale = stale;
    update();
}

void HeadGrid::setHeads(const std::vector<HeadAddress>& heads) {
    if (heads.empty() || heads == m_chosen)
        return;
    m_chosen = heads;
    update();
}

void HeadGrid::setCompared(std::optional<HeadAddress> head) {
    if (head == m_compared)
        return;
    m_compared = head;
    update();
}

bool HeadGrid::isChosen(HeadAddress head) const {
    return std::find(m_chosen.begin(), m_chosen.end(), head) != m_chosen.end();
}

void HeadGrid::choose(std::vector<HeadAddress> heads) {
    if (heads.empty() || heads == m_chosen)
        return;
    m_chosen = std::move(heads);
    update();
    emit chosenByUser(m_chosen);
}

// One head always stays.
void HeadGrid::toggle(HeadAddress head) {
    std::vector<HeadAddress> heads = m_chosen;
    if (std::erase(heads, head) == 0)
        heads.push_back(head);
    choose(std::move(heads));
}

// The selected head stays the first if it is one of them, else the one of its number.
void HeadGrid::takeLayer(int layer) {
    std::vector<HeadAddress> heads{{layer, selected().head}};
    for (int head = 0; head < m_heads; ++head)
        if (head != selected().head)
            heads.push_back({layer, head});
    choose(std::move(heads));
}

void HeadGrid::takeAll() {
    std::vector<HeadAddress> heads{selected()};
    for (int layer = 0; layer < m_layers; ++layer)
        for (int head = 0; head < m_heads; ++head)
            if (HeadAddress{layer, head} != selected())
                heads.push_back({layer, head});
    choose(std::move(heads));
}

void HeadGrid::compare(HeadAddress head) {
    const std::optional<HeadAddress> with = head == m_compared ? std::nullopt : std::optional(head);
    setCompared(with);
    emit comparedByUser(with);
}

void HeadGrid::mousePressEvent(QMouseEvent* event) {
    const QPoint at = event->position().toPoint();
    if (event->button() != Qt::LeftButton)
        return event->ignore();
    if (const auto head = headAt(at)) {
        if (event->modifiers() & Qt::ControlModifier)
            compare(*head);
        else if (event->modifiers() & Qt::ShiftModifier)
            toggle(*head);
        else
            choose({*head});
    } else if (const auto layer = layerAt(at)) {
        takeLayer(*layer);
    } else if (allRect().contains(at) && m_layers > 0) {
        takeAll();
    } else {
        event->ignore();
    }
}

void HeadGrid::mouseMoveEvent(QMouseEvent* event) {
    const QPoint at = event->position().toPoint();
    const auto head = headAt(at);
    setCursor(head || layerAt(at) || allRect().contains(at) ? Qt::PointingHandCursor : Qt::ArrowCursor);
    if (head == m_hovered)
        return;
    m_hovered = head;
    update();
}

void HeadGrid::leaveEvent(QEvent*) {
    m_hovered.reset();
    update();
}

void HeadGrid::keyPressEvent(QKeyEvent* event) {
    HeadAddress head = selected();
    switch (event->key()) {
    case Qt::Key_Left:
        --head.head;
        break;
    case Qt::Key_Right:
        ++head.head;
        break;
    case Qt::Key_Up:
        --head.layer;
        break;
    case Qt::Key_Down:
        ++head.layer;
        break;
    default:
        return event->ignore();
    }
    if (head.layer >= 0 && head.layer < m_layers && head.head >= 0 && head.head < m_heads)
        choose({head});
}

QMenu* HeadGrid::createMenu(HeadAddress head) {
    auto* menu = new QMenu(this);
    connect(menu->addAction(tr("Show this head")), &QAction::triggered, this, [this, head] { choose({head}); });
    QAction* average = menu->addAction(isChosen(head) ? tr("Take it out of the average\tShift+click")
                                                      : tr("Add it to the average\tShift+click"));
    average->setEnabled(!isChosen(head) || m_chosen.size() > 1);
    connect(average, &QAction::triggered, this, [this, head] { toggle(head); });
    connect(menu->addAction(tr("Average of layer %1").arg(head.layer)), &QAction::triggered, this,
            [this, head] { takeLayer(head.layer); });
    connect(menu->addAction(tr("Average of all heads")), &QAction::triggered, this, [this] { takeAll(); });
    menu->addSeparator();
    connect(menu->addAction(head == m_compared ? tr("Stop comparing with this head\tCtrl+click")
                                               : tr("Compare with this head: it becomes B\tCtrl+click")),
            &QAction::triggered, this, [this, head] { compare(head); });
    if (!actions().isEmpty()) // what the window adds
        menu->addSeparator();
    menu->addActions(actions());
    return menu;
}

void HeadGrid::contextMenuEvent(QContextMenuEvent* event) {
    const auto head = event->reason() == QContextMenuEvent::Keyboard ? std::optional(selected()) : headAt(event->pos());
    if (!head || m_layers == 0)
        return event->ignore();
    QMenu* menu = createMenu(*head);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->popup(event->globalPos());
}

void HeadGrid::resizeEvent(QResizeEvent*) {
    if (const int pixels = wantedPixels(); pixels != m_wanted) {
        m_wanted = pixels;
        emit pixelsWanted(pixels);
    }
}

void HeadGrid::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange)
        repaintImages();
    else if (event->type() == QEvent::FontChange)
        updateGeometry();
    QWidget::changeEvent(event);
}

QString HeadGrid::toolTipOf(HeadAddress head) const {
    QString text = tr("Layer %1 · Head %2").arg(head.layer).arg(head.head);
    if (std::size_t(head.layer) < m_slopes.size() && std::size_t(head.head) < m_slopes[std::size_t(head.layer)].size())
        text += tr(", slope %1").arg(slopeText(m_slopes[std::size_t(head.layer)][std::size_t(head.head)]));
    if (head == m_compared)
        text += QLatin1Char('\n') + tr("B: compared with the selected head");
    else if (m_chosen.size() > 1 && isChosen(head))
        text += QLatin1Char('\n') + tr("one of the %1 heads that are averaged").arg(m_chosen.size());
    const Thumbnails& shown = m_thumbnails[m_shown == MapMode::B ? 1 : 0];
    const auto index = std::size_t(head.layer) * std::size_t(m_heads) + std::size_t(head.head);
    if (shown && index < shown->pictures.size()) {
        float largest = 0;
        for (const float value :
             m_shown == MapMode::Difference && m_thumbnails[1]
                 ? differenceOf(shown->pictures[index], m_thumbnails[1]->pictures[index], shown->stage).values
                 : shown->pictures[index].values)
            if (std::abs(value) > std::abs(largest)) // no comparison with NaN holds
                largest = value;
        text += QLatin1Char('\n') + (m_shown == MapMode::Difference ? tr("largest difference of a pixel, A − B: %1")
                                                                    : tr("largest value of a pixel: %1"))
                                        .arg(valueText(double(largest), 2));
        if (shown->freshness == Freshness::Draft)
            text += QLatin1Char('\n') + tr("A draft, from a sample of the queries; the exact picture follows.");
    }
    return text;
}

bool HeadGrid::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        QString text;
        if (const auto head = headAt(help->pos()))
            text = toolTipOf(*head);
        else if (const auto layer = layerAt(help->pos()))
            text = tr("Average of all heads of layer %1").arg(*layer);
        else if (allRect().contains(help->pos()))
            text = tr("Average of all heads of all layers");
        if (text.isEmpty())
            QToolTip::hideText();
        else
            QToolTip::showText(help->globalPos(), text, this);
        return true;
    }
    return QWidget::event(event);
}

} // namespace slopescope::ui
