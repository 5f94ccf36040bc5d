// The strip on top of a panel: bold title, soft facts after it (elided when narrow), widgets at the right. Window's
// thread.
#pragma once

#include <QWidget>

class QHBoxLayout;
class QLabel;

namespace slopescope::ui {

class ElidedLabel;

class PanelHeader : public QWidget {
    Q_OBJECT
public:
    explicit PanelHeader(const QString& title, QWidget* parent = nullptr);

    void setTitle(const QString& title);
    void setFacts(const QString& facts);
    QString title() const;
    QString facts() const;
    void addWidget(QWidget* widget); // from left to right at the right end

private:
    QHBoxLayout* m_row;
    QLabel* m_title;
    ElidedLabel* m_facts;
};

} // namespace slopescope::ui
