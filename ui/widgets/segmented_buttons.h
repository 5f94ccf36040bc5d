// A row of joined buttons, one of them chosen: Score | Bias | Sum | Probability. Window's thread.
#pragma once

#include <QWidget>

class QButtonGroup;

namespace slopescope::ui {

class SegmentedButtons : public QWidget {
    Q_OBJECT
public:
    explicit SegmentedButtons(const QStringList& labels, QWidget* parent = nullptr);

    int chosen() const;
    void choose(int index); // does not emit
    void setLabel(int index, const QString& label);
    void setSegmentToolTip(int index, const QString& text);
    void setSegmentEnabled(int index, bool enabled);

signals:
    void chosenByUser(int index);

private:
    QButtonGroup* m_group;
};

} // namespace slopescope::ui
