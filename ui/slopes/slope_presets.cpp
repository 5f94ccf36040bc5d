#include "ui/slopes/slope_presets.h"

#include "ui/widgets/format.h"
#include "ui/widgets/theme.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QMenu>

namespace slopescope::ui {

SlopePresets::SlopePresets(QWidget* parent) : QPushButton(parent) {
    setToolTip(tr("Slope sets: the paper's and others"));
    buildMenu();
    buildRow();
    setCurrent(tr("Paper"));
}

void SlopePresets::setCurrent(const QString& name) { setText(name + QStringLiteral(" ▾")); }

void SlopePresets::buildMenu() {
    auto* menu = new QMenu(this);
    menu->setToolTipsVisible(true);
    const auto add = [&](const QString& text, const QString& help, const QString& spec, const QString& what) {
        QAction* action = menu->addAction(text, this, [this, spec, what] {
            closeInput();
            emit chosen(spec, what);
        });
        action->setToolTip(help);
    };
    const auto addAsking = [&](const QString& text, const QString& prompt, const QString& prefix,
                               const QString& suggestion, const QString& what) {
        menu->addAction(text, this, [=, this] { ask(prompt, prefix, suggestion, what); });
    };
    add(tr("Paper"), tr("2^(-8/n), 2^(-16/n), … for n heads"), QStringLiteral("paper"), tr("paper slopes"));
    add(tr("Bias max 16"), tr("The paper's rule with 16 for 8: reaches further"), QStringLiteral("bias-max:16"),
        tr("bias max 16"));
    addAsking(tr("Geometric…"), tr("First slope, ratio"), QStringLiteral("geometric:"), QStringLiteral("1/2, 1/2"),
              tr("geometric slopes"));
    addAsking(tr("Uniform…"), tr("Slope of every head"), QStringLiteral("uniform:"), QStringLiteral("1/16"),
              tr("uniform slopes"));
    menu->addSeparator();
    add(tr("Scaled × 0.5"), tr("Every slope halved: all heads look twice as far"), QStringLiteral("scale:0.5"),
        tr("scale by 0.5"));
    add(tr("Scaled × 2"), tr("Every slope doubled: all heads look half as far"), QStringLiteral("scale:2"),
        tr("scale by 2"));
    add(tr("NTK × 4"), tr("The first head keeps its slope, the last is divided by 4, those between by less"),
        QStringLiteral("ntk:4"), tr("NTK scaling by 4"));
    menu->addSeparator();
    QAction* random = menu->addAction(tr("Random"), this, [this] {
        closeInput();
        ++m_seed;
        emit chosen(QStringLiteral("random:%1").arg(m_seed), tr("random slopes, seed %1").arg(m_seed));
    });
    random->setToolTip(tr("Exponentially distributed with mean 1/8; another seed each time"));
    add(tr("Zero"), tr("No bias: distance costs nothing"), QStringLiteral("zero"), tr("zero slopes"));
    menu->addSeparator();
    menu->addAction(tr("Load from file…"), this, &SlopePresets::loadRequested);
    menu->addAction(tr("Save to file…"), this, &SlopePresets::saveRequested);
    connect(this, &QPushButton::clicked, menu, [this, menu] { menu->popup(mapToGlobal(QPoint(0, height() + 2))); });
}

void SlopePresets::buildRow() {
    m_row = new QWidget(parentWidget());
    auto* row = new QHBoxLayout(m_row);
    row->setContentsMargins(12, kGrid, 12, 0);
    row->setSpacing(kGrid);
    m_prompt = new QLabel(m_row);
    setLook(m_prompt, "soft");
    m_input = new QLineEdit(m_row);
    m_input->setObjectName(QStringLiteral("presetInput"));
    m_prompt->setBuddy(m_input);
    auto* apply = new QPushButton(tr("Apply"), m_row);
    auto* cancel = new QPushButton(tr("Cancel"), m_row);
    row->addWidget(m_prompt);
    row->addWidget(m_input, 1);
    row->addWidget(apply);
    row->addWidget(cancel);
    m_row->hide();
    connect(apply, &QPushButton::clicked, this, &SlopePresets::acceptInput);
    connect(m_input, &QLineEdit::returnPressed, this, &SlopePresets::acceptInput);
    connect(cancel, &QPushButton::clicked, this, &SlopePresets::closeInput);
    auto* escape = new QAction(m_row);
    escape->setShortcut(Qt::Key_Escape);
    escape->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    m_row->addAction(escape);
    connect(escape, &QAction::triggered, this, &SlopePresets::closeInput);
}

void SlopePresets::ask(const QString& prompt, const QString& prefix, const QString& suggestion, const QString& what) {
    m_prefix = prefix;
    m_what = what;
    m_prompt->setText(prompt);
    m_input->setText(suggestion);
    m_row->show();
    m_input->selectAll();
    m_input->setFocus(Qt::OtherFocusReason);
}

void SlopePresets::closeInput() { m_row->hide(); }

// Fractions and powers are read here, so that what can be typed for a head can be typed for a set; whatever is no number goes
// on as it stands, for the set's own words about it.
void SlopePresets::acceptInput() {
    QStringList numbers = m_input->text().split(u',');
    for (QString& number : numbers) {
        const auto value = parseSlope(number);
        number = value ? QLocale::c().toString(*value, 'g', QLocale::FloatingPointShortest) : number.trimmed();
    }
    emit chosen(m_prefix + numbers.join(u','), m_what);
}

} // namespace slopescope::ui
