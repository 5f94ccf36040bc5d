#include "ui/slopes/position_spec_dialog.h"

#include "core/base/error.h"
#include "ui/widgets/theme.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QLineEdit>
#include <QVBoxLayout>

namespace slopescope::ui {

PositionSpecDialog::PositionSpecDialog(const Variant& variant, const ModelFacts& model, QWidget* parent)
    : QDialog(parent), m_variant(variant), m_model(model), m_spec(new QLineEdit(this)), m_error(new QLabel(this)) {
    setWindowTitle(tr("Positions"));
    auto* const help = new QLabel(
        tr("Parts joined by +: own, alibi, alibi:SLOPES, none, rotary, rotary-linear:F, rotary-ntk:F, rotary-yarn:F, "
           "window:W, sinks:K, alibi-clip:D, kerple-log:R1,R2, kerple-power:R1,R2, sandwich, t5:MODEL, table:FILE.json, "
           "temperature:T, ssmax:S. What stands for the method replaces the others, unless \"own\" is said too."),
        this);
    setLook(help, "soft");
    help->setWordWrap(true);
    m_spec->setText(QString::fromStdString(specOf(variant.positions)));
    m_spec->setAccessibleName(tr("Positions"));
    m_spec->selectAll();
    setLook(m_error, "error");
    m_error->setTextFormat(Qt::PlainText);
    m_error->setWordWrap(true);
    m_error->hide();
    auto* const buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_spec, &QLineEdit::textEdited, m_error, &QWidget::hide);
    auto* const column = new QVBoxLayout(this);
    column->addWidget(help);
    column->addWidget(m_spec);
    column->addWidget(m_error);
    column->addWidget(buttons);
    setMinimumWidth(420);
}

void PositionSpecDialog::accept() {
    try {
        Variant variant = parseVariant(m_model, m_spec->text().trimmed().toStdString());
        const bool sameBias = variant.positions.bias == m_variant.positions.bias;
        const bool slopesAreSaid =
            m_spec->text().contains(QLatin1String("alibi:")) || m_spec->text().contains(QLatin1String("zero"));
        if (sameBias && !slopesAreSaid)
            variant.slopes = m_variant.slopes;
        factsOf(variant, m_model); // throws if this model cannot be run so
        emit chosen(variant);
        QDialog::accept();
    } catch (const Error& error) {
        m_error->setText(QString::fromUtf8(error.what()));
        m_error->show();
    }
}

} // namespace slopescope::ui
