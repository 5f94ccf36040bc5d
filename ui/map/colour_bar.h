// The bar beside the map: what its colours stand for, always visible. A double click on an end types it; the right
// button (and the small arrow below) opens the menu of map, scale and range. Window's thread.
#pragma once

#include "ui/figures/colour_scale.h"

#include <QWidget>

class QLineEdit;
class QMenu;
class QToolButton;

namespace slopescope::ui {

class ColourBar : public QWidget {
    Q_OBJECT
public:
    explicit ColourBar(QWidget* parent = nullptr);

    void setScale(const ColourScale& scale);
    // The bar spans these rows of its own height, so that it stands exactly beside the map.
    void setSpan(int top, int height);
    void openEditor(bool high); // types the high or the low end
    QMenu* createMenu();        // owned by the caller

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

signals:
    void settingsChosen(const slopescope::ui::ScaleSettings& settings);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QRect barRect() const;
    void finishEditing();
    void closeEditor();
    void placeChildren();
    void updateTexts();

    ColourScale m_scale;
    int m_top = 0, m_height = 0;
    QToolButton* m_menuButton;
    QLineEdit* m_editor;
    bool m_editing = false, m_editingHigh = true;
};

} // namespace slopescope::ui
