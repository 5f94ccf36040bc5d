// The field in which a text of one's own is typed: what stands in it is said a moment after every change. Part of
// TextView, on the window's thread.
#pragma once

#include <QPlainTextEdit>
#include <QString>
#include <QTimer>

namespace slopescope::ui {

class TextEditor : public QPlainTextEdit {
    Q_OBJECT
public:
    explicit TextEditor(QWidget* parent = nullptr);

    void begin(const QString& text); // a new session of typing; says nothing
    void take(const QString& text);  // what an undo elsewhere has brought back; says nothing
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {60, sizeHint().height()}; }

signals:
    void typed(const QString& text, int session); // not when there is nothing but spaces
    void left();                                  // Esc

protected:
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    void say();

    QTimer m_pause; // so that keys in quick succession are one change
    QString m_said;
    int m_session = 0;
};

} // namespace slopescope::ui
