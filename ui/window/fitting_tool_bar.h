// A toolbar whose parts become smaller where it is too narrow for all of them, before any is put behind an arrow. Window's thread.
#pragma once

#include <QToolBar>

#include <functional>
#include <vector>

namespace slopescope::ui {

class FittingToolBar : public QToolBar {
public:
    explicit FittingToolBar(const QString& title, QWidget* parent) : QToolBar(title, parent) {}

    // A part that can do with `saves` pixels less: `compact(true)` takes them, `compact(false)` brings them back. The parts that
    // were added first give way first.
    void addPart(int saves, std::function<void(bool)> compact) { m_parts.push_back({saves, std::move(compact), false}); }

protected:
    bool event(QEvent* event) override;

private:
    struct Part {
        int saves = 0;
        std::function<void(bool)> compact;
        bool isCompact = false;
    };
    void fit();

    std::vector<Part> m_parts;
};

} // namespace slopescope::ui
