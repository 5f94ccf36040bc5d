// Attention mass by distance of the heads on view, of A and of B, on a log axis, with what A's bias would do without
// content dotted behind it. Window's thread.
#pragma once

#include "core/workspace.h"
#include "ui/figures/profile_plot.h"

#include <QWidget>

#include <array>
#include <memory>

class QCustomPlot;
class QLabel;

namespace slopescope::ui {

class Figure;
class Lab;

class ProfileView : public QWidget {
    Q_OBJECT
public:
    using Profile = std::shared_ptr<const ProfileResult>;

    explicit ProfileView(QWidget* parent = nullptr);
    void attach(Lab& lab);

    // What is on view. A profile of other heads or another model is not shown as this one's; one of other slopes is,
    // dimmed.
    void setSides(const SideLooks& sides, std::int64_t length, int layers, int headsPerLayer);
    void setProfile(int side, Profile profile); // null: there is none
    void setStale(bool stale);
    void clear();

    // "Mass by distance, layer 2 · head 5"; sits at the top.
    QString title() const;
    ShownProfiles shown() const; // as it is drawn
    std::unique_ptr<Figure> figure() const;

    QSize sizeHint() const override { return {240, 200}; }

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void rebuild();
    void fitFacts();
    Profile shown(int side) const; // what is of the heads and model on view
    QColor colourOf(int side) const;
    QString toolTipAt(double distance) const;

    SideLooks m_sides;
    std::array<Profile, 2> m_profiles;
    std::int64_t m_length = 0;
    int m_layers = 0, m_headsPerLayer = 0;
    bool m_stale = false;
    QLabel* m_title = nullptr;
    QLabel* m_facts = nullptr;
    QLabel* m_empty = nullptr;
    QCustomPlot* m_plot = nullptr;
};

} // namespace slopescope::ui
