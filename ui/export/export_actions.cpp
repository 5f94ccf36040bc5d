#include "ui/export/export_actions.h"

#include "core/base/error.h"
#include "ui/curves/curve_view.h"
#include "ui/export/export_dialog.h"
#include "ui/figures/figure_numbers.h"
#include "ui/heads/head_grid.h"
#include "ui/heads/profile_view.h"
#include "ui/map/map_panel.h"
#include "ui/slopes/slope_editor.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QMenu>
#include <QMimeData>
#include <QPrintDialog>
#include <QPrinter>
#include <QSettings>
#include <qcustomplot.h>

#include <algorithm>

namespace slopescope::ui {
namespace {

constexpr double kClipboardResolution = 192; // dots per inch: sharp in a letter
constexpr FigureKind kPanels[]{FigureKind::Map,     FigureKind::Heads, FigureKind::Table,
                               FigureKind::Profile, FigureKind::Decay, FigureKind::Curves};

} // namespace

ExportActions::ExportActions(FigureDesk desk, QSettings* settings, QWidget* window)
    : QObject(window), m_desk(desk), m_settings(settings), m_window(window) {
    if (m_settings != nullptr) {
        bool ok = false;
        const double width = m_settings->value("export/width").toDouble(&ok);
        if (ok && width >= kNarrowestPage && width <= kWidestPage)
            m_options.width = width;
        m_options.resolution = std::clamp(m_settings->value("export/resolution", 300).toInt(), 72, 1200);
        m_options.dark = m_settings->value("export/dark", false).toBool();
        m_options.captioned = m_settings->value("export/caption", true).toBool();
    }
    addPanelMenus();
    qApp->installEventFilter(this);
}

void ExportActions::remember() {
    if (m_settings == nullptr)
        return;
    m_settings->setValue("export/width", m_options.width);
    m_settings->setValue("export/resolution", m_options.resolution);
    m_settings->setValue("export/dark", m_options.dark);
    m_settings->setValue("export/caption", m_options.captioned);
}

void ExportActions::addTo(QMenu* menu) {
    menu->addAction(tr("&Export…"), QKeySequence(Qt::CTRL | Qt::Key_E), this, [this] { openDialog(m_lastUsed); });
    menu->addAction(tr("&Copy picture and numbers"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_C), this,
                    [this] { copy(m_lastUsed, true, true); });
    menu->addAction(tr("P&rint…"), QKeySequence(Qt::CTRL | Qt::Key_P), this, [this] { print(m_lastUsed); });
}

void ExportActions::addPanelMenus() {
    for (const FigureKind kind : kPanels) {
        QWidget* const panel = m_desk.panel(kind);
        const auto add = [&](const QString& text, auto call) {
            auto* const action = new QAction(text, panel);
            connect(action, &QAction::triggered, this, call);
            panel->addAction(action);
        };
        add(tr("Copy picture"), [this, kind] { copy(kind, true, false); });
        add(tr("Copy numbers"), [this, kind] { copy(kind, false, true); });
        add(tr("Export…"), [this, kind] { openDialog(kind); });
        if (kind != FigureKind::Heads) // whose heads have a menu of their own, which takes these in
            panel->setContextMenuPolicy(Qt::ActionsContextMenu);
    }
}

bool ExportActions::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::MouseButtonPress && watched->isWidgetType())
        for (const FigureKind kind : kPanels) {
            const QWidget* const panel = m_desk.panel(kind);
            const auto* const widget = static_cast<QWidget*>(watched);
            if (widget == panel || panel->isAncestorOf(widget))
                m_lastUsed = kind;
        }
    return QObject::eventFilter(watched, event);
}

void ExportActions::openDialog(FigureKind kind) {
    auto* const dialog = new ExportDialog(m_desk, kind, m_options, m_window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &ExportDialog::chosen, this, [this](FigureKind figure, const FigureOptions& options) {
        m_lastUsed = figure;
        m_options = options;
        remember();
    });
    dialog->open();
}

void ExportActions::copy(FigureKind kind, bool picture, bool numbers) {
    const auto figure = m_desk.figure(kind);
    if (const QString empty = figure->emptyText(); !empty.isEmpty())
        return emit failed(empty);
    auto* const data = new QMimeData;
    if (picture) {
        const FigurePage page(*figure, m_options.width, m_options.captioned ? m_desk.caption(kind) : QString(),
                              m_options.dark);
        data->setImageData(figureImage(page, kClipboardResolution));
    }
    if (numbers)
        data->setText(QString::fromUtf8(tableText(figure->numbers(), '\t')));
    QApplication::clipboard()->setMimeData(data);
    emit succeeded();
}

void ExportActions::print(FigureKind kind) {
    const auto figure = m_desk.figure(kind);
    if (const QString empty = figure->emptyText(); !empty.isEmpty())
        return emit failed(empty);
    auto* const dialog = new QPrintDialog(m_window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, qOverload<QPrinter*>(&QPrintDialog::accepted), this, [this, kind](QPrinter* printer) {
        const auto printed = m_desk.figure(kind);
        const FigurePage page(*printed, m_options.width, m_options.captioned ? m_desk.caption(kind) : QString(), false);
        QCPPainter painter(printer);
        if (!painter.isActive())
            return emit failed(tr("The printer does not answer."));
        const double dots = printer->resolution() / kPixelsPerInch;
        const QRectF paper = printer->pageRect(QPrinter::DevicePixel);
        const double fit = std::min({dots, paper.width() / page.size().width(), paper.height() / page.size().height()});
        painter.scale(fit, fit);
        page.paint(painter);
        emit succeeded();
    });
    dialog->open();
}

} // namespace slopescope::ui
