// How many tokens are on view: a slider over the powers of two that the text and the model allow, and beside it the number, in
// which any other may be typed. Window's thread.
#pragma once

#include <QWidget>

#include <cstdint>
#include <vector>

class QLabel;
class QLineEdit;
class QSlider;

namespace slopescope::ui {

class Lab;

class LengthSlider : public QWidget {
    Q_OBJECT
public:
    explicit LengthSlider(QWidget* parent = nullptr);
    ~LengthSlider() override;

    void attach(Lab& lab);

    // Offers 32, 64, ... up to `longest`, and `longest` itself. Keeps the length if it can. Emits nothing.
    void setLongest(std::int64_t longest);
    void setLength(std::int64_t length); // the nearest that can be. Emits nothing
    std::int64_t length() const { return m_length; } // 0: nothing to choose from
    void step(int by);                               // to a length that the slider offers, as a person would
    const std::vector<std::int64_t>& lengths() const { return m_lengths; }

    int compactSaves() const; // pixels
    void setCompact(bool compact); // without the caption, and with a shorter slider

    static std::vector<std::int64_t> lengthsUpTo(std::int64_t longest);

signals:
    void lengthChosen(qint64 length);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void choose(std::int64_t length);
    bool takesKey(bool inNumber, int key);
    void acceptTyped();
    void showNumber();

    std::vector<std::int64_t> m_lengths; // ascending
    std::int64_t m_length = 0;
    QLabel* m_caption;
    QSlider* m_slider;
    QLineEdit* m_number;
};

} // namespace slopescope::ui
