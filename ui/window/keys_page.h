// The list of keys and mouse habits (F1): a small window beside the main one, never in its way. Window's thread.
#pragma once

#include <QDialog>

namespace slopescope::ui {

class KeysPage : public QDialog {
    Q_OBJECT
public:
    explicit KeysPage(QWidget* parent = nullptr);
};

} // namespace slopescope::ui
