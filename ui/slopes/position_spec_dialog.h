// Asks for positions as a SPEC of the command line, and says in the parser's words what is wrong with it. Opened by
// PositionMenu; window's thread.
#pragma once

#include "core/study/requests.h"

#include <QDialog>

class QLabel;
class QLineEdit;

namespace slopescope::ui {

class PositionSpecDialog : public QDialog {
    Q_OBJECT
public:
    PositionSpecDialog(const Variant& variant, const ModelFacts& model, QWidget* parent);

    void accept() override; // closes only if the spec can be read

signals:
    void chosen(const slopescope::Variant& variant);

private:
    Variant m_variant;
    ModelFacts m_model; // as trained
    QLineEdit* m_spec;
    QLabel* m_error;
};

} // namespace slopescope::ui
