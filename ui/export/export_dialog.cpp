#include "ui/export/export_dialog.h"

#include "core/base/error.h"
#include "ui/widgets/theme.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

namespace slopescope::ui {
namespace {

constexpr int kCustom = 3; // row of the widths
constexpr std::chrono::milliseconds kTypingPause{150};
constexpr QSize kPreview{520, 420};

} // namespace

ExportDialog::ExportDialog(const FigureDesk& desk, FigureKind kind, const FigureOptions& options, QWidget* parent)
    : QDialog(parent), m_desk(desk), m_figure(new QComboBox), m_widths(new QComboBox), m_theme(new QComboBox),
      m_width(new QDoubleSpinBox), m_resolution(new QSpinBox), m_caption(new QCheckBox(tr("Caption below the figure"))),
      m_preview(new QLabel), m_size(new QLabel), m_fault(new QLabel) {
    setWindowTitle(tr("Export a figure"));
    buildForm(kind, options);
    m_soon.setSingleShot(true);
    m_soon.setInterval(kTypingPause);
    connect(&m_soon, &QTimer::timeout, this, &ExportDialog::showPreview);
    const auto soon = [this] { m_soon.start(); };
    connect(m_figure, &QComboBox::currentIndexChanged, this, soon);
    connect(m_widths, &QComboBox::currentIndexChanged, this, &ExportDialog::chooseWidth);
    connect(m_width, &QDoubleSpinBox::valueChanged, this, soon);
    connect(m_theme, &QComboBox::currentIndexChanged, this, soon);
    connect(m_caption, &QCheckBox::toggled, this, soon);
    showPreview();
}

void ExportDialog::buildForm(FigureKind kind, const FigureOptions& options) {
    for (const FigureKind one : figureKinds())
        m_figure->addItem(figureText(one), int(one));
    m_figure->setCurrentIndex(m_figure->findData(int(kind)));
    m_widths->addItem(tr("One column, 3.3 in"), kColumn);
    m_widths->addItem(tr("Two columns, 6.9 in"), kTwoColumns);
    m_widths->addItem(tr("As on the screen"));
    m_widths->addItem(tr("Other width"));
    m_width->setRange(kNarrowestPage, kWidestPage);
    m_width->setSingleStep(0.1);
    m_width->setSuffix(tr(" in"));
    m_width->setValue(options.width);
    const int known = m_widths->findData(options.width);
    m_widths->setCurrentIndex(known < 0 ? kCustom : known);
    m_width->setEnabled(known < 0);
    m_resolution->setRange(72, 1200);
    m_resolution->setValue(options.resolution);
    m_resolution->setSuffix(tr(" dots per inch"));
    m_resolution->setToolTip(tr("Of PNG; PDF and SVG are drawn in lines"));
    m_theme->addItems({tr("Light"), tr("Dark")});
    m_theme->setCurrentIndex(options.dark ? 1 : 0);
    m_caption->setChecked(options.captioned);
    m_preview->setAlignment(Qt::AlignCenter);
    m_preview->setMinimumSize(kPreview);
    m_preview->setAccessibleName(tr("What the figure will look like"));
    setLook(m_size, "soft");
    setLook(m_fault, "error");
    m_fault->setWordWrap(true);
    m_fault->hide();

    auto* const form = new QFormLayout;
    form->addRow(tr("&Figure"), m_figure);
    form->addRow(tr("&Width"), m_widths);
    form->addRow(QString(), m_width);
    form->addRow(tr("&Resolution"), m_resolution);
    form->addRow(tr("&Theme"), m_theme);
    form->addRow(QString(), m_caption);
    form->addRow(QString(), m_size);
    m_width->setAccessibleName(tr("Width in inches"));
    auto* const buttons = new QDialogButtonBox(QDialogButtonBox::Cancel);
    auto* const save = buttons->addButton(tr("&Save as…"), QDialogButtonBox::AcceptRole);
    save->setToolTip(tr("PDF, SVG or PNG of the picture, CSV, JSON or NPY of its numbers: the file's name says which"));
    save->setDefault(true);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(buttons, &QDialogButtonBox::accepted, this, &ExportDialog::chooseFile);
    auto* const row = new QHBoxLayout;
    row->addLayout(form);
    row->addWidget(m_preview, 1);
    auto* const column = new QVBoxLayout(this);
    column->addLayout(row, 1);
    column->addWidget(m_fault);
    column->addWidget(buttons);
}

FigureKind ExportDialog::kind() const {
    return FigureKind(m_figure->currentData().toInt());
}

FigureOptions ExportDialog::options() const {
    return {m_width->value(), m_resolution->value(), m_theme->currentIndex() == 1, m_caption->isChecked()};
}

void ExportDialog::chooseWidth(int index) {
    m_width->setEnabled(index == kCustom);
    if (const QVariant width = m_widths->itemData(index); width.isValid())
        m_width->setValue(width.toDouble());
    else if (index != kCustom)
        m_width->setValue(m_desk.panel(kind())->width() / kPixelsPerInch);
    m_soon.start();
}

void ExportDialog::showPreview() {
    const auto figure = m_desk.figure(kind());
    const QString empty = figure->emptyText();
    if (!empty.isEmpty()) {
        m_size->clear();
        return m_preview->setText(empty);
    }
    const FigureOptions chosen = options();
    const FigurePage page(*figure, chosen.width, chosen.captioned ? m_desk.caption(kind()) : QString(), chosen.dark);
    m_size->setText(tr("%1 × %2 in")
                        .arg(page.size().width() / kPixelsPerInch, 0, 'f', 2)
                        .arg(page.size().height() / kPixelsPerInch, 0, 'f', 2));
    const double room = std::min(m_preview->width() / page.size().width(), m_preview->height() / page.size().height());
    const double ratio = devicePixelRatioF();
    QImage image = figureImage(page, std::max(8.0, kPixelsPerInch * std::min(room, 2.0) * ratio));
    image.setDevicePixelRatio(ratio);
    m_preview->setPixmap(QPixmap::fromImage(image));
}

void ExportDialog::resizeEvent(QResizeEvent* event) {
    QDialog::resizeEvent(event);
    m_soon.start();
}

void ExportDialog::chooseFile() {
    auto* const files = new QFileDialog(this, tr("Save the figure"), figureName(kind()) + QStringLiteral(".pdf"),
                                        tr("Pictures (*.pdf *.svg *.png);;Numbers (*.csv *.json *.npy)"));
    files->setAttribute(Qt::WA_DeleteOnClose);
    files->setAcceptMode(QFileDialog::AcceptSave);
    connect(files, &QFileDialog::fileSelected, this, [this](const QString& file) {
        if (save(file))
            accept();
    });
    files->open();
}

bool ExportDialog::save(const QString& file) {
    try {
        writeFigure(*m_desk.figure(kind()), m_desk.caption(kind()), file, options());
    } catch (const Error& fault) {
        m_fault->setText(QString::fromUtf8(fault.what()));
        m_fault->show();
        return false;
    }
    emit chosen(kind(), options());
    return true;
}

} // namespace slopescope::ui
