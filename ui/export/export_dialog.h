// Chooses a figure, its width, theme and caption, shows what it will look like, and saves it in the format that the
// file's name says. Opened by ExportActions; window's thread.
#pragma once

#include "ui/export/figure_desk.h"
#include "ui/export/figure_file.h"

#include <QDialog>
#include <QTimer>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QSpinBox;

namespace slopescope::ui {

class ExportDialog : public QDialog {
    Q_OBJECT
public:
    ExportDialog(const FigureDesk& desk, FigureKind kind, const FigureOptions& options, QWidget* parent);

    FigureKind kind() const;
    FigureOptions options() const;
    bool save(const QString& file); // false: it could not, and the dialog says why

signals:
    void chosen(slopescope::ui::FigureKind kind,
                const slopescope::ui::FigureOptions& options); // after a file was saved

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void buildForm(FigureKind kind, const FigureOptions& options);
    void chooseWidth(int index);
    void showPreview();
    void chooseFile();

    FigureDesk m_desk;
    QComboBox *m_figure, *m_widths, *m_theme;
    QDoubleSpinBox* m_width;
    QSpinBox* m_resolution;
    QCheckBox* m_caption;
    QLabel *m_preview, *m_size, *m_fault;
    QTimer m_soon; // a preview of what was typed last
};

} // namespace slopescope::ui
