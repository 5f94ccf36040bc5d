// Attention mass by distance as a figure. Made by ProfileView; window's thread.
#pragma once

#include "ui/figures/figure.h"
#include "ui/figures/profile_plot.h"

#include <QCoreApplication>

namespace slopescope::ui {

class ProfileFigure : public Figure {
    Q_DECLARE_TR_FUNCTIONS(slopescope::ui::ProfileFigure)

public:
    explicit ProfileFigure(ShownProfiles shown) : m_shown(std::move(shown)) {}

    QString title() const override { return m_shown.title(); }
    std::vector<Name> names() const override;
    QString emptyText() const override;
    int heightFor(int width) const override;
    void paint(QCPPainter& painter, const QRect& at, const Theme& theme) const override;
    FigureNumbers numbers() const override;

private:
    ShownProfiles m_shown;
};

} // namespace slopescope::ui
