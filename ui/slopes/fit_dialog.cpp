#include "ui/slopes/fit_dialog.h"

#include "ui/widgets/format.h"
#include "ui/widgets/theme.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include <algorithm>
#include <limits>

namespace slopescope::ui {
namespace {

constexpr int kShortest = 8, kUsualSteps = 60, kMostSteps = 100000;

} // namespace

FitDialog::FitDialog(std::int64_t length, std::int64_t tokens, QWidget* parent)
    : QDialog(parent), m_tokens(tokens), m_length(new QSpinBox(this)), m_steps(new QSpinBox(this)),
      m_shared(new QCheckBox(tr("One set for all layers"), this)), m_windows(new QLabel(this)) {
    setWindowTitle(tr("Fit the slopes"));
    auto* const help = new QLabel(
        tr("The weights stay as they are. The slopes on view are moved until the loss on windows of this text "
           "falls no further; a quarter of the windows is held out."),
        this);
    for (QLabel* const label : {help, m_windows}) {
        setLook(label, "soft");
        label->setWordWrap(true);
    }
    const std::int64_t longest = std::clamp<std::int64_t>((tokens - 1) / 2, kShortest, std::numeric_limits<int>::max());
    m_length->setRange(kShortest, int(longest));
    m_length->setValue(int(std::min(length, longest)));
    m_length->setGroupSeparatorShown(true);
    m_length->setSuffix(tr(" tokens"));
    m_steps->setRange(1, kMostSteps);
    m_steps->setValue(kUsualSteps);
    auto* const fields = new QFormLayout;
    fields->addRow(tr("Length of a window"), m_length);
    fields->addRow(tr("Steps"), m_steps);
    fields->addRow(QString(), m_shared);
    auto* const buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    buttons->button(QDialogButtonBox::Ok)->setText(tr("Fit"));
    buttons->button(QDialogButtonBox::Ok)->setEnabled(tokens > 2 * kShortest);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_length, &QSpinBox::valueChanged, this, &FitDialog::describe);
    auto* const column = new QVBoxLayout(this);
    column->addWidget(help);
    column->addLayout(fields);
    column->addWidget(m_windows);
    column->addWidget(buttons);
    setMinimumWidth(400);
    describe();
}

std::int64_t FitDialog::length() const {
    return m_length->value();
}
std::int64_t FitDialog::steps() const {
    return m_steps->value();
}
bool FitDialog::shared() const {
    return m_shared->isChecked();
}

void FitDialog::describe() {
    m_windows->setText(tr("Windows of that length in the text: %1").arg(grouped((m_tokens - 1) / m_length->value())));
}

} // namespace slopescope::ui
