// The menu of slope sets, and the row in which the numbers of some of them are typed.
//
// Part of SlopeEditor, on the window's thread. It names a set as the command line does (core/positions/slopes.h); the editor
// makes it so.
#pragma once

#include <QPushButton>

class QLabel;
class QLineEdit;

namespace slopescope::ui {

class SlopePresets : public QPushButton {
    Q_OBJECT
public:
    explicit SlopePresets(QWidget* parent = nullptr);

    void setCurrent(const QString& name); // what the button says
    QWidget* inputRow() const { return m_row; } // hidden until a set asks for numbers
    void closeInput();

signals:
    void chosen(const QString& spec, const QString& what); // "geometric:0.5,0.5", "geometric slopes"
    void loadRequested();
    void saveRequested();

private:
    void buildMenu();
    void buildRow();
    void ask(const QString& prompt, const QString& prefix, const QString& suggestion, const QString& what);
    void acceptInput();

    int m_seed = 0;
    QString m_prefix, m_what;
    QWidget* m_row = nullptr;
    QLabel* m_prompt = nullptr;
    QLineEdit* m_input = nullptr;
};

} // namespace slopescope::ui
