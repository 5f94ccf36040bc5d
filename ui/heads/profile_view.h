// Attention mass by distance of the selected head, on a log axis, with what it would do without content dashed behind it.
//
// Owned by main_window, fed with ProfileResult, on the window's thread.
#pragma once

#include "core/session.h"

#include <QWidget>

#include <optional>

class QCustomPlot;
class QLabel;

namespace slopescope::ui {

class ProfileView : public QWidget {
    Q_OBJECT
public:
    explicit ProfileView(QWidget* parent = nullptr);

    void setProfile(const ProfileResult& profile);
    void setStale(bool stale);
    void clear();

    // "Mass by distance, layer 2 · head 5"; sits at the top.
    QString title() const;

    QSize sizeHint() const override { return {240, 200}; }

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void rebuild();
    void fitFacts();

    std::optional<ProfileResult> m_profile;
    bool m_stale = false;
    QLabel* m_title = nullptr;
    QLabel* m_facts = nullptr;
    QLabel* m_empty = nullptr;
    QCustomPlot* m_plot = nullptr;
};

} // namespace slopescope::ui
