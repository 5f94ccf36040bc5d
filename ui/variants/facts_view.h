// What is known of the selected variant, one fact a line; can be folded away. What keeps it from being shown stands
// above, with a button that tries again. Part of VariantsPanel; window's thread.
#pragma once

#include "core/study/requests.h"

#include <QWidget>

#include <optional>
#include <vector>

class QFormLayout;
class QLabel;
class QPushButton;
class QScrollArea;
class QToolButton;

namespace slopescope::ui {

struct Fact {
    QString name, value;
    bool operator==(const Fact&) const = default;
};

// `model`: as it is run. All that is known, in the order in which people ask.
std::vector<Fact> factsOfModel(const ModelFacts& model);

class FactsView : public QWidget {
    Q_OBJECT
public:
    explicit FactsView(QWidget* parent = nullptr);

    void setFacts(const QString& summary, const std::vector<Fact>& facts);
    void setFault(const QString& sentence, bool canRetry); // empty: there is none
    void setUnfolded(bool unfolded);
    bool isUnfolded() const;

    QSize sizeHint() const override;

signals:
    void retryRequested();
    void removeRequested();

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void fit(); // no higher than what it holds

    QToolButton* m_fold;
    QLabel* m_fault;
    QPushButton *m_retry, *m_remove;
    QWidget* m_faultBox;
    QScrollArea* m_scroll;
    QWidget* m_body;
    QFormLayout* m_form;
    std::vector<Fact> m_facts;
    std::vector<QLabel*> m_values;
};

} // namespace slopescope::ui
