// The button "Measure" of the curve panel: protocol, windows, stride and longest length of the curves. Window's thread.
#pragma once

#include "core/workspace.h"

#include <QPushButton>

class QActionGroup;
class QMenu;

namespace slopescope::ui {

// As many windows as the text has.
inline constexpr std::int64_t kAllWindows = std::int64_t(1) << 40;

class MeasureMenu : public QPushButton {
    Q_OBJECT
public:
    explicit MeasureMenu(QWidget* parent = nullptr);

    // `usualWindows`: what no choice means; `tokens`: of the longest text that is read, 0: unknown.
    void setMeasurement(const Measurement& measurement, std::int64_t usualWindows, std::int64_t tokens);
    const Measurement& measurement() const { return m_measurement; }

signals:
    void chosen(const slopescope::Measurement& measurement);

private:
    QActionGroup* addGroup(QMenu* menu);
    void addProtocols();
    void addWindows();
    void addStrides();
    void addLengths();
    void choose(const Measurement& measurement);
    void follow();

    Measurement m_measurement;
    std::int64_t m_usualWindows = 12, m_tokens = 0;
    QMenu *m_menu, *m_windowsMenu = nullptr, *m_strideMenu = nullptr;
    QActionGroup *m_protocols = nullptr, *m_windows = nullptr, *m_strides = nullptr, *m_lengths = nullptr;
};

} // namespace slopescope::ui
