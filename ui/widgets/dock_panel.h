// A dock that looks like the other panels: header and content in one rounded card. The header drags it, a double click makes
// it float, the right button hides it. Window's thread.
#pragma once

#include <QDockWidget>

namespace slopescope::ui {

class PanelHeader;

class DockPanel : public QDockWidget {
    Q_OBJECT
public:
    // `name` identifies the dock in a saved layout and is not translated. The header becomes the title bar; its title is the
    // dock's in menus.
    DockPanel(const QString& name, PanelHeader* header, QWidget* content, QWidget* parent = nullptr);

    PanelHeader* header() const { return m_header; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    PanelHeader* m_header;
};

} // namespace slopescope::ui
