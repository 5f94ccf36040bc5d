// The field in which a slope is typed: 1/64, 0.015625 or 2^-6.
//
// Part of SlopeCanvas, on the window's thread. It reads what was typed and says how it was left; where it lies, and what the
// slope is for, are the canvas's.
#pragma once

#include <QLineEdit>

#include <optional>

namespace slopescope::ui {

class SlopeField : public QLineEdit {
    Q_OBJECT
public:
    enum class Way { Enter, Tab, Backtab, Escape, Elsewhere }; // Elsewhere: the focus went to another widget

    SlopeField(double slope, QWidget* parent); // with all of it selected

signals:
    // Once, when it is done: the slope, if one was typed and not escaped from.
    void left(SlopeField::Way way, std::optional<double> slope);
    void refused(const QString& sentence); // what was typed is no slope; the field stays

protected:
    bool event(QEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    void leave(Way way);

    bool m_left = false;
};

} // namespace slopescope::ui
