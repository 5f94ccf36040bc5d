// What every head does, a row a head, sorted by any number: a row that is chosen is the head on view, and the head on
// view is the row that is chosen. Measured while it is visible. Window's thread.
#pragma once

#include "core/workspace.h"

#include <QFrame>
#include <QPointer>

#include <memory>
#include <vector>

class QLabel;
class QPushButton;
class QSortFilterProxyModel;
class QTableView;

namespace slopescope::ui {

class Figure;
class HeadTableModel;
class Lab;
class PanelHeader;

class HeadTableView : public QFrame {
    Q_OBJECT
public:
    explicit HeadTableView(QWidget* parent = nullptr);
    void attach(Lab& lab);

    PanelHeader* header() const { return m_header; } // the window makes it the title bar of a dock
    HeadTableModel& model() { return *m_model; }
    QTableView& table() { return *m_table; }

    void setHeads(const std::vector<HeadAddress>& heads); // on view; does not emit
    void copyCsv();
    std::unique_ptr<Figure> figure() const; // as it is sorted

signals:
    void chosenByUser(const std::vector<slopescope::HeadAddress>& heads);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    void build();
    void choose();
    void followLab(unsigned changes);
    void describe();

    QPointer<Lab> m_lab;
    PanelHeader* m_header = nullptr;
    QPushButton *m_gradients = nullptr, *m_copy = nullptr;
    HeadTableModel* m_model = nullptr;
    QSortFilterProxyModel* m_sorted = nullptr;
    QTableView* m_table = nullptr;
    std::vector<HeadAddress> m_heads;
    bool m_choosing = false; // rows are chosen by us
};

} // namespace slopescope::ui
