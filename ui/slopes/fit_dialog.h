// What a fit of slopes is asked with: length, steps, and whether the layers share their slopes. Window's thread.
#pragma once

#include <QDialog>

#include <cstdint>

class QCheckBox;
class QLabel;
class QSpinBox;

namespace slopescope::ui {

class FitDialog : public QDialog {
    Q_OBJECT
public:
    // `length` is suggested; a text of `tokens` must have two windows.
    FitDialog(std::int64_t length, std::int64_t tokens, QWidget* parent = nullptr);

    std::int64_t length() const;
    std::int64_t steps() const;
    bool shared() const;

private:
    void describe();

    const std::int64_t m_tokens;
    QSpinBox *m_length, *m_steps;
    QCheckBox* m_shared;
    QLabel* m_windows; // how many there are, and how many of them are held out
};

} // namespace slopescope::ui
