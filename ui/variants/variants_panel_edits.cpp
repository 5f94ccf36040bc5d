// The part of the variants panel that adds, copies, names and removes, and its menus.
#include "ui/variants/variants_panel.h"

#include "core/base/error.h"
#include "ui/lab/lab.h"
#include "ui/lab/names.h"
#include "ui/slopes/position_menu.h"
#include "ui/variants/variant_edits.h"
#include "ui/variants/variant_list.h"

#include <QApplication>
#include <QClipboard>
#include <QColorDialog>
#include <QMenu>

#include <algorithm>

namespace slopescope::ui {

void VariantsPanel::togglePinOf(VariantId id) {
    if (m_lab == nullptr)
        return;
    const bool pinned = m_lab->workspace().pinnedA == id;
    m_lab->edit(pinned ? tr("let A follow the selection") : tr("pin A to %1").arg(m_lab->nameOf(id)),
                [id](Workspace& w) { togglePin(w, id); });
}

void VariantsPanel::toggleBOf(VariantId id) {
    if (m_lab == nullptr)
        return;
    const bool isB = m_lab->workspace().against == id;
    m_lab->edit(isB ? tr("compare with nothing") : tr("compare with %1").arg(m_lab->nameOf(id)),
                [id, previous = m_previous](Workspace& w) { toggleB(w, id, previous); });
}

void VariantsPanel::renameSelected() {
    m_list->rename(m_list->selected());
}

void VariantsPanel::removeSelected() {
    remove(m_list->selected());
}

// An empty name, or the usual one, brings the usual one back.
void VariantsPanel::rename(VariantId id, const QString& name) {
    const WorkspaceVariant* const row = m_lab == nullptr ? nullptr : m_lab->workspace().find(id);
    if (row == nullptr)
        return; // gone while its name was typed
    const ModelFacts* const model = m_lab->library().model(row->variant.model);
    const bool usual = model != nullptr && name == usualName(row->variant, *model);
    const std::string given = usual ? std::string() : name.simplified().toStdString();
    m_lab->edit(tr("rename %1").arg(m_lab->nameOf(id)), [&](Workspace& w) { w.find(id)->name = given; });
}

void VariantsPanel::remove(VariantId id) {
    if (m_lab != nullptr && m_lab->workspace().find(id) != nullptr)
        m_lab->edit(tr("remove %1").arg(m_lab->nameOf(id)), [id](Workspace& w) { slopescope::remove(w, id); });
}

void VariantsPanel::recolour(VariantId id) {
    const WorkspaceVariant* const row = m_lab->workspace().find(id);
    if (row == nullptr)
        return;
    auto* const dialog = new QColorDialog(QColor(QRgb(row->colour)), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Colour of %1").arg(m_lab->nameOf(id)));
    connect(dialog, &QColorDialog::colorSelected, this, [this, id](const QColor& colour) {
        if (m_lab != nullptr && m_lab->workspace().find(id) != nullptr)
            m_lab->edit(tr("recolour %1").arg(m_lab->nameOf(id)),
                        [&](Workspace& w) { w.find(id)->colour = colour.rgb() & 0xffffff; });
    });
    dialog->open();
}

void VariantsPanel::copyWith(VariantId id, const Variant& variant, const QString& what) {
    const WorkspaceVariant* const row = m_lab->workspace().find(id);
    const ModelFacts* const model = row == nullptr ? nullptr : m_lab->library().model(row->variant.model);
    if (model == nullptr)
        return;
    PositionMethod method = methodOf(model->positions);
    try {
        method = methodOf(factsOf(variant, *model).positions);
    } catch (const Error&) { // not for this model; its row will say so
    }
    const std::uint32_t colour = freeColour(method, coloursOf(m_lab->workspace()));
    const std::string name =
        variant == row->variant ? tr("%1, copy").arg(m_lab->nameOf(id)).toStdString() : std::string();
    m_lab->edit(what, [&](Workspace& w) { addBelow(w, id, variant, name, colour); });
}

void VariantsPanel::copy(VariantId id) {
    if (const WorkspaceVariant* const row = m_lab->workspace().find(id))
        copyWith(id, Variant(row->variant), tr("copy %1").arg(m_lab->nameOf(id)));
}

void VariantsPanel::copyWithSlopes(VariantId id, const std::string& spec, const QString& what) {
    const WorkspaceVariant* const row = m_lab->workspace().find(id);
    const ModelFacts* const model = row == nullptr ? nullptr : m_lab->library().model(row->variant.model);
    if (model != nullptr)
        copyWith(id, withSlopes(row->variant, parseSlopes(spec, slopesInForce(row->variant, *model)), *model),
                 tr("a copy with %1").arg(what));
}

void VariantsPanel::addCopyActions(QMenu* menu, VariantId id) {
    const WorkspaceVariant* const row = m_lab->workspace().find(id);
    const ModelFacts* const model = row == nullptr ? nullptr : m_lab->library().model(row->variant.model);
    auto* const positions = new PositionMenu(menu);
    positions->setTitle(tr("A copy with other positions"));
    QMenu* const slopes = new QMenu(tr("A copy with slopes"), menu);
    menu->addMenu(positions);
    menu->addMenu(slopes);
    positions->setEnabled(model != nullptr);
    const bool hasSlopes = model != nullptr && !slopesInForce(row->variant, *model).empty();
    slopes->setEnabled(hasSlopes);
    if (model == nullptr)
        return;
    positions->setVariant(row->variant, *model);
    connect(
        positions, &PositionMenu::chosen, this,
        [this, id](const Variant& variant, const QString& what) {
            copyWith(id, variant, tr("a copy with %1").arg(what));
        },
        Qt::QueuedConnection);
    if (!hasSlopes) {
        slopes->menuAction()->setToolTip(tr("It has no slopes: they belong to ALiBi."));
        return;
    }
    const std::pair<QString, std::string> sets[]{
        {tr("slopes × 0.5"), "scale:0.5"},  {tr("slopes × 2"), "scale:2"},       {tr("the paper's slopes"), "paper"},
        {tr("all slopes 0"), "zero"},       {tr("random slopes 1"), "random:1"}, {tr("random slopes 2"), "random:2"},
        {tr("random slopes 3"), "random:3"}};
    for (const auto& [name, spec] : sets)
        slopes->addAction(name, this, [this, id, name = name, spec = spec] { copyWithSlopes(id, spec, name); });
}

void VariantsPanel::fillAddMenu() {
    m_addMenu->clear();
    for (QMenu* const old : m_addMenu->findChildren<QMenu*>(Qt::FindDirectChildrenOnly))
        old->deleteLater();
    if (m_lab == nullptr)
        return;
    m_addMenu->addSection(tr("Models"));
    for (const BundledModel& model : m_lab->bundledModels())
        m_addMenu->addAction(QString::fromStdString(model.name), this,
                             [this, name = model.name] { m_lab->addModel(name); });
    m_addMenu->addAction(tr("The paper's four methods (Figure 1)"), this, [this] { m_lab->addPaperMethods(); })
        ->setToolTip(tr("ALiBi, sinusoidal, rotary and T5 bias, measured together"));
    m_addMenu->addSeparator();
    m_addMenu->addAction(tr("Open model folder…"), this, &VariantsPanel::folderRequested);
    m_addMenu->addAction(tr("Open model file (GGUF)…"), this, &VariantsPanel::fileRequested);
    if (m_lab->workspace().find(m_selected) == nullptr)
        return;
    m_addMenu->addSection(tr("From %1").arg(m_lab->nameOf(m_selected)));
    m_addMenu->addAction(tr("A copy of this"), this, [this] { copy(m_selected); });
    addCopyActions(m_addMenu, m_selected);
}

QMenu* VariantsPanel::menuFor(VariantId id) {
    auto* const menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->setToolTipsVisible(true);
    const WorkspaceVariant* const row = m_lab->workspace().find(id);
    if (row == nullptr)
        return menu;
    const bool pinned = m_lab->workspace().pinnedA == id, isB = m_lab->workspace().against == id;
    menu->addAction(tr("On view"), this, [this, id] { emit m_list->chosen(id); });
    menu->addAction(pinned ? tr("Let A follow the selection") : tr("Pin A here"), this,
                    [this, id] { togglePinOf(id); });
    menu->addAction(isB ? tr("Compare with nothing") : tr("Compare with this (B)"), this,
                    [this, id] { toggleBOf(id); });
    menu->addAction(row->visible ? tr("Hide its curve") : tr("Show its curve"), this,
                    [this, id] { emit m_list->eyeClicked(id); });
    menu->addSeparator();
    menu->addAction(tr("Rename"), this, [this, id] { m_list->rename(id); });
    menu->addAction(tr("Recolour…"), this, [this, id] { recolour(id); });
    menu->addAction(tr("Copy what it is"), this, [this, id] {
        for (const VariantRow& one : m_list->rows())
            if (one.id == id)
                QApplication::clipboard()->setText(
                    one.name + QStringLiteral(": ") + one.what +
                    (one.remark.isEmpty() ? QString() : QStringLiteral(" · ") + one.remark));
    });
    menu->addSeparator();
    menu->addAction(tr("Duplicate"), this, [this, id] { copy(id); });
    addCopyActions(menu, id);
    menu->addSeparator();
    const auto place = std::find_if(m_list->rows().begin(), m_list->rows().end(),
                                    [id](const VariantRow& one) { return one.id == id; }) -
                       m_list->rows().begin();
    menu->addAction(tr("Move up"), this, [this, id, place] { emit m_list->moved(id, int(place) - 1); })
        ->setEnabled(place > 0);
    menu->addAction(tr("Move down"), this, [this, id, place] { emit m_list->moved(id, int(place) + 1); })
        ->setEnabled(place + 1 < std::ssize(m_list->rows()));
    menu->addAction(tr("Close"), this, [this, id] { remove(id); })
        ->setToolTip(tr("Takes it off the list; Undo brings it back"));
    return menu;
}

} // namespace slopescope::ui
