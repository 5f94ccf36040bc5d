// How many tokens are on view: a slider over the powers of two that the text and the model allow, with the number beside it.
// Window's thread.
#pragma once

#include <QWidget>

#include <cstdint>
#include <vector>

class QLabel;
class QSlider;

namespace slopescope::ui {

class LengthSlider : public QWidget {
    Q_OBJECT
public:
    explicit LengthSlider(QWidget* parent = nullptr);

    // Offers 32, 64, ... up to `longest`, and `longest` itself. Keeps the length if it can. Emits nothing.
    void setLongest(std::int64_t longest);
    void setLength(std::int64_t length); // the nearest that is offered, not above `length` if one is below. Emits nothing
    std::int64_t length() const;         // 0: nothing to choose from
    void step(int by);                   // as a person would
    const std::vector<std::int64_t>& lengths() const { return m_lengths; }

    static std::vector<std::int64_t> lengthsUpTo(std::int64_t longest);

signals:
    void lengthChosen(qint64 length);

private:
    void showNumber();

    std::vector<std::int64_t> m_lengths;
    QSlider* m_slider;
    QLabel* m_number;
};

} // namespace slopescope::ui
